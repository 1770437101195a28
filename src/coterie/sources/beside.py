"""Tables that are built beside others and put in their place at once, where no transaction holds DDL.

Each table of a transaction, and each temporary one, has a name of its own meanwhile; statements name it by
what it stands for. A transaction ends so: what is left to do is written into a table in the same transaction
as the rows, the rows are committed, one RENAME TABLE puts every new table into its place, views follow, and
old tables go. A process that dies between leaves that list, and whoever comes next works it off.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlglot import exp

from coterie.sources import sql
from coterie.sources.nested import Nested

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Run: TypeAlias = Callable[[str, str], None]

#: What is left to do after a commit, and who writes.
_PENDING, _WRITER = "pending_renames", "writer"
_LONGEST = 64


class Tables(Nested):
    """Which names tables have at the moment.

    Args:
        define: Runs DDL.
        fill: Runs statements on rows, in the transaction.
        there: Tells whether there is a table of a name.
        session: A number that no other session has at the time.

    Attributes:
        names: For tables that are not in their place, the name that they have.
    """

    def __init__(self, define: Run, fill: Run, there: Callable[[str], bool], session: int) -> None:
        self.names: dict[str, str] = {}
        self._define, self._fill, self._there, self._session = define, fill, there, session
        self._made = 0
        self._temporary: set[str] = set()
        self._swaps: dict[str, str | None] = {}
        self._views: list[str] = []
        self._trash: list[str] = []

    def name_for(self, table: str, *, temporary: bool) -> str:
        """A new name for a table that is about to be made."""
        self._made += 1
        kind = "tmp" if temporary else "new"
        return f"{kind}_{self._session}_{self._made}_{table}"[:_LONGEST]

    def take(self, table: str, name: str, *, temporary: bool) -> None:
        """Let `table` be the one of that name from now on."""
        self._put_aside(table)
        if temporary:
            self.names[table] = name
            self._temporary.add(table)
        elif self._depth:
            self.names[table] = name
            self._swaps[table] = name
        else:
            self._swap({table: name}, [])
        self._sweep_trash()

    def drop(self, table: str) -> None:
        """Let there be no such table; it goes at once, or at the end of the transaction."""
        if table in self.names:
            self._put_aside(table)
            if self._swaps.get(table) is None:
                self._sweep_trash()
                return
        if self._depth:
            self._swaps[table] = None
            self.names[table] = f"no_{table}"[:_LONGEST]
        else:
            self._define(f"drop table if exists {_quoted(table)}", f"the drop of table {table!r}")

    def _put_aside(self, table: str) -> None:
        """Forget the name of a table that was made meanwhile; it goes when no transaction can be using it."""
        name = self.names.pop(table, None)
        self._temporary.discard(table)
        if name is not None:
            self._trash.append(name)

    def later(self, text: str, what: str) -> None:
        """Make a view once the transaction has ended, or now if there is none."""
        if self._depth:
            self._views.append(text)
        else:
            self._define(text, what)

    def _begin(self) -> None:
        self._ready()
        self._fill("begin", "the start of a transaction")

    def _ready(self) -> None:
        """Make the list of what is left to do, outside of any transaction."""
        if not self._there(_PENDING):
            text = f"create table if not exists {_PENDING} (swaps longtext, views longtext)"
            self._define(text, "the list of renames")

    def _commit(self) -> None:
        swaps, views = self._swaps, self._views
        self._swaps, self._views = {}, []
        if swaps or views:
            words = (exp.Literal.string(json.dumps(part)).sql(dialect="mysql") for part in (swaps, views))
            self._fill(f"insert into {_PENDING} values ({', '.join(words)})", "the list of renames")
        self._fill("commit", "the end of a transaction")
        for table in swaps:
            self.names.pop(table, None)
        if swaps or views:
            self._swap(swaps, views)
            self._fill(f"delete from {_PENDING}", "the list of renames")
        self._sweep_trash()

    def _undo(self) -> None:
        from coterie.errors import WarehouseGoneError

        with contextlib.suppress(WarehouseGoneError):  # then it was rolled back
            self._fill("rollback", "the end of a transaction")
            for table in self._swaps:
                self._put_aside(table)
            self._swaps, self._views = {}, []
            self._sweep_trash()

    def _swap(self, swaps: Mapping[str, str | None], views: list[str]) -> None:
        """Put new tables into their places by one statement, make views, and drop the old tables."""
        old: list[str] = []
        moves: list[str] = []
        for table, name in swaps.items():
            if name is not None and not self._there(name):
                continue  # it was moved before the process died
            if self._there(table):
                self._made += 1
                gone = f"old_{self._session}_{self._made}_{table}"[:_LONGEST]
                old.append(gone)
                moves.append(f"{_quoted(table)} to {_quoted(gone)}")
            if name is not None:
                moves.append(f"{_quoted(name)} to {_quoted(table)}")
        if moves:
            self._define(f"rename table {', '.join(moves)}", "the renaming of tables")
        for view in views:
            self._define(view, "the creation of a view")
        for gone in old:
            self._define(f"drop table if exists {_quoted(gone)}", f"the drop of table {gone!r}")

    def _sweep_trash(self) -> None:
        if not self._depth:
            while self._trash:
                self._define(f"drop table if exists {_quoted(self._trash[-1])}", "the drop of a table")
                self._trash.pop()

    def forget(self) -> None:
        """Drop the temporary tables of the session."""
        for table in list(self._temporary):
            self._put_aside(table)
        self._sweep_trash()

    def are_pending(self, value: Callable[..., Any]) -> bool:
        """Whether a process died between its commit and its renames."""
        return self._there(_PENDING) and bool(value(f"select count(*) from {_PENDING}"))

    def recover(self, value: Callable[..., Any]) -> None:
        """Do what is left to do."""
        swaps = json.loads(value(f"select swaps from {_PENDING} limit 1"))
        views = json.loads(value(f"select views from {_PENDING} limit 1"))
        self._swap(swaps, views)
        self._fill(f"delete from {_PENDING}", "the list of renames")

    def sweep(self, value: Callable[..., Any]) -> None:
        """Drop what sessions that are no more have left; call it while no other writes."""
        found = value(
            """select group_concat(table_name separator '\\n') from information_schema.tables
            where table_schema = database() and table_name regexp '^(tmp|new|old)_[0-9]+_[0-9]+_'
            and not substring_index(substring_index(table_name, '_', 2), '_', -1)
            in (select id from information_schema.processlist)"""
        )
        for name in filter(None, (found or "").split("\n")):
            self._define(f"drop table if exists {_quoted(name)}", f"the drop of table {name!r}")

    def held_by(self, holder: str) -> None:
        """Note who writes, for others to read."""
        self._define(f"create table if not exists {_WRITER} (holder varchar(255))", "the name of the run")
        self._fill(f"delete from {_WRITER}", "the name of the run")
        name = exp.Literal.string(holder).sql(dialect="mysql")
        self._fill(f"insert into {_WRITER} values ({name})", "the name of the run")

    def holder(self, value: Callable[..., Any]) -> str | None:
        """Read who writes."""
        return value(f"select max(holder) from {_WRITER}") if self._there(_WRITER) else None


def _quoted(name: str) -> str:
    return sql.column(name).sql(dialect="mysql")


def renamed(statement: exp.Expression, names: Mapping[str, str]) -> exp.Expression:
    """Let a statement read and write tables under the names that they have at the moment.

    Examples:
        >>> renamed(sql.sql("select t.a from t"), {"t": "new_t"}).sql()
        'SELECT t.a FROM "new_t" AS "t"'
    """
    if not any(table.name in names for table in sql.unqualified(statement)):
        return statement
    tree = statement.copy()
    for table in sql.unqualified(tree):
        if table.name in names:
            read = isinstance(table.parent, exp.From | exp.Join) and not isinstance(
                table.parent.parent, exp.Delete
            )
            if read and not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name, quoted=True)))
            table.set("this", exp.to_identifier(names[table.name], quoted=True))
    return tree
