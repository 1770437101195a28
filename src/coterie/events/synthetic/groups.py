"""What planted groups of users do, as a table: a new group is a new row, never new code."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    """How the users of one planted group behave.

    Attributes:
        name: What they are called in `Newsroom.planted`.
        share: Of all users; the shares of a table are normalised.
        visits_a_week: Mean sessions a week while active; 0 for people who sign up and never come.
        spread: Standard deviation of the logarithm of a user's visits: how unlike each other they are.
        once: Whether each of them comes exactly once.
        acts: Mean number of acts of each kind in a session.
        active_until: Share of the period after which they are gone; 1 for those who stay.
        new: Share of them who join during the period; the others were there before.
        hours: Local hours of the day around which they come, and the weight of each.
        weekend: How much likelier a day of the weekend is than another day.
        mobile: Share of them who live on a phone.
        referrers: Weight of each way in.
        sections: Which sections they like best; empty for any.
        read_seconds: Median time on an article.
        watch_seconds: Median time on a video.
        spend: Median amount of an order.
        spend_spread: Standard deviation of the logarithm of an amount.
        refunds: Share of orders that are returned.
        search_words: What they put before what they look for.
        registered: Share of them found in the table of people.
    """

    name: str
    share: float
    visits_a_week: float
    acts: Mapping[str, float]
    spread: float = 0.45
    once: bool = False
    active_until: float = 1.0
    new: float = 0.25
    hours: tuple[tuple[float, float], ...] = ((8, 1), (13, 1), (19, 1))
    weekend: float = 1.0
    mobile: float = 0.5
    referrers: Mapping[str, float] = dataclasses.field(
        default_factory=lambda: {"direct": 2, "search": 1, "social": 1}
    )
    sections: tuple[str, ...] = ()
    read_seconds: float = 60.0
    watch_seconds: float = 60.0
    spend: float = 30.0
    spend_spread: float = 0.8
    refunds: float = 0.05
    search_words: tuple[str, ...] = ("", "", "news ", "who is ")
    registered: float = 0.97


#: The readers, buyers and passers-by of a newsroom with a shop.
NEWSROOM = (
    Group(
        name="daily readers who share",
        share=0.10,
        visits_a_week=5.0,
        acts={
            "view": 2.6,
            "click": 0.9,
            "like": 0.5,
            "share": 0.35,
            "comment": 0.2,
            "search": 0.1,
            "order": 0.004,
        },
        spread=0.35,
        hours=((8.5, 3), (12.5, 1), (21, 2)),
        weekend=0.8,
        mobile=0.55,
        referrers={"direct": 6, "social": 2, "newsletter": 1},
        sections=("politics", "economy", "science", "culture"),
        read_seconds=150,
    ),
    Group(
        name="newsletter skimmers",
        share=0.16,
        visits_a_week=2.9,
        acts={"open": 1.1, "click": 0.6, "view": 0.5},
        hours=((9.5, 5), (17, 1)),
        weekend=0.5,
        mobile=0.4,
        referrers={"newsletter": 9, "direct": 1},
        read_seconds=18,
    ),
    Group(
        name="bargain searchers",
        share=0.14,
        visits_a_week=1.5,
        acts={"search": 3.2, "click": 1.2, "view": 0.2, "order": 0.05},
        spread=0.5,
        hours=((12, 2), (16, 2), (20, 1)),
        mobile=0.3,
        referrers={"search": 7, "direct": 1, "partner": 2},
        sections=("deals", "home", "fashion"),
        spend=14,
        refunds=0.3,
        search_words=("cheap ", "discount ", "sale "),
    ),
    Group(
        name="big spenders",
        share=0.06,
        visits_a_week=3.0,
        acts={"click": 1.8, "view": 0.9, "search": 0.1, "order": 0.5, "open": 0.6},
        hours=((20, 3), (13, 1)),
        weekend=1.4,
        mobile=0.25,
        sections=("fashion", "travel", "culture"),
        spend=160,
        spend_spread=1.0,
    ),
    Group(
        name="lapsed big spenders",
        share=0.10,
        visits_a_week=2.2,
        acts={"click": 1.8, "view": 0.5, "order": 0.6},
        active_until=0.28,
        new=0.0,
        hours=((20, 3), (13, 1)),
        weekend=1.4,
        mobile=0.3,
        sections=("fashion", "travel"),
        spend=140,
        spend_spread=1.0,
        refunds=0.08,
    ),
    Group(
        name="mobile video evenings",
        share=0.12,
        visits_a_week=2.6,
        acts={"video": 2.2, "click": 0.4, "like": 0.25, "view": 0.1},
        hours=((21, 5), (23, 2)),
        weekend=1.8,
        mobile=0.93,
        referrers={"social": 6, "direct": 3},
        sections=("sport", "music", "culture"),
        watch_seconds=240,
    ),
    Group(
        name="occasional readers",
        share=0.10,
        visits_a_week=0.9,
        acts={"view": 1.6, "click": 0.5, "like": 0.05, "search": 0.1, "video": 0.1, "order": 0.01},
        spread=0.4,
        registered=0.8,
    ),
    Group(
        name="one-visit passers-by",
        share=0.23,
        visits_a_week=1.0,
        acts={"view": 1.1, "click": 0.5},
        once=True,
        new=1.0,
        weekend=0.3,
        mobile=0.7,
        referrers={"search": 5, "social": 4, "direct": 1},
        read_seconds=25,
        registered=0.15,
    ),
    Group(name="signed up, never came", share=0.02, visits_a_week=0.0, acts={}, registered=1.0),
)
