"""Borders in the quadratic form: a row belongs to the component that it is most likely of.

The logarithm of a component's weighted density is ``constant - |(x - mean) L|^2 / 2``, L being the factor of
its precision matrix. Squares are summed, never subtracted, so that rounding errors stay small.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from sqlglot import exp

from coterie.segments.borders import scores
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.features.values import Floats, Ints

#: Log densities are of this size where a row is at home; ties are told by it.
_SIZE = 100.0


@dataclasses.dataclass(frozen=True, slots=True)
class Mixture:
    """Components of a mixture of normal distributions; each is a group, or several are one.

    Attributes:
        constants: For each component the logarithm of its weight and of the height of its density.
        means: Components x d.
        factors: For each component the columns of L, each with d numbers; ``None`` if every L is diagonal.
        scales: Components x d: the diagonals of L; ``None`` where `factors` are given. A coordinate whose
            numbers in L are 0 has no say.
        groups: The place of the group of each component, rising.
        form: Which kind of borders these are.
    """

    constants: tuple[float, ...]
    means: tuple[tuple[float, ...], ...]
    factors: tuple[tuple[tuple[float, ...], ...], ...] | None
    scales: tuple[tuple[float, ...], ...] | None
    groups: tuple[int, ...]
    form: Literal["mixture"] = "mixture"

    @property
    def k(self) -> int:
        """Count the groups."""
        return max(self.groups) + 1

    def renumbered(self, places: Sequence[int]) -> Self:
        """Give group g the place ``places[g]``."""
        groups = np.array([places[group] for group in self.groups])
        order = np.argsort(groups, kind="stable").tolist()
        return dataclasses.replace(self.only(order), groups=tuple(groups[order].tolist()))

    def only(self, components: Sequence[int]) -> Self:
        """Keep some of the components, each a group of its own, in that order."""
        return dataclasses.replace(
            self,
            constants=tuple(self.constants[at] for at in components),
            means=tuple(self.means[at] for at in components),
            factors=None if self.factors is None else tuple(self.factors[at] for at in components),
            scales=None if self.scales is None else tuple(self.scales[at] for at in components),
            groups=tuple(range(len(components))),
        )

    def log_densities(self, matrix: Floats) -> Floats:
        """Return the logarithm of each component's weighted density at each row, rows x components."""
        matrix = scores.in_reach(matrix)
        found = np.empty((len(matrix), len(self.means)))
        for at, (constant, mean) in enumerate(zip(self.constants, self.means, strict=True)):
            away = matrix - np.array(mean)
            spread = away * np.array(self.scales[at]) if self.scales else away @ self._factor(at)
            found[:, at] = constant - 0.5 * np.square(spread).sum(axis=1)
        return found

    def _factor(self, at: int) -> Floats:
        columns = self.factors[at] if self.factors else ()
        return np.array(columns, dtype=float).T

    def places(self, matrix: Floats) -> Ints:
        """Find the place of each row's group.

        Examples:
            >>> borders = Mixture((0.0, 0.0), ((0.0,), (4.0,)), None, ((1.0,), (0.5,)), (0, 1))
            >>> borders.places(np.array([[1.0], [2.0], [-9.0]])).tolist()
            [0, 1, 1]
        """
        best = scores.first_highest(self.log_densities(matrix), scores.tolerance(_SIZE))
        return np.array(self.groups, dtype=np.int64)[best]

    def query(self, prepared: str, names: Sequence[str], ids: Sequence[int]) -> dict[str, exp.Select]:
        """Write the steps from prepared numbers to ``user_id, segment``; the last is the answer.

        Args:
            prepared: The relation with ``user_id`` and the prepared numbers.
            names: The column of each coordinate that has a say, or "" for those that don't (they are 0).
            ids: The id of the group at each place.
        """
        user = sql.column("user_id")
        columns = [f"s{place}" for place in range(1, len(self.means) + 1)]
        spread, scored = [], []
        for at, column in enumerate(columns):
            terms = self._spread(at, names)
            parts = [f"d{at + 1}_{axis}" for axis in range(1, len(terms) + 1)]
            spread += [sql.named(term, part) for term, part in zip(terms, parts, strict=True)]
            scored.append(sql.named(_density(self.constants[at], parts), column))
        top = sql.named(scores.highest(columns), "top")
        belong = [ids[group] for group in self.groups]
        best = scores.chosen(columns, belong, sql.column("top"), scores.tolerance(_SIZE))
        steps = {
            "in_reach": scores.select_in_reach(prepared, names),
            "spread": sql.select(user, *spread).from_(sql.table("in_reach"), copy=False),
            "scores": sql.select(user, *scored).from_(sql.table("spread"), copy=False),
            "best": sql.select(user, *map(sql.column, columns), top).from_(sql.table("scores"), copy=False),
        }
        steps["placed"] = sql.select(user, sql.named(best, "segment")).from_(sql.table("best"), copy=False)
        return steps

    def _spread(self, at: int, names: Sequence[str]) -> list[exp.Expression]:
        """Write each number of ``(x - mean) L`` that isn't always 0."""
        if self.scales is not None:
            axes = zip(names, self.means[at], self.scales[at], strict=True)
            terms = [_weighed([axis]) for axis in axes]
        else:
            columns = self.factors[at] if self.factors else ()
            terms = [_weighed(list(zip(names, self.means[at], column, strict=True))) for column in columns]
        return [term for term in terms if term is not None]


def _weighed(axes: list[tuple[str, float, float]]) -> exp.Expression | None:
    """Write the sum of ``(x - mean) * weight`` over axes; x is 0 where it has no say."""
    total: exp.Expression | None = None
    for name, mean, weight in axes:
        if weight == 0.0:
            continue
        value: exp.Expression = sql.column(name) if name else sql.double(0.0)
        text = "(:x - :mean) * :weight"
        term = sql.sql(text, x=value, mean=sql.double(mean), weight=sql.double(weight))
        total = term if total is None else exp.Add(this=total, expression=term)
    return total


def _density(constant: float, parts: Sequence[str]) -> exp.Expression:
    total: exp.Expression = sql.double(0.0)
    for part in parts:
        square = exp.Mul(this=sql.column(part), expression=sql.column(part))
        total = exp.Add(this=total, expression=square)
    return sql.sql(":constant - 5e-1 * :total", constant=sql.double(constant), total=total)
