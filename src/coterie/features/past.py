"""Features as of past dates, built beside those of the last run."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from sqlglot import exp

from coterie.events.days import DAY_US
from coterie.features import build
from coterie.features.as_of import date_of
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence

    from coterie.features.build import Plan
    from coterie.features.catalogue import Catalogue
    from coterie.project.settings import FeatureSettings
    from coterie.sources.warehouse import Warehouse

_WEEK = 7

#: What each table of the project is for users as of days of their own, moved to one day; and the columns that
#: are not taken over as they are.
_MOVED = {
    "events": (
        """select asked.number as user_id, events.at_us + (:to - asked.as_of_day) * :day_us as at_us
        from events join :asked as asked
            on asked.user_id = events.user_id and events.at_us < asked.as_of_day * :day_us
        where asked.as_of_day in :those""",
        {"user_id", "at_us"},
    ),
    "user_days": (
        """select asked.number as user_id, user_days.day + (:to - asked.as_of_day) as day
        from user_days join :asked as asked
            on asked.user_id = user_days.user_id and user_days.day < asked.as_of_day
        where asked.as_of_day in :those""",
        {"user_id", "day"},
    ),
    "users": (
        """select asked.number as user_id, users.since_us + (:to - asked.as_of_day) * :day_us as since_us
        from users join :asked as asked on asked.user_id = users.user_id
        where asked.as_of_day in :those
            and (users.since_us is null or users.since_us < asked.as_of_day * :day_us)""",
        {"user_id", "since_us"},
    ),
}


def write(
    warehouse: Warehouse,
    settings: FeatureSettings,
    as_of: dt.date,
    names: Collection[str],
    table: str,
) -> None:
    """Make a temporary table of some features as of a date; those that can't be fed then have no column.

    Events that came in late count as if they had been there, and attributes are those of today.

    Args:
        warehouse: Where `events`, `users` and `user_days` lie.
        settings: Which families, and how long the weekly pattern is.
        as_of: Events at or after this midnight (UTC) are not seen.
        names: The features.
        table: What the table is called; it ends with the session.

    Raises:
        SourceError: No family can be fed.
    """
    planned = narrowed(build.plan(warehouse, settings, as_of), names)
    warehouse.create(table, build.statement(planned), temporary=True)


def write_each(warehouse: Warehouse, planned: Plan, asked: str, table: str) -> None:
    """Make a temporary table of what was planned, of users as of days of their own, in one pass.

    The whole past of each is moved by so many weeks that everyone's day becomes the same one: no feature
    names a time but by its distance from the date or by its place in the day or week, so none notices. Days
    that are not whole weeks apart take a pass each.

    Args:
        warehouse: Where `events`, `users` and `user_days` lie.
        planned: The features; its date is not looked at.
        asked: A table of ``number`` (a whole number, unique), ``user_id`` and ``as_of_day`` (days since
            1970); a user may come as of several days.
        table: What the table is called; ``user_id`` in it is the number. It ends with the session.
    """
    found = sql.sql("select distinct as_of_day from :asked order by as_of_day", asked=sql.table(asked))
    all_days = warehouse.query(found)["as_of_day"].to_pylist()
    for place, weekday in enumerate(sorted({day % _WEEK for day in all_days})):
        those = [day for day in all_days if day % _WEEK == weekday]
        rows = build.statement(dataclasses.replace(planned, as_of=date_of(those[-1])))
        made = [_move(warehouse, rows, name, asked, those) for name in _MOVED]
        if place:
            warehouse.append(table, rows)
        else:
            warehouse.create(table, rows, temporary=True)
        for each in made:
            warehouse.drop(each)


def _move(warehouse: Warehouse, rows: exp.Select, name: str, asked: str, those: Sequence[int]) -> str:
    """Make the moved table of one table of the project, and let `rows` read it."""
    made = f"{name}_moved"
    read = [table for table in rows.find_all(sql.TABLE) if table.name == name]
    if read:
        text, moved_columns = _MOVED[name]
        moved = select(text, asked=sql.table(asked), to=those[-1], those=those, day_us=DAY_US)
        used = {column.name for column in rows.find_all(exp.Column)} - moved_columns
        for column in warehouse.columns(name):
            if column in used:
                moved.select(sql.column(column, name), copy=False)
        warehouse.create(made, moved, temporary=True)
    for table in read:
        table.replace(sql.table(made))
    return made


def narrowed(planned: Plan, names: Collection[str]) -> Plan:
    """Keep only some features of a plan, so that nothing else is computed."""
    return dataclasses.replace(planned, catalogue=_narrowed(planned.catalogue, names))


def _narrowed(catalogue: Catalogue, names: Collection[str]) -> Catalogue:
    families = []
    for family, blocks in catalogue.families:
        kept = [
            dataclasses.replace(block, features=tuple(one for one in block.features if one.name in names))
            for block in blocks
        ]
        families.append((family, tuple(block for block in kept if block.features)))
    return dataclasses.replace(catalogue, families=tuple((one, blocks) for one, blocks in families if blocks))
