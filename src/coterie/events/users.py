"""The table of users: one row for every user of the sources that describe users."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from coterie.events import columns
from coterie.sources import reading, sql
from coterie.sources.relation import ROW, UNIT, select

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coterie.events.fields import Field
    from coterie.project.sourcing import Source
    from coterie.sources.warehouse import Warehouse

_FIXED = {"user_id": "text", "since_us": "bigint", "acquisition_channel": "text"}
_ARROW = {"text": pa.string(), "bigint": pa.int64(), "double": pa.float64()}


def kept(source_name: str) -> str:
    """The table that keeps the users of one source."""
    return f"users_from_{source_name}"


def attribute_types(source: Source, shapes: Sequence[Mapping[str, Field]]) -> dict[str, str]:
    """Tell for each attribute whether it is double or text; text where its files disagree."""
    names = [
        name for name in columns.fields(source) if name not in ("user_id", "since", "acquisition_channel")
    ]
    return {
        name: "double" if all(_is_number(fields[name]) for fields in shapes) else "text" for name in names
    }


def _is_number(field: Field) -> bool:
    if field.mapping.as_ is not None:
        return field.mapping.as_ == "number"
    return field.is_number and field.mapping.map is None


def make(warehouse: Warehouse, source: Source, types: Mapping[str, str]) -> None:
    """Make the empty table of one source."""
    wanted = {**_FIXED, **types, UNIT: "text", ROW: "bigint"}
    warehouse.create(kept(source.name), _empty(wanted))


def _empty(wanted: Mapping[str, str]) -> pa.Table:
    return pa.schema({name: _ARROW[kind] for name, kind in wanted.items()}).empty_table()


def add(
    warehouse: Warehouse, rows: exp.Select, source: Source, types: Mapping[str, str], reader: Warehouse
) -> None:
    """Add rows, as `reader` reads them, without a reason against them to the users of one source."""
    chosen = [sql.column(name) for name in [*_FIXED, *types, UNIT, ROW]]
    good = (
        sql.select(*chosen)
        .from_(rows.subquery("mapped", copy=False), copy=False)
        .where(sql.sql("reason is null"))
    )
    reading.move(good, reader, warehouse, kept(source.name))


def keys(source: Source) -> exp.Select:
    """Select the ids of the users of a source, for finding repeated ones."""
    return select("select user_id as key from :users", users=sql.table(kept(source.name)))


def counts(warehouse: Warehouse, source: str) -> dict[str, int]:
    """Count the users of each unit of a source."""
    found = warehouse.query(
        select(
            "select coterie_unit, count(*) as n from :users group by coterie_unit",
            users=sql.table(kept(source)),
        )
    )
    return dict(zip(found["coterie_unit"].to_pylist(), found["n"].to_pylist(), strict=True))


def rebuild(warehouse: Warehouse, sources: Sequence[Source]) -> None:
    """Write the table `users` anew from the users of each source; of two values the first source's counts."""
    tables = [
        (source, kept(source.name))
        for source in sources
        if source.users and warehouse.columns(kept(source.name))
    ]
    if not tables:
        warehouse.create("users", _empty(_FIXED))
        return
    values: dict[str, list[exp.Expression]] = {}
    spelled: dict[str, str] = {}
    for source, table in tables:
        for name, value in _values(warehouse, source, table).items():
            spelled.setdefault(name.lower(), name)
            values.setdefault(name.lower(), []).append(value)
    chosen: list[exp.Expression] = [sql.column("user_id", "everyone")]
    for name, given in values.items():
        first = given[0] if len(given) == 1 else exp.Coalesce(this=given[0], expressions=given[1:])
        chosen.append(sql.named(first, spelled[name]))
    warehouse.create("users", _joined(chosen, [table for _, table in tables]))


def _joined(chosen: Sequence[exp.Expression], tables: Sequence[str]) -> exp.Select:
    everyone = (
        exp.union(
            *(sql.select(sql.column("user_id")).from_(sql.table(table), copy=False) for table in tables),
            distinct=True,
        )
        if len(tables) > 1
        else sql.select(sql.column("user_id")).from_(sql.table(tables[0]), copy=False)
    )
    joined = sql.select(*chosen).from_(everyone.subquery("everyone", copy=False), copy=False)
    for table in tables:
        same = exp.EQ(this=sql.column("user_id", table), expression=sql.column("user_id", "everyone"))
        joined = joined.join(sql.table(table), on=same, join_type="left")
    return joined


def _values(warehouse: Warehouse, source: Source, table: str) -> dict[str, exp.Expression]:
    """The columns of one source's users; text that is always a number becomes double."""
    kinds = warehouse.columns(table)
    guessed = _numbers(warehouse, source, table)
    found: dict[str, exp.Expression] = {}
    for name in kinds:
        if name not in ("user_id", UNIT, ROW):
            value = sql.column(name, table)
            found[name] = exp.cast(value, "double") if name in guessed else value
    return found


def _numbers(warehouse: Warehouse, source: Source, table: str) -> set[str]:
    if not reading.holds_text_only(source):
        return set()
    unsaid = [
        name
        for name, field in columns.fields(source).items()
        if name not in ("user_id", "since", "acquisition_channel") and field.as_ is None and field.map is None
    ]
    if not unsaid:
        return set()
    checks = [
        sql.named(
            sql.sql(
                "count(:value) > 0 and count(:value) = count(try_cast(:value as double))",
                value=sql.column(name),
            ),
            name,
        )
        for name in unsaid
    ]
    (found,) = warehouse.query(sql.select(*checks).from_(sql.table(table), copy=False)).to_pylist()
    return {name for name, is_number in found.items() if is_number}
