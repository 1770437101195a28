"""Spark as a warehouse: in this process, or on a cluster through Spark Connect."""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import re
import socket
import sys
import textwrap
import warnings
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pyarrow as pa
from sqlglot import exp

from coterie import errors
from coterie.sources import arrow, dialects, server, sql, writer
from coterie.sources.adapter import about
from coterie.sources.estimate import Estimate
from coterie.sources.lease import Lease
from coterie.sources.parts import Parted, made_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

#: What may follow the ``?`` of a URL, beside settings of Spark's own (`spark.…`).
OPTIONS = ("catalog", "schema", "views", "warehouse")

_SCHEMA = "coterie"
_BATCH_ROWS = 50_000
#: Where Spark Connect listens if the URL doesn't say, and how long it may take to answer.
_PORT = 15002
_PATIENCE_S = 10.0
#: How its client tries a statement again that found nobody: half a minute in all, and not ten.
_AGAIN: Mapping[str, Any] = {"max_retries": 6, "max_backoff": 12_800}

#: A table that a plan reads: its name, how it is stored, and its rows where Spark has counted them.
_SCAN = re.compile(
    r"^[\s:+|-]*Relation ([^\s\[]+)\[.*?\] (\w+), Statistics\(.*?(?:rowCount=([\d.E+]+))?\)$", re.MULTILINE
)
#: The same of a catalogue such as Iceberg's, which counts them.
_SCAN_OF_CATALOG = re.compile(
    r"^[\s:+|-]*RelationV2\[.*?\] [^,]+, Statistics\(.*?(?:rowCount=([\d.E+]+))?\)$", re.MULTILINE
)
#: What else rows may come from.
_OTHER_SCAN = re.compile(r"^[\s:+|-]*(?:\w*Relation\w*|LogicalRDD|Range)\b", re.MULTILINE)
_OF_NO_TABLE = re.compile(r"^[\s:+|-]*(?:OneRowRelation|LocalRelation)\b", re.MULTILINE)
#: What keeps the number of rows in its files, so that counting reads none.
_COUNTED = frozenset({"parquet", "orc"})

#: What makes Spark compute as DuckDB does: errors in place of silent overflow, times in UTC and without zone.
_SESSION: Mapping[str, str] = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(_BATCH_ROWS),
    "spark.sql.legacy.createHiveTableByDefault": "false",  # as from Spark 4 on
}
#: Stands in the description of a view that is not Spark's own.
_ICEBERG_VIEW = "# Detailed View Information"

#: What versions begin with that hand over no Arrow tables; times of other writers in ORC files they read as
#: numbers, unless Hive's code reads them.
_SPARK_3 = "3."
_SESSION_OF_3: Mapping[str, str] = {"spark.sql.orc.impl": "hive"}
_LOCAL: Mapping[str, str] = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
    "spark.sql.shuffle.partitions": "4",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
}


