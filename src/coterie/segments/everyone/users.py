"""All users of a features table, in the warehouse, and their coordinates as a relation."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING

from coterie.segments import assign
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlglot import exp

    from coterie.segments.segmentation import Step
    from coterie.sources.warehouse import Warehouse

_PREPARED = "prepared_users"


@dataclasses.dataclass(frozen=True, slots=True)
class Everyone:
    """The users that a segmentation is about, where they lie.

    Attributes:
        warehouse: Where their features are.
        relation: The table or view with ``user_id`` and the features.
        only: A SELECT of the ``user_id`` of those meant; ``None``: all of the relation.
    """

    warehouse: Warehouse
    relation: str = "features"
    only: exp.Select | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Coordinates:
    """Prepared numbers of all users, as `coterie.segments.prepare.matrix` computes them of a table.

    Attributes:
        warehouse: Where they are computed.
        names: The column of each step, or "" for a step without a say, which is 0.
        before: The queries that the relation rests on, by name.
        relation: The table or query with ``user_id`` and the columns.
    """

    warehouse: Warehouse
    names: tuple[str, ...]
    before: Mapping[str, exp.Select]
    relation: str

    @property
    def used(self) -> tuple[str, ...]:
        """The columns that there are."""
        return tuple(filter(None, self.names))

    def select(self, **steps: exp.Select) -> exp.Select:
        """Write the last of some queries, each of which may read those before it and the relation."""
        return assign.in_steps({name: part.copy() for name, part in {**self.before, **steps}.items()})


def coordinates(everyone: Everyone, steps: tuple[Step, ...]) -> Coordinates:
    """Write how all users are prepared; nothing is run."""
    used = [step for step in steps if step.weight > 0]
    numbered = iter(f"x{place}" for place in range(1, len(used) + 1))
    names = tuple(next(numbered) if step.weight > 0 else "" for step in steps)
    before = assign.preparation(used, [name for name in names if name], everyone.relation)
    if everyone.only is not None:
        meant = sql.sql("user_id in (:users)", users=everyone.only)
        before["known"] = before["known"].where(meant, copy=False)
    return Coordinates(everyone.warehouse, names, before, "prepared")


@contextlib.contextmanager
def prepared(everyone: Everyone, steps: tuple[Step, ...]) -> Iterator[Coordinates]:
    """Prepare all users once, in a temporary table, for fits that go over them many times."""
    written = coordinates(everyone, steps)
    everyone.warehouse.create(_PREPARED, written.select(), temporary=True)
    try:
        yield dataclasses.replace(written, before={}, relation=_PREPARED)
    finally:
        everyone.warehouse.drop(_PREPARED)
