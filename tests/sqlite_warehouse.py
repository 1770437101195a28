"""A warehouse on SQLite, to show that what is written through the port runs on another engine, too."""

from __future__ import annotations

import contextlib
import math
import sqlite3
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlglot import exp


class SQLite:
    """Tables in memory; dates are text, as SQLite has none."""

    url = "sqlite://"
    dialect = "sqlite"
    schema = "main"

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.create_function("ln", 1, math.log, deterministic=True)
        self._depth = 0

    def query(self, statement: exp.Expression) -> pa.Table:
        cursor = self._connection.execute(_printed(statement))
        names = [field[0] for field in cursor.description]
        columns = list(zip(*cursor.fetchall(), strict=True)) or [()] * len(names)
        return pa.table({name: list(values) for name, values in zip(names, columns, strict=True)})

    def execute(self, *statements: exp.Expression) -> None:
        for statement in statements:
            self._connection.execute(_printed(statement))

    def create(self, table: str, rows: exp.Expression | pa.Table, *, temporary: bool = False) -> None:
        del temporary  # all of it ends with the session
        self.drop(table)
        if isinstance(rows, pa.Table):
            names = ", ".join(f'"{name}"' for name in rows.column_names)
            self._connection.execute(f'create table "{table}" ({names})')
            self.append(table, rows)
        else:
            self._connection.execute(f'create table "{table}" as {_printed(rows)}')

    def append(self, table: str, rows: exp.Expression | pa.Table | pa.RecordBatchReader) -> None:
        given = rows if isinstance(rows, pa.Table) else self.query(rows)
        names = ", ".join(f'"{name}"' for name in given.column_names)
        marks = ", ".join("?" * given.num_columns)
        values = [
            [str(value) if hasattr(value, "isoformat") else value for value in row.values()]
            for row in given.to_pylist()
        ]
        self._connection.executemany(f'insert into "{table}" ({names}) values ({marks})', values)

    def drop(self, table: str) -> None:
        self._connection.execute(f'drop table if exists "{table}"')

    def columns(self, table: str) -> dict[str, str]:
        rows = self._connection.execute(f'pragma table_info("{table}")').fetchall()
        return {row[1]: row[2] for row in rows}

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        yield

    def release(self) -> None:
        """There is nothing to give back."""

    def close(self) -> None:
        self._connection.close()


def _printed(statement: exp.Expression) -> str:
    return statement.sql(dialect="sqlite", identify=True)
