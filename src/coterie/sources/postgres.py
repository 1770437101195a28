"""PostgreSQL through ADBC: Arrow in, Arrow out, and DDL that belongs to the transaction.

The only module that imports the driver, which comes with ``pip install 'coterie[postgres]'``.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from coterie import errors, urls
from coterie.sources import dialects, server, sql
from coterie.sources.adapter import Adapter, about
from coterie.sources.estimate import Estimate
from coterie.sources.nested import Nested

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: What may follow the ``?`` beside libpq's own options.
OPTIONS = ("schema", "work_mem")

_GIVEN = "rows_given_to_coterie"
#: The oldest version with the digests that tell changed rows.
_LEAST = (11,)
#: Of wide joins and many groups; more than the 4 MB of old, which would go to the disk.
_WORK_MEM = "128MB"
_JOINED_BY = frozenset({"user_id", "day"})


class Postgres(Nested, Adapter):
    """A schema of a PostgreSQL database as a `coterie.sources.warehouse.Warehouse`.

    Args:
        url: ``postgresql://user@host:port/database``; ``schema`` and ``work_mem`` may follow a ``?``.
        reading: Make no schema.

    Raises:
        WarehouseError: The server can't be reached, is too old, or refuses.
    """

    dialect = "postgres"
    _system = "PostgreSQL"

    def __init__(self, url: str, *, reading: bool = False) -> None:
        place = server.place(url, OPTIONS)
        super().__init__(urls.shown(url), place.options.get("schema", server.SCHEMA), "public")
        self._key = server.number(self.schema)
        driver = server.driver("adbc_driver_postgresql.dbapi", "postgres", self._system)
        with self._told("the connection"):
            self._connection = driver.connect(place.plain, autocommit=True)
        try:
            self._check_version()
            for name, value in self._settings(place.options).items():
                self._run(f"set {name} = {exp.Literal.string(value).sql('postgres')}", f"the setting {name}")
            if not reading:
                self._make_schema()
        except errors.WarehouseError:
            self.close()
            raise

    def _check_version(self) -> None:
        found = self.query(sql.sql("select current_setting('server_version') as version"))
        server.require(found["version"][0].as_py(), _LEAST, self._system, self.url)

    def _settings(self, options: dict[str, str]) -> dict[str, str]:
        return {
            "timezone": "UTC",
            "search_path": self.schema,
            "client_min_messages": "warning",
            "jit": "off",  # it would compile each of hundreds of columns for as long as they take to run
            "work_mem": options.get("work_mem", _WORK_MEM),
        }

    def _make_schema(self) -> None:
        there = sql.sql("select 1 as found from pg_namespace where nspname = :name", name=self.schema)
        if not self.query(there).num_rows:
            schema = sql.column(self.schema).sql(dialect=self.dialect)
            self._run(f"create schema if not exists {schema}", f"the creation of schema {self.schema!r}")

    def query(self, statement: exp.Expression) -> pa.Table:
        """Run a SELECT and return all of its rows."""
        with self._read(self._printed(statement), about(statement)) as rows:
            return _plain(rows.read_all())

    @contextlib.contextmanager
    def stream(self, statement: exp.Expression) -> Iterator[pa.RecordBatchReader]:
        """Run a SELECT and hand its rows over batch by batch; decimals come as doubles."""
        with self._read(self._printed(statement), about(statement)) as rows:
            schema = _plain(rows.schema.empty_table()).schema
            tables = (_plain(pa.Table.from_batches([batch]), schema) for batch in rows)
            batches = (batch for table in tables for batch in table.to_batches())
            yield pa.RecordBatchReader.from_batches(schema, batches)

    def estimate(self, statement: exp.Expression) -> Estimate:
        """Count the rows that a SELECT would read, as PostgreSQL plans it."""
        with self._told(f"the estimate of {about(statement)}"), self._connection.cursor() as cursor:
            cursor.adbc_statement.set_options(**{"adbc.postgresql.use_copy": "false"})
            cursor.execute(f"explain (format json, verbose) {self._printed(statement)}")
            (plan,) = json.loads(str(cursor.fetch_arrow_table().column(0)[0].as_py()))
        scans = list(_scans(plan["Plan"]))
        names = sorted({scan["Relation Name"] for scan, _ in scans})
        if not names:
            return Estimate(rows=0)
        sizes = self.query(
            sql.sql(
                """select nspname, relname, reltuples from pg_class
                join pg_namespace on pg_namespace.oid = relnamespace where relname in :names""",
                names=names,
            )
        ).to_pylist()
        known = {(row["nspname"], row["relname"]): int(row["reltuples"]) for row in sizes}
        rows = 0
        for scan, times in scans:
            size = known.get((scan.get("Schema"), scan["Relation Name"]), -1)
            is_whole = scan["Node Type"] == "Seq Scan" and size >= 0  # less than 0: never looked at
            rows += (size if is_whole else scan["Plan Rows"]) * times
        return Estimate(rows=rows)

    def columns(self, table: str) -> dict[str, str]:
        """Names and types of a table's columns in order; empty if there is no such table."""
        name = sql.column(table).sql(dialect=self.dialect)
        found = self.query(
            sql.sql(
                """select attname, format_type(atttypid, null) as kind from pg_attribute
                where attrelid = to_regclass(:name) and attnum > 0 and not attisdropped order by attnum""",
                name=name,
            )
        )
        kinds = map(dialects.called, found["kind"].to_pylist())
        return dict(zip(found["attname"].to_pylist(), kinds, strict=True))

    def create(self, table: str, rows: exp.Expression | pa.Table, *, temporary: bool = False) -> None:
        """Create `table`, or replace it, from a SELECT or rows; a temporary one ends with the session."""
        super().create(table, rows, temporary=temporary)
        # Without a look at the rows, large joins are planned as if of a few; at all columns it takes long.
        joined = [sql.column(name) for name in self.columns(table) if name in _JOINED_BY]
        looked = exp.Schema(this=sql.table(table), expressions=joined) if joined else sql.table(table)
        self._run(f"analyze {looked.sql(dialect=self.dialect)}", f"the analysis of table {table!r}")

    def _begin(self) -> None:
        self._run("begin", "the start of a transaction")

    def _commit(self) -> None:
        self._run("commit", "the end of a transaction")

    def _undo(self) -> None:
        with contextlib.suppress(errors.WarehouseGoneError):  # then it was rolled back
            self._run("rollback", "the end of a transaction")

    @contextlib.contextmanager
    def alone(self, holder: str) -> Iterator[None]:
        """Let no other run write into the schema meanwhile; a second one waits, then refuses."""
        name = exp.Literal.string(f"coterie {holder}").sql("postgres")
        until = time.monotonic() + server.PATIENCE_S
        while not self._locked("pg_try_advisory_lock"):
            if time.monotonic() > until:
                raise server.busy(self.url, self._holder())
            time.sleep(server.PAUSE_S)
        self._run(f"set application_name = {name}", "the name of the run")
        try:
            yield
        finally:
            with contextlib.suppress(errors.WarehouseGoneError):  # the lock went with the connection
                self._locked("pg_advisory_unlock")

    def _locked(self, function: str) -> bool:
        found = self.query(sql.sql(f"select {function}(:key) as done", key=self._key))
        return bool(found["done"][0].as_py())

    def _holder(self) -> str | None:
        found = self.query(
            sql.sql(
                """select application_name as name from pg_locks
                join pg_stat_activity on pg_stat_activity.pid = pg_locks.pid
                where locktype = 'advisory' and granted
                and classid = :high and objid = :low""",
                high=self._key >> 32,
                low=self._key & 0xFFFFFFFF,
            )
        )
        names = found["name"].to_pylist()
        return str(names[0]) if names else None

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def _run(self, text: str, what: str) -> None:
        with self._told(what), self._connection.cursor() as cursor:
            cursor.execute(text)
            cursor.fetchall()

    @contextlib.contextmanager
    def _read(self, text: str, what: str) -> Iterator[pa.RecordBatchReader]:
        with self._told(what), self._connection.cursor() as cursor:
            cursor.execute(text)
            yield cursor.fetch_record_batch()

    def _write(self, table: str, rows: pa.RecordBatchReader) -> None:
        names = [sql.column(name) for name in rows.schema.names]
        what = f"the insert of table {table!r}"
        with self._told(what), self._connection.cursor() as cursor:
            cursor.adbc_ingest(_GIVEN, rows, mode="create", temporary=True)
        self.append(table, sql.select(*names).from_(sql.table(_GIVEN)))
        self.drop(_GIVEN)

    @contextlib.contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if type(error).__module__.split(".")[0] != "adbc_driver_manager":
                raise
            raise _refused(error, what, self.url) from None


