"""MySQL and MariaDB through PyMySQL.

The only module that imports the driver, which comes with ``pip install 'coterie[mysql]'``.

DDL there ends a transaction, so a second connection makes the tables, and what a transaction replaces is
built beside and put in its place by one RENAME TABLE when it ends; see `coterie.sources.beside`.
"""

from __future__ import annotations

import contextlib
import re
import time
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlglot import exp

from coterie import errors, urls
from coterie.sources import beside, dialects, in_place, mysql_tables, mysql_values, server, sql
from coterie.sources.adapter import Adapter, about, no_rows
from coterie.sources.estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: What may follow the ``?``.
OPTIONS = ("schema", "ssl", "tmp_table_size")

#: Of the rows of one step; more than that goes to the disk, where each step takes three times as long.
_TMP_TABLE_SIZE = "512M"

_BATCH_ROWS = 20_000
#: How EXPLAIN calls steps that look rows up for each one of the step before.
_LOOKED_UP = frozenset({"eq_ref", "ref", "ref_or_null", "unique_subquery", "index_subquery"})
#: The oldest versions with window functions, steps (WITH) and comparisons that see trailing blanks.
_MARIADB, _MYSQL = (10, 5), (8, 0, 19)


class MySQL(Adapter):
    """A schema (a database, as MySQL calls it) as a `coterie.sources.warehouse.Warehouse`.

    Args:
        url: ``mysql://user@host:port/database``; ``schema``, ``ssl=true`` and ``tmp_table_size=1G`` may
            follow a ``?``. The database is where tables of sources are looked up that name none.
        reading: Make no schema.

    Raises:
        WarehouseError: The server can't be reached, is too old, or refuses.
    """

    dialect = "mysql"

    def __init__(self, url: str, *, reading: bool = False) -> None:
        place = server.place(url, OPTIONS)
        schema = place.options.get("schema", place.address.path if reading else server.SCHEMA)
        super().__init__(urls.shown(url), schema, place.address.path or schema)
        self._driver = server.driver("pymysql", "mysql", "MySQL")
        self._lock = f"coterie {server.number(schema):x}"
        self._memory = _bytes(place.options.get("tmp_table_size", _TMP_TABLE_SIZE))
        self._merges: bool | None = None
        self._is_alone = False
        self._unions: dict[str, exp.SetOperation] | None = None
        self._given = {
            "host": place.address.host,
            "port": place.address.port or 3306,
            "user": place.address.user or "",
            "password": place.address.password or "",
            "charset": "utf8mb4",
            "autocommit": True,
            **({"ssl": {"ssl": True}} if place.options.get("ssl") == "true" else {}),
        }
        self._rows = self._connected()
        try:
            self._collation = _collation(str(self._value("select version()")), self.url)
            self._defining = self._connected()
            self._set_up(reading=reading)
            self._tables = beside.Tables(
                self._define, self._fill, self._there, int(self._value("select connection_id()"))
            )
            if not reading:
                self._recover()
        except errors.WarehouseError:
            self.close()
            raise

    def _connected(self) -> Any:
        with self._told("the connection"):
            return self._driver.connect(**self._given)

    def _set_up(self, *, reading: bool) -> None:
        """Put both connections into the state that statements rest on."""
        schema = self._quoted(self.schema)
        there = "select count(*) from information_schema.schemata where schema_name = %s"
        if not reading and not self._value(there, self.schema):
            make = f"create database if not exists {schema} {self._letters}"
            self._define(make, f"the creation of schema {self.schema!r}")
        for text in (*self._settings(), *([f"use {schema}"] if self.schema else [])):
            self._define(text, "a setting")
            self._fill(text, "a setting")

    @property
    def _letters(self) -> str:
        """What text is made of, whatever the server or the schema has for it."""
        return f"character set utf8mb4 collate {self._collation}"

    @property
    def _explain(self) -> str:
        """EXPLAIN as rows, whatever the server has for it."""
        return "explain" if self._collation == _OF_MARIADB else "explain format=traditional"

    def _settings(self) -> tuple[str, ...]:
        common = (
            f"set names utf8mb4 collate {self._collation}",
            "set time_zone = '+00:00'",
            # Less than nothing stays a number, of columns without a sign and of MySQL's row_number(), too.
            "set sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_UNSIGNED_SUBTRACTION'",
            "set group_concat_max_len = 1048576",
            "set session transaction isolation level read committed",
            "set lock_wait_timeout = 60",
            f"set tmp_table_size = {self._memory}, max_heap_table_size = {self._memory}",
            "set sort_buffer_size = 33554432, join_buffer_size = 33554432",
        )
        if self._collation != _OF_MARIADB:
            return common
        return (*common, "set join_cache_level = 8, join_buffer_space_limit = 268435456")  # joins by hashing

    def estimate(self, statement: exp.Expression) -> Estimate:
        """Count the rows that a SELECT would read, as the server plans it."""
        what = f"the estimate of {about(statement)}"
        with self._told(what), self._rows.cursor(self._driver.cursors.DictCursor) as cursor:
            cursor.execute(f"{self._explain} {self._printed(statement)}")
            steps = cursor.fetchall()
        rows, before = 0, 1
        for at, step in enumerate(steps):
            found = int(step["rows"] or 0)
            is_first = at == 0 or steps[at - 1]["id"] != step["id"]
            if not is_first and str(step["type"]) in _LOOKED_UP:
                found *= before  # so many for each row of the step before
            if not str(step["table"] or "<").startswith("<"):  # or it was read already, by another step
                rows += found
            before = max(1, found)
        return Estimate(rows=rows)

    def query(self, statement: exp.Expression) -> pa.Table:
        """Run a SELECT and return all of its rows."""
        self._suit(statement)
        return super().query(statement)

    @contextlib.contextmanager
    def stream(self, statement: exp.Expression) -> Iterator[pa.RecordBatchReader]:
        """Run a SELECT and hand its rows over batch by batch."""
        self._suit(statement)
        with super().stream(statement) as rows:
            yield rows

    def _suit(self, statement: exp.Expression) -> None:
        """Have steps (WITH) put down, or each mention computes them; rows of other SELECTs are not copied."""
        merges = statement.find(exp.With) is None
        if merges != self._merges:
            self._fill(f"set optimizer_switch = 'derived_merge={'on' if merges else 'off'}'", "a setting")
            self._merges = merges

    def execute(self, *statements: exp.Expression) -> None:
        """Run statements that return nothing, one after the other."""
        for statement in statements:
            self._suit(statement)
            text, what = self._printed(statement), about(statement)
            if isinstance(statement, exp.Create) and statement.kind == "VIEW":
                self._tables.later(self._plain(statement), what)  # it will read tables in their places
                self._see(statement)
            elif isinstance(statement, exp.Create) and statement.expression is None:
                self._define(f"{text} {self._letters}", what)  # whatever the schema has for it
            elif isinstance(statement, exp.Create | exp.Alter | exp.Drop):
                self._define(text, what)
            else:
                self._fill(text, what)

    def _see(self, made: exp.Create) -> None:
        """Know what a view that was made shows."""
        shown = in_place.union(made.expression)
        if shown is not None:
            self._views()[made.this.name] = shown
        else:
            self._views().pop(made.this.name, None)

    def _views(self) -> dict[str, exp.SetOperation]:
        """The views of the schema that show several tables; others may change them while it isn't held."""
        if self._unions is None or not self._is_alone:
            text = "select table_name, view_definition from information_schema.views where table_schema = %s"
            with self._told("the views of the schema"), self._rows.cursor() as cursor:
                cursor.execute(text, (self.schema,))
                found = {name: in_place.read_back(shown, self.schema) for name, shown in cursor.fetchall()}
            self._unions = {name: shown for name, shown in found.items() if shown is not None}
        return self._unions

    def create(self, table: str, rows: exp.Expression | pa.Table, *, temporary: bool = False) -> None:
        """Create `table`, or replace it, from a SELECT or rows; a temporary one ends with the session."""
        name = self._tables.name_for(table, temporary=temporary)
        what = f"the create of table {table!r}"
        if isinstance(rows, pa.Table):
            columns = dialects.defined(rows.schema, self.dialect)
            made = exp.Create(this=exp.Schema(this=sql.table(name), expressions=columns), kind="TABLE")
            self._define(f"{self._plain(made)} {self._letters}", what)
            self._alter(name, mysql_tables.indexed(self._declared(name)))
        else:
            none = self._printed(no_rows(rows))
            self._define(f"create table {self._quoted(name)} {self._letters} as {none}", what)
            self._alter(name, mysql_tables.made(self._declared(name), rows, stays=not temporary))
        if isinstance(rows, pa.Table):
            self._put(name, rows.to_reader())
        else:
            self._suit(rows)
            self._fill(f"insert into {self._quoted(name)} {self._printed(rows)}", what)
        # Without a look at the rows, a table that is renamed is planned, and estimated, as if it had one.
        self._define(f"analyze table {self._quoted(name)}", f"the analysis of table {table!r}")
        self._tables.take(table, name, temporary=temporary)

    def declare_lengths(self, table: str, letters: Mapping[str, int]) -> None:
        """Let columns of text hold so many letters; no longer ones where there are no rows yet."""
        name = self._tables.names.get(table, table)
        is_empty = not self._value(f"select exists(select 1 from {self._quoted(name)})")
        self._alter(name, mysql_tables.lengths(self._declared(name), letters, may_shrink=is_empty))

    def _declared(self, name: str) -> dict[str, mysql_tables.Declared]:
        """What the columns of a table are declared as."""
        text = """select column_name, data_type, character_maximum_length, extra like '%%INVISIBLE%%'
            from information_schema.columns
            where table_schema = %s and table_name = %s order by ordinal_position"""
        with self._told(f"the columns of table {name!r}"), self._rows.cursor() as cursor:
            cursor.execute(text, (self.schema, name))
            found = cursor.fetchall()
        return {
            name: mysql_tables.Declared(kind, length, is_hidden=bool(hidden))
            for name, kind, length, hidden in found
        }

    def _alter(self, name: str, changes: Sequence[str]) -> None:
        if changes:
            text = f"alter table {self._quoted(name)} {', '.join(changes)}"
            self._define(text, f"the columns of table {name!r}")

    def drop(self, table: str) -> None:
        """Drop a table if it is there."""
        self._tables.drop(table)

    def columns(self, table: str) -> dict[str, str]:
        """Names and types of a table's columns in order; empty if there is no such table."""
        name = self._tables.names.get(table, table)
        text = """select column_name, if(column_type = 'tinyint(1)', column_type, data_type)
            from information_schema.columns
            where table_schema = %s and table_name = %s and extra not like '%%INVISIBLE%%'
            order by ordinal_position"""
        with self._told(f"the columns of table {table!r}"), self._rows.cursor() as cursor:
            cursor.execute(text, (self.schema, name))
            return {name: dialects.called(kind) for name, kind in cursor.fetchall()}

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements inside become visible together, or none does; an inner one joins the outer."""
        try:
            with self._tables.transaction():
                yield
        except BaseException:
            self._unions = None  # what views were to show may not have come true
            raise

    @contextlib.contextmanager
    def alone(self, holder: str) -> Iterator[None]:
        """Let no other run write into the schema meanwhile; a second one waits, then refuses."""
        until = time.monotonic() + server.PATIENCE_S
        while not self._locked():
            if time.monotonic() > until:
                raise server.busy(self.url, self._tables.holder(self._value))
            time.sleep(server.PAUSE_S)
        try:
            self._tables.held_by(holder)
            self._recover()
            self._tables.sweep(self._value)
            self._is_alone, self._unions = True, None
            yield
        finally:
            self._is_alone = False
            with contextlib.suppress(errors.WarehouseGoneError):  # the lock went with the connection
                self._value("select release_lock(%s)", self._lock)

    def _locked(self) -> bool:
        return bool(self._value("select get_lock(%s, 0)", self._lock))

    def _recover(self) -> None:
        """End what a process that died has left between its commit and its renames."""
        if self._tables.are_pending(self._value) and self._locked():
            try:
                self._tables.recover(self._value)
            finally:
                self._value("select release_lock(%s)", self._lock)

    def close(self) -> None:
        """Let go of the connections."""
        with contextlib.suppress(errors.WarehouseError, AttributeError):  # not yet there, or gone already
            self._tables.forget()
        for name in ("_rows", "_defining"):
            with contextlib.suppress(self._driver.err.Error, AttributeError):
                getattr(self, name).close()

    def _plain(self, statement: exp.Expression) -> str:
        return dialects.printed(statement, self.dialect)

    def _printed(self, statement: exp.Expression) -> str:
        return self._plain(beside.renamed(in_place.inlined(statement, self._views()), self._tables.names))

    def _quoted(self, name: str) -> str:
        return sql.column(name).sql(dialect=self.dialect)

    def _define(self, text: str, what: str) -> None:
        with self._told(what), self._defining.cursor() as cursor:
            cursor.execute(text)

    def _fill(self, text: str, what: str) -> None:
        with self._told(what), self._rows.cursor() as cursor:
            cursor.execute(text)

    _run = _fill

    def _value(self, text: str, *values: object) -> Any:
        """The first value of a query; None if there is no row."""
        with self._told("a query"), self._rows.cursor() as cursor:
            cursor.execute(text, values)
            row = cursor.fetchone()
            return row[0] if row else None

    def _there(self, name: str) -> bool:
        text = "select count(*) from information_schema.tables where table_schema = %s and table_name = %s"
        return bool(self._value(text, self.schema, name))

    @contextlib.contextmanager
    def _read(self, text: str, what: str) -> Iterator[pa.RecordBatchReader]:
        with self._told(what), self._rows.cursor(self._driver.cursors.SSCursor) as cursor:
            cursor.execute(text)
            schema = mysql_values.schema(cursor._result.fields)  # noqa: SLF001 - nothing else tells text from bytes

            def batches() -> Iterator[pa.RecordBatch]:
                while rows := cursor.fetchmany(_BATCH_ROWS):
                    yield mysql_values.batch(rows, schema)

            yield pa.RecordBatchReader.from_batches(schema, batches())

    def _write(self, table: str, rows: pa.RecordBatchReader) -> None:
        self._put(self._tables.names.get(table, table), rows)

    def _put(self, name: str, rows: pa.RecordBatchReader) -> None:
        columns = ", ".join(map(self._quoted, rows.schema.names)).replace("%", "%%")
        marks = ", ".join(["%s"] * len(rows.schema))
        text = f"insert into {self._quoted(name).replace('%', '%%')} ({columns}) values ({marks})"
        with self._told(f"the insert of table {name!r}"), self._rows.cursor() as cursor:
            for batch in rows:
                values = zip(*map(mysql_values.plain, batch.columns), strict=True)
                cursor.executemany(text, list(values))

    @contextlib.contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except self._driver.err.Error as error:
            raise _refused(error, what, self.url) from None


def _bytes(size: str) -> int:
    """How many bytes a size is.

    Examples:
        >>> _bytes("512M")
        536870912

    Raises:
        WarehouseError: It is none.
    """
    found = re.fullmatch(r"0*([1-9]\d{0,4})([MG])", size.upper())
    if found is None:
        raise errors.WarehouseError(
            f"{size!r} is no size of memory for `tmp_table_size`; write a number with M or G after it: 512M."
        )
    return int(found[1]) << {"M": 20, "G": 30}[found[2]]


_OF_MARIADB, _OF_MYSQL = "utf8mb4_nopad_bin", "utf8mb4_0900_bin"


def _collation(version: str, url: str) -> str:
    """The collation in which text is equal only if every letter and blank is.

    Raises:
        WarehouseError: The server is too old.
    """
    if "mariadb" in version.lower():
        server.require(version.removeprefix("5.5.5-"), _MARIADB, "MariaDB", url)
        return _OF_MARIADB
    server.require(version, _MYSQL, "MySQL", url)
    return _OF_MYSQL


#: What MySQL says, what that means and what to do next; `{0}` is what the pattern caught.
_MEANINGS = (
    (r"\(1045,|Access denied for user '[^']*'@'[^']*' \(using",
     "was refused: user or password is wrong; check the URL and the variable that holds the password"),
    (r"\((?:1044|1142|1143|1227|1370),",
     "isn't permitted to this user; grant it (read on sources, all on the schema of coterie)"),
    (r"Unknown database '([^']*)'", "names the database {0!r}, which isn't there; check the URL"),
    (r"Name or service not known|Temporary failure in name", "names a host that isn't known; check the URL"),
    (r"Table '([^']*)' doesn't exist", "needs the table {0!r}, which isn't there; check its name"),
    (r"Unknown column '([^']*)'",
     "needs the column {0!r}, which isn't there any more; has the table changed? Check the mapping"),
    (r"\(1356,", "reads a view that no longer works: a table or column under it is gone; mend the view"),
    (r"Data too long for column '([^']*)'",
     "met more than 255 letters for {0!r}; map a shorter column, or a part of it by `sql:`"),
    (r"\(1205,|\(1213,", "waited too long for another that holds these tables; run again when it ends"),
    (r"\(3159,", "must be through TLS, says the server; add ssl=true to the URL: ?ssl=true, or &ssl=true"),
    (r"\(1290,.*read-only|\(1836,",
     "can't be done where nothing is written, such as on a replica; name the server that it follows"),
    (r"\(3750,",
     "makes a table without key; have sql_generate_invisible_primary_key on, or sql_require_primary_key off"),
    (r"\(3024,|\(1969,",
     "took longer than the server lets it; have max_execution_time raised (MariaDB: max_statement_time)"),
    (r"is full|\(1021,|No space left", "needs more space than the server's disk has; free some"),
)  # fmt: skip
_GONE = re.compile(
    r"\((?:2003|2006|2013|2014|2055|1053|1927|1077|1079|0),"
    r"|Lost connection|gone away|Connection refused"
)


def _refused(error: Exception, what: str, url: str) -> errors.WarehouseError:
    """Say in one sentence what MySQL refused, and what to do next."""
    text = urls.hidden(str(error), url)
    return server.refused(text, what, server.System("MySQL", urls.shown(url), _MEANINGS, _GONE))
