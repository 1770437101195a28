"""Clicks, searches and article views of users of three degrees of engagement, as three tables."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coterie.events.synthetic.draw import Integers

#: How users of a group act in eight weeks: their share of all, and mean clicks, searches and article views.
GROUPS = (
    ("low", 0.4, (4.0, 1.0, 1.2)),
    ("moderate", 0.35, (16.0, 5.0, 7.0)),
    ("high", 0.25, (60.0, 20.0, 30.0)),
)
#: Mean rows of a user over all tables.
ROWS_A_USER = 40.0
#: Users who never open an article, whatever else they do.
_NO_ARTICLES = 0.3
_START_US = 1_767_225_600_000_000  # 2026-01-01
_SPAN_US = 56 * 86_400_000_000
_PAGES = ("/", "/news", "/shop", "/help", "/sport", "/culture")
_REFERRERS = ("direct", "search", "social", "newsletter")
_DEVICES = ("mobile", "desktop", "tablet")
_WORDS = ("weather", "tickets", "red shoes", "recipes", "results", "opening hours")


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Clickstream:
    """Three tables as an application keeps them, and what a segmentation should find.

    Attributes:
        tables: ``clickstream``, ``search_queries`` and ``article_views`` by name.
        planted: ``user_id`` and ``group``, from 0 for little to 2 for highly engaged.
    """

    tables: Mapping[str, pa.Table]
    planted: pa.Table


def make_clickstream(rows: int = 1000, seed: int = 7) -> Clickstream:
    """Draw three tables of about so many rows together.

    Args:
        rows: Rows of all tables.
        seed: The same seed gives the same rows.

    Examples:
        >>> made = make_clickstream(1000)
        >>> made.tables["search_queries"].column_names
        ['user_id', 'query', 'at']
    """
    draw = np.random.default_rng(seed)
    users = max(30, round(rows / ROWS_A_USER))
    group = np.repeat(np.arange(len(GROUPS)), _sizes(users))
    ids = np.array([f"u{number:07}" for number in draw.permutation(users)])
    eager = draw.lognormal(0.0, 0.15, users)
    means = np.array([acts for _, _, acts in GROUPS])[group] * eager[:, None]
    counts = draw.poisson(means)
    counts[:, 0] = np.maximum(counts[:, 0], 1)
    counts[draw.random(users) < _NO_ARTICLES, 2] = 0
    clicks, searches, articles = (_acts(draw, counts[:, act]) for act in range(3))
    tables = {
        "clickstream": pa.table(
            {
                "user_id": ids[clicks],
                "url": _one_of(draw, _PAGES, len(clicks)),
                "referrer": _one_of(draw, _REFERRERS, len(clicks)),
                "device": np.array(_DEVICES)[clicks % len(_DEVICES)],
                "time_spent": _seconds(draw, group[clicks], 20.0),
                "at": _times(draw, len(clicks)),
            }
        ),
        "search_queries": pa.table(
            {
                "user_id": ids[searches],
                "query": _one_of(draw, _WORDS, len(searches)),
                "at": _times(draw, len(searches)),
            }
        ),
        "article_views": pa.table(
            {
                "user_id": ids[articles],
                "article_id": draw.integers(1, 500, len(articles)),
                "time_spent": _seconds(draw, group[articles], 60.0),
                "at": _times(draw, len(articles)),
            }
        ),
    }
    return Clickstream(tables, pa.table({"user_id": ids, "group": group}))


def _sizes(users: int) -> Integers:
    shares = np.array([share for _, share, _ in GROUPS])
    sizes: Integers = np.floor(shares * users).astype(np.int64)
    sizes[0] += users - sizes.sum()
    return sizes


def _acts(draw: np.random.Generator, counts: Integers) -> Integers:
    """Whose act each row is, in no order."""
    whose: Integers = draw.permutation(np.repeat(np.arange(len(counts)), counts))
    return whose


def _one_of(draw: np.random.Generator, words: tuple[str, ...], rows: int) -> pa.Array:
    return pa.array(np.array(words)[draw.integers(0, len(words), rows)])


def _seconds(draw: np.random.Generator, group: Integers, mean: float) -> pa.Array:
    return pa.array(np.round(draw.gamma(2.0, mean * (1.0 + 0.5 * group) / 2.0), 1))


def _times(draw: np.random.Generator, rows: int) -> pa.Array:
    return pa.array(_START_US + draw.integers(0, _SPAN_US, rows)).cast(pa.timestamp("us"))