class Spark(Parted):
    """A schema of Spark as a `coterie.sources.warehouse.Warehouse`.

    Tables are views over parts (see `coterie.sources.parts`), so a plain catalogue and Parquet files are
    enough. Parts can lie in a catalogue of Iceberg as well, and the views there, too, or in another.

    Args:
        place: ``local[2]`` and the like for Spark in this process, or ``host:port`` of Spark Connect.
        options: ``schema``; ``catalog``, that of the schema, and of sources that name none; ``views``, a
            catalogue that keeps views where that one doesn't; ``warehouse``, a folder that keeps tables and
            catalogue of a local Spark (without one they are gone at the end of the process); settings of
            Spark.
        folder: Where a relative ``warehouse`` starts.
        shown_as: The URL to show for it.

    Raises:
        UsageError: Spark isn't installed.
        WarehouseError: It doesn't answer.
    """

    dialect = "spark"

    def __init__(self, place: str, options: Mapping[str, str], folder: Path, shown_as: str) -> None:
        schema = options.get("schema", _SCHEMA)
        super().__init__(shown_as, schema, "default")
        self._catalog = options.get("catalog")
        self._views = options.get("views", self._catalog)
        settings = {name: value for name, value in options.items() if name.startswith("spark.")}
        with self._told("the connection"):
            logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL + 1)  # errors are told once
            if place.startswith("local"):
                kept = options.get("warehouse")
                self._session = _local(place, settings, folder / kept if kept else None)
            else:
                self._session = _remote(place)
            older = _SESSION_OF_3 if str(self._session.version).startswith(_SPARK_3) else {}
            for name, value in {**_SESSION, **older, **settings}.items():
                with contextlib.suppress(Exception):  # what only a start can set is set by then
                    self._session.conf.set(name, value)
            for catalog in {self._catalog, self._views}:
                named = exp.table_("", db=schema, catalog=catalog, quoted=True)
                self._session.sql(self._printed(sql.sql("create schema if not exists :named", named=named)))
            here = exp.table_("", db=schema, catalog=self._catalog, quoted=True)
            self._session.sql(self._printed(exp.Use(this=here)))
        note = writer.Writer(self.dialect, self._do, self._definition)
        self._lease = Lease(note, shown_as, f"the view {self._view(writer.VIEW).replace('`', '')!r}")

    def _do(self, statement: exp.Expression) -> None:
        with self._told(about(statement)):
            self._session.sql(self._printed(self._located(statement)))

    def execute(self, *statements: exp.Expression) -> None:
        """Run statements that return nothing; a schema is made or dropped in the catalogue of views, too."""
        for statement in statements:
            super().execute(statement)
            if self._views != self._catalog and _kind(statement) == "SCHEMA":
                there = statement.copy()
                _about(there).set("catalog", _identifier(self._views))
                super().execute(there)

    def _located(self, statement: exp.Expression) -> exp.Expression:
        """Name the catalogue of views where it is another, and let the data of a dropped table go, too."""
        tree = statement.copy()
        if self._catalog is not None and isinstance(tree, exp.Drop) and _kind(tree) == "TABLE":
            tree.set("purge", True)
        if self._views == self._catalog:
            return tree
        made = _about(tree) if _kind(tree) == "VIEW" else None
        for table in sql.unqualified(tree):
            if isinstance(table.this, exp.Identifier):  # and no table that stands for another
                is_part = made_at(table.name) is not None
                table.set("catalog", _identifier(self._catalog if is_part else self._views))
                table.set("db", _identifier(self.schema))
        for table in tree.find_all(exp.Table) if made is not None else ():
            if table.db and not table.catalog:
                table.set("catalog", _identifier(self._views if table is made else self._catalog))
        return tree

    def estimate(self, statement: exp.Expression) -> Estimate:
        """Count the rows of the tables that a SELECT reads; of text files and the like nobody can tell."""
        with self._told(f"the estimate of {about(statement)}"):
            text = self._printed(self._seen(statement))
            (row,) = self._session.sql(f"explain cost {text}").collect()
            plan = str(row[0]).partition("== Physical Plan ==")[0]
            scans = _SCAN.findall(plan)
            of_catalogs = _SCAN_OF_CATALOG.findall(plan)
            others = len(_OTHER_SCAN.findall(plan)) - len(_OF_NO_TABLE.findall(plan))
            if others != len(scans) + len(of_catalogs) or not all(of_catalogs):
                return Estimate()
            if any(not counted and kind not in _COUNTED for _, kind, counted in scans):
                return Estimate()
            rows = [int(float(counted)) if counted else self._counted(name) for name, _, counted in scans]
            return Estimate(rows=sum(rows) + sum(int(float(counted)) for counted in of_catalogs))

    def _counted(self, name: str) -> int:
        table = ".".join(sql.column(part).sql(dialect=self.dialect) for part in name.split("."))
        return int(self._session.sql(f"select count(*) from {table}").collect()[0][0])

    @contextlib.contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Let what Spark raises be what coterie raises."""
        says = functools.partial(refused, url=self.url)
        with self._while_there(), server.told(what, "spark", "Spark", says), warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # pyspark warns of pandas, which isn't used
            warnings.filterwarnings("ignore", r"\[RETRIES_EXCEEDED\]")  # it is told as an error
            yield

    def _run(self, text: str, what: str) -> None:
        self._renew()
        with self._told(what):
            self._session.sql(text)  # a command runs at once

    @contextlib.contextmanager
    def _read(self, text: str, what: str) -> Iterator[pa.RecordBatchReader]:
        self._renew()
        with self._told(what):
            rows = _to_arrow(self._session.sql(text))
        yield arrow.without_zones(rows).to_reader(_BATCH_ROWS)

    def _fill(self, part: str, rows: pa.RecordBatchReader) -> None:
        table = rows.read_all()
        with self._told(f"the insert of table {part!r}"):
            _from_arrow(self._session, _plain(table)).writeTo(self._quoted(part)).create()

    def _definition(self, table: str) -> str | None:
        with self._told(f"the description of table {table!r}"):
            try:
                rows = self._session.sql(f"describe table extended {self._view(table)}").collect()
            except Exception as error:
                if "TABLE_OR_VIEW_NOT_FOUND" in str(error):
                    return None
                raise
            told = {str(row[0]): str(row[1]) for row in rows}
            if _ICEBERG_VIEW in told:
                (made,) = self._session.sql(f"show create table {self._view(table)}").collect()
                return str(made[0]).partition("\nAS\n")[2]
        if "table_type=ICEBERG-VIEW" in told.get("Table Properties", ""):
            raise errors.WarehouseError(
                f"Spark keeps {table!r} in its own catalogue as a view of Iceberg, whose text it tells wrong."
                " Give Iceberg a catalogue of its own, spark.sql.catalog.lake, and name it: catalog=lake."
            )
        return told.get("View Text")

    def _quoted(self, table: str) -> str:
        return self._name(table, self._catalog)

    def _view(self, table: str) -> str:
        return self._name(table, self._views)

    def _name(self, table: str, catalog: str | None) -> str:
        return exp.table_(table, db=self.schema, catalog=catalog, quoted=True).sql(dialect=self.dialect)

    def _types(self, text: str) -> dict[str, str]:
        with self._told("the columns of a query"):
            schema = self._session.sql(text).schema
        return {field.name: dialects.called(field.dataType.simpleString()) for field in schema.fields}

    def _tables(self) -> list[str]:
        with self._told("the list of tables"):
            rows = self._session.sql("show tables").collect()
        return [str(row["tableName"]) for row in rows if not row["isTemporary"]]


def _local(place: str, settings: Mapping[str, str], warehouse: Path | None) -> Any:
    """Start Spark in this process, or take the one that runs in it already."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    running = SparkSession.getActiveSession()
    if running is not None:
        kept = running.conf.get("spark.sql.warehouse.dir", "")
        if warehouse is not None and str(warehouse.resolve()) not in str(kept):
            raise errors.WarehouseError(
                f"Spark already runs in this process with its tables in {kept!r}, and there can be one alone;"
                " use that folder, or another process."
            )
        return running.newSession()
    builder = SparkSession.builder.master(place).appName("coterie")
    if warehouse is None:
        import atexit
        import shutil
        import tempfile

        scratch = tempfile.mkdtemp(prefix="coterie-spark-")
        atexit.register(shutil.rmtree, scratch, ignore_errors=True)
        own = {"spark.sql.warehouse.dir": f"{scratch}/tables", "spark.local.dir": scratch}
    else:
        warehouse.mkdir(exist_ok=True)
        home = warehouse.resolve()
        builder = builder.enableHiveSupport()
        own = {
            "spark.sql.warehouse.dir": f"{home}/tables",
            "spark.hadoop.javax.jdo.option.ConnectionURL": (
                f"jdbc:derby:;databaseName={home}/catalogue;create=true"
            ),
            "spark.driver.extraJavaOptions": f"-Dderby.system.home={home}",
        }
    for name, value in {**_LOCAL, **_SESSION, **own, **settings}.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _remote(place: str) -> Any:
    from pyspark.sql.connect.client.retries import DefaultPolicy
    from pyspark.sql.connect.session import SparkSession

    url = urlsplit(f"sc://{place}")
    # Spark's own client goes on asking for ten minutes where nobody listens.
    socket.create_connection((url.hostname or place, url.port or _PORT), _PATIENCE_S).close()
    session = SparkSession.builder.remote(f"sc://{place}").create()
    session.client.set_retry_policies([DefaultPolicy(**_AGAIN)])
    return session


