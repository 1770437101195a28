"""CSV, TSV and JSON lines as relations in which every value is text: nothing is guessed, nothing lost."""

from __future__ import annotations

import codecs
import csv
import dataclasses
import io
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from coterie import errors
from coterie.sources import relation as relations
from coterie.sources import sql
from coterie.sources.relation import Relation, select

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from coterie.sources.warehouse import Warehouse

_DELIMITERS = (",", "\t", ";", "|")
_HEAD_BYTES = 1 << 18
_SAMPLED_LINES = 5000
_NO_DELIMITER = "\x01"  # JSON may not hold it unescaped, so a line stays one value
_BAD_ROWS, _BAD_SCANS = "coterie_bad_rows", "coterie_bad_scans"


@dataclasses.dataclass(frozen=True)
class Place:
    """Where files are: `prefix` + the name of a unit is a path, already escaped for DuckDB in `paths`."""

    prefix: str
    units: tuple[str, ...]
    paths: tuple[str, ...]


def head(path: Path) -> str:
    """Return the beginning of a text file, unpacked.

    Raises:
        SourceError: It is empty, broken, or not UTF-8.
    """
    packed = {".gz": "gzip", ".zst": "zstd"}.get(path.suffix.lower())
    try:
        with pa.input_stream(str(path), compression=packed) as stream:
            raw = stream.read(_HEAD_BYTES)
    except OSError as error:
        raise errors.SourceError(f"{path} can't be unpacked: {error}. Is it complete?") from error
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(raw)
    except UnicodeDecodeError as error:
        raise relations.not_utf8(str(path), error.start + 1) from error
    if not text.strip():
        raise errors.SourceError(f"{path} is empty; a file needs a header and rows, or leave it out.")
    return text


