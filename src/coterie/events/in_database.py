"""Sources that are tables of a database: of the warehouse, where they are mapped, or of another server.

The rows of a table of events are loaded by days, so that a day is read again only when something about it has
changed: how many rows it has, or the sum over them that `coterie.sources.dialects` prints for each engine. A
table of the warehouse is set out in a table of its own first, so that every later look sees the same rows.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pyarrow as pa
import sqlglot
from sqlglot import exp

from coterie import errors
from coterie.events import columns, days
from coterie.sources import connect, dialects, reading, sql
from coterie.sources.relation import ROW, UNIT, Relation, Unit, select

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coterie.project.sourcing import Source
    from coterie.sources.warehouse import Warehouse

#: The connection that means the warehouse itself.
HERE = "warehouse"
#: Ends the name of the unit of rows whose day nobody can tell.
_NO_DAY = "(no day)"
_EPOCH = dt.date(1970, 1, 1)
#: Days out of which no event is used, whatever they are: 1990 and 2100.
_FIRST, _LAST = 7305, 47482


def is_here(source: Source, warehouse: str) -> bool:
    """Whether a source is a table of the warehouse, whose URL is given."""
    if source.connection is not None:
        return source.connection == HERE
    return connect.system(warehouse) not in connect.IN_FILES and reading.names_a_table(source.table)


def place(source: Source, warehouse: Warehouse | None) -> contextlib.AbstractContextManager[Warehouse] | None:
    """Open the database that a source's table is in; None if it is in files, as SQLite's and DuckDB's are.

    Args:
        source: The source.
        warehouse: The warehouse of the project; None where the source is not in it.
    """
    if warehouse is not None and is_here(source, warehouse.url):
        return contextlib.nullcontext(warehouse)
    url = source.connection
    if url is None or connect.system(url) in connect.IN_FILES:
        return None
    return contextlib.closing(connect.connect(url, reading=True))


@dataclasses.dataclass(frozen=True)
class Table:
    """A table or query of a database as a source.

    Attributes:
        source: What coterie.yaml says of it.
        place: The database.
    """

    source: Source
    place: Warehouse

    def units(self, known: Mapping[str, str]) -> tuple[Unit, ...]:
        """List the days of the table with their fingerprints; one unit where it describes users.

        Args:
            known: Fingerprints of the days that were loaded before. Those before the window in which events
                may come late are not looked at again.
        """
        with self._named():
            if self.source.events is None:
                return (Unit(self.name, self._fingerprint()),)
            since = self._since(known)
            found = {row["day"]: row for row in self._by_day(since)}
            units = [
                Unit(self._unit(day), self._print_of(row)) for day, row in sorted(found.items(), key=_by_day)
            ]
            listed = {unit.name for unit in units}
            for name, fingerprint in known.items():
                if name not in listed:  # an older day stays as it is, and one that is empty by now is emptied
                    day = _day_of(name)
                    old = since is not None and day is not None and day < since
                    units.append(Unit(name, fingerprint.rpartition(";")[0] if old else "0"))
            return tuple(units)

    @property
    def name(self) -> str:
        """The table, as the ledger knows it."""
        return self.source.table or reading.QUERY

    def sharing(self, names: Sequence[str], known: Mapping[str, str]) -> set[str]:
        """Find the days with events of the same ids as those of some days, since one of each is kept."""
        if self.source.events is None or self.source.events.event_id is None or not names:
            return set()
        since = self._since(known)
        rows = self._rows(["event_id", "day"])
        ids = select(
            "select event_id from :rows where :chosen", rows=rows.subquery("ids"), chosen=self._among(names)
        )
        found = self.place.query(
            sql.sql(
                "select distinct day from :rows where event_id in (:ids)", rows=rows.subquery("days"), ids=ids
            )
        )["day"].to_pylist()
        return {self._unit(day) for day in found if since is None or day is None or day >= since}

    def target(self, beside: Warehouse) -> Warehouse:
        """Where the rows are mapped: in the warehouse itself, or `beside` it if they come from elsewhere."""
        return self.place if self.source.connection in (None, HERE) else beside

    @contextlib.contextmanager
    def opened(self, names: Sequence[str], target: Warehouse) -> Iterator[Relation]:
        """Set the rows of some units out where they are mapped, for a while."""
        staged = reading.staged(self.source.name)
        with self._named():
            rows = self._staged(names)
            if target is self.place:
                target.create(staged, rows, temporary=True)
            else:
                with self.place.stream(rows) as batches:
                    target.create(staged, pa.Table.from_batches([], batches.schema), temporary=True)
                    target.append(staged, batches)
        try:
            yield self._relation(target, staged, names)
        finally:
            target.drop(staged)

    def sample(self) -> Relation:
        """The table as it stands, for a look at its first rows."""
        there = self._looked_at()
        unit = sql.named(sql.literal(self.name), UNIT)
        return dataclasses.replace(there, rows=there.rows.select(unit, copy=True))

    def _relation(self, target: Warehouse, staged: str, names: Sequence[str]) -> Relation:
        counted = target.query(
            sql.sql(
                "select coterie_unit, count(*) as n from :rows group by coterie_unit", rows=sql.table(staged)
            )
        ).to_pylist()
        found = self._wanted()
        record = dialects.record(found, target.dialect)
        return Relation(
            units=tuple(names),
            rows=sql.select(*map(sql.column, [*found, UNIT, ROW])).from_(sql.table(staged)),
            columns=tuple(found),
            record=record,
            whole=record,
            typed=True,
            numbered=True,
            known=dict.fromkeys(names, 0) | {row["coterie_unit"]: row["n"] for row in counted},
            dialect=target.dialect,
        )

    def _staged(self, names: Sequence[str]) -> exp.Select:
        """Select the wanted columns, text by its letters, with unit and number."""
        source = self.source
        kinds = self._kinds()
        chosen: list[exp.Expression] = [
            sql.named(_letters(name, kinds.field(name).type), name) for name in self._wanted()
        ]
        if source.events is None:
            chosen += [
                sql.named(sql.literal(self.name), UNIT),
                sql.named(sql.sql("row_number() over ()"), ROW),
            ]
            return sql.select(*chosen).from_(self._table())
        chosen.append(sql.named(self._number(), ROW))
        inner = sql.select(sql.named(self._day(), "coterie_day"), *chosen).from_(self._table())
        unit = sql.named(self._unit_of(sql.column("coterie_day")), UNIT)
        outer = sql.select(*map(sql.column, [*self._wanted(), ROW]), unit).from_(inner.subquery("dated"))
        return outer.where(self._among(names, "coterie_day"))

    def _number(self) -> exp.Expression:
        """The place of a row in time where one of several is kept; no row of a table has a number else."""
        events = self.source.events
        if (events is None or events.event_id is None) and self.source.duplicates != "set_aside":
            return sql.sql("cast(null as bigint)")
        return sql.sql("row_number() over (order by :at, :row)", at=self._at(), row=self._written())

    def _rows(self, wanted: Sequence[str]) -> exp.Select:
        fields: dict[str, exp.Expression] = {"day": self._day()}
        if "event_id" in wanted:
            fields["event_id"] = columns.resolve(self.place, self.source, self._looked_at())[
                "event_id"
            ].text()
        return sql.select(*(sql.named(fields[name], name) for name in wanted)).from_(self._table())

    def _by_day(self, since: int | None) -> list[dict[str, int]]:
        rows = sql.select(sql.named(self._day(), "day"), sql.named(self._changing(), "changing"))
        statement = select(
            "select day, count(*) as n, coterie_sum(changing) as total from :rows group by day",
            rows=rows.from_(self._table()).subquery("dated"),
        )
        if since is not None:
            statement = statement.where(sql.sql("day >= :since or day is null", since=since))
        return list(self.place.query(statement).to_pylist())

    def _fingerprint(self) -> str:
        rows = sql.select(sql.named(self._written(), "changing")).from_(self._table()).subquery("written")
        statement = sql.sql("select count(*) as n, coterie_sum(changing) as total from :rows", rows=rows)
        return self._print_of(self.place.query(statement).to_pylist()[0])

    def _print_of(self, row: Mapping[str, int]) -> str:
        return f"{row['n']},{row['total']}"

    def _changing(self) -> exp.Expression:
        """What tells that a row has changed: its watermark, or all that is wanted of it."""
        if self.source.watermark is None:
            return self._written()
        return sql.sql("coalesce(cast(:mark as text), '')", mark=sql.column(self.source.watermark))

    def _written(self) -> exp.Expression:
        """The wanted columns as one text."""
        kinds = self._kinds()
        parts = [
            sql.sql("coalesce(cast(:column as text), '\\N')", column=_letters(name, kinds.field(name).type))
            for name in self._wanted()
        ]
        whole = parts[0]
        for part in parts[1:]:
            whole = sql.sql(":whole || '|' || :part", whole=whole, part=part)
        return whole

    def _since(self, known: Mapping[str, str]) -> int | None:
        """The first day that is looked at again; None for all."""
        loaded = [day for day in map(_day_of, known) if day is not None]
        if self.source.late_days is None or not loaded:
            return None
        return max(loaded) - self.source.late_days

    def _at(self) -> exp.Expression:
        return columns.resolve(self.place, self.source, self._looked_at())["at"].microseconds()

    def _day(self) -> exp.Expression:
        """The day since 1970 of a row's time; null where it is none, or no event could be used of it."""
        return sql.sql(
            "case when :at between :first and :last then :at // :day_us end",
            at=self._at(),
            first=_FIRST * days.DAY_US,
            last=_LAST * days.DAY_US,
            day_us=days.DAY_US,
        )

    def _among(self, names: Sequence[str], column: str = "day") -> exp.Expression:
        chosen = [_day_of(name) for name in names]
        numbers = [day for day in chosen if day is not None]
        among = sql.sql(":day in :days", day=sql.column(column), days=numbers or [-1])
        if None not in chosen:
            return among
        return sql.sql(":day is null or :among", day=sql.column(column), among=among)

    def _unit(self, day: int | None) -> str:
        return f"{self.name} {_NO_DAY if day is None else _EPOCH + dt.timedelta(days=day)}"

    def _unit_of(self, day: exp.Expression) -> exp.Expression:
        date = sql.sql(
            "cast(cast(make_timestamp(:day * :day_us) as date) as text)", day=day, day_us=days.DAY_US
        )
        return sql.sql(":name || coalesce(:date, :none)", name=f"{self.name} ", date=date, none=_NO_DAY)

    def _table(self) -> exp.Expression:
        """The table or the query to select from."""
        if self.source.query is not None:
            try:
                tree = sqlglot.parse_one(self.source.query, dialect=self.place.dialect)
            except sqlglot.ParseError as error:
                raise errors.SourceError(
                    f"its query can't be understood: {error.errors[0]['description']}."
                ) from error
            if not isinstance(tree, exp.Query):
                raise errors.SourceError("its query is not a SELECT.")
            for table in sql.unqualified(tree):
                table.set("db", exp.to_identifier(self.place.home, quoted=True))
            return tree.subquery("queried")
        name = self.source.table or ""
        if self.place.dialect == "spark" and "/" in name:
            found = reading.at_a_path(name)
            if found is None:
                raise errors.SourceError(
                    f"{name!r} is a relative path, and the cluster reads its own: write /folder or a URL such"
                    " as s3a://lake/folder, with delta. or orc. before it where it isn't Parquet."
                )
            return exp.table_(found[1], db=found[0], quoted=True)
        *above, named = name.split(".")
        catalog = ".".join(above[:-1]) or None  # a project of BigQuery, say
        return exp.table_(named, db=above[-1] if above else self.place.home, catalog=catalog, quoted=True)

    def _kinds(self) -> pa.Schema:
        return self.place.query(select("select * from :table limit 0", table=self._table())).schema

    def _wanted(self) -> list[str]:
        there = self._looked_at()
        found = (columns.actual(name, there) for name in columns.wanted(self.source))
        return [name for name in dict.fromkeys(found) if name is not None]

    def _looked_at(self) -> Relation:
        """The table as it stands in its database, to find columns and types."""
        names = tuple(self._kinds().names)
        kinds = self._kinds()
        lettered = [sql.named(_letters(name, kinds.field(name).type), name) for name in names]
        return Relation(
            units=(self.name,),
            rows=sql.select(*lettered).from_(self._table()),
            columns=names,
            record=exp.null(),
            whole=exp.null(),
            typed=True,
            numbered=False,
            dialect=self.place.dialect,
        )

    @contextlib.contextmanager
    def _named(self) -> Iterator[None]:
        """Name the source in what goes wrong with it."""
        try:
            yield
        except errors.WarehouseGoneError:
            raise
        except errors.DataError as error:
            raise errors.SourceError(f"Source {self.source.name!r}: {error}") from error


