"""One field of an event or a user, as an expression over the columns of its source."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from coterie import errors
from coterie.events import iso
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coterie.project.sourcing import FieldMapping

#: What one second is in each unit of time.
PER_SECOND: Mapping[str, int] = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}

_MICROSECONDS = 1_000_000
#: Beyond this many seconds from 1970 any time is out of bounds; microseconds of it still fit a bigint.
_MOST_SECONDS = 9_000_000_000_000
_ZONED = r"\d:\d\d.*(Z|z|[+-]\d\d(:?\d\d)?| UTC)$"

_PLAIN_DEVICES: Mapping[str, tuple[str, ...]] = {
    "mobile": ("mobile", "phone", "smartphone", "handset", "mobile phone"),
    "tablet": ("tablet",),
    "desktop": ("desktop", "computer", "laptop", "pc", "web"),
    "bot": ("bot", "crawler", "spider"),
    "other": ("other", "tv", "smarttv", "smart tv", "console", "wearable"),
}
_USER_AGENTS: tuple[tuple[str, str], ...] = (
    ("bot", "bot|crawl|spider|slurp|curl/|wget/|python-|headless"),
    ("tablet", "ipad|tablet|kindle|silk/|playbook"),
    ("mobile", "mobi|iphone|ipod|windows phone|blackberry|opera mini"),
    ("tablet", "android"),
    ("desktop", "windows|macintosh|mac os|x11|linux|cros"),
)


@dataclasses.dataclass(frozen=True)
class Field:
    """A field of the mapping, resolved against its source.

    Attributes:
        mapping: What coterie.yaml says.
        origin: The column, expression or constant.
        kind: The type that `origin` has in the warehouse.
        dialect: Of where it is read.
    """

    mapping: FieldMapping
    origin: exp.Expression
    kind: pa.DataType
    dialect: str = sql.WRITTEN_IN

    @property
    def is_number(self) -> bool:
        """Whether the source holds it as a number."""
        return _is_number(self.kind)

    def text(self) -> exp.Expression:
        """Text, mapped; null for an empty one."""
        plain = device_class(self._plain()) if self.mapping.as_ == "device" else self._plain()
        return self._mapped(plain)

    def unmapped(self) -> exp.Expression:
        """True where `map` lists no word for the value and there is no default."""
        if self.mapping.map is None or self.mapping.default is not None:
            return exp.false()
        return sql.sql("not :given in :known", given=self._plain(), known=list(self.mapping.map))

    def user_id(self) -> exp.Expression:
        """Text that names a user: whole numbers without '.0', null for a blank one."""
        plain = self._mapped(self._plain())
        if not _is_text(self.kind):
            return plain
        return sql.sql(
            """case when :blank then null
            when ends_with(:id, '.0') and try_cast(:id as double) is not null
            then substr(:id, 1, length(:id) - 2) else :id end""",
            id=plain,
            blank=is_blank(plain),
        )

    def number(self) -> exp.Expression:
        """A finite number; null for anything else."""
        if self.mapping.map is None and (self.is_number or pa.types.is_boolean(self.kind)):
            number = sql.sql("cast(:origin as double)", origin=self.origin)
        else:
            number = sql.sql("try_cast(:given as double)", given=self._mapped(self._plain()))
        if self.mapping.map is None and pa.types.is_integer(self.kind):
            return number
        return sql.sql("case when isfinite(:number) then :number end", number=number)

    def microseconds(self) -> exp.Expression:
        """A time as microseconds since 1970 (UTC); null where it can't be read."""
        if self.is_number:
            return _counted(self.origin, self.kind, self.mapping.unit)
        if _is_text(self.kind):
            return self._written()
        if pa.types.is_timestamp(self.kind) and self.kind.tz is not None:
            return sql.sql("epoch_us(:origin)", origin=self.origin)
        if pa.types.is_timestamp(self.kind) or pa.types.is_date(self.kind):
            return self._local(sql.sql("cast(:origin as timestamp)", origin=self.origin))
        return sql.sql("cast(null as bigint)")

    def _written(self) -> exp.Expression:
        mapping = self.mapping
        if mapping.unit is not None:
            return _counted_text(self.origin, mapping.unit)
        if self.dialect != sql.WRITTEN_IN:
            return self._in_iso_form()
        if mapping.format is not None:
            parsed = sql.sql("try_strptime(:given, :format)", given=self.origin, format=mapping.format)
            return sql.sql("epoch_us(:at)", at=parsed) if "%z" in mapping.format else self._local(parsed)
        zoned = sql.sql("epoch_us(try_cast(:given as timestamptz))", given=self.origin)
        if mapping.timezone is None:
            return zoned
        return sql.sql(
            "case when regexp_matches(:given, :zoned) then :at else :local end",
            given=self.origin,
            zoned=_ZONED,
            at=zoned,
            local=self._local(sql.sql("try_cast(:given as timestamp)", given=self.origin)),
        )

    def _in_iso_form(self) -> exp.Expression:
        """Text as a time on an engine that may stop at one that is none."""
        for asked in ("format", "timezone"):
            if getattr(self.mapping, asked) is not None:
                raise errors.UsageError(
                    f"in {self.dialect} text is read as a time in ISO form alone (2026-01-31T10:00:00+01:00),"
                    f" without `{asked}`; give a column that holds times, or map it in a view"
                )
        return iso.microseconds(self.origin)

    def _local(self, clock: exp.Expression) -> exp.Expression:
        """A clock without a zone: UTC unless the mapping names another."""
        if self.mapping.timezone is None:
            return sql.sql("epoch_us(:clock)", clock=clock)
        return sql.sql("epoch_us(timezone(:zone, :clock))", zone=self.mapping.timezone, clock=clock)

    def _plain(self) -> exp.Expression:
        if _is_text(self.kind):
            return sql.sql("nullif(:origin, '')", origin=self.origin)
        if pa.types.is_floating(self.kind) or (pa.types.is_decimal(self.kind) and self.kind.scale > 0):
            return sql.sql(
                """case when isnan(:number) then null when :number = round(:number) and abs(:number) < 1e15
                then cast(cast(:number as bigint) as text) else cast(:number as text) end""",
                number=sql.sql("cast(:origin as double)", origin=self.origin),
            )
        return sql.sql("cast(:origin as text)", origin=self.origin)

    def _mapped(self, plain: exp.Expression) -> exp.Expression:
        if not self.mapping.map:
            return plain
        words = [
            exp.If(this=sql.literal(raw), true=sql.literal(word)) for raw, word in self.mapping.map.items()
        ]
        default = plain if self.mapping.default is None else sql.literal(self.mapping.default)
        chosen = exp.Case(this=plain.copy(), ifs=words, default=default.copy())
        return sql.sql("case when :plain is not null then :chosen end", plain=plain.copy(), chosen=chosen)


