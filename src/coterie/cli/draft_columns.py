"""What the columns of a table probably mean, told by their names and a sample of their values."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Literal

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Names of columns as people write them, without case and punctuation, the likeliest first.
_CALLED: dict[str, tuple[str, ...]] = {
    "user_id": (
        "userid", "user", "customerid", "customer", "visitorid", "visitor", "personid", "person",
        "memberid", "clientid", "accountid", "subscriberid", "learnerid", "studentid", "playerid",
        "readerid", "uid", "learner", "student", "reader", "client", "member", "subscriber", "email",
    ),
    "at": (
        "timestamp", "eventtime", "eventtimestamp", "eventdate", "datetime", "occurredat", "createdat",
        "time", "ts", "at", "date", "when", "invoicedate", "orderdate", "purchasedate", "day",
    ),
    "kind": ("eventtype", "kind", "event", "eventname", "action", "type", "activity", "verb"),
    "event_id": ("eventid", "eventuuid", "messageid", "uuid"),
    "item": (
        "itemid", "item", "productid", "product", "contentid", "articleid", "article", "sku", "stockcode",
        "videoid", "mealid", "lessonid", "lesson", "page", "url", "path",
    ),
    "category": ("category", "section", "topic", "genre", "department", "course", "subject", "categoryid"),
    "value": ("value", "amount", "revenue", "total", "price", "spend", "unitprice"),
    "duration": ("duration", "durationseconds", "seconds", "dwelltime", "timespent", "watched"),
    "channel": ("channel", "referrer", "referer", "utmsource", "medium", "campaign"),
    "device": ("device", "devicetype", "useragent", "ua"),
    "device_id": ("deviceid", "cookieid", "cookie"),
    "session_id": ("sessionid", "session"),
    "query": ("query", "searchquery", "searchterm", "keywords", "q"),
}  # fmt: skip

_SINCE = (
    "since",
    "signedup",
    "signupdate",
    "registered",
    "registeredat",
    "createddate",
    "createdat",
    "joined",
)
_USER_AGENTS = ("useragent", "ua")
_NUMERIC = ("value", "duration")
_PRICES, _PIECES = ("price", "unitprice"), ("quantity", "qty", "pieces")

#: Each epoch unit and the numbers that it gives the years 2001 to 2286.
_UNITS = {"s": 1e9, "ms": 1e12, "us": 1e15, "ns": 1e18}

_FORMATS = (
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y",
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d", "%Y%m%d",
)  # fmt: skip

_MOST_KINDS = 30
_MOST_CATEGORIES = 50
_FEW_NUMBERS = 10


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """A column as a guess sees it.

    Attributes:
        name: Its name.
        values: A sample, as text; null where empty.
    """

    name: str
    values: tuple[str | None, ...]

    @property
    def called(self) -> str:
        """Its name without case and punctuation."""
        return re.sub(r"[^a-z0-9]", "", self.name.lower())

    @property
    def known(self) -> tuple[str, ...]:
        """The values that are there."""
        return tuple(value for value in self.values if value)

    @property
    def numeric(self) -> bool:
        """Whether every value is a number."""
        return bool(self.known) and all(re.fullmatch(r"[-+]?\d*\.?\d+([eE][-+]?\d+)?", v) for v in self.known)

    @property
    def distinct(self) -> int:
        """How many different values the sample has."""
        return len(set(self.known))

    @property
    def unique(self) -> bool:
        """Whether no value comes twice and none is missing."""
        return bool(self.values) and self.distinct == len(self.values)


@dataclasses.dataclass(frozen=True, slots=True)
class Guess:
    """What a table probably holds.

    Attributes:
        what: events or users.
        fields: Our word to the column, as coterie.yaml has it.
        unused: Names of columns without a meaning here.
        doubts: What a person should look at, in sentences.
    """

    what: Literal["events", "users"]
    fields: dict[str, Any]
    unused: tuple[str, ...]
    doubts: tuple[str, ...]


def guess_events(columns: Sequence[Column]) -> Guess | None:
    """Guess which columns make an event; nothing if there is no time or no user in them."""
    user, at = _find("user_id", columns), _time(columns)
    if user is None or at is None:
        return None
    time, how, doubts = at
    fields: dict[str, Any] = {"user_id": user.name, "at": how}
    taken = {user.name, time.name}
    for word in _CALLED:
        left = [column for column in columns if column.name not in taken]
        column = _find(word, left) if word not in fields else None
        if column is not None:
            fields[word] = _mapped(word, column)
            taken.add(column.name)
    pieces = next((column for column in columns if column.called in _PIECES and column.numeric), None)
    price = next((column for column in columns if column.called in _PRICES and column.name in taken), None)
    if pieces is not None and price is not None:
        fields["value"] = {"sql": " * ".join(_number(column) for column in (pieces, price))}
        taken.add(pieces.name)
    if "kind" not in fields:
        fields["kind"] = {"value": "order" if "value" in fields else "view"}
        doubts = (
            *doubts,
            f"No column says what happened: every row is taken for {fields['kind']['value']!r}.",
        )
    return Guess("events", fields, _left(columns, taken), doubts)


def guess_users(columns: Sequence[Column]) -> Guess | None:
    """Guess which columns describe users; nothing if none does."""
    called = (*_CALLED["user_id"], "id")
    user = next((c for name in called for c in columns if c.called == name and c.unique), None)
    fields: dict[str, Any] = {"user_id": user.name} if user else {}
    taken = {user.name} if user else set()
    since = next((c for c in columns if c.called in _SINCE and _how(c)), None)
    if since is not None:
        fields["since"] = (_how(since) or (since.name,))[0]
        taken.add(since.name)
    attributes = []
    for column in columns:
        if column.name not in taken and (how := _attribute(column)) is not None:
            attributes.append(how)
            taken.add(column.name)
    if not attributes:
        return None
    doubts = () if user else ("No column names users: each row is a user of its own.",)
    return Guess("users", {**fields, "attributes": attributes}, _left(columns, taken), doubts)


def _left(columns: Sequence[Column], taken: set[str]) -> tuple[str, ...]:
    return tuple(column.name for column in columns if column.name not in taken)


def _find(word: str, columns: Sequence[Column]) -> Column | None:
    for called in _CALLED[word]:
        for column in columns:
            if column.called == called and _fits(word, column):
                return column
    return None


def _fits(word: str, column: Column) -> bool:
    if word in _NUMERIC:
        return column.numeric
    if word == "kind":
        return 0 < column.distinct <= _MOST_KINDS
    if word == "event_id":
        return column.unique
    return bool(column.known)


def _mapped(word: str, column: Column) -> Any:
    if word == "device" and column.called in _USER_AGENTS:
        return {"column": column.name, "as": "device"}
    return column.name


def _number(column: Column) -> str:
    """A column as a number in SQL; CSV and JSON lines hold text."""
    return exp.cast(exp.column(column.name, quoted=True), "double").sql(dialect="duckdb")


def _attribute(column: Column) -> Any:
    """How a column is an attribute; nothing if it is a name, an id or free text."""
    if column.numeric and (column.distinct > _FEW_NUMBERS or any("." in value for value in column.known)):
        return {"column": column.name, "as": "number"}
    if 1 < column.distinct <= min(_MOST_CATEGORIES, max(2, len(column.known) // 2)):
        return column.name
    return None


def _time(columns: Sequence[Column]) -> tuple[Column, Any, tuple[str, ...]] | None:
    """The column that says when, how to read it, and what is doubtful; by name first, then by values."""
    by_name = [column for name in _CALLED["at"] for column in columns if column.called == name]
    texts = [column for column in columns if column not in by_name and not column.numeric]
    for column in (*by_name, *texts):
        if (how := _how(column)) is not None:
            return column, *how
    return None


def _how(column: Column) -> tuple[Any, tuple[str, ...]] | None:
    """How the times of a column are written; nothing if they are none."""
    values = column.known
    if not values:
        return None
    if column.numeric and not all(_reads(value, "%Y%m%d") for value in values):
        size = max(abs(float(value)) for value in values)
        unit = next((unit for unit, least in _UNITS.items() if least <= size < least * 10), None)
        return ({"column": column.name, "unit": unit}, ()) if unit else None
    if all(_iso(value) for value in values):
        return column.name, ()
    fitting = [form for form in _FORMATS if all(_reads(value, form) for value in values)]
    if not fitting:
        return None
    doubts = (
        () if len(fitting) == 1 else (f"{column.name!r} may be read as {' or '.join(fitting)}: look at it.",)
    )
    return {"column": column.name, "format": fitting[0]}, doubts


def _iso(value: str) -> bool:
    try:
        dt.datetime.fromisoformat(value)
    except ValueError:
        return False
    return not value.isdigit()


def _reads(value: str, form: str) -> bool:
    try:
        dt.datetime.strptime(value, form).replace(tzinfo=dt.UTC)
    except ValueError:
        return False
    return True
