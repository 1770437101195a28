"""What a treatment changes for whom: effects by segment and by attribute, and whether they differ at all."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

import numpy as np

from coterie.features.values import UNKNOWN
from coterie.predictions.uplift.effect import Effect, effect, heterogeneity
from coterie.predictions.uplift.trial import LEAST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coterie.features.values import Floats
    from coterie.predictions.uplift.trial import Trial

#: Groups told of one attribute at most: those with the most users.
MOST = 12
#: Numbers with more distinct values than this are cut into quarters of the users.
_DISTINCT = 6
#: The chance of taking groups for different that are not.
LEVEL = 0.05


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    """Users who have something in common.

    Attributes:
        name: What: a segment, a word, a range of numbers.
        users: How many of both arms.
        effect: What treating changes for them.
    """

    name: str
    users: int
    effect: Effect


@dataclasses.dataclass(frozen=True, slots=True)
class By:
    """Effects in the groups of one attribute or of one segmentation.

    Attributes:
        what: The attribute or segmentation.
        segments: Whether it is a segmentation.
        groups: With enough users of both arms, the largest first, or in the order of their numbers.
        p: Of Cochran's Q, that the groups' effects are one.
        adjusted: The same, corrected for how many attributes and segmentations were looked at (Holm).
    """

    what: str
    segments: bool
    groups: tuple[Group, ...]
    p: float
    adjusted: float

    @property
    def differ(self) -> bool:
        """Whether the effect is not the same in all groups."""
        return self.adjusted < LEVEL


def by_groups(
    trial: Trial,
    segments: Mapping[str, Sequence[str]],
    attributes: Mapping[str, Sequence[str]],
    orders: Mapping[str, Sequence[str]] | None = None,
) -> tuple[By, ...]:
    """Measure the effect in the groups of each segmentation and attribute.

    Args:
        trial: The users.
        segments: For each segmentation the segment of each user, aligned.
        attributes: For each attribute the value of each user, as a word, aligned.
        orders: For attributes whose words have an order, their words in it; others come by users.

    Returns:
        Those with two groups or more, those that differ most surely first.

    References:
        Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    found = [
        _by(trial, what, of_segments, np.array(words, dtype=object), (orders or {}).get(what))
        for of_segments, named in ((True, segments), (False, attributes))
        for what, words in named.items()
    ]
    several = sorted((one for one in found if len(one.groups) > 1), key=lambda one: (one.p, one.what))
    adjusted = holm([one.p for one in several])
    return tuple(dataclasses.replace(one, adjusted=p) for one, p in zip(several, adjusted, strict=True))


def _by(trial: Trial, what: str, of_segments: bool, words: np.ndarray, order: Sequence[str] | None) -> By:
    names, place, counts = np.unique(words, return_inverse=True, return_counts=True)
    groups: list[Group] = []
    for at in np.argsort(-counts, kind="stable").tolist():
        some = trial.of(place == at)
        arms = float(some.treated.sum()), float((1 - some.treated).sum())
        if min(arms) >= LEAST and len(groups) < MOST:
            groups.append(Group(str(names[at]), len(some), effect(some)))
    if order is not None:
        groups.sort(key=lambda one: order.index(one.name))
    p = heterogeneity([one.effect for one in groups])
    return By(what, of_segments, tuple(groups), p, p)


def holm(ps: Sequence[float]) -> list[float]:
    """Correct rising p values for how many there are.

    Examples:
        >>> holm([0.01, 0.02, 0.5])
        [0.03, 0.04, 0.5]
    """
    found: list[float] = []
    for at, p in enumerate(ps):
        found.append(min(1.0, max(p * (len(ps) - at), found[-1] if found else 0.0)))
    return found


def ranges(values: Floats) -> tuple[list[str], list[str]]:
    """Put numbers into words: themselves where there are few, else the quarter of the users they are in.

    Returns:
        The word of each number, and the words in the order of the numbers.

    Examples:
        >>> ranges(np.array([2.0, 1.0, np.nan]))
        (['2', '1', 'unknown'], ['1', '2', 'unknown'])
        >>> ranges(np.arange(8.0))[1]
        ['up to 1.75', '1.75 to 3.5', '3.5 to 5.25', 'above 5.25', 'unknown']
    """
    known = values[~np.isnan(values)]
    distinct = np.unique(known)
    if len(distinct) <= _DISTINCT:
        names = [f"{value:g}" for value in distinct]
        return [UNKNOWN if np.isnan(value) else f"{value:g}" for value in values], [*names, UNKNOWN]
    edges = np.unique(np.quantile(known, (0.25, 0.5, 0.75)))
    told = [f"{edge:.3g}" for edge in edges]
    between = [f"{low} to {high}" for low, high in itertools.pairwise(told)]
    names = [f"up to {told[0]}", *between, f"above {told[-1]}"]
    place = np.searchsorted(edges, values, side="left")
    told_of = [UNKNOWN if np.isnan(value) else names[at] for value, at in zip(values, place, strict=True)]
    return told_of, [*names, UNKNOWN]
