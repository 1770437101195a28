"""SELECTs that join what several relations say about the same users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.events.portions import EVERYONE
from coterie.sources import sql
from coterie.sources.relation import over

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlglot import exp

    from coterie.events.portions import Only
    from coterie.features.as_of import AsOf
    from coterie.features.family import Block, Relation
    from coterie.features.feature import Feature

#: Everyone there is before the date: in a table of users, or in an event.
_USERS = """
    select user_id from users where since_us is null or since_us < :as_of_us
    union
    select user_id from user_days where day < :as_of_day
"""


def by_relation(blocks: Iterable[Block]) -> dict[Relation, list[Feature]]:
    """Gather the features of each relation, which share one pass over it."""
    found: dict[Relation, list[Feature]] = {}
    for block in blocks:
        found.setdefault(block.relation, []).extend(block.features)
    return found


def joined(
    blocks: Iterable[Block], at: AsOf, order: Sequence[Feature], only: Only = EVERYONE.only
) -> exp.Select:
    """Join everyone with what each relation says about them; nobody is lost, nobody comes twice.

    Args:
        blocks: What is computed.
        at: The date.
        order: The features in the order of the columns.
        only: Lets what reads tables read the rows of some users alone.
    """
    relations = by_relation(blocks)
    step_of = {
        feature.name: relation.step for relation, features in relations.items() for feature in features
    }
    columns = (sql.named(filled(feature, step_of[feature.name]), feature.name) for feature in order)
    whole = sql.select(sql.column("user_id", "everyone"), *columns).from_(sql.table("everyone"))
    everyone = sql.sql(_USERS, as_of_day=at.day, as_of_us=at.us)
    whole.with_("everyone", as_=only(everyone), copy=False)
    for relation, features in relations.items():
        add(whole, relation.step, aggregated(only(relation.select(at)), features, at))
    return whole


def add(whole: exp.Select, step: str, rows: exp.Select) -> None:
    """Join one more step to the first table of a SELECT, by user."""
    first = whole.args["from_"].this
    whole.with_(step, as_=rows, copy=False)
    same = sql.column("user_id", step).eq(sql.column("user_id", first.name))
    whole.join(sql.table(step), on=same, join_type="left", copy=False)


def aggregated(rows: exp.Select, features: Iterable[Feature], at: AsOf) -> exp.Select:
    """Aggregate the rows of a relation by user."""
    columns = [
        sql.named(sql.sql(feature.sql, as_of_day=at.day, as_of_us=at.us), feature.name)
        for feature in features
    ]
    return over(rows, sql.column("user_id"), *columns).group_by(sql.column("user_id"))


def filled(feature: Feature, part: str) -> exp.Expression:
    """The column of a step as it stands in the table: a number or text, zero where null has no meaning."""
    column = sql.column(feature.name, part)
    if feature.categorical:
        return sql.sql("cast(:column as varchar)", column=column)
    number = sql.sql("cast(:column as double)", column=column)
    return number if feature.null else sql.sql("coalesce(:number, 0.0)", number=number)