def _identifier(name: str | None) -> exp.Identifier | None:
    return exp.to_identifier(name, quoted=True)


def _kind(statement: exp.Expression) -> str:
    """What a statement makes or drops."""
    return str(statement.kind).upper() if isinstance(statement, exp.Create | exp.Drop) else ""


def _about(statement: exp.Expression) -> exp.Table:
    """The table, view or schema that a statement makes or drops."""
    within = statement.this if isinstance(statement, exp.Create) else statement
    tables: list[exp.Table] = list(within.find_all(exp.Table))
    return tables[-1]


def _to_arrow(frame: Any) -> pa.Table:
    """All rows of a frame; on Spark 3.5 by what its `toPandas` calls."""
    if hasattr(frame, "toArrow"):
        rows: pa.Table = frame.toArrow()
    else:
        from pyspark.sql.pandas.types import to_arrow_schema

        rows = pa.Table.from_batches(frame._collect_as_arrow(), to_arrow_schema(frame.schema))  # noqa: SLF001
    return rows


def _from_arrow(session: Any, rows: pa.Table) -> Any:
    """Make a frame of rows; on Spark 3.5 by what its `createDataFrame` calls for pandas."""
    import pyspark

    if not pyspark.__version__.startswith(_SPARK_3):
        return session.createDataFrame(rows)
    from pyspark.sql import DataFrame
    from pyspark.sql.pandas.serializers import ArrowStreamSerializer
    from pyspark.sql.pandas.types import from_arrow_schema

    jvm = session._jvm  # noqa: SLF001
    batches = session.sparkContext._serialize_to_jvm(  # noqa: SLF001
        rows.to_batches(_BATCH_ROWS),
        ArrowStreamSerializer(),
        jvm.PythonSQLUtils.readArrowStreamFromFile,
        jvm.ArrowIteratorServer,
    )
    schema = from_arrow_schema(rows.schema, prefer_timestamp_ntz=True).json()
    made = jvm.PythonSQLUtils.toDataFrame(batches, schema, session._jsparkSession)  # noqa: SLF001
    return DataFrame(made, session)