def tables(stack: contextlib.ExitStack, warehouse: Warehouse, sources: Sequence[Source]) -> dict[str, Table]:
    """Open the databases of the sources that are tables of one, by the name of the source."""
    found = {}
    for source in sources:
        opening = place(source, warehouse)
        if opening is not None:
            found[source.name] = Table(source, stack.enter_context(opening))
    return found


def _letters(name: str, kind: pa.DataType) -> exp.Expression:
    """Text that is compared letter by letter, however it is declared; numbers and times as they are.

    Bytes become hexadecimal digits: taken for text, an engine would refuse some, or make nulls of them.
    """
    column = sql.column(name)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return sql.sql("coterie_hex(:column)", column=column)
    if pa.types.is_unsigned_integer(kind):
        return sql.sql("cast(:column as ubigint)", column=column)  # or bits of MySQL would be letters
    plain = (
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
        or pa.types.is_boolean(kind) or pa.types.is_timestamp(kind) or pa.types.is_date(kind)
    )  # fmt: skip
    return column if plain else sql.sql("cast(:column as text)", column=column)


def _by_day(item: tuple[int | None, object]) -> int:
    return -1 if item[0] is None else item[0]


def _day_of(name: str) -> int | None:
    """The day that a unit's name ends with; None if it has none."""
    try:
        return (dt.date.fromisoformat(name[-10:]) - _EPOCH).days
    except ValueError:
        return None
