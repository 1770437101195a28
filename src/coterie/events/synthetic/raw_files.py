"""Writes Arrow tables to the kinds of files that people really have, batch by batch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

if TYPE_CHECKING:
    from pathlib import Path


class Writer(Protocol):
    """Takes tables of one schema until it is closed."""

    def write(self, table: pa.Table) -> None:
        """Add rows."""
        ...

    def write_lines(self, lines: tuple[str, ...]) -> None:
        """Add lines of text as they are, broken or not."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


def writer(path: Path, schema: pa.Schema) -> Writer:
    """Open a file; its name says which format it is in."""
    stream = pa.output_stream(str(path))  # compresses where the name says so
    if ".jsonl" in path.name:
        return _JsonLines(stream)
    if path.suffix == ".parquet":
        return _Parquet(stream, schema)
    return _Delimited(stream, schema, "\t" if ".tsv" in path.name else ",")


class _Delimited:
    def __init__(self, stream: pa.NativeFile, schema: pa.Schema, delimiter: str) -> None:
        self._stream = stream
        self._options = pyarrow.csv.WriteOptions(
            include_header=False, delimiter=delimiter, quoting_style="needed"
        )
        self.write_lines((delimiter.join(schema.names),))

    def write(self, table: pa.Table) -> None:
        pyarrow.csv.write_csv(table, self._stream, self._options)

    def write_lines(self, lines: tuple[str, ...]) -> None:
        self._stream.write("".join(f"{line}\n" for line in lines).encode())

    def close(self) -> None:
        self._stream.close()


class _JsonLines:
    def __init__(self, stream: pa.NativeFile) -> None:
        self._stream = stream

    def write(self, table: pa.Table) -> None:
        self.write_lines(tuple(json.dumps(row, ensure_ascii=False) for row in table.to_pylist()))

    def write_lines(self, lines: tuple[str, ...]) -> None:
        self._stream.write("".join(f"{line}\n" for line in lines).encode())

    def close(self) -> None:
        self._stream.close()


class _Parquet:
    def __init__(self, stream: pa.NativeFile, schema: pa.Schema) -> None:
        self._stream, self._schema = stream, schema
        self._writer = pyarrow.parquet.ParquetWriter(stream, schema, compression="zstd")

    def write(self, table: pa.Table) -> None:
        self._writer.write_table(table)

    def write_lines(self, lines: tuple[str, ...]) -> None:
        """Add rows given as JSON; what a row leaves out is null."""
        rows = pa.array([json.loads(line) for line in lines], pa.struct(list(self._schema)))
        self.write(pa.Table.from_struct_array(rows))

    def close(self) -> None:
        self._writer.close()
        self._stream.close()
