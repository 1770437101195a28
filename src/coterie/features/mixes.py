"""Channels and devices: by which ways users come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.features.family import CHANNELS, Block, Family, Relation
from coterie.features.feature import Feature
from coterie.sources import sql

if TYPE_CHECKING:
    from coterie.features.available import Available

#: A row a user and class of device.
DEVICES = Relation(
    "devices used",
    """
    select user_id, device, count(*) as events
    from events where at_us < :as_of_us and device is not null group by user_id, device
    """,
)


def _shares(column: str, family: str, words: tuple[str, ...]) -> tuple[Feature, ...]:
    return tuple(_share(column, family, word) for word in words)


def _share(column: str, family: str, word: str) -> Feature:
    quoted = sql.literal(word).sql(dialect=sql.WRITTEN_IN)
    return Feature(
        f"{family}_{sql.plain_name(word)}_share",
        family,
        "share",
        f"Share of events by {column} {word!r}, of those with a {column}.",
        null=f"no event with a {column} yet",
        fill="median",
        sql=f"cast(sum(case when {column} = {quoted} then events else 0 end) as double)"
        " / nullif(sum(events), 0)",
    )


def _count(column: str, family: str) -> Feature:
    return Feature(f"{family}_count", family, "items", f"Different {family} used.", sql=f"count({column})")


def _channels(data: Available) -> tuple[Block, ...]:
    if not data.channels:
        return ()
    return (Block(CHANNELS, (_count("channel", "channels"), *_shares("channel", "channels", data.channels))),)


def _devices(data: Available) -> tuple[Block, ...]:
    if not data.devices:
        return ()
    return (Block(DEVICES, (_count("device", "devices"), *_shares("device", "devices", data.devices))),)


CHANNEL_MIX = Family("channels", "By which channels users come.", _channels, "events with a channel")
DEVICE_MIX = Family("devices", "On which devices users come.", _devices, "events with a device")