def csv_shape(text: str, path: Path, delimiter: str | None) -> tuple[str, tuple[str, ...]]:
    """Find delimiter and column names in the header line.

    Examples:
        >>> from pathlib import Path
        >>> csv_shape("user;at", Path("x.csv"), None)
        (';', ('user', 'at'))
    """
    first = text.lstrip("\r\n").partition("\n")[0]
    if delimiter is None:
        tabs = ".tsv" in [suffix.lower() for suffix in path.suffixes[-2:]]
        unquoted = "".join(first.split('"')[::2])
        delimiter = "\t" if tabs else max(_DELIMITERS, key=unquoted.count)
    header = next(csv.reader(io.StringIO(text.lstrip("\r\n"), newline=""), delimiter=delimiter))
    return delimiter, _distinct(header)


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Name the nameless and number the repeated, as DuckDB does; case does not count."""
    taken: dict[str, None] = {}
    found = []
    for place, given in enumerate(names):
        name = given.strip() or f"column{place}"
        number, wanted = 0, name
        while wanted.lower() in taken:
            number += 1
            wanted = f"{name}_{number}"
        taken[wanted.lower()] = None
        found.append(wanted)
    return tuple(found)


def csv_relation(place: Place, delimiter: str, columns: Sequence[str]) -> Relation:
    """Files with the same header as one relation."""

    def read(**more: sql.Part) -> exp.Select:
        return _read_csv(place, columns, delimiter, '"', header=True, **more)

    return _with_unreadable(
        Relation(
            units=place.units,
            rows=read(ignore_errors=True),
            columns=tuple(columns),
            record=record(columns),
            whole=whole(columns),
            typed=False,
            numbered=False,
            scan=read(store_rejects=True, rejects_table=_BAD_ROWS, rejects_scan=_BAD_SCANS),
        ),
        place,
    )


def lines_relation(warehouse: Warehouse, place: Place, wanted: Iterable[str]) -> Relation:
    """JSON lines: each line is kept as it is; the wanted keys become columns of text."""

    def read(**more: sql.Part) -> exp.Select:
        lines = _read_csv(place, ["coterie_line"], _NO_DELIMITER, "", header=False, **more)
        return select("select * from :lines where trim(coterie_line) <> ''", lines=lines.subquery("lines"))

    relation = json_relation(warehouse, place.units, read(ignore_errors=True), wanted)
    scan = read(store_rejects=True, rejects_table=_BAD_ROWS, rejects_scan=_BAD_SCANS)
    return _with_unreadable(dataclasses.replace(relation, scan=scan), place)


def array_relation(warehouse: Warehouse, place: Place, wanted: Iterable[str]) -> Relation:
    """Files that are one JSON array of objects each."""
    objects = read_files("read_json_objects", place, format="array").subquery("objects")
    lines = select("select coterie_unit, cast(json as text) as coterie_line from :objects", objects=objects)
    return json_relation(warehouse, place.units, lines, wanted)


def json_relation(
    warehouse: Warehouse, units: tuple[str, ...], lines: exp.Select, wanted: Iterable[str]
) -> Relation:
    """Lines of JSON as a relation of the wanted keys."""
    present = _keys(warehouse, lines)
    columns = [
        name for name in dict.fromkeys(wanted) if name in present or _somewhere(warehouse, lines, name)
    ]
    paths = exp.Array(expressions=[sql.literal(_path(name)) for name in columns])
    taken = select(
        """select coterie_unit, coterie_line, case when json_valid(coterie_line)
        and starts_with(ltrim(coterie_line), '{') then json_extract_string(coterie_line, :paths) end
        as coterie_values from :lines""",
        paths=paths if columns else exp.Array(expressions=[sql.literal("$")]),
        lines=lines.subquery("lines"),
    )
    chosen: list[exp.Expression] = [
        sql.column("coterie_unit"),
        sql.column("coterie_line"),
        sql.column("coterie_values"),
    ]
    for place, name in enumerate(columns, start=1):
        chosen.append(sql.named(sql.sql("list_extract(coterie_values, :place)", place=place), name))
    return Relation(
        units=units,
        rows=sql.select(*chosen).from_(taken.subquery("taken")),
        columns=tuple(sorted({*present, *columns})),
        record=sql.sql(
            "case when coterie_values is null then cast(to_json(coterie_line) as text) else coterie_line end"
        ),
        whole=sql.column("coterie_line"),
        typed=False,
        numbered=False,
        complete=sql.sql("coterie_values is not null"),
    )


def record(columns: Iterable[str]) -> exp.Expression:
    """A row as JSON text."""
    return sql.sql("cast(to_json(:row) as text)", row=whole(columns))


def whole(columns: Iterable[str]) -> exp.Expression:
    """A row as one value."""
    return exp.Struct(
        expressions=[
            exp.PropertyEQ(this=exp.to_identifier(name, quoted=True), expression=sql.column(name))
            for name in columns
        ]
    )


def read_files(function: str, place: Place, **options: sql.Part) -> exp.Select:
    """Call a reading function of DuckDB on files; adds the column coterie_unit."""
    several = len(place.units) > 1
    if several:
        options["filename"] = "coterie_file"
    call = exp.Anonymous(
        this=function,
        expressions=[
            exp.Array(expressions=[sql.literal(path) for path in place.paths]),
            *(
                exp.EQ(this=sql.column(name), expression=sql.literal(value))
                for name, value in options.items()
            ),
        ],
    )
    if not several:
        return select(
            "select *, :unit as coterie_unit from :call", unit=place.units[0], call=exp.Table(this=call)
        )
    return select(
        "select * exclude (coterie_file), substr(coterie_file, :start) as coterie_unit from :call",
        start=len(place.prefix) + 1,
        call=exp.Table(this=call),
    )


def _read_csv(
    place: Place, columns: Iterable[str], delimiter: str, quote: str, **options: sql.Part
) -> exp.Select:
    types = [
        exp.PropertyEQ(this=exp.to_identifier(c, quoted=True), expression=sql.literal("VARCHAR"))
        for c in columns
    ]
    return read_files(
        "read_csv",
        place,
        auto_detect=False,
        columns=exp.Struct(expressions=types),
        delim=delimiter,
        quote=quote,
        escape=quote,
        **options,
    )


def _with_unreadable(relation: Relation, place: Place) -> Relation:
    """Say where DuckDB notes the rows that it can't read."""
    several = len(place.units) > 1
    unit = sql.sql("substr(scans.file_path, :start)", start=len(place.prefix) + 1)
    unreadable = select(
        """select bad.line as coterie_row, :unit as coterie_unit,
        cast(to_json(any_value(trim(bad.csv_line, chr(13) || chr(10)))) as text) as coterie_record
        from :bad as bad join :scans as scans on scans.scan_id = bad.scan_id and scans.file_id = bad.file_id
        group by 1, 2""",
        unit=unit if several else sql.literal(place.units[0]),
        bad=_noted(_BAD_ROWS),
        scans=_noted(_BAD_SCANS),
    )
    misread = select(
        """select scans.file_path as path, min(bad.byte_position) as byte
        from :bad as bad join :scans as scans on scans.scan_id = bad.scan_id and scans.file_id = bad.file_id
        where bad.error_type = 'INVALID ENCODING' group by 1 order by 1""",
        bad=_noted(_BAD_ROWS),
        scans=_noted(_BAD_SCANS),
    )
    forget = tuple(
        sql.sql("drop table if exists :name", name=_noted(name)) for name in (_BAD_ROWS, _BAD_SCANS)
    )
    return dataclasses.replace(relation, unreadable=unreadable, misread=misread, forget=forget)


def _noted(name: str) -> exp.Table:
    return exp.table_(name, db="main", catalog="temp", quoted=True)


def _keys(warehouse: Warehouse, lines: exp.Select) -> set[str]:
    sample = select(
        """select distinct key from (select unnest(json_keys(coterie_line)) as key from (
        select coterie_line from :lines where json_valid(coterie_line)
        and starts_with(ltrim(coterie_line), '{') limit :most))""",
        lines=lines.subquery("lines"),
        most=_SAMPLED_LINES,
    )
    return set(warehouse.query(sample)["key"].to_pylist())


def _somewhere(warehouse: Warehouse, lines: exp.Select, name: str) -> bool:
    """Look through all lines for a key that the first ones lack."""
    found = select(
        """select 1 as yes from :lines where case when json_valid(coterie_line)
        then json_exists(coterie_line, :path) end limit 1""",
        lines=lines.subquery("lines"),
        path=_path(name),
    )
    return bool(warehouse.query(found).num_rows)


def _path(key: str) -> str:
    """A JSON pointer."""
    return "/" + key.replace("~", "~0").replace("/", "~1")
