"""Growth of a few hundred hand-made users: enough to be drawn, and small enough to look through."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
from tests.features.made import Event, User
from tests.growth import asked

from coterie.report.growth import chapters

if TYPE_CHECKING:
    from coterie.growth.growth import Growth
    from coterie.report.growth.speech import Speech

HOSTILE = "</script><b>ads</b>"


@functools.cache
def found(users: int = 160, seed: int = 3) -> Growth:
    """Users of two campaigns and two channels, one with a name that would be HTML."""
    draw = np.random.default_rng(seed)
    people, events = [], []
    for n in range(users):
        name = f"u{n}"
        channel = HOSTILE if n % 2 else "search"
        people.append(User(name, acquisition_channel=channel, country="at" if n % 4 < 2 else "ng"))
        start = float(draw.uniform(0, 40))
        for visit in range(int(draw.integers(0, 6))):
            day = start + visit * float(draw.uniform(0, 8))
            events.append(Event(name, asked.at(day), "view", category="shoes", channel="mail"))
            if draw.random() < 0.5:
                events.append(Event(name, asked.at(day + 0.01), "click", category="shoes"))
            if draw.random() < (0.5 if n % 2 else 0.2):
                price = float(draw.integers(5, 60))
                events.append(Event(name, asked.at(day + 0.02), "order", value=price, category="books"))
    segments = {f"u{n}": "Fans & friends" if n % 3 else "Others" for n in range(users)}
    warehouse = asked.filled(events, people, segments)
    made = asked.answered(
        warehouse, 90, campaigns="country", retention={"cohorts": "week"}, funnel=["view", "click", "order"]
    )
    warehouse.close()
    return made


@functools.cache
def nothing() -> Growth:
    """Users of whom nothing is known."""
    warehouse = asked.filled([], [User("a"), User("b")])
    made = asked.answered(warehouse, 5)
    warehouse.close()
    return made


def speech() -> Speech:
    return chapters.speech(found())
