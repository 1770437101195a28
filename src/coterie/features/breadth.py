"""Breadth: how wide the interests of users are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.features import intent
from coterie.features.family import ITEMS, Block, Family
from coterie.features.feature import Feature

if TYPE_CHECKING:
    from coterie.features.available import Available


def _blocks(data: Available) -> tuple[Block, ...]:
    blocks = []
    if data.has("item"):
        items = Feature(
            "breadth_items",
            "breadth",
            "items",
            "Different items met in any way.",
            higher_is=1,
            sql="count(*)",
        )
        blocks.append(Block(ITEMS, (items,)))
    if data.has("category"):
        blocks.append(Block(intent.CATEGORIES, _categories()))
    return tuple(blocks)


def _categories() -> tuple[Feature, ...]:
    return (
        Feature(
            "breadth_categories",
            "breadth",
            "items",
            "Different categories met in any way.",
            higher_is=1,
            sql="count(*)",
        ),
        Feature(
            "breadth_concentration",
            "breadth",
            "share",
            "How much one category has of all: 1 is one category only (sum of squared shares).",
            null="no event with a category yet",
            fill="median",
            sql="sum(cast(events as double) * events) / nullif(cast(sum(events) as double) * sum(events), 0)",
        ),
        Feature(
            "breadth_favourite_category",
            "breadth",
            "category",
            "The category of most events.",
            null="no event with a category yet",
            fill="category",
            sql="max(case when place = 1 then category end)",
        ),
    )


BREADTH = Family(
    "breadth", "How wide the interests of users are.", _blocks, "events with an item or a category"
)
