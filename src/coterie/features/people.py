"""Tenure, acquisition and attributes: what is known about users beside what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.events.days import DAY_US
from coterie.features.family import CHANNELS, USER_DAYS, USERS, Block, Family
from coterie.features.feature import Feature
from coterie.sources import sql

if TYPE_CHECKING:
    from coterie.features.available import Available


def _tenure(data: Available) -> tuple[Block, ...]:
    blocks = []
    if data.kinds:
        features = (
            Feature(
                "tenure_days",
                "tenure",
                "days",
                "Days since the first event.",
                null="no event yet",
                sql=":as_of_day - min(day)",
            ),
            Feature(
                "tenure_active_share",
                "tenure",
                "share",
                "Share of days with an event since the first.",
                null="no event yet",
                higher_is=1,
                sql="cast(count(*) as double) / nullif(:as_of_day - min(day), 0)",
            ),
        )
        blocks.append(Block(USER_DAYS, features))
    if data.since:
        signed_up = Feature(
            "tenure_signed_up_days",
            "tenure",
            "days",
            "Days since signing up.",
            null="sign-up unknown",
            fill="median",
            behaviour=False,
            sql=f":as_of_day - max(since_us) // {DAY_US}",
        )
        blocks.append(Block(USERS, (signed_up,)))
    return tuple(blocks)


def _acquisition(data: Available) -> tuple[Block, ...]:
    if data.acquisition:
        told = Feature(
            "acquisition_channel",
            "acquisition",
            "category",
            "The channel that won the user.",
            null="unknown",
            fill="category",
            behaviour=False,
            sql="max(acquisition_channel)",
        )
        return (Block(USERS, (told,)),)
    if data.channels:
        seen = Feature(
            "acquisition_channel",
            "acquisition",
            "category",
            "The channel of the first event that has one.",
            null="no event with a channel yet",
            fill="category",
            behaviour=False,
            sql="max(case when place = 1 then channel end)",
        )
        return (Block(CHANNELS, (seen,)),)
    return ()


def _attributes(data: Available) -> tuple[Block, ...]:
    if not data.attributes:
        return ()
    features = tuple(
        Feature(
            f"attributes_{sql.plain_name(name)}",
            "attributes",
            "number" if number else "category",
            f"The attribute {name!r} of the user.",
            null="unknown",
            fill="median" if number else "category",
            behaviour=False,
            sql=f"max({sql.column(name).sql(dialect=sql.WRITTEN_IN)})",
        )
        for name, number in data.attributes
    )
    return (Block(USERS, features),)


TENURE = Family("tenure", "How long users have been with us.", _tenure, "events and no users with `since`")
ACQUISITION = Family(
    "acquisition",
    "What brought users here.",
    _acquisition,
    "events with a channel and no users with `acquisition_channel`",
)
ATTRIBUTES = Family("attributes", "What is known about users.", _attributes, "users with attributes")
