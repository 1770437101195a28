"""Every feature in every segment: mean or share, median and N, with bootstrap intervals."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.features.values import numbers, words
from coterie.segments.segmentation import Summary

if TYPE_CHECKING:
    from coterie.features.feature import FeatureTable
    from coterie.features.values import Floats, Ints, Words

#: Bootstrap resamples behind each interval.
RESAMPLES = 200

#: Users of a segment are resampled one by one, or in this many random blocks where there are more.
BLOCKS = 2_000

#: Values of one categorical feature that are summed up: the most frequent ones.
MOST_VALUES = 30

_BOUNDS = (2.5, 97.5)


def summaries(table: FeatureTable, labels: Ints, k: int, *, seed: int) -> tuple[tuple[Summary, ...], ...]:
    """Sum up each segment: all features of the table, in its order.

    Intervals are percentiles of `RESAMPLES` bootstrap means. Above `BLOCKS` users, random blocks of users
    are resampled in place of users, which estimates the same variance in bounded memory.

    Args:
        table: Users x features.
        labels: For each row, the place of its segment.
        k: How many segments.
        seed: Makes it repeatable.

    Returns:
        The summary of each segment.
    """
    rng = np.random.default_rng(seed)
    blocks = [_Blocks(np.flatnonzero(labels == segment), rng) for segment in range(k)]
    for feature in table.features:
        if feature.categorical:
            column = words(table.rows, feature.name)
            for block in blocks:
                block.add_words(feature.name, column)
        else:
            values = numbers(table.rows, feature.name)
            for block in blocks:
                block.add_numbers(feature.name, values[block.members])
    return tuple(block.summaries() for block in blocks)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Column:
    """One summary to be: its numbers, or whether the category is theirs, summed up in each block."""

    feature: str
    category: str | None
    users: int
    median: float | None
    sums: Floats
    counts: Floats


class _Blocks:
    """The members of a segment in blocks, and how often each resample takes each block."""

    def __init__(self, members: Ints, rng: np.random.Generator) -> None:
        self.members = members
        self.count = min(len(members), BLOCKS)
        self.of_member = rng.permutation(len(members)) % max(self.count, 1)
        self.columns: list[_Column] = []
        if self.count:
            even = np.full(self.count, 1 / self.count)
            self.taken = rng.multinomial(self.count, even, size=RESAMPLES).astype(float)

    def add_numbers(self, name: str, values: Floats) -> None:
        """Add the numbers of the members; NaN is null."""
        present = ~np.isnan(values)
        known = values[present]
        median = float(np.median(known)) if known.size else None
        sums, counts = self._summed(np.where(present, values, 0.0)), self._summed(present.astype(float))
        self.columns.append(_Column(name, None, len(known), median, sums, counts))

    def add_words(self, name: str, column: Words) -> None:
        """Add the most frequent values of everyone, each as a column of 1 and 0."""
        codes, known = column.codes[self.members], column.known[self.members]
        users = int(known.sum())
        everyone = np.bincount(column.codes[column.known], minlength=len(column.values))
        counts = self._summed(known.astype(float))
        for place in sorted(np.argsort(-everyone, kind="stable")[:MOST_VALUES].tolist()):
            if everyone[place]:
                sums = self._summed(((codes == place) & known).astype(float))
                self.columns.append(_Column(name, column.values[place], users, None, sums, counts))

    def _summed(self, values: Floats) -> Floats:
        found: Floats = np.bincount(self.of_member, weights=values, minlength=self.count).astype(float)
        return found

    def summaries(self) -> tuple[Summary, ...]:
        """Sum up every column, with its interval; null where nobody has a value."""
        heard = [column for column in self.columns if column.users]
        bounds = iter(self._intervals(heard) if heard else ())
        found = []
        for each in self.columns:
            mean, low, high = next(bounds) if each.users else (None, None, None)
            found.append(Summary(each.feature, each.category, each.users, mean, low, high, each.median))
        return tuple(found)

    def _intervals(self, columns: list[_Column]) -> list[list[float]]:
        """Mean of each column and the ends of its interval."""
        sums = np.column_stack([column.sums for column in columns])
        counts = np.column_stack([column.counts for column in columns])
        means = sums.sum(axis=0) / counts.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            resampled = (self.taken @ sums) / (self.taken @ counts)
        # A resample of nobody with a value says nothing; the mean itself stands in.
        resampled = np.where(np.isnan(resampled), means, resampled)
        low, high = np.percentile(resampled, _BOUNDS, axis=0)
        found: list[list[float]] = np.column_stack([means, low, high]).tolist()
        return found
