"""Numbers between groups: Kruskal-Wallis, epsilon squared and Dunn's pairs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.between.correction import corrected
from coterie.segments.between.difference import LEVEL, Pair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.features.values import Floats, Ints
    from coterie.segments.between.difference import Reference

#: Groups of fewer users are too small for the chi-squared distribution (Kruskal & Wallis 1952).
SMALL = 5

#: Permutations are drawn for up to so many users. Beyond them a small group has no say in the whole, and the
#: chi-squared distribution errs to the safe side.
USERS_PERMUTED = 2_000

PERMUTATIONS = 9_999

_CELLS_AT_ONCE = 2_000_000
_ROUNDING = 1e-9


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Ranks:
    """Numbers as mid-ranks: for each user, the share of users below, and half of those who are equal.

    Attributes:
        ranks: 0..1, ascending, with the mean 1/2.
        places: For each user, the place of the number among the distinct ones.
        codes: For each user, the place of the group.
        sizes: Users of each group, all > 0.
        away: For each group, how far its mean rank is from 1/2.
        variance: Of `ranks`; > 0 unless all numbers are equal.
    """

    ranks: Floats
    places: Ints
    codes: Ints
    sizes: Ints
    away: Floats
    variance: float

    @property
    def epsilon_squared(self) -> float:
        """The share of the variance of ranks that groups explain; H over the users less one.

        References:
            Tomczak & Tomczak (2014), The need to report effect size estimates revisited.
        """
        return float(self.sizes @ np.square(self.away)) / (len(self.ranks) * self.variance)

    @property
    def statistic(self) -> float:
        """Kruskal and Wallis's H, corrected for ties."""
        return (len(self.ranks) - 1) * self.epsilon_squared


def ranked(values: Floats, codes: Ints) -> Ranks:
    """Rank numbers, and put them in their order.

    Args:
        values: Numbers, none of them NaN; quicker if they are ascending.
        codes: The place of each one's group; no group is empty.

    References:
        Kruskal & Wallis (1952), Use of ranks in one-criterion variance analysis.

    Examples:
        >>> ranked(np.array([1.0, 2.0, 2.0, 7.0]), np.array([0, 0, 1, 1])).ranks.tolist()
        [0.125, 0.5, 0.5, 0.875]
    """
    order = np.argsort(values, kind="stable")
    values, codes = values[order], codes[order]
    places = np.concatenate([[0], np.cumsum(values[1:] != values[:-1])])
    ties = np.bincount(places)
    ranks = ((np.cumsum(ties) - 0.5 * ties) / len(values))[places]
    sizes = np.bincount(codes)
    away = np.bincount(codes, weights=ranks - 0.5) / sizes
    return Ranks(ranks, places, codes, sizes, away, float(np.mean(np.square(ranks - 0.5))))


def spread(found: Ranks) -> float:
    """Find the variance that the square root of the users times epsilon squared tends to (delta method).

    It is the mean square of each user's influence on the share: on the mean rank of his group, on the ranks
    of all others, and on their variance.
    """
    users, share = len(found.ranks), found.epsilon_squared
    away, offset = found.away[found.codes], found.ranks - 0.5
    between = share * found.variance
    of_groups = 2 * away * offset - away**2 - 3 * between - 2 * _below(found.places, away / users)
    above = found.ranks.mean() - _below(found.places, found.ranks / users)
    of_variance = found.ranks**2 - 3 * np.mean(found.ranks**2) + 2 * above
    return float(np.mean(np.square((of_groups - share * of_variance) / found.variance)))


def _below(places: Ints, weights: Floats) -> Floats:
    """Sum the weights of those with smaller numbers, and half of the weights of those with equal ones."""
    at = np.bincount(places, weights=weights)
    result: Floats = (np.cumsum(at) - 0.5 * at)[places]
    return result


def needs_permutations(sizes: Ints) -> bool:
    """Tell whether the groups are too small for the chi-squared distribution."""
    return bool(sizes.min() < SMALL and sizes.sum() <= USERS_PERMUTED)


def chance(found: Ranks, seed: int) -> tuple[float, Reference]:
    """Find the chance of as high an H if groups had nothing to do with the numbers, and its source."""
    from scipy import special

    if needs_permutations(found.sizes):
        return permuted_p(found, seed), "permutation"
    return float(special.chdtrc(len(found.sizes) - 1, found.statistic)), "chi_squared"


def permuted_p(found: Ranks, seed: int) -> float:
    """Find how often ranks dealt out to the groups at random differ as much."""
    rng = np.random.default_rng(seed)
    starts = np.concatenate([[0], np.cumsum(found.sizes)[:-1]])
    offsets = found.ranks - 0.5
    reached = float(found.sizes @ np.square(found.away)) * (1 - _ROUNDING)
    at_once = max(_CELLS_AT_ONCE // len(offsets), 1)
    hits = 0
    for done in range(0, PERMUTATIONS, at_once):
        dealt = rng.permuted(np.tile(offsets, (min(at_once, PERMUTATIONS - done), 1)), axis=1)
        sums = np.add.reduceat(dealt, starts, axis=1)
        hits += int(np.count_nonzero(np.square(sums) @ (1.0 / found.sizes) >= reached))
    return (hits + 1) / (PERMUTATIONS + 1)


def pairs(found: Ranks, labels: Sequence[str]) -> tuple[Pair, ...]:
    """Find the pairs of groups whose ranks differ, the most certain first: Dunn's test, Holm's correction.

    References:
        Dunn (1964), Multiple comparisons using rank sums.
    """
    from scipy import special

    users = len(found.ranks)
    one, other = np.triu_indices(len(found.sizes), 1)
    variance = found.variance * users / (users - 1) * (1 / found.sizes[one] + 1 / found.sizes[other])
    z = (found.away[one] - found.away[other]) / np.sqrt(variance)
    p = 2 * special.ndtr(-np.abs(z))
    result = []
    for at, fixed in enumerate(corrected(p.tolist())):
        if fixed <= LEVEL:
            names = labels[one[at]], labels[other[at]]
            higher, lower = names if z[at] > 0 else names[::-1]
            result.append(Pair(higher, lower, abs(float(z[at])), float(p[at]), fixed))
    return tuple(sorted(result, key=lambda pair: (-pair.statistic, pair.one, pair.other)))
