from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from tests.features import made
from tests.features.made import DAY, Event, User

from coterie.errors import PredictionError
from coterie.events import days
from coterie.features.as_of import AsOf
from coterie.predictions.uplift.assigned import assigned
from coterie.project.uplifting import UpliftSettings
from coterie.sources.connect import connect

if TYPE_CHECKING:
    from coterie.sources.warehouse import Warehouse

START = AsOf.of(dt.date(2026, 1, 1)).us
AS_OF = dt.date(2026, 2, 1)


@pytest.fixture
def warehouse() -> Warehouse:
    found = connect("duckdb://")
    events = [
        Event("a", START - DAY, "order", value=100.0),
        Event("a", START, "sent"),
        Event("a", START + DAY, "order", value=7.0),
        Event("a", START + 2 * DAY, "order", value=3.0),
        Event("a", START + 7 * DAY, "order", value=50.0),
        Event("b", START, "held_out"),
        Event("b", START + DAY, "view"),
        Event("late", START + 29 * DAY, "sent"),
    ]
    made.put(found, events, [User("a", country="yes", age=1.5), User("b", country="no"), User("c")])
    days.refresh(found)
    return found


def _outcomes(warehouse: Warehouse, **given: Any) -> dict[str, float | None]:
    settings = UpliftSettings.model_validate(
        {"treatment": {"kind": "sent"}, "control": {"kind": "held_out"}} | given
    )
    found = assigned(warehouse, settings, AS_OF)
    assert found.rows["user_id"].to_pylist() == sorted(found.rows["user_id"].to_pylist())
    return dict(zip(found.rows["user_id"].to_pylist(), found.rows["outcome"].to_pylist(), strict=True))


@pytest.mark.parametrize(("of", "outcome"), [("any", 1.0), ("count", 2.0), ("value", 10.0)])
def test_what_users_did_within_the_days_counts_and_nothing_else(
    warehouse: Warehouse, of: str, outcome: float
) -> None:
    found = _outcomes(warehouse, outcome={"kind": "order", "within_days": 7, "of": of})
    assert found == {"a": outcome, "b": 0.0, "late": None}


def test_a_horizon_longer_than_the_data_is_said(warehouse: Warehouse) -> None:
    with pytest.raises(
        PredictionError, match="looks 90 days ahead, and the data end before that for all of 3"
    ):
        _outcomes(warehouse, outcome={"kind": "order", "within_days": 90})


def test_attributes_are_numbers_or_yes_and_no(warehouse: Warehouse) -> None:
    assert _outcomes(warehouse, outcome="age") == {"a": 1.5, "b": None}
    assert _outcomes(warehouse, outcome="country") == {"a": 1.0, "b": 0.0}
    made.put(warehouse, [Event("a", START, "sent")], [User("a", country="perhaps")])
    days.refresh(warehouse)
    with pytest.raises(PredictionError, match="it has the value 'perhaps'"):
        _outcomes(warehouse, outcome="country", control=None)


def test_arms_are_counted_whether_or_not_the_outcome_is_known(warehouse: Warehouse) -> None:
    settings = UpliftSettings.model_validate(
        {"treatment": {"kind": "sent"}, "control": {"kind": "held_out"}, "outcome": {"kind": "order"}}
    )
    found = assigned(warehouse, settings, AS_OF)
    assert found.users == {"treated": 2, "control": 1}
    assert found.outcome == "order within 14 days"
    counted = settings.model_copy(update={"outcome": settings.outcome.model_copy(update={"of": "count"})})  # type: ignore[union-attr]
    assert assigned(warehouse, counted, AS_OF).outcome == "number of order within 14 days"
