"""Borders asked in SQL, on prepared numbers made by hand."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from sqlglot import exp

    from coterie.features.values import Floats
    from coterie.segments.borders.mixture import Mixture
    from coterie.segments.borders.prototypes import Prototypes


def query(borders: Prototypes | Mixture, names: list[str]) -> exp.Select:
    """The SELECT of ``user_id, segment`` from the relation ``prepared``; ids are 10, 11 and so on."""
    parts = borders.query("prepared", names, range(10, 10 + borders.k))
    *before, last = parts
    found = parts[last]
    for name in before:
        found = found.with_(name, as_=parts[name], copy=False)
    return found


def named(matrix: Floats, silent: int | None = None) -> list[str]:
    """Names of coordinates, the one that has no say left out."""
    return ["" if place == silent else f"x{place}" for place in range(matrix.shape[1])]


def by_duckdb(borders: Prototypes | Mixture, matrix: Floats, names: list[str]) -> list[int]:
    """The places that DuckDB finds."""
    columns = {name: matrix[:, place] for place, name in enumerate(names) if name}
    with duckdb.connect() as connection:
        connection.register("prepared", pa.table({"user_id": np.arange(len(matrix))} | columns))
        rows = connection.execute(query(borders, names).sql(dialect="duckdb", identify=True)).fetchall()
    return [segment - 10 for _, segment in sorted(rows)]


def by_sqlite(borders: Prototypes | Mixture, matrix: Floats, names: list[str]) -> list[int]:
    """The places that SQLite finds."""
    used = [place for place, name in enumerate(names) if name]
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        columns = ", ".join(f"{names[place]} real" for place in used)
        connection.execute(f"create table prepared (user_id integer, {columns})")
        values = [(user, *row[used].tolist()) for user, row in enumerate(matrix)]
        connection.executemany(f"insert into prepared values (?{', ?' * len(used)})", values)
        rows = connection.execute(query(borders, names).sql(dialect="sqlite", identify=True)).fetchall()
    return [segment - 10 for _, segment in sorted(rows)]
