"""Portions: users with neighbouring ids, so few that what is grouped and joined of them fits into memory.

An engine that works in the memory of this process puts groups that don't fit there on disk and reads them
back, and can't put a join of many columns on disk at all. Whatever is grouped by user can be made of one
portion after the other instead, at the price of reading the events once a portion.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from typing import TYPE_CHECKING, Protocol, TypeVar

from sqlglot import exp

from coterie.progress import quiet
from coterie.sources import dialects, sql

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from coterie.progress import Progress
    from coterie.sources.warehouse import Warehouse

Rows = TypeVar("Rows", bound=exp.Expression)

#: A portion weighs at most about this much, which DuckDB groups and joins within 3 GB.
MOST = 25_000_000

_BOUNDS = """
    select max(user_id) as last
    from (
        select user_id, cast(sum(weight) over (order by user_id) as bigint) as up_to,
            cast(sum(weight) over () as bigint) as whole
        from :users
    ) as running
    group by (up_to - 1) * :parts // whole order by last
"""


class Only(Protocol):
    """Lets a statement read the rows of some users alone, of whichever tables it reads."""

    def __call__(self, rows: Rows, /) -> Rows:
        """Change the statement, and give it back."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class Portion:
    """A range of user ids.

    Attributes:
        after: Its users come after this one; None: from the first one on.
        last: Its last user; None: up to the last there is.
    """

    after: str | None = None
    last: str | None = None

    def only(self, rows: Rows) -> Rows:
        """Let a statement read the rows of these users alone, of whichever tables it reads."""
        for inner, table in sql.reading(rows):
            user = sql.column("user_id", table.alias_or_name)
            after = [] if self.after is None else [user > sql.literal(self.after)]
            last = [] if self.last is None else [user <= sql.literal(self.last)]
            inner.where(*after, *last, copy=False)
        return rows


#: Everyone at once.
EVERYONE = Portion()


def split(warehouse: Warehouse, users: exp.Select, whole: exp.Select) -> tuple[Portion, ...]:
    """Split users into even portions of about `MOST`; one where the engine looks after its memory itself.

    Args:
        warehouse: Where they are.
        users: A row a user: ``user_id``, and a whole number as ``weight``.
        whole: One row: about what all of them weigh, for little work.
    """
    if warehouse.dialect not in dialects.IN_MEMORY:
        return (EVERYONE,)
    told = warehouse.query(whole).column("weight").to_pylist()
    weight = (told[0] or 0) if told else 0  # in a plan nobody may be there yet
    if weight <= MOST:
        return (EVERYONE,)
    parts = math.ceil(weight / MOST)
    found = warehouse.query(sql.sql(_BOUNDS, parts=parts, users=users.subquery("users")))
    bounds = found.column("last").to_pylist()[:-1]
    return tuple(Portion(after, last) for after, last in itertools.pairwise([None, *bounds, None]))


def create(
    warehouse: Warehouse,
    table: str,
    portions: Sequence[Portion],
    rows: Callable[[Portion, Progress], AbstractContextManager[exp.Select]],
    progress: Progress = quiet,
) -> None:
    """Create a table, or replace it, by one portion after the other; they become visible together.

    Args:
        warehouse: Where it is.
        table: Its name.
        portions: Of which it is made.
        rows: Opens what selects the rows of a portion, and tells how far it is with that.
        progress: Told how far all is.
    """
    with warehouse.transaction():
        for place, portion in enumerate(portions):
            with rows(portion, _part(progress, place, len(portions))) as made:
                if place:
                    warehouse.append(table, made)
                else:
                    warehouse.create(table, made)


def _part(progress: Progress, place: int, parts: int) -> Progress:
    """Tell how far all parts are, for one of them that takes as long as any."""

    def told(what: str, done: int, of: int) -> None:
        progress(what, place * of + done, parts * of)

    return told
