"""A family of features: which relations they are computed from, and in which words."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlglot import exp

    from coterie.features.as_of import AsOf
    from coterie.features.available import Available
    from coterie.features.feature import Feature


@dataclasses.dataclass(frozen=True, slots=True)
class Relation:
    """Rows that several features are aggregated from; each has a ``user_id``.

    Attributes:
        name: What the rows are, for readers of the SQL.
        text: Its SELECT, in DuckDB's dialect, with ``:as_of_day`` and ``:as_of_us`` where dates matter.
    """

    name: str
    text: str

    @property
    def step(self) -> str:
        """Name the step of a statement that aggregates these rows."""
        return self.name.replace(" ", "_")

    def select(self, as_of: AsOf) -> exp.Select:
        """Write the SELECT as of a date."""
        return select(self.text, as_of_day=as_of.day, as_of_us=as_of.us)


@dataclasses.dataclass(frozen=True, slots=True)
class Block:
    """Features of one family that come from one relation, by one GROUP BY user_id."""

    relation: Relation
    features: tuple[Feature, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Family:
    """A family and how it is found.

    Attributes:
        name: One of `coterie.project.settings.FAMILIES`.
        sentence: What it tells about users.
        blocks: Gives the features that the data can feed; none if it can't.
        needs: What the data must have, for the sentence that says why the family is left out.
    """

    name: str
    sentence: str
    blocks: Callable[[Available], tuple[Block, ...]]
    needs: str


#: A row a user and day before the date.
USER_DAYS = Relation("days of activity", "select * from user_days where day < :as_of_day")

#: A row a user and item met before the date.
ITEMS = Relation(
    "items met",
    """
    select user_id, item, count(case when kind = 'view' then 1 end) as views,
        count(case when kind = 'order' and coalesce(value, 0) >= 0 then 1 end) as orders
    from events where at_us < :as_of_us and item is not null group by user_id, item
    """,
)

#: A row a user and channel, numbered by when the channel first brought the user.
CHANNELS = Relation(
    "channels used",
    """
    select user_id, channel, events,
        row_number() over (partition by user_id order by first_us, channel) as place
    from (
        select user_id, channel, count(*) as events, min(at_us) as first_us
        from events where at_us < :as_of_us and channel is not null group by user_id, channel
    ) as channels
    """,
)

#: What the attributes of users are taken from.
USERS = Relation("facts about users", "select * from users where since_us is null or since_us < :as_of_us")