def _plain(rows: pa.Table) -> pa.Table:
    """The same rows in types that Spark takes from Arrow."""
    columns = {}
    for name in rows.column_names:
        column = rows.column(name)
        if pa.types.is_null(column.type) or pa.types.is_large_string(column.type):
            column = column.cast(pa.string())
        elif pa.types.is_timestamp(column.type):
            column = column.cast(pa.timestamp("us"))
        columns[name] = column
    return pa.table(columns)


#: What Spark says, what that means and what to do next; `{0}` is what the pattern caught.
_MEANINGS = (
    (r"Java\b.*\bnot found", "needs Java 17 or newer; install it, or set JAVA_HOME"),
    (r"\[TABLE_OR_VIEW_NOT_FOUND\] The table or view (\S+)",
     "needs the table {0}, which isn't there; check its name"),
    (r"\[UNRESOLVED_COLUMN\S*\] A column, \D*? with name (\S+)",
     "needs the column {0}, which isn't there any more; has the table changed? Check the mapping"),
    (r"view is not supported by catalog|does not support views",
     "needs a catalogue that keeps views; name one in the URL, such as &views=spark_catalog"),
    (r"Permission denied|AccessControlException|INSUFFICIENT_PERMISSIONS",
     "isn't permitted to this user; grant it (read on sources, all on the schema of coterie)"),
)  # fmt: skip
_GONE = re.compile(
    r"^(?:ConnectionRefusedError|ConnectionError|TimeoutError|gaierror):|UNAVAILABLE|failed to connect"
    r"|Connection refused|INVALID_HANDLE\.|NO_ACTIVE_SESSION",
    re.IGNORECASE,
)


def refused(error: Exception, what: str, url: str) -> errors.WarehouseError:
    """Say in one sentence what Spark refused, and what to do next."""
    text = str(error).strip()
    lines = [*text.splitlines(), ""]
    of_java = lines[0].startswith("An error occurred while calling")
    details = re.search(r'details = "([^"]*)"', text)  # of the protocol between client and server
    told = details[1] if details else lines[1].lstrip(": ") if of_java else lines[0]
    first = textwrap.shorten(told, 300, placeholder=" ...")
    kind = f"{type(error).__name__}: {text}"
    system = server.System("Spark", url, _MEANINGS, _GONE)
    return server.refused(first or type(error).__name__, what, system, kind=kind)
