"""What adapters of servers share: URLs, drivers, waiting for others, and telling what went wrong."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import importlib
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from coterie import errors, extras, urls

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

#: Where results live if the URL names no schema.
SCHEMA = "coterie"
#: How long a second run waits for the first before it refuses, and how often it looks, in seconds.
PATIENCE_S = 30.0
PAUSE_S = 0.5


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """A URL in parts.

    Attributes:
        address: Host, user, password and database.
        options: The options that are coterie's own.
        plain: The URL without them, as the driver takes it; it holds the password.
    """

    address: urls.Address
    options: dict[str, str]
    plain: str = dataclasses.field(repr=False)


def place(url: str, own: Collection[str]) -> Place:
    """Take a URL apart.

    Args:
        url: ``system://user@host:port/database?option=value``.
        own: Names of options that the driver doesn't know.

    Raises:
        UsageError: It is no URL of a server.
    """
    found = urls.address(url)
    if found is None or not found.host:
        raise errors.UsageError(
            f"The URL {urls.shown(url)!r} is not understood. Write system://user@host:port/database, with"
            " / : @ ? of a password as %2F %3A %40 %3F."
        )
    whole = urls.revealed(url)
    bare, _, options = whole.rpartition("?") if found.options else (whole, "", "")
    theirs = [(name, value) for name, value in parse_qsl(options) if name not in own]
    plain = f"{bare}?{urlencode(theirs)}" if theirs else bare
    return Place(found, {name: value for name, value in found.options.items() if name in own}, plain)


def driver(module: str, extra: str, system: str) -> Any:
    """Import a driver, or say how to install it.

    Raises:
        UsageError: It isn't installed.
    """
    with extras.needed(system, extra):
        return importlib.import_module(module)


@contextlib.contextmanager
def told(
    what: str, extra: str, system: str, refused: Callable[[Exception, str], errors.WarehouseError]
) -> Iterator[None]:
    """Let what a client raises be what coterie raises, where its errors have no common base.

    Args:
        what: What is being done.
        extra: The extra that brings the client.
        system: What it is a client of.
        refused: Says in one sentence what the system refused.

    Raises:
        UsageError: The client isn't installed.
        WarehouseError: The system refused.
    """
    try:
        with extras.needed(system, extra):
            yield
    except (errors.CoterieError, KeyboardInterrupt):
        raise
    except Exception as error:
        raise refused(error, what) from error


def number(text: str) -> int:
    """A number of 62 bits for a text, to name a lock by."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) >> 2


def require(version: str, least: Sequence[int], system: str, url: str) -> None:
    """Refuse a server that is older than what coterie's statements need.

    Args:
        version: What it says of itself; the numbers that it begins with count.
        least: The oldest version that will do.
        system: What it is.
        url: Where it is, without secrets.

    Raises:
        WarehouseError: It is older.

    Examples:
        >>> require("18.6 (Debian 18.6-1)", (11,), "PostgreSQL", "postgresql://db/shop")
    """
    found = re.match(r"[0-9.]*", version)
    if found is None or tuple(map(int, filter(None, found[0].split(".")))) < tuple(least):
        wanted = ".".join(map(str, least))
        raise errors.WarehouseError(
            f"The server at {url} is {system} {version}, and coterie needs {system} {wanted} or newer."
            " Upgrade it, name another, or export the tables of a source to CSV or Parquet and name those."
        )


def busy(url: str, holder: str | None, hint: str = "") -> errors.WarehouseError:
    """Say that another run is at work."""
    who = f" by {holder}" if holder else ""
    told = f"The warehouse {url} is being written{who}; wait until that ends, then run again. {hint}"
    return errors.WarehouseError(told.rstrip())


@dataclasses.dataclass(frozen=True, slots=True)
class System:
    """What a system says when it refuses, and what that means.

    Attributes:
        name: As people call it.
        url: Where it is, without secrets.
        meanings: Patterns, each with what it means; ``{0}`` is what the pattern caught.
        gone: Matches when the connection is broken.
    """

    name: str
    url: str
    meanings: Sequence[tuple[str, str]]
    gone: re.Pattern[str]


def refused(text: str, what: str, system: System, kind: str = "") -> errors.WarehouseError:
    """Say in one sentence what a system refused, and what to do next.

    Args:
        text: What the driver says.
        what: Which statement it was about.
        system: The system.
        kind: What else tells what it means, and isn't shown, such as the class of the error.
    """
    said = re.split(r"(?:ERROR|FATAL):\s+", text, maxsplit=1)[-1]
    reason = " ".join(re.split(r"\n(?:LINE|DETAIL|HINT|\s*\^)|\n\nQuery was|\.? SQLSTATE", said)[0].split())
    start = f"{what[0].upper()}{what[1:]} on {system.name} ({system.url})"
    known = f"{kind}: {text}"
    if system.gone.search(known):
        return errors.WarehouseGoneError(
            f"{start} broke off: the server went away or can't be reached; see that it is up, then run again."
            f" It says: {reason}"
        )
    for pattern, meaning in system.meanings:
        found = re.search(pattern, known, re.IGNORECASE)
        if found:
            return errors.WarehouseError(f"{start} {meaning.format(*found.groups())}. It says: {reason}")
    return errors.WarehouseError(f"{start} failed: {reason}")
