"""Features of a later date from those of an earlier one.

Most features of a user who did nothing in between stay what they are. Those whose expression names the date
are aggregated anew from `user_days`, and an intent loses worth at the same rate whatever it is made of
(forward decay, see `coterie.features.intent`), so one multiplication moves it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.features.joined import add, aggregated, by_relation, filled
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlglot import exp

    from coterie.features.as_of import AsOf
    from coterie.features.family import Block
    from coterie.features.feature import Feature

_SEEN_SINCE = """
    select user_id from (
        select user_id from user_days where day >= :earlier_day and day < :as_of_day
        union
        select user_id from users where since_us >= :earlier_us and since_us < :as_of_us
    ) as seen
"""


def seen_since(earlier: AsOf, at: AsOf) -> exp.Select:
    """Select the users with events, or a sign-up, from the earlier date on and before the later one."""
    return select(
        _SEEN_SINCE, earlier_day=earlier.day, as_of_day=at.day, earlier_us=earlier.us, as_of_us=at.us
    )


def moved(blocks: Iterable[Block], earlier: AsOf, at: AsOf, order: Sequence[Feature]) -> exp.Select:
    """Write the SELECT of the features as of a later date, for all users but the changed ones.

    Args:
        blocks: What the table `features` holds.
        earlier: Its date.
        at: The later date.
        order: The features in the order of the columns.
    """
    step_of: dict[str, str] = {}
    rows = select(
        """select features.user_id from features
        where not features.user_id in (select user_id from changed_users)"""
    )
    for relation, features in by_relation(blocks).items():
        dated = [feature for feature in features if ":as_of" in feature.sql]
        if dated:
            step = f"dated_{relation.step}"
            step_of |= dict.fromkeys((feature.name for feature in dated), step)
            add(rows, step, aggregated(relation.select(at), dated, at))
    for feature in order:
        value = filled(feature, step_of.get(feature.name, "features"))
        if feature.half_life_us:
            left = sql.double(2.0 ** ((earlier.us - at.us) / feature.half_life_us))
            value = sql.sql(":value * :left", value=value, left=left)
        rows.select(sql.named(value, feature.name), copy=False)
    return rows
