"""Tables as views over parts, for engines without transactions over several tables.

A table of a project is a view, `select ... from part union all select ... from part`. A part is a real table
that is written once and never changed. Whatever a transaction writes goes into new parts, which its own
statements read; at its end every view is replaced, which each engine does at once for a view, and until then
nobody else sees anything. Where there are several, a note of what they become is made first: if the process
ends between two of them, the next that writes replaces the others. Rows are deleted by writing those that
stay into a new part.
"""

from __future__ import annotations

import abc
import base64
import contextlib
import dataclasses
import datetime as dt
import json
import re
import secrets
import zlib
from typing import TYPE_CHECKING, cast

import pyarrow as pa
import sqlglot
from sqlglot import exp

from coterie import errors
from coterie.sources import arrow, dialects, sql
from coterie.sources.adapter import Adapter, about
from coterie.sources.nested import Nested

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from coterie.sources.lease import Lease

#: A table of more parts is written anew as one.
MOST_PARTS = 24

#: Parts that nothing shows any more are kept for readers that began before, and for this long.
KEPT = dt.timedelta(days=1)

#: The view that is there while several others are replaced; it says by which statements.
UNFINISHED = "unfinished"

_PART = re.compile(r"^(.+)__p([0-9a-f]{11})[0-9a-f]{6}$")


def part_of(table: str, now: dt.datetime) -> str:
    """Name a new part of a table, with the time in it.

    Examples:
        >>> made = part_of("events", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        >>> made[:20], made_at(made) == dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        ('events__p19b76daa800', True)
    """
    return f"{table}__p{int(now.timestamp() * 1000):011x}{secrets.token_hex(3)}"


def made_at(part: str) -> dt.datetime | None:
    """The time a part was made; None of another table."""
    found = _PART.match(part)
    return dt.datetime.fromtimestamp(int(found[2], 16) / 1000, dt.UTC) if found else None


@dataclasses.dataclass
class _Written:
    """What a transaction has written so far.

    Attributes:
        tables: The branches of each table, or the definition of each view; None of what is dropped.
        parts: The parts it made.
    """

    tables: dict[str, tuple[exp.Select, ...] | exp.Query | None] = dataclasses.field(default_factory=dict)
    parts: list[str] = dataclasses.field(default_factory=list)


