"""A beam search for the few bounds on features that tell one group of users from all others.

It is the search for rules of CN2 (Clark & Niblett 1989) and of subgroup discovery, with F1, the harmonic mean
of precision and recall, for what makes a rule good.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.twin.bounds import Bound, Coded
from coterie.segments.twin.rounded import roundest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from coterie.features.values import Floats
    from coterie.segments.twin.bounds import Column, Holds

#: Bounds in a rule at most.
MOST = 3

#: Rules that are kept and lengthened at each step.
WIDTH = 8

#: F1 by which a longer rule must be better than a shorter one.
WORTH = 0.01

#: Words in a bound at most.
MOST_WORDS = 5

#: Shares of the users at which thresholds are tried, and how far a threshold is moved to be rounder.
_SHARES = np.array([0.01, *np.arange(0.05, 0.96, 0.05), 0.99])
_FINER = np.linspace(0.005, 0.995, 67)
_MOVED = 0.2
_CLOSE = 1e-9


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """Bounds that were found, and how good they are on the rows of the search.

    Attributes:
        bounds: They must all hold.
        f1: Harmonic mean of precision and recall, 0..1.
    """

    bounds: tuple[Bound, ...]
    f1: float


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """The bounds that are tried on some rows; made by `pool`.

    Attributes:
        data: The features of the rows.
        weights: What each row counts.
        bounds: The bounds on single features, without sets of words.
        held: Bounds x rows: 1 where a bound holds, else 0.
    """

    data: Mapping[str, Column]
    weights: Floats
    bounds: tuple[Bound, ...]
    held: NDArray[np.float32]

    def wordy(self) -> Iterator[tuple[str, Coded]]:
        """Return the features that are words."""
        for name, column in self.data.items():
            if isinstance(column, Coded):
                yield name, column


def pool(data: Mapping[str, Column], weights: Floats) -> Pool:
    """List the bounds to try: thresholds at some shares of users, made round, and nulls."""
    bounds = [bound for name, column in data.items() for bound in _bounds(name, column)]
    held = np.zeros((len(bounds), len(weights)), dtype=np.float32)
    for place, bound in enumerate(bounds):
        held[place] = bound.holds(data)
    return Pool(data, weights, tuple(bounds), held)


def _bounds(name: str, column: Column) -> Iterator[Bound]:
    nulls = column.codes < 0 if isinstance(column, Coded) else np.isnan(column)
    if nulls.any() and not nulls.all():
        yield from (Bound(name, "null"), Bound(name, "known"))
    if not isinstance(column, Coded):
        for number in thresholds(np.sort(column[~nulls]), _SHARES):
            yield from (Bound(name, "above", number), Bound(name, "at_most", number))


def thresholds(ascending: Floats, shares: Floats) -> list[float]:
    """Find round numbers that part values at about these shares; none if all are equal.

    Examples:
        >>> thresholds(np.arange(1000.0), np.array([0.25, 0.5, 0.9]))
        [250.0, 500.0, 900.0]
    """
    if not len(ascending):
        return []
    width = _MOVED * float(np.min(np.diff(shares), initial=0.05))
    found = {_threshold(ascending, share, width) for share in shares.tolist()}
    return sorted(number for number in found if number < ascending[-1])


def _threshold(ascending: Floats, share: float, width: float) -> float:
    last = len(ascending) - 1
    low, middle, high = (
        float(ascending[round(min(max(at, 0.0), 1.0) * last)]) for at in (share - width, share, share + width)
    )
    if low < high:
        return roundest(low, high)
    after = int(np.searchsorted(ascending, middle, side="right"))
    return roundest(middle, float(ascending[after])) if after <= last else middle


def search(found: Pool, wanted: Holds) -> Rule:
    """Find at most `MOST` bounds that tell the wanted rows from the others; fewer if more aren't worth it."""
    goal = _Goal(found, wanted)
    beam = [goal.scored(())]
    best = Rule((), -1.0)
    for _ in range(MOST):
        longer = [rule for parent in beam for rule in goal.lengthened(parent)]
        if not longer:
            break
        beam = _different(longer)
        refined = goal.refined(beam[0])
        if refined.f1 >= best.f1 + (WORTH if best.bounds else 0.0):
            best = refined
    return best if best.bounds else beam[0]