def _scans(plan: Mapping[str, Any], times: int = 1) -> Iterator[tuple[Mapping[str, Any], int]]:
    """The scans of tables in a plan, and how many times each is done: once for each outer row of a loop."""
    if "Relation Name" in plan:
        yield plan, times
    inner = plan.get("Plans", [])
    for part in inner:
        is_looped = plan["Node Type"] == "Nested Loop" and part["Parent Relationship"] == "Inner"
        again = max(1, inner[0]["Plan Rows"]) if is_looped and part["Node Type"] != "Materialize" else 1
        yield from _scans(part, times * again)


def _plain(rows: pa.Table, schema: pa.Schema | None = None) -> pa.Table:
    """Values of PostgreSQL's own types as numbers and text."""
    columns = [
        _known(column, None if schema is None else schema.field(place).type)
        for place, column in enumerate(rows.columns)
    ]
    return pa.table(columns, names=rows.column_names)


def _known(column: pa.ChunkedArray, kind: pa.DataType | None) -> pa.ChunkedArray:
    if not isinstance(column.type, pa.BaseExtensionType):
        return column
    if getattr(column.type, "type_name", "") == "numeric":
        text = pa.chunked_array([chunk.storage for chunk in column.chunks], pa.string())
        whole = kind is None and len(text) and pc.all(pc.match_substring_regex(text, r"^-?\d{1,18}$")).as_py()
        return pc.cast(text, pa.int64() if whole else pa.float64())
    if column.type.storage_type == pa.string():
        return pa.chunked_array([chunk.storage for chunk in column.chunks], pa.string())
    return pa.chunked_array([pa.array([value and str(value) for value in column.to_pylist()], pa.string())])


