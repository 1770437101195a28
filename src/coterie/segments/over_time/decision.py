"""Whether a segmentation of the last run stays, is fitted anew and matched, or starts over."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

from coterie.errors import SegmentationError
from coterie.segments.borders.predicates import Predicates

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from coterie.project.settings import SegmentSettings
    from coterie.segments.over_time.drift import Drift
    from coterie.segments.segmentation import Segmentation

#: Why there is nothing to keep or to match with.
FIRST = "This is the first fit of this segmentation."

What = Literal["keep", "fit_and_match", "fit_anew"]


@dataclasses.dataclass(frozen=True, slots=True)
class Decision:
    """What is done with a segmentation of the last run.

    Attributes:
        what: keep: it stays, and users are assigned to it. fit_and_match: fitted anew, and segments that are
            still the same keep their ids and names. fit_anew: fitted without regard to it; ids start over.
        reason: Why, in a sentence; a feature is written ``{feature:orders_spend}``.
        feature: The feature whose drift decided, if one did.
    """

    what: What
    reason: str
    feature: str | None = None


def decide(
    settings: SegmentSettings,
    last: Segmentation | None,
    drift: Sequence[Drift] = (),
    known: Collection[str] | None = None,
    *,
    changed: bool = False,
) -> Decision:
    """Decide what becomes of a segmentation now that data or settings have changed.

    Args:
        settings: Of the segmentation: `update` and `drift`.
        last: The last fit; ``None`` if there is none.
        drift: How far features have moved since that fit; those that it doesn't use are ignored.
        known: The features that there are; ``None`` if all that it needs are there.
        changed: Whether its settings are others than those it was fitted with.

    Raises:
        SegmentationError: It is frozen and needs features that no longer exist.
    """
    if last is None:
        return Decision("fit_anew", FIRST)
    if settings.update == "refit":
        return Decision(
            "fit_anew",
            "It was fitted without regard to the last run (`update: refit`): ids start over at 1, so the "
            "same number may be another segment than before.",
        )
    if settings.update == "match":
        return Decision("fit_and_match", "Data or settings have changed, so it was fitted anew and matched.")
    return _frozen(settings, last, drift, known, changed=changed)


def needed(segmentation: Segmentation) -> tuple[str, ...]:
    """List the features that a segmentation can't do without."""
    if isinstance(segmentation.borders, Predicates):
        return (*segmentation.borders.numbers, *segmentation.borders.words)
    return tuple(dict.fromkeys(step.feature for step in segmentation.steps if step.weight > 0))


def _frozen(
    settings: SegmentSettings,
    last: Segmentation,
    drift: Sequence[Drift],
    known: Collection[str] | None,
    *,
    changed: bool,
) -> Decision:
    missing = [name for name in needed(last) if known is not None and name not in known]
    if missing:
        raise SegmentationError(
            f"The frozen segmentation {last.name!r} needs {', '.join(missing)}, which no longer "
            f"exist{'s' * (len(missing) == 1)}; give the features back, or fit it again with `update: match`."
        )
    used = set(needed(last))
    passed = [] if settings.drift is None else [
        one for one in drift if one.feature in used and one.index > max(settings.drift, one.chance)
    ]  # fmt: skip
    if passed:
        worst = max(passed, key=lambda one: one.index)
        return Decision(
            "fit_and_match",
            f"{{feature:{worst.feature}}} has drifted: its population stability index is {worst.index:.2f}, "
            f"more than {settings.drift:g}, so it was fitted anew and matched.",
            worst.feature,
        )
    kept = f"It is frozen as fitted on {last.as_of}; users were assigned to it."
    if changed:
        kept += " Its settings in coterie.yaml are others now: they count once `update` is match."
    return Decision("keep", kept)