def _different(rules: Sequence[Rule]) -> list[Rule]:
    """Keep the best rules, of those equally good the first and the shortest way to say it."""
    kept: dict[float, Rule] = {}
    for rule in sorted(rules, key=lambda rule: (-round(rule.f1, 9), len(rule.bounds))):
        kept.setdefault(round(rule.f1, 9), rule)
    return list(kept.values())[:WIDTH]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Goal:
    """The rows that a rule should match."""

    pool: Pool
    wanted: Holds

    def mask(self, bounds: Sequence[Bound]) -> Holds:
        held: Holds = np.ones(len(self.wanted), dtype=bool)
        for bound in bounds:
            held &= bound.holds(self.pool.data)
        return held

    def scored(self, bounds: tuple[Bound, ...]) -> Rule:
        held = self.mask(bounds) * self.pool.weights
        return Rule(bounds, float(self._f1(np.array(held @ self.wanted), np.array(held.sum()))))

    def _f1(self, right: Floats, matched: Floats) -> Floats:
        score: Floats = 2 * right / (matched + float(self.pool.weights @ self.wanted))
        return score

    def lengthened(self, parent: Rule) -> Iterator[Rule]:
        """Add one bound in the best ways."""
        held = self.mask(parent.bounds) * self.pool.weights
        counts = self.pool.held @ np.stack([held * self.wanted, held], axis=1).astype(np.float32)
        scores = self._f1(counts[:, 0].astype(float), counts[:, 1].astype(float))
        for place in np.argsort(-np.round(scores, 6), kind="stable")[: 3 * WIDTH].tolist():
            yield Rule((*parent.bounds, self.pool.bounds[place]), float(scores[place]))
        for name, column in self.pool.wordy():
            if (bound := self._words(name, column, held)) is not None:
                yield self.scored((*parent.bounds, bound))

    def _words(self, name: str, column: Coded, held: Floats) -> Bound | None:
        """Find the set of words that matches best: those in which the wanted are most frequent."""
        known = column.codes >= 0
        codes, size = column.codes[known], len(column.values)
        matched = np.bincount(codes, held[known], minlength=size)
        right = np.bincount(codes, (held * self.wanted)[known], minlength=size)
        there = np.flatnonzero(matched > 0)
        if len(there) < 2:  # noqa: PLR2004 - one word parts nobody
            return None
        order = there[np.argsort(-np.round(right[there] / matched[there], 9), kind="stable")]
        scores = self._f1(np.cumsum(right[order]), np.cumsum(matched[order]))[:-1]
        counts = np.arange(1, len(order))
        scores[(counts > MOST_WORDS) & (len(order) - counts > MOST_WORDS)] = -1.0
        best = int(np.argmax(np.round(scores, 9))) + 1
        inside = best <= min(MOST_WORDS, len(order) / 2) or len(order) - best > MOST_WORDS
        chosen = order[:best] if inside else order[best:]
        values = tuple(sorted(column.values[place] for place in chosen.tolist()))
        return Bound(name, "one_of" if inside else "none_of", values=values)

    def refined(self, rule: Rule) -> Rule:
        """Move each threshold to where it is best, and take out what isn't needed."""
        for place, bound in enumerate(rule.bounds):
            others = rule.bounds[:place] + rule.bounds[place + 1 :]
            rule = max((*self._moved(bound, others, place), rule), key=lambda each: round(each.f1, 6))
        for bound in rule.bounds if len(rule.bounds) > 1 else ():
            shorter = self.scored(tuple(other for other in rule.bounds if other != bound))
            if shorter.bounds and shorter.f1 > rule.f1 - _CLOSE:
                rule = shorter
        return rule

    def _moved(self, bound: Bound, others: tuple[Bound, ...], place: int) -> Iterator[Rule]:
        column = self.pool.data[bound.feature]
        if isinstance(column, Coded) or bound.test not in {"above", "at_most"}:
            return
        rest = self.mask(others)
        near = np.sort(column[rest & ~np.isnan(column)])
        for number in thresholds(near, _FINER):
            moved = dataclasses.replace(bound, number=number)
            held = (rest & moved.holds(self.pool.data)) * self.pool.weights
            score = float(self._f1(np.array(held @ self.wanted), np.array(held.sum())))
            yield Rule((*others[:place], moved, *others[place:]), score)
