"""How far the distribution of a feature has moved: the population stability index."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from coterie.features.values import Floats
    from coterie.segments.over_time.distribution import Bin, Distribution

Level = Literal["stable", "shifting", "changed"]

#: From these values of the index on a feature is shifting, and changed: the usual bounds of credit scoring.
SHIFTING, CHANGED = 0.1, 0.25
#: Into how many groups of the same size the numbers of the reference are cut, as far as ties allow.
DECILES = 10
#: Categories that are groups of their own: the most frequent of the reference; the others are one.
CATEGORIES = 20
#: Share that stands for an empty group, if half a user would be less.
LEAST = 1e-4

_TINY = 1e-9
_CONFIDENCE = 0.99


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    """One group of values at two dates.

    Attributes:
        low: Of numbers: the smallest value of the reference in it.
        high: Of numbers: its largest value, to a sixteenth.
        category: The category, if of one; ``None`` with `low` empty, too, for all others, for null, or for
            numbers beyond those of the reference.
        null: Whether it is those without a value.
        before: Its share of users at the reference date.
        after: Its share now.
    """

    low: float | None
    high: float | None
    category: str | None
    null: bool
    before: float
    after: float


@dataclasses.dataclass(frozen=True, slots=True)
class Drift:
    """How far one feature has moved.

    Attributes:
        feature: The feature.
        index: Its population stability index, >= 0.
        chance: What the index stays below in 99 of 100 cases though nothing has moved: the fewer users
            there are, the more it is.
        level: stable (below 0.1, or no more than chance), shifting (below 0.25) or changed.
        higher: Of numbers: the probability that a value of now is above one of then, ties counting half;
            0.5 if neither way. ``None`` for categories, or where nobody has a value.
        median_before: Of numbers: the median then, to a sixteenth.
        median_after: The median now.
        groups: What the index was worked out from.
    """

    feature: str
    index: float
    chance: float
    level: Level
    higher: float | None
    median_before: float | None
    median_after: float | None
    groups: tuple[Group, ...]


def stability_index(before: Sequence[float], after: Sequence[float], users: tuple[int, int]) -> float:
    """Compute the population stability index of two lists of shares.

    It is the sum of ``(after - before) * ln(after / before)``. An empty group counts as half a user, and as
    `LEAST` at least, so that one user in a new group is no earthquake.

    Args:
        before: The share of each group at the reference date.
        after: The same groups now.
        users: How many users there were counted then, and now.

    Returns:
        At least 0; 0 if nothing has moved; the same if then and now are exchanged.

    References:
        Siddiqi (2006), Credit risk scorecards.

    Examples:
        >>> round(stability_index([0.5, 0.5], [0.75, 0.25], (100, 100)), 4)
        0.2747
        >>> stability_index([0.2, 0.8], [0.2, 0.8], (10, 10))
        0.0
    """
    least = max(LEAST, 0.5 / max(min(users), 1))
    one, other = (np.maximum(np.asarray(shares, dtype=float), least) for shares in (before, after))
    return float(((other - one) * np.log(other / one)).sum())


def chance(groups: int, users: tuple[int, int]) -> float:
    """Bound the index of two samples of the same population: what 99 of 100 stay below.

    References:
        Yurdakul & Naranjo (2020), Statistical properties of the population stability index.

    Examples:
        >>> round(chance(10, (1000, 1000)), 3), chance(1, (50, 50))
        (0.043, 0.0)
    """
    if groups <= 1 or not min(users):
        return 0.0
    return _bound(groups - 1) * (1 / users[0] + 1 / users[1])


@functools.lru_cache(maxsize=128)
def _bound(freedom: int) -> float:
    from scipy.special import chdtri

    return float(chdtri(freedom, 1 - _CONFIDENCE))


def level(index: float, by_chance: float = 0.0) -> Level:
    """Put an index into a word.

    Examples:
        >>> level(0.09), level(0.1), level(0.25), level(0.3, by_chance=0.4)
        ('stable', 'shifting', 'changed', 'stable')
    """
    if index < SHIFTING or index <= by_chance:
        return "stable"
    return "shifting" if index < CHANGED else "changed"


def drift(before: Distribution, after: Distribution) -> Drift:
    """Compare the distribution of a feature with that of a reference date.

    Numbers are cut at the deciles of the reference; a value that many have makes a group larger, and there
    are fewer of them. Numbers beyond the reference belong to its outer groups, or make one of their own
    where an outer group is a single value. Null is a group of its own, and so is each of the most frequent
    categories.

    Args:
        before: The reference.
        after: The same feature now.
    """
    users = before.users, after.users
    groups = _groups(before, after)
    index = stability_index([one.before for one in groups], [one.after for one in groups], users)
    by_chance = chance(len(groups), users)
    return Drift(
        before.feature,
        index,
        by_chance,
        level(index, by_chance),
        _higher(before, after),
        _median(before),
        _median(after),
        groups,
    )


def drifts(before: Iterable[Distribution], after: Iterable[Distribution]) -> tuple[Drift, ...]:
    """Compare every feature that is in both, those that moved furthest first."""
    now = {one.feature: one for one in after}
    found = [drift(one, now[one.feature]) for one in before if one.feature in now]
    return tuple(sorted(found, key=lambda one: (-one.index, one.feature)))


def _groups(before: Distribution, after: Distribution) -> tuple[Group, ...]:
    found = _of_numbers(before, after) + _of_categories(before, after)
    then, now = (sum(one.share for one in each.bins if one.holds == "null") for each in (before, after))
    if then or now:
        found.append(Group(None, None, None, null=True, before=then, after=now))
    return tuple(found)


def _of_numbers(before: Distribution, after: Distribution) -> list[Group]:
    cut = _cut(before)
    last = [_place(members[-1]) for members in cut]
    inside, below, above = [0.0] * len(cut), 0.0, 0.0
    for one in _numbers(after):
        at = int(np.searchsorted(last, _place(one)))
        # Ends that are one value hold that value alone: all else is news, not more of the same.
        if at == len(cut) and (not cut or len(cut[-1]) == 1):
            above += one.share
        elif at == 0 and len(cut[0]) == 1 and _place(one) < last[0]:
            below += one.share
        else:
            inside[min(at, len(cut) - 1)] += one.share
    found = [
        Group(*_ends(members), None, null=False, before=sum(one.share for one in members), after=share)
        for members, share in zip(cut, inside, strict=True)
    ]
    beyond = [Group(None, None, None, null=False, before=0.0, after=share) for share in (below, above)]
    return [*found, *(group for group in beyond if group.after)]


def _cut(before: Distribution) -> list[list[Bin]]:
    """Cut the numbers of the reference at their deciles: the bins of each group."""
    bins = _numbers(before)
    whole = sum(one.share for one in bins)
    groups: list[list[Bin]] = [[]]
    reached, closed = 0.0, 0
    for one in bins:
        groups[-1].append(one)
        reached += one.share / whole * DECILES
        if reached + _TINY >= closed + 1:
            closed = int(reached + _TINY)
            groups.append([])
    return [group for group in groups if group]


def _numbers(found: Distribution) -> list[Bin]:
    return sorted((one for one in found.bins if one.place is not None), key=_place)


def _place(one: Bin) -> int:
    return one.place or 0


def _ends(members: Sequence[Bin]) -> tuple[float, float]:
    """The smallest and the largest value of some bins; a bin of negative numbers has them the other way."""
    ends = [end for one in (members[0], members[-1]) for end in (one.low or 0.0, one.high or 0.0)]
    return min(ends), max(ends)


def _of_categories(before: Distribution, after: Distribution) -> list[Group]:
    then, now = _shares(before), _shares(after)
    named = [category for category in then if category is not None][:CATEGORIES]
    found = [
        Group(None, None, category, null=False, before=then[category], after=now.get(category, 0.0))
        for category in named
    ]
    rest = [sum(share for category, share in each.items() if category not in named) for each in (then, now)]
    if any(rest):
        found.append(Group(None, None, None, null=False, before=rest[0], after=rest[1]))
    return found


def _shares(found: Distribution) -> Mapping[str | None, float]:
    return {one.category: one.share for one in found.bins if one.holds in {"category", "other"}}


def _higher(before: Distribution, after: Distribution) -> float | None:
    """Work out the probability that one of now is above one of then (Mann & Whitney's U over the pairs)."""
    then, now = _numbers(before), _numbers(after)
    if not then or not now:
        return None
    shares = _normed(then)
    edges = [_place(one) for one in then]
    below = np.concatenate([[0.0], np.cumsum(shares)])
    places = [_place(one) for one in now]
    left, right = np.searchsorted(edges, places, side="left"), np.searchsorted(edges, places, side="right")
    return float(_normed(now) @ ((below[left] + below[right]) / 2))


def _normed(bins: Sequence[Bin]) -> Floats:
    shares = np.array([one.share for one in bins])
    found: Floats = shares / shares.sum()
    return found


def _median(found: Distribution) -> float | None:
    bins = _numbers(found)
    if not bins:
        return None
    at = int(np.searchsorted(np.cumsum(_normed(bins)) + _TINY, 0.5))
    return bins[min(at, len(bins) - 1)].low