def is_blank(text: exp.Expression) -> exp.Expression:
    """True of text that is empty or white; the comparison spares most text the slower trim."""
    return sql.sql(":given < '!' and trim(:given, :white) = ''", given=text, white=" \t\r\n")


def device_class(text: exp.Expression) -> exp.Expression:
    """The class of a device: a plain word stays, a user agent tells it; null stays null."""
    lower = sql.sql("lower(:given)", given=text)
    cases = exp.Case(ifs=[exp.If(this=sql.sql(":given is null", given=text), true=exp.null())])
    for name, words in _PLAIN_DEVICES.items():
        cases = cases.when(sql.sql(":lower in :words", lower=lower, words=list(words)), sql.literal(name))
    for name, pattern in _USER_AGENTS:
        found = sql.sql("regexp_matches(:lower, :pattern)", lower=lower, pattern=pattern)
        cases = cases.when(found, sql.literal(name))
    return cases.else_(sql.literal("other"))


def _counted(origin: exp.Expression, kind: pa.DataType, unit: str | None) -> exp.Expression:
    """A number of units since 1970."""
    if unit is None:
        return sql.sql("cast(null as bigint)")
    if pa.types.is_integer(kind):
        return _saturated(sql.sql("try_cast(:origin as bigint)", origin=origin), unit)
    number = sql.sql("cast(:origin as double)", origin=origin)
    return sql.sql("case when isfinite(:number) then :us end", number=number, us=_saturated(number, unit))


def _counted_text(origin: exp.Expression, unit: str) -> exp.Expression:
    """Decimals, since a double would lose microseconds of a count of nanoseconds."""
    digits = {"s": 6, "ms": 3}.get(unit, 0)
    decimal = exp.TryCast(this=origin.copy(), to=exp.DataType.build(f"decimal(24, {digits})"))
    return _saturated(decimal, unit)


def _saturated(number: exp.Expression, unit: str) -> exp.Expression:
    """Microseconds, or a time far out of bounds where they would not fit."""
    per_second = PER_SECOND[unit]
    factor, each = max(1, _MICROSECONDS // per_second), max(1, per_second // _MICROSECONDS)
    most, far = _MOST_SECONDS * per_second, _MOST_SECONDS * _MICROSECONDS
    if each > 1:
        most = far  # of nanoseconds a bigint holds fewer
    scaled = sql.sql("cast(round(:number * :factor) as bigint)", number=number, factor=factor)
    return sql.sql(
        "case when :number > :most then :far when :number < :least then :early else :scaled end",
        number=number,
        most=most,
        far=far,
        least=-most,
        early=-far,
        scaled=scaled if each == 1 else sql.sql(":scaled // :each", scaled=scaled, each=each),
    )


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