#: What PostgreSQL says, what that means and what to do next; `{0}` is what the pattern caught.
_MEANINGS = (
    (r"password authentication failed|no password supplied|role .* does not exist|no pg_hba",
     "was refused: user or password is wrong; check the URL and the variable that holds the password"),
    (r'database "([^"]*)" does not exist', "names the database {0!r}, which isn't there; check the URL"),
    (r"could not translate host name", "names a host that isn't known; check the URL"),
    (r"permission denied for (\w+ \S+)",
     "isn't permitted: the user may not use {0}; grant it (read on sources, write on the schema of coterie)"),
    (r"permission denied|must be owner",
     "isn't permitted to this user; grant it (read on sources, write on the schema of coterie)"),
    (r'relation "([^"]*)" does not exist', "needs the table {0!r}, which isn't there; check its name"),
    (r'column "?([^" ]*)"? does not exist',
     "needs the column {0!r}, which isn't there any more; has the table changed? Check the mapping"),
    (r"other objects depend on it", "can't replace a table that views rest on; drop those first"),
    (r"No space left|could not extend file", "needs more space than the server's disk has; free some"),
)  # fmt: skip
_GONE = re.compile(
    r"server closed the connection|terminating connection|connection .*(?:lost|reset|not open)"
    r"|Connection refused|no connection to the server"
    r"|shutting down|starting up|SSL connection has been closed|timed? ?out",
    re.IGNORECASE,
)


def _refused(error: Exception, what: str, url: str) -> errors.WarehouseError:
    """Say in one sentence what PostgreSQL refused, and what to do next."""
    text = urls.hidden(str(error), url)
    return server.refused(text, what, server.System("PostgreSQL", urls.shown(url), _MEANINGS, _GONE))
