"""Files: which ones a path or a glob names, what they hold, and how DuckDB reads them.

CSV, TSV and JSON lines (also gzip or zstd) and Parquet. Files of the same shape are read together.
"""

from __future__ import annotations

import difflib
import glob
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from coterie import errors
from coterie.sources import text_files
from coterie.sources.relation import Relation, Unit, select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pyarrow as pa

    from coterie.sources.warehouse import Warehouse

Format: TypeAlias = Literal["csv", "json", "parquet"]

_FORMATS: Mapping[str, Format] = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv",
    ".jsonl": "json", ".ndjson": "json", ".json": "json",
    ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip
_PACKED = (".gz", ".zst")


def units(pattern: str, folder: Path, *, missing_ok: bool = False) -> tuple[Unit, ...]:
    """List the files that a path or a glob names, in order of name; costs no reading.

    Args:
        pattern: A path or a glob, relative to `folder` or absolute.
        folder: The folder of the project.
        missing_ok: Return no units, rather than raise, if nothing is there.

    Raises:
        SourceError: Nothing is there, or it can't be read.
    """
    try:
        names = [pattern] if (folder / pattern).exists() else _matches(pattern, folder)
        if not names and not missing_ok:
            raise _missing(pattern, folder)
        return tuple(Unit(name, fingerprint(_readable(folder / name))) for name in names)
    except PermissionError as error:
        raise errors.SourceError(
            f"{error.filename!r} may not be read: permission denied. Ask its owner for access."
        ) from error


def _matches(pattern: str, folder: Path) -> list[str]:
    if not glob.has_magic(pattern):
        return []
    found = glob.glob(pattern, root_dir=folder, recursive=True)  # noqa: PTH207 (Path.glob refuses /...)
    return sorted(name for name in found if (folder / name).is_file())


def _missing(name: str, folder: Path) -> errors.SourceError:
    path = folder / name
    if glob.has_magic(name):
        return errors.SourceError(
            f"No file matches {name!r} in {str(folder)!r}. Check the pattern; ** also looks into folders."
        )
    if not path.parent.is_dir():
        return errors.SourceError(f"There is no folder {str(path.parent)!r}, so no file {path.name!r} in it.")
    there = sorted(entry.name for entry in path.parent.iterdir() if entry.is_file())
    close = difflib.get_close_matches(path.name, there, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(map(repr, close))}?" if close else f"It holds {_listed(there)}."
    return errors.SourceError(f"There is no file {path.name!r} in {str(path.parent)!r}. {hint}")


def _listed(names: Sequence[str], most: int = 8) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return (", ".join(names[:most]) + more) if names else "no file"


def _readable(path: Path) -> Path:
    if path.is_dir():
        raise errors.SourceError(
            f"{str(path)!r} is a folder; name its files, for example {str(path / '*.csv')!r}."
        )
    path.open("rb").close()
    return path


def fingerprint(path: Path) -> str:
    """Size and time of change, which tell without reading whether a file is another one.

    The write-ahead log that DuckDB and SQLite keep beside a database counts too.
    """
    logs = [path.with_name(path.name + suffix) for suffix in (".wal", "-wal")]
    stats = [file.stat() for file in [path, *(log for log in logs if log.exists())]]
    return ",".join(f"{stat.st_size}:{stat.st_mtime_ns}" for stat in stats)


def format_of(name: str) -> Format:
    """Tell the format of a file by its name.

    Examples:
        >>> format_of("data/events.JSONL.gz")
        'json'
    """
    suffixes = [suffix.lower() for suffix in Path(name).suffixes]
    if suffixes and suffixes[-1] in _PACKED:
        suffixes.pop()
        if suffixes and _FORMATS.get(suffixes[-1]) == "parquet":
            raise errors.SourceError(
                f"{name!r} is a packed Parquet file; unpack it, Parquet is compressed inside."
            )
    form = _FORMATS.get(suffixes[-1]) if suffixes else None
    if form is None:
        allowed = ", ".join(_FORMATS)
        raise errors.SourceError(
            f"{name!r} is of no known format. Allowed: {allowed}; all but Parquet also with"
            f" {' or '.join(_PACKED)}."
        )
    return form


def relations(
    warehouse: Warehouse, names: Iterable[str], folder: Path, *, delimiter: str | None, wanted: Iterable[str]
) -> tuple[Relation, ...]:
    """Read files as few relations as their shapes allow.

    Args:
        warehouse: Reads the files.
        names: Names of the units.
        folder: The folder of the project.
        delimiter: Of CSV; None finds it in the header.
        wanted: The columns that will be asked for.

    Raises:
        SourceError: A file is empty, broken or not what its name says.
    """
    prefix = _prefix(folder)
    by_shape: dict[object, list[str]] = {}
    readers: dict[object, Callable[[text_files.Place], Relation]] = {}
    for name in names:
        shape, reader = _shape(warehouse, name, folder, delimiter, tuple(wanted))
        by_shape.setdefault(shape, []).append(name)
        readers.setdefault(shape, reader)
    return tuple(readers[shape](_place(members, prefix)) for shape, members in by_shape.items())


def _prefix(folder: Path) -> str:
    return f"{folder.resolve()}/"


def _place(names: Sequence[str], prefix: str) -> text_files.Place:
    before = "" if Path(names[0]).is_absolute() else prefix
    return text_files.Place(before, tuple(names), tuple(glob.escape(before + name) for name in names))


def _shape(
    warehouse: Warehouse, name: str, folder: Path, delimiter: str | None, wanted: tuple[str, ...]
) -> tuple[object, Callable[[text_files.Place], Relation]]:
    """Tell what files have in common that one SELECT can read, and who reads them."""
    path = folder / name
    form = format_of(name)
    if form == "parquet":
        schema, _ = parquet_facts(path)
        return schema, lambda place: parquet_relation(place, schema.names)
    text = text_files.head(path)
    if form == "csv":
        found, columns = text_files.csv_shape(text, path, delimiter)
        return (form, found, columns), lambda place: text_files.csv_relation(place, found, columns)
    if text.lstrip().startswith("["):
        return (form, "array"), lambda place: text_files.array_relation(warehouse, place, wanted)
    return (form, "lines"), lambda place: text_files.lines_relation(warehouse, place, wanted)


def parquet_facts(path: Path) -> tuple[pa.Schema, int]:
    """Columns and number of rows, as the footer of a Parquet file says."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if path.stat().st_size == 0:
        raise errors.SourceError(f"{str(path)!r} is empty; a Parquet file is never.")
    try:
        footer = pq.read_metadata(path)
    except (pa.ArrowException, OSError) as error:
        raise errors.SourceError(f"{str(path)!r} is not a whole Parquet file: {error}") from error
    return footer.schema.to_arrow_schema().remove_metadata(), footer.num_rows


def parquet_relation(place: text_files.Place, columns: Sequence[str]) -> Relation:
    """Parquet files with the same columns as one relation; their footers know the number of rows."""
    rows = text_files.read_files("read_parquet", place, file_row_number=True)
    return Relation(
        units=place.units,
        rows=select(
            "select * exclude (file_row_number), file_row_number + 1 as coterie_row from :rows",
            rows=rows.subquery("numbered"),
        ),
        columns=tuple(columns),
        record=text_files.record(columns),
        whole=text_files.whole(columns),
        typed=True,
        numbered=True,
        known={name: parquet_facts(Path(place.prefix + name))[1] for name in place.units},
    )


def holds_text_only(name: str) -> bool:
    """Whether files of this name keep numbers as text."""
    return format_of(name) != "parquet"
