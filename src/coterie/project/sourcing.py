"""What coterie.yaml says of sources: what is read, and which columns mean what."""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from coterie.errors import did_you_mean
from coterie.project.strict import Name, Settings, UrlText

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class FieldMapping(Settings):
    """How one field of an event or user comes out of a source row: exactly one of column, sql or value."""

    column: str | None = Field(default=None, description="The column of the source that holds it.")
    sql: str | None = Field(default=None, description="A SQL expression over the columns of the source.")
    value: str | int | float | None = Field(default=None, description="The same constant for every row.")
    unit: Literal["s", "ms", "us", "ns"] | None = Field(
        default=None, description="For times given as numbers: what they count since 1970 (UTC)."
    )
    format: str | None = Field(default=None, description="For times given as text: a strptime format.")
    timezone: str | None = Field(default=None, description="For local clocks: a name such as Europe/Vienna.")
    map: dict[str, str] | None = Field(default=None, description="Source value to our word.")
    default: str | None = Field(default=None, description="The word for values that `map` does not list.")
    as_: Literal["number", "category", "device"] | None = Field(
        default=None,
        alias="as",
        description="number; category (text); device: the class told by a user agent.",
    )
    name: Name | None = Field(
        default=None, description="Attributes only: the name in coterie (default: the column's)."
    )

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, name: str | None) -> str | None:
        known = zoneinfo.available_timezones()
        if name is not None and known and name not in known:  # a bare system has no list to check against
            raise ValueError(f"{name!r} is no time zone. {did_you_mean(name, known)}")
        return name

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        given = [key for key in ("column", "sql", "value") if getattr(self, key) is not None]
        if len(given) != 1:
            msg = f"give exactly one of column, sql or value; here: {', '.join(given) or 'none of them'}"
            raise ValueError(msg)
        return self


def _short(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


Mapped = Annotated[FieldMapping, BeforeValidator(_short, json_schema_input_type=str | FieldMapping)]


class EventMapping(Settings):
    """Which columns of a source make an event. A plain string names a column."""

    user_id: Mapped = Field(description="Who did it.")
    at: Mapped = Field(description="When it happened.")
    kind: Mapped = Field(
        default=FieldMapping(value="view"), description="What was done: view, click, search, order, like, ..."
    )
    event_id: Mapped | None = Field(
        default=None, description="Of two events with the same id, one is set aside."
    )
    item: Mapped | None = Field(default=None, description="The article, product or video.")
    category: Mapped | None = Field(default=None, description="What the item belongs to.")
    value: Mapped | None = Field(default=None, description="Money.")
    duration: Mapped | None = Field(default=None, description="Seconds.")
    channel: Mapped | None = Field(default=None, description="How the user came: search, newsletter, ...")
    device: Mapped | None = Field(default=None, description="Class of device: mobile, desktop, tablet, ...")
    device_id: Mapped | None = Field(default=None, description="Which device it was.")
    session_id: Mapped | None = Field(default=None, description="The session, as the source counts them.")
    query: Mapped | None = Field(default=None, description="What was searched for.")
    properties: tuple[str, ...] = Field(default=(), description="Columns to keep as they are, as JSON.")


class UserMapping(Settings):
    """Which columns of a source describe users."""

    user_id: Mapped | None = Field(
        default=None, description="Without it, each row is a user of its own, numbered."
    )
    since: Mapped | None = Field(
        default=None, description="When the user signed up; unknown to features before."
    )
    acquisition_channel: Mapped | None = Field(default=None, description="What brought the user here.")
    attributes: tuple[Mapped, ...] = Field(
        default=(), description="Facts about the user that become features."
    )


class Source(Settings):
    """One table of events or of users, and how its rows are read."""

    name: Name = Field(description="What it is called in `units`, `set_aside` and `events`.")
    table: str | None = Field(default=None, description="A path, a glob, or a table of `connection`.")
    query: str | None = Field(default=None, description="SQL to run on `connection`.")
    connection: UrlText | None = Field(
        default=None,
        description="sqlite:///path, duckdb:///path, postgresql://user@host/database or "
        "mysql://user@host/database; warehouse: where results live.",
    )
    watermark: str | None = Field(
        default=None,
        description="Of a table in a database: a column that changes whenever its row does, such as "
        "updated_at; default: all columns in use are compared.",
    )
    late_days: int | None = Field(
        default=None,
        ge=0,
        description="Of a table in a database: events come at most so many days late, and older days aren't "
        "looked at again; default: all days are.",
    )
    events: EventMapping | None = Field(default=None, description="Each row is an act of a user; see below.")
    users: UserMapping | None = Field(default=None, description="Each row is a user; see below.")
    delimiter: str | None = Field(
        default=None, min_length=1, max_length=1, description="CSV only; default: found."
    )
    strict: bool = Field(default=False, description="Set rows aside whose kind `map` does not list.")
    duplicates: Literal["keep", "set_aside"] = Field(
        default="keep", description="Rows equal in every column, where events have no event_id."
    )

    @model_validator(mode="after")
    def _one_table_one_meaning(self) -> Self:
        if (self.table is None) == (self.query is None):
            raise ValueError("give either `table` or `query`")
        if (self.events is None) == (self.users is None):
            raise ValueError("give either `events` or `users`")
        return self


def attributes(sources: Iterable[Source]) -> Iterator[tuple[str, FieldMapping]]:
    """List the attributes of users that sources describe, each with the name it has in coterie."""
    for source in sources:
        for one in source.users.attributes if source.users is not None else ():
            yield one.name or one.column or "", one