class Parted(Nested, Adapter):
    """A `coterie.sources.warehouse.Warehouse` whose tables are views over parts.

    An engine needs `_run`, `_read`, `_fill`, `_definition`, `_types` and `_tables`.
    """

    def __init__(self, url: str, schema: str, home: str) -> None:
        super().__init__(url, schema, home)
        self._lease: Lease | None = None
        self._now = _Written()
        self._temporary: dict[str, str] = {}
        self._known: dict[str, str | None] = {}
        self._gone: str | None = None
        self._is_whole = False

    @abc.abstractmethod
    def _fill(self, part: str, rows: pa.RecordBatchReader) -> None:
        """Make a part of Arrow rows."""

    @abc.abstractmethod
    def _definition(self, table: str) -> str | None:
        """The text of a view; None if there is none of that name."""

    @abc.abstractmethod
    def _types(self, text: str) -> dict[str, str]:
        """Names and types of the columns of a SELECT, as `coterie.sources.dialects.called` calls them."""

    @abc.abstractmethod
    def _tables(self) -> list[str]:
        """The names of the real tables of the schema."""

    def query(self, statement: exp.Expression) -> pa.Table:
        """Run a SELECT and return all of its rows."""
        return super().query(self._seen(statement))

    @contextlib.contextmanager
    def stream(self, statement: exp.Expression) -> Iterator[pa.RecordBatchReader]:
        """Run a SELECT and hand its rows over batch by batch."""
        with super().stream(self._seen(statement)) as rows:
            yield rows

    def execute(self, *statements: exp.Expression) -> None:
        """Run statements that return nothing, one after the other."""
        for statement in statements:
            if isinstance(statement, exp.Delete):
                self._delete(statement)
            elif isinstance(statement, exp.Update):
                self._update(statement)
            elif isinstance(statement, exp.Create) and statement.kind == "VIEW" and not _elsewhere(statement):
                with self.transaction():
                    rows = cast("exp.Query", statement.expression)
                    self._now.tables[statement.this.name] = rows
            else:
                super().execute(self._seen(statement))

    def create(self, table: str, rows: exp.Expression | pa.Table, *, temporary: bool = False) -> None:
        """Create `table`, or replace it, from a SELECT or rows; a temporary one ends with the session."""
        if temporary:
            part = self._part(table, rows)
            self._drop_temporary(table)
            self._temporary[table] = part
            return
        with self.transaction():
            self._now.tables[table] = (self._branch(self._part(table, rows)),)

    def append(self, table: str, rows: exp.Expression | pa.Table | pa.RecordBatchReader) -> None:
        """Add rows to a table, by column name; columns that are not given become null."""
        if isinstance(rows, exp.Expression):
            whole = self._whole(rows, self.columns(table))
            self._add(table, self._part(table, whole))
        else:
            self._write(table, rows.to_reader() if isinstance(rows, pa.Table) else rows)

    def _write(self, table: str, rows: pa.RecordBatchReader) -> None:
        types = self.columns(table)
        for some in arrow.several(rows):
            self._add(table, self._part(table, arrow.fitting(some, types)))

    def widen(self, table: str, columns: pa.Schema) -> None:
        """Give a table further columns, null in each of its rows."""
        if table in self._temporary:
            nulls = [_null(kind, name) for name, kind in _arrow_types(columns, self.dialect).items()]
            self.create(table, sql.select(exp.Star(), *nulls).from_(sql.table(table)), temporary=True)
            return
        with self.transaction():
            branches = self._branches(table)
            for name, kind in _arrow_types(columns, self.dialect).items():
                branches = tuple(one.select(_null(kind, name)) for one in branches)
            self._now.tables[table] = branches

    def drop(self, table: str) -> None:
        """Drop a table if it is there."""
        if table in self._temporary:
            self._drop_temporary(table)
            return
        if table in self._now.tables or self._text(table) is not None:
            with self.transaction():
                self._now.tables[table] = None

    def columns(self, table: str) -> dict[str, str]:
        """Names and types of a table's columns in order; empty if there is no such table."""
        if self._now.tables.get(table, ()) is None and table not in self._temporary:
            return {}
        known = table in self._temporary or table in self._now.tables
        if not known and self._text(table) is None:
            return {}
        return self._types(self._printed(self._seen(sql.select(exp.Star()).from_(sql.table(table)))))

    @contextlib.contextmanager
    def _while_there(self) -> Iterator[None]:
        """Ask nothing more of a system that went away, which would let each question wait in vain."""
        if self._gone is not None:
            raise errors.WarehouseGoneError(self._gone)
        try:
            yield
        except errors.WarehouseGoneError as gone:
            self._gone = str(gone)
            raise

    def _begin(self) -> None:
        """Nothing is visible before it is published; what broke off is finished first, once a session."""
        if not self._is_whole and self._definition(UNFINISHED) is not None:
            with self.alone("one who finishes what broke off"):
                pass
        self._is_whole = True

    def _undo(self) -> None:
        with contextlib.suppress(errors.WarehouseGoneError):  # its parts are swept some day
            self._forget(self._now.parts)

    def close(self) -> None:
        """Drop what is temporary."""
        with contextlib.suppress(errors.WarehouseGoneError):
            for table in list(self._temporary):
                self._drop_temporary(table)

    @contextlib.contextmanager
    def alone(self, holder: str) -> Iterator[None]:
        """Let no other run write into the schema meanwhile; a second one waits, then refuses."""
        with self._lease.held(holder) if self._lease else contextlib.nullcontext():
            self._finish()
            yield

    def sweep(self, now: dt.datetime | None = None) -> tuple[str, ...]:
        """Drop parts that nothing shows and that are older than `KEPT`, and name them."""
        now = now or dt.datetime.now(dt.UTC)
        shown: set[str] = set()
        old = []
        for part in self._tables():
            made = made_at(part)
            if made is not None and made < now - KEPT:
                old.append(part)
        for table in {found[1] for part in old if (found := _PART.match(part))}:
            text = self._definition(table)
            if text is not None:
                shown |= {one.name for one in self._parsed(text).find_all(exp.Table)}
        gone = tuple(part for part in old if part not in shown)
        self._drop_parts(gone)
        return gone

    def _renew(self, *, at_once: bool = False) -> None:
        if self._lease:
            self._lease.renew(at_once=at_once)

    def _commit(self) -> None:
        """Let everyone see what a transaction has written."""
        try:
            self._renew(at_once=True)
        except errors.WarehouseGoneError:
            raise
        except errors.WarehouseError:
            self._forget(self._now.parts)
            raise
        written = self._now
        used: set[str] = set()
        statements = []
        for table, branches in written.tables.items():
            if branches is None:
                if self._text(table) is not None:
                    statements.append(self._without(table))
                continue
            rows = branches if isinstance(branches, exp.Query) else _united(branches)
            used |= {one.name for one in rows.find_all(exp.Table)}
            statements.append(self._shows(table, rows))
        self._publish(statements)
        self._forget([part for part in written.parts if part not in used])

    def _publish(self, statements: Sequence[tuple[str, str]]) -> None:
        """Replace views one after the other, so that whoever comes after can finish it."""
        several = len(statements) > 1
        self._is_whole = not several
        if several:
            told = base64.b64encode(zlib.compress(json.dumps(statements).encode())).decode()
            note = sql.select(sql.named(sql.literal(told), "note"))
            self._run(*self._shows(UNFINISHED, note))
        try:
            for text, what in statements:
                self._run(text, what)
        except errors.WarehouseGoneError:
            raise
        except errors.WarehouseError:  # it would be refused to the next, too
            self._run(*self._without(UNFINISHED))
            self._now, self._known = _Written(), {}
            raise
        if several:
            self._run(*self._without(UNFINISHED))
        self._is_whole = True

    def _finish(self) -> None:
        """Replace the views that another began to replace and did not come to."""
        if self._definition(UNFINISHED) is not None:
            note = self.query(sql.select(sql.column("note")).from_(sql.table(UNFINISHED)))["note"][0].as_py()
            self._publish(json.loads(zlib.decompress(base64.b64decode(note))))
        self._is_whole = True

    def _shows(self, table: str, rows: exp.Query) -> tuple[str, str]:
        """The statement that lets a view show something, and what to call it."""
        made = exp.Create(this=sql.table(table), kind="VIEW", replace=True, expression=self._kept(rows))
        return self._printed(self._located(made)), f"the view {table!r}"

    def _without(self, table: str) -> tuple[str, str]:
        """The statement that takes a view away, and what to call it."""
        gone = sql.sql("drop view if exists :view", view=sql.table(table))
        return self._printed(self._located(gone)), f"the drop of view {table!r}"

    def _forget(self, parts: list[str]) -> None:
        self._now = _Written()
        self._known = {}
        self._drop_parts([part for part in parts if part not in self._temporary.values()])

    def _drop_parts(self, parts: list[str] | tuple[str, ...]) -> None:
        for part in parts:
            gone = sql.sql("drop table if exists :part", part=sql.table(part))
            self._run(self._printed(self._located(gone)), f"the drop of table {part!r}")

    def _drop_temporary(self, table: str) -> None:
        if table in self._temporary:
            self._drop_parts([self._temporary.pop(table)])

    def _part(self, table: str, rows: exp.Expression | pa.Table) -> str:
        """Make a part of a SELECT or of rows."""
        part = part_of(table, dt.datetime.now(dt.UTC))
        if self._depth:
            self._now.parts.append(part)
        if isinstance(rows, pa.Table) and rows.num_rows:
            self._fill(part, rows.to_reader())
            return part
        if isinstance(rows, pa.Table):  # engines guess the types of what isn't there
            kinds = _arrow_types(rows.schema, self.dialect)
            rows = sql.select(*(_null(kind, name) for name, kind in kinds.items())).limit(0)
        if isinstance(rows, exp.Expression):
            made = exp.Create(this=sql.table(part), kind="TABLE", expression=self._seen(rows))
            self._run(self._printed(self._located(made)), about(exp.Create(this=sql.table(table))))
        return part

    def _branch(self, part: str) -> exp.Select:
        return sql.select(*map(sql.column, self._part_columns(part))).from_(sql.table(part))

    def _part_columns(self, part: str) -> Iterable[str]:
        """The names of the columns of a part."""
        return self._types(self._printed(self._located(sql.select(exp.Star()).from_(sql.table(part)))))

    def _read_by(self, statement: exp.Expression) -> set[str] | None:
        """The parts that a statement reads; None if it reads other tables, too."""
        if any(one.args.get("db") or isinstance(one.this, exp.Func) for one in statement.find_all(exp.Table)):
            return None
        found: set[str] = set()
        for table in sql.unqualified(statement):
            below = self._below(table.name)
            if below is None:
                return None
            found |= below
        return found

    def _below(self, table: str) -> set[str] | None:
        """The parts that a table of the project is made of; None of another table."""
        if table in self._temporary:
            return {self._temporary[table]}
        if made_at(table) is not None:
            return {table}
        shown = self._shown(table)
        if shown is None:
            return None
        return self._read_by(cast("exp.Expression", _united(shown) if isinstance(shown, tuple) else shown))

    def _add(self, table: str, part: str) -> None:
        with self.transaction():
            if self._depth == 1:  # made before the transaction began
                self._now.parts.append(part)
            if table in self._temporary:
                both = _united((self._branch(self._temporary[table]), self._branch(part)))
                self.create(table, both, temporary=True)
                self._drop_parts([part])
                return
            branches = (*self._branches(table), self._branch(part))
            if len(branches) > MOST_PARTS:
                branches = (self._branch(self._part(table, _united(branches))),)
            self._now.tables[table] = branches

    def _delete(self, statement: exp.Delete) -> None:
        table = cast("exp.Table", statement.this)
        where = statement.args.get("where")
        rows = sql.select(exp.Star()).from_(table.copy())
        if where is None:
            rows = rows.limit(0)
        else:
            stays = sql.sql("case when :gone then 0 else 1 end = 1", gone=where.this)
            rows = rows.where(stays, copy=False)
        self.create(table.name, rows, temporary=table.name in self._temporary)

    def _update(self, statement: exp.Update) -> None:
        name = cast("exp.Table", statement.this).name
        where = statement.args.get("where")
        new = {change.this.name: change.expression for change in statement.expressions}
        chosen = []
        for column in self.columns(name):
            value: exp.Expression = sql.column(column)
            if column in new:
                changes = exp.true() if where is None else where.this
                text = "case when :changes then :new else :value end"
                value = sql.sql(text, changes=changes, new=new[column], value=value)
            chosen.append(sql.named(value, column))
        rows = sql.select(*chosen).from_(sql.table(name))
        self.create(name, rows, temporary=name in self._temporary)

    def _whole(self, rows: exp.Expression, types: Mapping[str, str]) -> exp.Select:
        """Select all columns of a table from rows that have some of them."""
        given = set(self._names(rows))
        chosen = [
            sql.named(exp.cast(sql.column(name), kind), name) if name in given else _null(kind, name)
            for name, kind in types.items()
        ]
        return sql.select(*chosen).from_(cast("exp.Query", rows).subquery("given"))

    def _branches(self, table: str) -> tuple[exp.Select, ...]:
        """The SELECTs that a table is made of."""
        found = self._shown(table)
        if isinstance(found, tuple):
            return found
        return tuple(found.find_all(exp.Select)) if found is not None else ()

    def _text(self, table: str) -> str | None:
        """The text of a view as the last transaction left it; asked for once in a transaction."""
        if not self._depth:
            return self._definition(table)
        if table not in self._known:
            self._known[table] = self._definition(table)
        return self._known[table]

    def _shown(self, table: str) -> tuple[exp.Select, ...] | exp.Query | None:
        if table in self._now.tables:
            return self._now.tables[table]
        text = self._text(table)
        return None if text is None else self._parsed(text)

    def _parsed(self, text: str) -> exp.Query:
        tree = cast("exp.Query", sqlglot.parse_one(text, dialect=self.dialect))
        for table in tree.find_all(exp.Table):
            table.set("db", None)
            table.set("catalog", None)
        return tree

    def _seen(self, statement: exp.Expression) -> exp.Expression:
        """Let a statement read what this session sees: temporary tables, and what the transaction wrote."""
        tree = statement.copy()
        for table in sql.unqualified(tree):
            rows = self._inlined(table.name)
            if rows is not None:
                table.replace(rows.subquery(table.alias or table.name, copy=False))
        return self._located(tree)

    def _inlined(self, table: str) -> exp.Query | None:
        """What stands for a table that others don't see, or not so; None for one that is as they see it."""
        if table in self._temporary:
            return sql.select(exp.Star()).from_(sql.table(self._temporary[table]))
        if not self._now.tables:
            return None
        found = self._shown(table)
        if isinstance(found, tuple):
            return _united(found)
        if found is None:
            return None
        below = {one.name for one in found.find_all(exp.Table) if made_at(one.name) is None} - {table}
        fresh = table in self._now.tables or any(self._inlined(name) is not None for name in below)
        return cast("exp.Query", self._seen(cast("exp.Expression", found))) if fresh else None

    def _kept(self, rows: exp.Query) -> exp.Query:
        """The text of a view as the engine can give it back."""
        return rows

    def _located(self, statement: exp.Expression) -> exp.Expression:
        """Name the schema of each table where the engine needs that."""
        return statement


def _united(branches: tuple[exp.Select, ...]) -> exp.Query:
    copies = [one.copy() for one in branches]
    return exp.union(*copies, distinct=False) if len(copies) > 1 else copies[0]


def _null(kind: str, name: str) -> exp.Expression:
    return sql.named(exp.cast(exp.null(), kind), name)


def _arrow_types(columns: pa.Schema, dialect: str) -> dict[str, str]:
    return {field.name: dialects.called(dialects.TYPES[dialect].of(field.type)) for field in columns}


def _elsewhere(view: exp.Create) -> bool:
    """Whether a view is made in a schema that is named, and so is none of the tables kept here."""
    table = view.this.find(exp.Table)
    return table is not None and bool(table.db)
