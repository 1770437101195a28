"""URLs that carry a secret: whoever looks at them sees stars, and the adapter alone sees the whole.

A secret is the password before the ``@``, or the value of an option such as ``?password=`` or ``;token=``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qsl, quote, unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: What stands where a secret is.
STARS = "***"

_SYSTEM = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")

#: Names of options whose value is a secret.
_SECRET = re.compile(
    r"(?P<name>(?<=[?&;])(?:[\w.-]*[_.-])?(?:ssl)?"
    r"(?:password|passwd|pwd|passphrase|token|secret|api_?key|access_?key|secret_?key|private_?key|sig|sas)=)"
    r"(?P<value>[^&;#]*)",
    re.IGNORECASE,
)

#: Where an ``@`` is a part of a path as any other.
_FILES = frozenset({"http://", "https://", "s3://", "gs://", "gcs://", "file://", "duckdb://", "sqlite://"})


class Url(str):
    """Text that is shown with stars where its secret is.

    It equals, prints, hashes and is stored as what is shown. What it stands for is `revealed` to adapters.

    Examples:
        >>> url = Url("postgresql://ada:swordfish@example.org/shop")
        >>> url
        'postgresql://ada:***@example.org/shop'
        >>> revealed(url)
        'postgresql://ada:swordfish@example.org/shop'
    """

    __slots__ = ("_whole",)

    _whole: str

    def __new__(cls, whole: str, shown_as: str | None = None) -> Self:
        """Make it of the whole text, and of what to show, if stars in the usual places are not enough."""
        url = super().__new__(cls, shown(whole) if shown_as is None else shown_as)
        url._whole = whole
        return url


def revealed(url: str) -> str:
    """The whole text of a `Url`, for the one who connects; any other text as it is."""
    return url._whole if isinstance(url, Url) else url  # noqa: SLF001


def shown(url: str) -> str:
    """Show a URL with stars where its secrets are.

    Examples:
        >>> shown("mysql://ada:swordfish@127.0.0.1:3306/shop?password=swordfish&ssl=true")
        'mysql://ada:***@127.0.0.1:3306/shop?password=***&ssl=true'
        >>> shown("duckdb:///coterie.duckdb?threads=2")
        'duckdb:///coterie.duckdb?threads=2'
    """
    text = str(url)
    for start, end in reversed(places(text)):
        text = text[:start] + STARS + text[end:]
    return text


def secrets(url: str) -> tuple[str, ...]:
    """The secrets that stand in a URL, as they stand there.

    Examples:
        >>> secrets("mysql://ada:sword%20fish@127.0.0.1/shop")
        ('sword%20fish',)
    """
    whole = revealed(url)
    return tuple(whole[start:end] for start, end in places(whole) if end > start)


def hidden(text: str, url: str) -> str:
    """Put stars into a text, say of a driver's error, wherever it holds a secret of `url`.

    Examples:
        >>> hidden("password swordfish is wrong", "mysql://ada:swordfish@127.0.0.1/shop")
        'password *** is wrong'
    """
    return without(text, secrets(url))


def without(text: str, found: Iterable[str]) -> str:
    """Put stars into a text wherever it holds one of these secrets, written plainly or as in a URL."""
    forms = {form for one in found for form in (one, unquote(one), quote(one, safe=""), quote(one))}
    for form in sorted(forms - {"", STARS}, key=len, reverse=True):
        text = text.replace(form, STARS)
    return text


@contextlib.contextmanager
def kept_from_errors(url: str) -> Iterator[None]:
    """Let no exception that passes, nor what it was raised from, say a secret of `url`.

    Examples:
        >>> with kept_from_errors("mysql://ada:swordfish@127.0.0.1/shop"):
        ...     raise ValueError("ada and swordfish are unknown")
        Traceback (most recent call last):
        ValueError: ada and *** are unknown
    """
    try:
        yield
    except BaseException as error:
        found = secrets(url)
        seen: BaseException | None = error
        while seen is not None and found:
            seen.args = tuple(without(one, found) if isinstance(one, str) else one for one in seen.args)
            seen = seen.__cause__ or seen.__context__
        raise


@dataclasses.dataclass(frozen=True, slots=True)
class Address:
    """A URL taken apart.

    Attributes:
        system: What comes before ``://``, in small letters.
        host: Name or number of the machine; empty if none is given.
        port: None if none is given.
        user: None if none is given.
        password: None if none is given; never shown.
        path: What follows the host, without the first slash.
        options: What follows ``?``, by name; never shown, for there may be secrets among them.
    """

    system: str
    host: str
    port: int | None
    user: str | None
    password: str | None = dataclasses.field(repr=False)
    path: str
    options: dict[str, str] = dataclasses.field(repr=False)


_PARTS = re.compile(
    r"(?P<system>[A-Za-z][A-Za-z0-9+.-]*)://(?:(?P<user>[^:@/]*)(?::(?P<password>.*))?@)?"
    r"(?P<host>\[[^\]]*\]|[^:/?;@]*)(?::(?P<port>\d+))?(?:/(?P<path>[^?]*))?(?:\?(?P<options>.*))?"
)


def address(url: str) -> Address | None:
    """Take a URL of a server apart; None if it is none.

    Examples:
        >>> found = address("postgresql://ada:sword%2Ffish@127.0.0.1:5432/shop?sslmode=require")
        >>> found
        Address(system='postgresql', host='127.0.0.1', port=5432, user='ada', path='shop')
        >>> found.password, found.options
        ('sword/fish', {'sslmode': 'require'})
    """
    found = _PARTS.fullmatch(revealed(url))
    if found is None:
        return None
    user, password, port = found["user"], found["password"], found["port"]
    return Address(
        system=found["system"].lower(),
        host=found["host"].strip("[]"),
        port=int(port) if port else None,
        user=None if user is None else unquote(user),
        password=None if password is None else unquote(password),
        path=unquote(found["path"] or ""),
        options=dict(parse_qsl(found["options"] or "", keep_blank_values=True)),
    )


def places(text: str) -> list[tuple[int, int]]:
    """Where the secrets of a URL begin and end, in order.

    Examples:
        >>> places("mysql://ada:fish@127.0.0.1/shop")
        [(12, 16)]
    """
    system = _SYSTEM.match(text)
    if system is None:
        return []
    password = _password(text, system.end(), files=system[0].lower() in _FILES)
    after = password[1] if password else 0
    options = [match.span("value") for match in _SECRET.finditer(text) if match.start() >= after]
    return [*([password] if password else []), *options]


def _password(text: str, start: int, *, files: bool) -> tuple[int, int] | None:
    """Where the password is, also where it has a slash or the like that should be written as ``%2F``."""
    authority = re.match(r"[^/?#]*", text[start:])
    stop = start + (authority.end() if authority else 0)
    end = text.rfind("@", start, stop)
    if end < 0:
        no_port = re.fullmatch(r"[^:\[]*:\d*\D.*", text[start:stop]) is not None
        if ":" not in text[start:stop] or (files and not no_port):
            return None
        options = text.find("?", start)
        end = text.rfind("@", start, len(text) if no_port or options < 0 else options)
    colon = text.find(":", start, max(end, start))
    return None if colon < 0 else (colon + 1, end)
