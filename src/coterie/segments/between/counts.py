"""Categories between groups: Pearson's chi-squared, Cramer's V and the pairs of groups that differ."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.between.correction import corrected
from coterie.segments.between.difference import LEVEL, Pair
from coterie.segments.between.ranks import PERMUTATIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.features.values import Floats, Ints
    from coterie.segments.between.difference import Reference

#: Cochran's rule: expected counts below 5 in at most a fifth of the cells, and below 1 in none.
EXPECTED, OF_CELLS, LEAST = 5.0, 0.2, 1.0

#: Pairs of groups that permutations are drawn for at most.
PAIRS_PERMUTED = 66

_CELLS_AT_ONCE = 1_000_000
_ROUNDING = 1e-9


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """How many users of each group have each value.

    Attributes:
        table: Groups x values; no row and no column is empty.
    """

    table: Ints

    @property
    def users(self) -> int:
        """Count them all."""
        return int(self.table.sum())

    @property
    def degrees(self) -> int:
        """Degrees of freedom."""
        groups, values = self.table.shape
        return int((groups - 1) * (values - 1))

    @property
    def expected(self) -> Floats:
        """Return the counts that would be expected if the groups had nothing to do with the values."""
        return np.outer(self.table.sum(axis=1), self.table.sum(axis=0)) / self.users

    @property
    def phi_squared(self) -> float:
        """Chi-squared over the users."""
        return self.statistic / self.users

    @property
    def statistic(self) -> float:
        """Pearson's chi-squared, without continuity correction."""
        expected = self.expected
        return float((np.square(self.table - expected) / expected).sum())

    @property
    def sides(self) -> int:
        """The values or groups, whichever are fewer, less one: the highest phi squared there can be."""
        return int(min(self.table.shape)) - 1


def cross_tabulated(groups: Ints, values: Ints) -> Counts:
    """Count the users of each group with each value, from their places.

    Examples:
        >>> cross_tabulated(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])).table.tolist()
        [[1, 1], [0, 2]]
    """
    height, width = int(groups.max()) + 1, int(values.max()) + 1
    table = np.bincount(groups * width + values, minlength=height * width).reshape(height, width)
    return Counts(table.astype(np.int64))


def cramers_v(counts: Counts) -> float:
    """Measure how closely values follow groups, 0..1, corrected for what chance alone gives.

    References:
        Bergsma (2013), A bias-correction for Cramer's V and Tschuprow's T.

    Examples:
        >>> cramers_v(Counts(np.array([[30, 20], [30, 20]])))
        0.0
    """
    spare = counts.users - 1
    rows, columns = (float(side) for side in counts.table.shape)
    phi = max(0.0, counts.phi_squared - counts.degrees / spare)
    most = min(rows - (rows - 1) ** 2 / spare, columns - (columns - 1) ** 2 / spare) - 1
    return float(np.sqrt(min(phi / most, 1.0))) if most > 0 else 0.0


def spread(counts: Counts) -> float:
    """Find the variance that the square root of the users times phi squared tends to (delta method).

    References:
        Bishop, Fienberg & Holland (1975), Discrete multivariate analysis, chapter 11.
    """
    shares = counts.table / counts.users
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    over = shares / np.outer(rows, columns)
    of_rows = (over * shares).sum(axis=1) / rows
    of_columns = (over * shares).sum(axis=0) / columns
    slope = 2 * over - of_rows[:, None] - of_columns
    return max(float((shares * slope**2).sum() - (shares * slope).sum() ** 2), 0.0)


def needs_permutations(counts: Counts) -> bool:
    """Tell whether the expected counts are too small for the chi-squared distribution.

    References:
        Cochran (1954), Some methods for strengthening the common chi-squared tests.
    """
    expected = counts.expected
    return bool(np.mean(expected < EXPECTED) > OF_CELLS or expected.min() < LEAST)


def permuted_p(counts: Counts, seed: int) -> float:
    """Find how often values dealt out to the groups at random have as high a chi-squared.

    References:
        Patefield (1981), An efficient method of generating random r x c tables.
    """
    from scipy import stats

    rng = np.random.default_rng(seed)
    drawn = stats.random_table(counts.table.sum(axis=1), counts.table.sum(axis=0))
    expected, reached = counts.expected, counts.statistic * (1 - _ROUNDING)
    at_once = max(_CELLS_AT_ONCE // counts.table.size, 1)
    hits = 0
    for done in range(0, PERMUTATIONS, at_once):
        tables = drawn.rvs(size=min(at_once, PERMUTATIONS - done), random_state=rng)
        statistics = (np.square(tables - expected) / expected).sum(axis=(1, 2))
        hits += int(np.count_nonzero(statistics >= reached))
    return (hits + 1) / (PERMUTATIONS + 1)


def pairs(counts: Counts, labels: Sequence[str], seed: int) -> tuple[Pair, ...]:
    """Find the pairs of groups with different shares, the most certain first; corrected by Holm.

    Of more than `PAIRS_PERMUTED` pairs, those with too small expected counts are not told.
    """
    places = list(itertools.combinations(range(len(labels)), 2))
    tested = []
    for one, other in places:
        both = counts.table[[one, other]]
        two = Counts(both[:, both.any(axis=0)])
        told = len(places) <= PAIRS_PERMUTED or not needs_permutations(two)
        tested.append((labels[one], labels[other], two.statistic, chance(two, seed)[0] if told else 1.0))
    fixed = corrected([p for *_, p in tested])
    found = [Pair(*each, p) for each, p in zip(tested, fixed, strict=True) if p <= LEVEL]
    return tuple(sorted(found, key=lambda pair: (pair.p, -pair.statistic, pair.one, pair.other)))


def chance(counts: Counts, seed: int) -> tuple[float, Reference]:
    """Find the chance of as high a chi-squared if groups had nothing to do with values, and its source."""
    from scipy import special

    if counts.degrees == 0:
        return 1.0, "chi_squared"
    if needs_permutations(counts):
        return permuted_p(counts, seed), "permutation"
    return float(special.chdtrc(counts.degrees, counts.statistic)), "chi_squared"
