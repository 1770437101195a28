"""SQLite databases, read as batches of Arrow; never written.

The only module that imports the driver.
"""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyarrow as pa

from coterie import errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BATCH_ROWS = 50_000


@contextlib.contextmanager
def batches(
    path: Path, *, table: str | None = None, query: str | None = None, numbered: str | None = None
) -> Iterator[pa.RecordBatchReader]:
    """Stream a table or a query, in the types that its values have.

    A column becomes bigint, double, text or blob if all of its values are so (integers and reals are
    double); a column of mixed kinds becomes text, so that no value is lost.

    Args:
        path: The database.
        table: Its table or view; or give `query`.
        query: A SELECT in SQLite's dialect.
        numbered: The name of a further column that counts the rows from 1.

    Raises:
        SourceError: It is no SQLite database, is locked, or has no such table or column.
    """
    with _connected(path) as connection:
        if table is not None:
            query = f"select * from {_quoted(_known(connection, table, path))}"
        statement = (query or "").strip().rstrip(";")
        connection.execute("begin")  # both passes see the same rows
        cursor = connection.execute(statement)
        names = [field[0] for field in cursor.description or ()]
        if not names:
            raise errors.SourceError(f"The query on {str(path)!r} returns no columns; it must be a SELECT.")
        schema = _schema(connection, statement, names)
        yield _reader(cursor, schema, numbered)


@contextlib.contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        # The warehouse pulls batches from threads of its own, one at a time.
        connection = sqlite3.connect(
            f"file:{quote(str(path.resolve()))}?mode=ro",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
        )
        with contextlib.closing(connection):
            yield connection
    except sqlite3.Error as error:
        raise _refused(error, path) from error


def _refused(error: sqlite3.Error, path: Path) -> errors.SourceError:
    text = str(error)
    if "not a database" in text:
        return errors.SourceError(f"{str(path)!r} is not a SQLite database.")
    if "locked" in text:
        return errors.SourceError(
            f"{str(path)!r} is locked by another process; wait until it ends, then run again."
        )
    if "unable to open" in text:
        return errors.SourceError(
            f"{str(path)!r} can't be opened; it may be missing, or permission is denied."
        )
    return errors.SourceError(f"{str(path)!r} refused to be read: {text}. Check `table:` or `query:`.")


def _known(connection: sqlite3.Connection, table: str, path: Path) -> str:
    rows = connection.execute("select name from sqlite_master where type in ('table', 'view')").fetchall()
    names = {name.lower(): name for (name,) in rows}
    if table.lower() not in names:
        hint = errors.did_you_mean(table, names.values())
        raise errors.SourceError(f"{str(path)!r} has no table {table!r}. {hint}")
    return str(names[table.lower()])


def _schema(connection: sqlite3.Connection, statement: str, names: list[str]) -> pa.Schema:
    """Find the one kind of value that each column holds."""
    places = [f"c{place}" for place in range(len(names))]
    kinds = ", ".join(f"group_concat(distinct typeof({place}))" for place in places)
    with_names = f"with given({', '.join(places)}) as ({statement}) select {kinds} from given"
    found = connection.execute(with_names).fetchone()
    return pa.schema(
        [
            pa.field(name, _type(frozenset((kind or "").split(","))))
            for name, kind in zip(names, found, strict=True)
        ]
    )


def _type(kinds: frozenset[str]) -> pa.DataType:
    present = kinds - {"null", ""}
    if present == {"integer"}:
        return pa.int64()
    if present and present <= {"integer", "real"}:
        return pa.float64()
    return pa.binary() if present == {"blob"} else pa.string()


def _reader(cursor: sqlite3.Cursor, schema: pa.Schema, numbered: str | None) -> pa.RecordBatchReader:
    full = schema if numbered is None else schema.append(pa.field(numbered, pa.int64()))

    def read() -> Iterator[pa.RecordBatch]:
        seen = 0
        while rows := cursor.fetchmany(_BATCH_ROWS):
            arrays = [
                _array(values, field.type)
                for values, field in zip(zip(*rows, strict=True), schema, strict=True)
            ]
            if numbered is not None:
                arrays.append(pa.array(range(seen + 1, seen + len(rows) + 1), pa.int64()))
            seen += len(rows)
            yield pa.record_batch(arrays, schema=full)

    return pa.RecordBatchReader.from_batches(full, read())


def _array(values: tuple[object, ...], kind: pa.DataType) -> pa.Array:
    if kind == pa.string():
        return pa.array([_text(value) for value in values], kind)
    if kind == pa.float64():
        return pa.array([None if value is None else float(value) for value in values], kind)  # type: ignore[arg-type]
    return pa.array(values, kind)


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return value.hex() if isinstance(value, bytes) else str(value)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
