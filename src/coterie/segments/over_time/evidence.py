"""What two fits have in common, gathered for matching."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.over_time.centres import closeness
from coterie.segments.over_time.matching import Common, table_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coterie.segments.segmentation import Segmentation

#: Those who are unlike all others continue no group, and no group continues them.
_OUTSIDE = "in no group"


def common(
    before: Segmentation,
    after: Segmentation,
    counts: Mapping[tuple[int | None, int | None], int],
    columns: Sequence[int] | None = None,
) -> Common:
    """Gather what two fits share: users, centres and names.

    Args:
        before: The last fit.
        after: The new one.
        counts: Users by segment before and after (`coterie.segments.over_time.migration.counted`).
        columns: What stands for each new segment in `counts`; default: its id.
    """
    olds = tuple(segment.id for segment in before.segments)
    news = [segment.id for segment in after.segments] if columns is None else columns
    then = sum(users for (old, _), users in counts.items() if old is not None)
    now = sum(users for (_, new), users in counts.items() if new is not None)
    return Common(
        before=olds,
        shared=table_of(counts, olds, news),
        users=(then, now),
        closeness=closeness(before, after),
        given_before=_given(before),
        given_after=_given(after),
    )


def _given(segmentation: Segmentation) -> tuple[str | None, ...]:
    """The names by which segments are matched alone: by hand, or as those who are in no group."""
    borders = segmentation.borders
    outside = borders.outside if isinstance(borders, Prototypes) else None
    return tuple(
        _OUTSIDE if at == outside else segment.given for at, segment in enumerate(segmentation.segments)
    )
