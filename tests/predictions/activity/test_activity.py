from __future__ import annotations

import datetime as dt

import pyarrow.compute as pc
import pytest
from tests.predictions.activity import lives
from tests.predictions.activity.test_quiet import planted

from coterie.errors import PredictionError
from coterie.predictions.activity import activity, stored, tables
from coterie.predictions.activity.quiet import SIGNS
from coterie.sources import sql

USERS = planted(400) | {"asleep": [60, 150], "gone": [120, 150]}


def test_what_is_found_is_stored_and_read_back() -> None:
    with lives.warehouse(USERS) as warehouse:
        assert stored.read(warehouse) is None
        found = activity.find(warehouse, lives.SETTINGS, lives.AS_OF)
        stored.write(warehouse, lives.SETTINGS, found, "r")
        again = stored.read(warehouse)
        rows = warehouse.query(sql.sql("select * from activity_states order by user_id")).to_pylist()
        told = {name: set(warehouse.columns(name)) for name in tables.TABLES}
        stored.forget(warehouse)
        assert stored.read(warehouse) is None
    marks = {"user_id", "position", "as_of", "run_id"}
    assert {name: columns - marks for name, columns in told.items()} == {
        name: set(columns) for name, (_, columns) in tables.TABLES.items()
    }
    assert again is not None
    assert again.facts == found.facts
    assert all(getattr(again, field).equals(getattr(found, field)) for field in stored.TABLES)
    assert {row["user_id"]: row["state"] for row in rows} == {
        user: lives.state_of(days) for user, days in USERS.items()
    }
    assert {row["run_id"] for row in rows} == {"r"}
    assert {row["as_of"] for row in rows} == {lives.AS_OF}
    frequent = [row for row in rows if row["state"] == "frequent"]
    assert all(0 < row["going_quiet"] < 1 for row in frequent)
    assert not [row for row in rows if row["state"] != "frequent" and row["going_quiet"] is not None]


def test_the_numbers_of_one_table_are_those_of_another() -> None:
    with lives.warehouse(USERS) as warehouse:
        found = activity.find(warehouse, lives.SETTINGS, lives.AS_OF)
    now = found.now()
    assert sum(now.values()) == len(USERS)
    assert found.at_risk.num_rows == now["frequent"]
    assert pc.min(found.forecast["date"]).as_py() == lives.AS_OF + dt.timedelta(weeks=1)
    assert found.forecast.num_rows == 8 * 5
    assert found.arrived["date"].to_pylist()[-1] == lives.AS_OF
    risk = found.at_risk["going_quiet"].to_pylist()
    assert risk == sorted(risk, reverse=True)
    assert set(",".join(found.at_risk["reasons"].to_pylist()).split(",")) <= {*SIGNS, ""}


def test_it_shows_itself() -> None:
    with lives.warehouse(USERS) as warehouse:
        found = activity.find(warehouse, lives.SETTINGS, lives.AS_OF)
    assert found.caption().startswith("Users as of 2026-03-02: ")
    assert found.to_arrow().column("state").to_pylist() == [
        "new",
        "frequent",
        "infrequent",
        "dormant",
        "dead",
    ]


@pytest.mark.parametrize("users", [{}, {"u": [1, 20]}, {"u": [1, 7 * 8]}])
def test_too_few_weeks_are_said_to_be_too_few(users: dict[str, list[int]]) -> None:
    with lives.warehouse(users) as warehouse, pytest.raises(PredictionError, match="need 9 weeks of events"):
        activity.find(warehouse, lives.SETTINGS, lives.AS_OF)
