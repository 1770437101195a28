"""Tables as views over parts, on DuckDB: what Spark and BigQuery share, without a server."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from coterie.sources import dialects, sql
from coterie.sources.parts import Parted

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb
    import pyarrow as pa


class OnDuckDB(Parted):
    """A connection of DuckDB of which nothing but single statements is used; two may share a database."""

    dialect = "duckdb"

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        super().__init__("duckdb://parts", "main", "main")
        self.connection = database

    def _run(self, text: str, what: str) -> None:
        del what
        self.connection.execute(text).fetchall()

    @contextlib.contextmanager
    def _read(self, text: str, what: str) -> Iterator[pa.RecordBatchReader]:
        del what
        yield self.connection.sql(text).to_arrow_reader()

    def _fill(self, part: str, rows: pa.RecordBatchReader) -> None:
        table = rows.read_all()
        self.connection.register("filling", table)
        self._run(f'create table "{part}" as select * from filling', "")
        self.connection.unregister("filling")

    def _definition(self, table: str) -> str | None:
        query = sql.sql("select sql from duckdb_views() where view_name = :name", name=table)
        found = self.connection.sql(self._printed(query)).fetchall()
        return str(found[0][0]).partition(" AS ")[2].rstrip(";") if found else None

    def _types(self, text: str) -> dict[str, str]:
        found = self.connection.sql(text)
        return {
            name: dialects.called(str(kind)) for name, kind in zip(found.columns, found.types, strict=True)
        }

    def _tables(self) -> list[str]:
        rows = self.connection.sql("select table_name from duckdb_tables()").fetchall()
        return [str(row[0]) for row in rows]
