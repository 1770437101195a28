"""From a URL to the place it names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from coterie import errors, urls
from coterie.sources import duckdb
from coterie.sources.retrying import Retrying

if TYPE_CHECKING:
    from coterie.sources.warehouse import Warehouse

_FORMS = (
    "duckdb:///path/to/file.duckdb (relative to the folder of coterie.yaml), duckdb:// for memory,"
    " sqlite:///path/to/file.db, postgresql://user@host:port/database, mysql://user@host:port/database,"
    " spark://local[2] or spark://host:port (Spark Connect), bigquery://project/dataset"
)
#: Systems whose databases are files.
IN_FILES = ("duckdb", "sqlite")


def connect(url: str, folder: Path = Path(), *, reading: bool = False) -> Warehouse:
    """Open the warehouse that `url` names.

    Servers are connected to again when the connection breaks, where that is safe: see
    `coterie.sources.retrying.Retrying`.

    Args:
        url: ``duckdb:///file`` or ``duckdb://`` (in memory); DuckDB's ``memory_limit``, ``threads`` and
            ``temp_directory`` may follow a ``?``. Or ``sqlite:///file``, or a server:
            ``postgresql://user@host:port/database``, ``mysql://user@host:port/database`` (MariaDB, too);
            ``spark://local[2]?warehouse=folder`` for Spark in this process, ``spark://host:port`` for Spark
            Connect, or ``bigquery://project/dataset``;
            ``?schema=`` names the schema of the results, which is coterie otherwise, and on Spark
            ``catalog=`` its catalogue.
        folder: Where relative paths start.
        reading: Only to read from a server: no schema is made there.

    Raises:
        UsageError: The URL is not understood.
        WarehouseError: The warehouse can't be opened.

    Examples:
        >>> warehouse = connect("duckdb://?threads=1")
        >>> warehouse.dialect
        'duckdb'
        >>> warehouse.close()
    """
    if system(url) in IN_FILES:
        return _opened(url, folder)
    if system(url) in ("postgresql", "postgres"):
        from coterie.sources.postgres import Postgres

        return Retrying(lambda: Postgres(url, reading=reading))
    if system(url) in ("mysql", "mariadb"):
        from coterie.sources.mysql import MySQL

        return Retrying(lambda: MySQL(url, reading=reading))
    if system(url) in ("spark", "spark+connect"):
        return _spark(url, folder)
    if system(url) == "bigquery":
        return _bigquery(url, folder)
    raise errors.UsageError(f"The warehouse {urls.shown(url)!r} is of no known kind. Allowed: {_FORMS}.")


def system(url: str) -> str:
    """The system that a URL names.

    Examples:
        >>> system("SQLite:///food.db")
        'sqlite'
    """
    return urls.revealed(url).partition("://")[0].lower()


def _opened(url: str, folder: Path) -> Warehouse:
    """Open a database that is a file, or memory."""
    kind, path, options = split(url)
    url = urls.shown(url)
    allowed = duckdb.OPTIONS if kind == "duckdb" else ()
    for name in options:
        if name not in allowed:
            hint = errors.did_you_mean(name, allowed)
            raise errors.UsageError(f"The warehouse {url!r} has an unknown option {name!r}. {hint}")
    if "temp_directory" in options:
        options["temp_directory"] = str(folder / options["temp_directory"])
    file = None if path is None else _writable(url, kind, folder / path)
    if kind == "duckdb":
        return duckdb.DuckDB(file, options, url)
    from coterie.sources.sqlite_warehouse import SQLite

    return SQLite(file, url)


def _spark(url: str, folder: Path) -> Warehouse:
    """Open Spark in this process, or through Spark Connect."""
    from coterie.sources import spark

    place, options = _with_options(url, spark.OPTIONS, "spark.")

    def opens() -> Warehouse:
        return spark.Spark(place, options, folder, urls.shown(url))

    return opens() if place.startswith("local") else Retrying(opens)


def _bigquery(url: str, folder: Path) -> Warehouse:
    """Open a dataset of a project of BigQuery."""
    from coterie.sources import bigquery

    place, options = _with_options(url, bigquery.OPTIONS)
    project, _, dataset = place.partition("/")
    if dataset:
        options.setdefault("schema", dataset)
    if "credentials" in options:
        options["credentials"] = str(folder / options["credentials"])
    if not project:
        raise errors.UsageError(
            f"The warehouse {urls.shown(url)!r} names no project: bigquery://project/dataset."
        )
    return Retrying(lambda: bigquery.BigQuery(project, options, urls.shown(url)))


def _with_options(
    url: str, allowed: tuple[str, ...], prefix: str | None = None
) -> tuple[str, dict[str, str]]:
    """Split a URL into what it names and options, which are those allowed or begin with a prefix."""
    _, _, rest = urls.revealed(url).partition("://")
    place, _, query = rest.partition("?")
    options = dict(parse_qsl(query))
    for name in options:
        if name not in allowed and not (prefix and name.startswith(prefix)):
            hint = errors.did_you_mean(name, allowed)
            raise errors.UsageError(
                f"The warehouse {urls.shown(url)!r} has an unknown option {name!r}. {hint}"
            )
    return unquote(place).rstrip("/"), options


def _writable(url: str, kind: str, file: Path) -> Path:
    if file.is_dir():
        raise errors.WarehouseError(
            f"The warehouse {url!r} is a folder; name a file, such as coterie.{kind}."
        )
    if not file.parent.is_dir():
        raise errors.WarehouseError(
            f"The warehouse {url!r} can't be opened: there is no folder {str(file.parent)!r}. Make it first."
        )
    return file


def split(url: str) -> tuple[str, Path | None, dict[str, str]]:
    """Split the URL of a file into system, path (None for memory) and options.

    Examples:
        >>> split("sqlite:///data/food.db")
        ('sqlite', PosixPath('data/food.db'), {})
        >>> split("duckdb:////tmp/x.duckdb?threads=2")
        ('duckdb', PosixPath('/tmp/x.duckdb'), {'threads': '2'})
    """
    kind, found, rest = urls.revealed(url).partition("://")
    place, _, query = rest.partition("?")
    if not found or (place and not place.startswith("/")):
        raise errors.UsageError(f"{urls.shown(url)!r} is not understood. Allowed: {_FORMS}.")
    path = unquote(place[1:])
    in_memory = path in ("", ":memory:")
    return kind.lower(), None if in_memory else Path(path), dict(parse_qsl(query))
