"""What can become of segments from one fit to the next."""

from __future__ import annotations

import dataclasses
from typing import Literal

Kind = Literal["kept", "split", "merged", "new", "gone"]
Evidence = Literal["people", "centres", "name"]


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """What became of one segment, or of some that belong together.

    Attributes:
        kind: kept: the same segment, with its id. split: one became several. merged: several became one. new:
            it continues none. gone: none continues it.
        before: The ids at the last fit. Of a new segment, where most of its users were, if in one.
        after: The ids now; an id that is in `before` too was kept. Of a segment that is gone, where most of
            its users are, if in one.
        shares: kept: share of the old segment's users who are in it still. split: share of the old segment
            in each of `after`. merged: share of each of `before` that is in the new one. new and gone: the
            share of its users for the one id named. Users of both dates alone are counted.
        overlap: Jaccard overlap of the people before and after, those of several together; for new and gone
            the largest with any segment. ``None`` if too few users are shared.
        low: Lower end of its 95 % interval.
        high: Upper end.
        closeness: Of the centres: 1 the same place, 0.5 half way to a border; ``None`` if they share too
            little.
        by: What it was told by: people, centres, or a name that was given by hand.
    """

    kind: Kind
    before: tuple[int, ...]
    after: tuple[int, ...]
    shares: tuple[float, ...] = ()
    overlap: float | None = None
    low: float | None = None
    high: float | None = None
    closeness: float | None = None
    by: Evidence = "people"

    @property
    def along(self) -> tuple[tuple[int, int], ...]:
        """The segments before and after of users who stayed with theirs, though it may be another by now.

        Examples:
            >>> Change("split", (3,), (5, 6), (0.6, 0.4)).along
            ((3, 5), (3, 6))
        """
        if self.kind in {"new", "gone"}:
            return ()
        return tuple((old, new) for old in self.before for new in self.after)
