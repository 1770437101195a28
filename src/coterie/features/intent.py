"""Intent: counts in which the recent weighs more, by kind and by category.

Forward decay (Cormode, Shkapenyuk, Srivastava and Xu, "Forward decay: a practical time decay model for
streaming systems", ICDE 2009): the score of a user is the plain sum of ``exp(lambda (t - t0))`` over the
events, ``lambda = ln 2 / half-life``. Sums of parts add up, and a landmark t0 is moved by one
multiplication, so a live scorer keeps the same numbers. With the date as the landmark every term is at
most 1 and none overflows; very old events are held at exp(-600), since some engines refuse an underflow.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from coterie.events.days import DAY_US
from coterie.features.family import Block, Family, Relation
from coterie.features.feature import Feature
from coterie.sources import sql

if TYPE_CHECKING:
    from coterie.features.available import Available

#: Suffix, half-life in microseconds, and the words for it.
HALF_LIVES = (
    ("1h", DAY_US // 24, "an hour"),
    ("1d", DAY_US, "a day"),
    ("14d", 14 * DAY_US, "two weeks"),
)


_SUMS = ", ".join(
    f"sum(exp(greatest(cast(at_us - :as_of_us as double) * {math.log(2) / half_life_us!r}, -600.0)))"
    f" as intent_{name}"
    for name, half_life_us, _ in HALF_LIVES
)

#: A row a user and kind.
KINDS = Relation(
    "kinds of events",
    f"select user_id, kind, {_SUMS} from events where at_us < :as_of_us group by user_id, kind",
)

#: A row a user and category, the favourite first.
CATEGORIES = Relation(
    "categories met",
    f"""
    select *, row_number() over (partition by user_id order by events desc, category) as place
    from (
        select user_id, category, count(*) as events, {_SUMS}
        from events where at_us < :as_of_us and category is not null group by user_id, category
    ) as categories
    """,
)


def _blocks(data: Available) -> tuple[Block, ...]:
    if not data.kinds:
        return ()
    blocks = [Block(KINDS, tuple(feature for kind in data.main_kinds for feature in _of("kind", kind)))]
    if data.categories:
        features = tuple(feature for category in data.categories for feature in _of("category", category))
        blocks.append(Block(CATEGORIES, features))
    return tuple(blocks)


def _of(column: str, word: str) -> tuple[Feature, ...]:
    name = sql.plain_name(word)
    stem = f"intent_{name}" if column == "kind" else f"intent_category_{name}"
    quoted = sql.literal(word).sql(dialect=sql.WRITTEN_IN)
    return tuple(
        Feature(
            f"{stem}_{suffix}",
            "intent",
            "score",
            f"Events of {column} {word!r}, each worth half after {words}.",
            higher_is=1,
            kind=word if column == "kind" else None,
            sql=f"coalesce(sum(case when {column} = {quoted} then intent_{suffix} end), 0)",
            half_life_us=half_life_us,
        )
        for suffix, half_life_us, words in HALF_LIVES
    )


INTENT = Family("intent", "What users are after now.", _blocks, "events")
