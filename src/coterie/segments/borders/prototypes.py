"""Borders in the linear form: a row belongs to the group of the prototype that scores highest.

The nearest of some points p is the one with the highest ``p . x - |p|^2 / 2``: a few multiplications a
point and no square. Any other score that is linear in x has the same form.
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


@dataclasses.dataclass(frozen=True, slots=True)
class Prototypes:
    """A stated set of points, each standing for a group.

    Attributes:
        points: m x d: one coordinate a step.
        biases: One a point, added to ``point . x``.
        groups: The place of the group that each point stands for, rising.
        radius: Rows whose nearest point is farther away than this are outside; ``None`` for no bound. A lower
            bias brings the bound nearer: ``|x|^2 - 2 score`` must not exceed the square of the radius.
        outside: The place of the group of rows outside.
        form: Which kind of borders these are.
    """

    points: tuple[tuple[float, ...], ...]
    biases: tuple[float, ...]
    groups: tuple[int, ...]
    radius: float | None = None
    outside: int | None = None
    form: Literal["prototypes"] = "prototypes"

    @classmethod
    def around(
        cls,
        points: Floats,
        groups: Ints | None = None,
        *,
        radius: float | None = None,
        outside: int | None = None,
    ) -> Self:
        """Draw borders halfway between points.

        Args:
            points: m x d.
            groups: The place of each point's group; by default each point is a group of its own.
            radius: Rows farther from every point than this are outside.
            outside: The place of their group.

        Examples:
            >>> Prototypes.around(np.array([[0.0], [2.0]])).biases
            (0.0, -2.0)
        """
        order = np.arange(len(points)) if groups is None else np.argsort(groups, kind="stable")
        belong = order if groups is None else groups[order]
        biases = -0.5 * np.square(points[order]).sum(axis=1)
        return cls(
            tuple(map(tuple, points[order].tolist())),
            tuple((biases + 0.0).tolist()),
            tuple(belong.tolist()),
            radius,
            outside,
        )

    @property
    def k(self) -> int:
        """Count the groups."""
        return max(*self.groups, -1 if self.outside is None else self.outside, 0) + 1

    def renumbered(self, places: Sequence[int]) -> Self:
        """Give group g the place ``places[g]``."""
        groups = np.array([places[group] for group in self.groups])
        order = np.argsort(groups, kind="stable").tolist()
        return dataclasses.replace(
            self,
            points=tuple(self.points[at] for at in order),
            biases=tuple(self.biases[at] for at in order),
            groups=tuple(groups[order].tolist()),
            outside=None if self.outside is None else places[self.outside],
        )

    def places(self, matrix: Floats) -> Ints:
        """Find the place of each row's group.

        Examples:
            >>> Prototypes.around(np.array([[0.0], [1.0]])).places(np.array([[0.1], [0.5], [0.9]])).tolist()
            [0, 0, 1]
        """
        points = np.array(self.points, dtype=float).reshape(len(self.points), -1)
        if self.radius is not None:
            matrix = scores.in_reach(matrix)
        found = matrix @ points.T + np.array(self.biases)
        placed = np.array(self.groups, dtype=np.int64)[scores.first_highest(found, self._close())]
        if self.radius is None or self.outside is None:
            return placed
        away = np.square(matrix).sum(axis=1) - 2.0 * found.max(axis=1)
        return np.where(away > self.radius**2, self.outside, placed)

    def _close(self) -> float:
        longest = max((sum(x * x for x in point) for point in self.points), default=0.0)
        return scores.tolerance(longest)

    def query(self, prepared: str, names: Sequence[str], ids: Sequence[int]) -> dict[str, exp.Select]:
        """Write the steps from prepared numbers to ``user_id, segment``; the last is the answer.

        Args:
            prepared: The relation with ``user_id`` and the prepared numbers.
            names: The column of each coordinate that has a say, or "" for those that don't.
            ids: The id of the group at each place.
        """
        user = sql.column("user_id")
        columns = [f"s{place}" for place in range(1, len(self.points) + 1)]
        each = [
            sql.named(linear(bias, point, names), column)
            for point, bias, column in zip(self.points, self.biases, columns, strict=True)
        ]
        steps = {}
        if self.radius is not None:
            each.append(sql.named(square(names), "square"))
            steps["in_reach"] = scores.select_in_reach(prepared, names)
            prepared = "in_reach"
        scored = sql.select(user, *each).from_(sql.table(prepared), copy=False)
        kept = map(sql.column, columns if self.radius is None else [*columns, "square"])
        top = sql.named(scores.highest(columns), "top")
        topped = sql.select(user, *kept, top).from_(sql.table("scores"), copy=False)
        belong = [ids[group] for group in self.groups]
        best = scores.chosen(columns, belong, sql.column("top"), self._close())
        if self.radius is not None and self.outside is not None:
            text = "case when square - 2e0 * top > :bound then :outside else :best end"
            bound = sql.double(self.radius**2)
            best = sql.sql(text, bound=bound, outside=sql.literal(ids[self.outside]), best=best)
        placed = sql.select(user, sql.named(best, "segment")).from_(sql.table("best"), copy=False)
        return steps | {"scores": scored, "best": topped, "placed": placed}


def linear(bias: float, point: Sequence[float], names: Sequence[str]) -> exp.Expression:
    """Write ``bias + point . x``, where a coordinate of the name "" is 0."""
    total: exp.Expression = sql.double(bias)
    for name, weight in zip(names, point, strict=True):
        if name:
            product = exp.Mul(this=sql.double(weight), expression=sql.column(name))
            total = exp.Add(this=total, expression=product)
    return total


def square(names: Sequence[str]) -> exp.Expression:
    """Write ``|x|^2``."""
    total: exp.Expression = sql.double(0.0)
    for name in filter(None, names):
        square = exp.Mul(this=sql.column(name), expression=sql.column(name))
        total = exp.Add(this=total, expression=square)
    return total
