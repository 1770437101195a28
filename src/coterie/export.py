"""Tables of the warehouse as files: CSV, Parquet, JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json
import math
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, TypeAlias, get_args

import pyarrow as pa
from pyarrow import csv, parquet
from sqlglot import exp

from coterie import atomic, described
from coterie.errors import DataError, UsageError, did_you_mean
from coterie.sources import sql

if TYPE_CHECKING:
    from pathlib import Path

    from coterie.sources.warehouse import Warehouse

Format: TypeAlias = Literal["csv", "parquet", "json", "jsonl"]

FORMATS: tuple[Format, ...] = get_args(Format)

#: What can be exported, and the columns whose order makes two exports of the same rows the same file.
TABLES: dict[str, tuple[str, ...]] = {
    "activity_arrivals": ("position",),
    "activity_at_risk": ("position",),
    "activity_calibration": ("position",),
    "activity_checks": ("position",),
    "activity_facts": ("position",),
    "activity_forecast": ("position",),
    "activity_moves": ("position",),
    "activity_shifts": ("position",),
    "activity_states": ("user_id",),
    "activity_weeks": ("position",),
    "catalogue": ("position",),
    "lifetime_concentration": ("position",),
    "lifetime_deciles": ("position",),
    "lifetime_facts": ("position",),
    "lifetime_horizons": ("user_id", "horizon_days"),
    "lifetime_models": ("position",),
    "lifetime_parameters": ("position",),
    "lifetime_ranking": ("position",),
    "lifetime_retention": ("position",),
    "lifetime_simple": ("position",),
    "lifetime_subscribers": ("position",),
    "lifetime_tracking": ("position",),
    "lifetime_value": ("position",),
    "events": ("user_id", "at_us", "source", "unit", "row_number"),
    "features": ("user_id",),
    "fitted_predictions": ("position",),
    "membership": ("segmentation", "user_id"),
    "past_distributions": ("run_id", "feature", "bin"),
    "past_membership": ("run_id", "segmentation", "user_id"),
    "past_segmentations": ("run_id", "position"),
    "predictions": ("prediction", "user_id"),
    "profiles": ("user_id",),
    "publications": ("to_schema", "view", "published"),
    "runs": ("started", "run_id"),
    "segment_summary": ("segmentation", "segment", "feature", "category"),
    "segments": ("segmentation", "segment"),
    "set_aside": ("source", "unit", "row_number"),
    "treatments": ("position",),
    "units": ("source", "unit"),
    "uplift": ("uplift", "user_id"),
    "user_days": ("user_id", "day"),
    "users": ("user_id",),
}

_ROWS_AT_ONCE = 50_000


@dataclasses.dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote.

    Attributes:
        table: The table.
        rows: How many rows.
        to: The file, or ``-`` for standard output.
        format: csv, parquet, json (one array) or jsonl (one object a line).
    """

    table: str
    rows: int
    to: str
    format: Format


def export(warehouse: Warehouse, table: str, to: Path, *, replace: bool = False) -> Exported:
    """Write a table to a file whose ending says the format; it appears whole or not at all.

    Args:
        warehouse: Where the table is.
        table: One of `TABLES`.
        to: A path that ends in .csv, .parquet, .json or .jsonl.
        replace: Whether a file that is already there may be replaced.

    Raises:
        UsageError: The ending or the table is unknown, or the file is there already.
        DataError: The table hasn't been made yet.
    """
    form = _format_of(to)
    if to.exists() and not replace:
        raise UsageError(f"{to} is there already; replace it with --force, or name another file.")
    rows = rows_of(warehouse, table)
    with atomic.whole(to) as part, part.open("wb") as sink:
        write(rows, form, sink)
    return Exported(table, rows.num_rows, str(to), form)


def export_to(warehouse: Warehouse, table: str, sink: BinaryIO, form: Format) -> Exported:
    """Write a table to an open stream."""
    rows = rows_of(warehouse, table)
    if form == "parquet":  # Parquet writes its directory last, and asks where it is: not every stream knows
        held = io.BytesIO()
        write(rows, form, held)
        sink.write(held.getbuffer())
    else:
        write(rows, form, sink)
    sink.flush()
    return Exported(table, rows.num_rows, "-", form)


def rows_of(warehouse: Warehouse, table: str) -> pa.Table:
    """Read a table in a fixed order of rows."""
    if table not in TABLES:
        raise UsageError(f"{table!r} can't be exported. {did_you_mean(table, TABLES, len(TABLES))}")
    columns = warehouse.columns(table)
    if not columns:
        raise DataError(f"There is no table {table!r} in {warehouse.url} yet; make it with `coterie run`.")
    order = [sql.column(name) for name in TABLES[table] if name in columns]
    query = exp.select("*").from_(sql.table(table))
    return _told(
        warehouse.query(query.order_by(*order) if order else query), described.table(warehouse, table)
    )


def _told(rows: pa.Table, about: described.Table) -> pa.Table:
    """The same rows, in a schema that says what each column means; Parquet and Arrow files keep it."""
    meaning = {column.name: {"description": column.sentence} for column in about.columns}
    fields = [field.with_metadata(meaning[field.name]) for field in rows.schema]
    return rows.cast(pa.schema(fields, metadata={"description": about.sentence}))


def write(rows: pa.Table, form: Format, sink: BinaryIO) -> None:
    """Write rows to a stream, in the given format."""
    if form == "csv":
        csv.write_csv(rows, sink)
    elif form == "parquet":
        parquet.write_table(rows, sink, compression="zstd")
    else:
        _write_json(rows, sink, lines=form == "jsonl")


def _write_json(rows: pa.Table, sink: BinaryIO, *, lines: bool) -> None:
    before, between, after = (b"", b"\n", b"\n") if lines else (b"[\n", b",\n", b"\n]\n")
    sink.write(before)
    first = True
    for batch in rows.to_batches(max_chunksize=_ROWS_AT_ONCE):
        for row in batch.to_pylist():
            sink.write(b"" if first else between)
            sink.write(json.dumps(plain(row), ensure_ascii=False).encode())
            first = False
    sink.write(b"" if lines and first else after)


def plain(value: Any) -> Any:
    """Values as JSON has them: dates and times as ISO text, what is not a finite number as null.

    Examples:
        >>> plain({"day": dt.date(2026, 3, 31), "share": float("nan")})
        {'day': '2026-03-31', 'share': None}
    """
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def format_named(name: str) -> Format:
    """Look a format up by its name."""
    for form in FORMATS:
        if name.lower() == form:
            return form
    raise UsageError(f"{name!r} is no format to export to. {did_you_mean(name, FORMATS)}")


def _format_of(to: Path) -> Format:
    ending = to.suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        allowed = ", ".join(f".{form}" for form in FORMATS)
        raise UsageError(f"{to.name!r} doesn't say its format by its ending; allowed: {allowed}.")
    return format_named(ending)
