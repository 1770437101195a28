"""Small histories in which it is known who does what, for the tests of predictions."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
from tests.features.made import DAY, MINUTE, Event, User, put

from coterie.events import days
from coterie.features import build
from coterie.features.as_of import date_of
from coterie.predictions.training import Asked
from coterie.project.predicting import PredictionSettings
from coterie.project.settings import FeatureSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from coterie.sources.warehouse import Warehouse

FIRST_DAY = 20_454
#: 2026-01-01, on which the histories begin.
FIRST = date_of(FIRST_DAY)
#: How many days the random history has.
SPAN = 70
AS_OF = FIRST + dt.timedelta(days=SPAN)


def event(user: str, day: int, kind: str = "view", **more: Any) -> Event:
    """Make an event at ten o'clock of a day, counted from the first."""
    return Event(user, (FIRST_DAY + day) * DAY + 600 * MINUTE, kind, **more)


def fill(warehouse: Warehouse, events: Sequence[Event], users: Sequence[User] = ()) -> None:
    """Put events and users into a warehouse, as loading does."""
    put(warehouse, events, users)
    days.refresh(warehouse)


def asked(warehouse: Warehouse, as_of: dt.date = AS_OF, families: Any = None, **settings: Any) -> Asked:
    """Ask for a prediction called ``it``."""
    features = FeatureSettings(families=families, weeks=2)
    planned = build.plan(warehouse, features, as_of)
    return Asked("it", PredictionSettings(**settings), features, planned)


def random_history(users: int = 60, span: int = SPAN, seed: int = 3) -> list[Event]:
    """Draw a history: each user has a rate of visits, orders on a third of them and stops on some day."""
    draw = np.random.default_rng(seed)
    found = []
    for number in range(users):
        rate, stops = draw.uniform(0.05, 0.7), int(draw.integers(span // 2, 2 * span))
        for day in np.flatnonzero(draw.random(min(span, stops)) < rate).tolist():
            found.append(event(f"u{number:03}", day, item=f"i{draw.integers(5)}"))
            if draw.random() < 1 / 3:
                value = float(draw.integers(5, 50))  # whole, so that the order of a sum changes nothing
                found.append(event(f"u{number:03}", day, "order", value=value))
    return found
