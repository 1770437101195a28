from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from tests.features.made import DAY, User
from tests.predictions import shops
from tests.predictions.shops import FIRST, FIRST_DAY, event

from coterie.predictions.population import Counted, Draw, counted, drawn, population_of, users
from coterie.project.predicting import PredictionSettings
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from coterie.sources.duckdb import DuckDB

#: The day that is asked about.
DATE = FIRST + dt.timedelta(days=30)

EVENTS = [
    *(event("regular", day) for day in range(0, 40, 2)),
    event("regular", 10, "order", value=5.0),
    event("bought long ago", 1, "order", value=5.0),
    event("went away", 20),
    event("newcomer", 25),
    event("newcomer", 26, "order", value=5.0),
    event("comes later", 30),
]
USERS = [
    User("signed up", (FIRST_DAY + 5) * DAY),
    User("newcomer", (FIRST_DAY + 2) * DAY),
    User("signs up later", (FIRST_DAY + 30) * DAY),
    User("of unknown age"),
]


def found(warehouse: DuckDB, horizon_days: int = 7, **settings: Any) -> set[str]:
    shops.fill(warehouse, EVENTS, USERS)
    query = users(PredictionSettings(**settings), DATE, horizon_days)
    return set(warehouse.query(query)["user_id"].to_pylist())


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"target": "inactive"}, {"regular", "newcomer"}),
        ({"target": "inactive", "within_days": 10}, {"regular", "newcomer", "went away"}),
        ({"target": "none"}, {"regular", "bought long ago", "newcomer"}),
        ({"target": "none", "within_days": 25}, {"regular", "newcomer"}),
        (
            {"target": "value", "population": "active"},
            {"regular", "bought long ago", "went away", "newcomer"},
        ),
        ({"target": "first_time"}, {"went away", "signed up"}),
        ({"target": "first_time", "population": "active"}, {"went away"}),
        (
            {"target": "count", "kind": "any"},
            {"regular", "bought long ago", "went away", "newcomer", "signed up"},
        ),
        (
            {"target": "count", "kind": "view", "population": "with_kind"},
            {"regular", "went away", "newcomer"},
        ),
    ],
)
def test_who_belongs_is_decided_by_what_was_known_by_then(
    warehouse: DuckDB, settings: dict[str, Any], expected: set[str]
) -> None:
    assert found(warehouse, **settings) == expected


def test_without_a_word_the_population_goes_with_the_target() -> None:
    told = {
        "inactive": "active", "none": "with_kind", "count": "with_kind", "value": "with_kind",
        "first_time": "everyone",
    }  # fmt: skip
    assert {target: population_of(PredictionSettings(target=target)) for target in told} == told  # type: ignore[arg-type]
    assert population_of(PredictionSettings(target="count", kind="any")) == "everyone"
    assert population_of(PredictionSettings(target="none", population="active")) == "active"


def test_history_begins_with_the_first_event_or_the_sign_up(warehouse: DuckDB) -> None:
    assert "newcomer" in found(warehouse, target="none", min_history_days=28)
    assert "newcomer" not in found(warehouse, target="none", min_history_days=29)


def test_the_too_new_are_counted(warehouse: DuckDB) -> None:
    shops.fill(warehouse, EVENTS, USERS)
    settings = PredictionSettings(target="none", min_history_days=29)
    early = FIRST + dt.timedelta(days=1)
    before, then = counted(warehouse, settings, [early, DATE], 7)
    assert then == Counted(DATE, known=5, belong=3, too_new=1)
    assert then.predicted == 2
    assert before == Counted(early, known=1, belong=0, too_new=0)


def test_draws_of_different_places_share_nobody(warehouse: DuckDB) -> None:
    warehouse.create("many", pa.table({"user_id": [f"u{number:05}" for number in range(5_000)]}))
    everyone = select("select user_id from :many", many=sql.table("many"))
    draws = [
        set(warehouse.query(drawn(everyone, 5_000, Draw(500, place)))["user_id"].to_pylist())
        for place in range(9)
    ]
    assert all(abs(len(one) - 500) < 5 for one in draws)
    assert len(set.union(*draws)) == sum(map(len, draws))
    assert drawn(everyone, 5_000, Draw(5_000)) is everyone
