"""Every warehouse that answers, each with an empty schema of its own; the others are skipped with a reason.

SQLite needs nothing. Servers are named by the environment, as `make services` prints it. With
COTERIE_REQUIRE_SERVICES=1 each one that is missing fails instead of being skipped; with names
("postgres mysql") those do.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from sqlglot import exp

from coterie.sources import connect, retrying, sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from coterie.sources.warehouse import Warehouse

#: The variable that names each server.
SERVERS = {
    "postgres": "COTERIE_TEST_POSTGRES",
    "mysql": "COTERIE_TEST_MYSQL",
    "spark": "COTERIE_TEST_SPARK",
    "bigquery": "COTERIE_TEST_BIGQUERY",
}
#: Those with accounts, sessions and transactions of their own.
DATABASES = ("postgres", "mysql")
EMBEDDED = ("sqlite",)
#: Spark in this process with a catalogue of Iceberg, and the variable that names Iceberg's jar for it.
LAKES = {"iceberg": "COTERIE_TEST_ICEBERG"}
#: Servers on which every statement takes a while: what runs many of them is left to the slow tests.
YOUNGER = tuple(pytest.param(system, marks=pytest.mark.slow) for system in ("spark", "bigquery", *LAKES))
#: What is compared with DuckDB.
OTHERS = (*EMBEDDED, *SERVERS, *LAKES)
EVERY = ("duckdb", *OTHERS)


def url(system: str, folder: Path) -> str:
    """The URL of an empty place of a system; skips, or fails, where there is no such server.

    Args:
        system: One of `EVERY`.
        folder: Where the files of embedded databases go.
    """
    if system in LAKES:
        return lake(folder)
    if system not in SERVERS:
        return f"{system}:///{folder / f'w.{system}'}"
    server = os.environ.get(SERVERS[system])
    if server is None:
        why = f"no {system} here: `make services` starts one and prints {SERVERS[system]}"
        if system in required():
            pytest.fail(why)
        pytest.skip(why)
    return f"{server}{'&' if '?' in server else '?'}schema=t_{secrets.token_hex(5)}"


#: A catalogue in a folder, which keeps no views.
IN_FILES = {"type": "hadoop", "warehouse": "{folder}/lake"}
#: One in a metastore of Hive's, which does.
IN_A_METASTORE = {
    "type": "hive",
    "warehouse": "{folder}/lake",
    "hadoop.javax.jdo.option.ConnectionURL": "jdbc:derby:;databaseName={folder}/metastore;create=true",
    "hadoop.datanucleus.schema.autoCreateAll": "true",
    "hadoop.hive.metastore.schema.verification": "false",
    "hadoop.iceberg.engine.hive.lock-enabled": "false",
}
#: As `services/start` sets them: tests are thousands of small statements.
_SMALL = {
    "shuffle.partitions": "1", "leafNodeDefaultParallelism": "1", "adaptive.enabled": "false",
    "codegen.wholeStage": "false", "codegen.factoryMode": "NO_CODEGEN",
}  # fmt: skip


def lake(folder: Path, catalog: Mapping[str, str] = IN_FILES) -> str:
    """The URL of an empty schema in a catalogue of Iceberg; skips where there is no jar of it."""
    jar = os.environ.get(LAKES["iceberg"])
    if jar is None:
        pytest.skip(
            f"no Iceberg here: {LAKES['iceberg']} names its jar for the Spark that is installed;"
            " docs/warehouses.md says how that is run"
        )
    options = {
        "schema": f"t_{secrets.token_hex(5)}",
        "catalog": "lake",
        **({} if catalog is IN_A_METASTORE else {"views": "spark_catalog"}),
        "spark.jars": jar,
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={folder}",
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        "spark.sql.catalog.lake": "org.apache.iceberg.spark.SparkCatalog",
        **{f"spark.sql.catalog.lake.{name}": text.format(folder=folder) for name, text in catalog.items()},
        **{f"spark.sql.{name}": text for name, text in _SMALL.items()},
    }
    return f"spark://local[2]?{urlencode(options)}"


def required() -> tuple[str, ...]:
    """The servers that must be there."""
    named = tuple(os.environ.get("COTERIE_REQUIRE_SERVICES", "").split())
    unknown = set(named) - {"0", "1", *SERVERS}
    if unknown:
        pytest.fail(
            f"COTERIE_REQUIRE_SERVICES names {', '.join(sorted(unknown))};"
            f" it takes 1, or some of {', '.join(SERVERS)}"
        )
    return tuple(SERVERS) if "1" in named else named


@contextlib.contextmanager
def opened(system: str, folder: Path) -> Iterator[Warehouse]:
    """Open an empty warehouse of a system; its schema is gone afterwards."""
    place = url(system, folder)
    with removed(place), contextlib.closing(connect.connect(place)) as warehouse:
        yield warehouse


def run(warehouse: Warehouse, text: str) -> None:
    """Run a statement in the words of its system."""
    verb, _, rest = text.partition(" ")
    warehouse.execute(exp.Command(this=verb, expression=rest))


def adapter(warehouse: Warehouse) -> Any:
    """What talks to a server, without what connects to it again."""
    assert isinstance(warehouse, retrying.Retrying)
    return warehouse._warehouse


def end_session(warehouse: Warehouse, by: Warehouse) -> None:
    """Let a server end the session of a warehouse, as an administrator would from another."""
    if warehouse.dialect == "postgres":
        (pid,) = warehouse.query(sql.sql("select pg_backend_pid() as pid"))["pid"].to_pylist()
        by.query(sql.sql(f"select pg_terminate_backend({pid}) as done"))
        return
    mysql = adapter(warehouse)
    for connection in (mysql._rows, mysql._defining):
        run(by, f"kill {connection.thread_id()}")


@contextlib.contextmanager
def removed(place: str) -> Iterator[None]:
    """Drop the schema of a server that `place` names, after use."""
    try:
        yield
    finally:
        if place.partition("://")[0] not in ("duckdb", *EMBEDDED):
            with contextlib.closing(connect.connect(place)) as warehouse:
                if "catalog=" in place:
                    emptied(warehouse)
                cascade = "" if warehouse.dialect == "mysql" else " cascade"
                warehouse.execute(sql.sql(f"drop schema if exists {warehouse.schema}{cascade}"))


def emptied(warehouse: Warehouse) -> None:
    """Drop what is in a schema, where a catalogue doesn't drop it with the schema, as Iceberg's don't."""
    for kind in ("view", "table"):
        for row in warehouse._session.sql(f"show {kind}s").collect():  # type: ignore[attr-defined]
            run(warehouse, f"drop {kind} `{row[1]}`")
