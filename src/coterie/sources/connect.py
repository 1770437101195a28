"""From a URL to the place it names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from coterie import errors, urls
from coterie.sources import duckdb

if TYPE_CHECKING:
    from coterie.sources.warehouse import Warehouse

_FORMS = "duckdb:///path/to/file.duckdb (relative to the folder of coterie.yaml), or duckdb:// for memory"


def connect(url: str, folder: Path = Path()) -> Warehouse:
    """Open the warehouse that `url` names.

    Args:
        url: ``duckdb:///file`` or ``duckdb://`` (in memory); DuckDB's ``memory_limit``, ``threads`` and
            ``temp_directory`` may follow a ``?``.
        folder: Where relative paths start.

    Raises:
        UsageError: The URL is not understood.
        WarehouseError: The warehouse can't be opened.

    Examples:
        >>> warehouse = connect("duckdb://?threads=1")
        >>> warehouse.dialect
        'duckdb'
        >>> warehouse.close()
    """
    system, path, options = split(url)
    url = urls.shown(url)
    if system != "duckdb":
        raise errors.UsageError(f"The warehouse {url!r} is of no known kind. Allowed: {_FORMS}.")
    for name in options:
        if name not in duckdb.OPTIONS:
            hint = errors.did_you_mean(name, duckdb.OPTIONS)
            raise errors.UsageError(f"The warehouse {url!r} has an unknown option {name!r}. {hint}")
    if "temp_directory" in options:
        options["temp_directory"] = str(folder / options["temp_directory"])
    if path is None:
        return duckdb.DuckDB(None, options, url)
    file = folder / path
    if file.is_dir():
        raise errors.WarehouseError(
            f"The warehouse {url!r} is a folder; name a file, such as coterie.duckdb."
        )
    if not file.parent.is_dir():
        raise errors.WarehouseError(
            f"The warehouse {url!r} can't be opened: there is no folder {str(file.parent)!r}. Make it first."
        )
    return duckdb.DuckDB(file, options, url)


def split(url: str) -> tuple[str, Path | None, dict[str, str]]:
    """Split a URL into system, path (None for memory) and options.

    Examples:
        >>> split("sqlite:///data/food.db")
        ('sqlite', PosixPath('data/food.db'), {})
        >>> split("duckdb:////tmp/x.duckdb?threads=2")
        ('duckdb', PosixPath('/tmp/x.duckdb'), {'threads': '2'})
    """
    system, found, rest = urls.revealed(url).partition("://")
    place, _, query = rest.partition("?")
    if not found or (place and not place.startswith("/")):
        raise errors.UsageError(
            f"{urls.shown(url)!r} is not understood. Allowed: {_FORMS}, or sqlite:///path for sources."
        )
    path = unquote(place[1:])
    in_memory = path in ("", ":memory:")
    return system.lower(), None if in_memory else Path(path), dict(parse_qsl(query))
