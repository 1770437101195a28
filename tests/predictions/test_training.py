from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.features.made import User
from tests.predictions import shops
from tests.predictions.shops import AS_OF, FIRST, event

from coterie.errors import PredictionError, UsageError
from coterie.features.build import build
from coterie.predictions import training
from coterie.predictions.dates import past_dates
from coterie.project.settings import FeatureSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.features.made import Event

    from coterie.predictions.training import Training
    from coterie.sources.duckdb import DuckDB

HORIZON = 7
FAMILIES = ("activity", "recency", "pattern", "orders", "attributes")
HISTORY = shops.random_history()

law = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def trained(warehouse: DuckDB, events: Sequence[Event], users: Sequence[User] = (), **asked: Any) -> Training:
    shops.fill(warehouse, events, users)
    what = shops.asked(warehouse, families=FAMILIES, **{"target": "none", **asked})
    dates = past_dates(what.settings, HORIZON, FIRST, AS_OF)
    return training.training(warehouse, what, dates, HORIZON)


def by_example(found: Training) -> dict[tuple[dt.date, str], dict[str, Any]]:
    examples = found.examples
    dates = [examples.dates[place] for place in examples.date_of]
    rows = examples.rows.to_pylist()
    return {
        (date, row["user_id"]): {**row, "outcome": outcome, "naive": naive}
        for date, row, outcome, naive in zip(dates, rows, examples.outcomes, examples.naive, strict=True)
    }


def test_an_example_is_a_user_as_of_a_date(warehouse: DuckDB) -> None:
    found = trained(warehouse, HISTORY, [User("u001", country="at")])
    examples = found.examples
    assert (examples.kind, examples.horizon_days, len(examples.dates)) == ("yes_or_no", HORIZON, 4)
    assert len(examples) == len(examples.outcomes) == len(examples.naive) == len(examples.date_of)
    assert examples.held_out.sum() == (examples.date_of == 3).sum() > 0
    assert examples.rows.column_names == ["user_id", *(feature.name for feature in examples.features)]
    assert [one.predicted for one in found.counted] == np.bincount(examples.date_of).tolist()
    for place, date in enumerate(examples.dates):
        then = build(warehouse, FeatureSettings(families=FAMILIES, weeks=2), date).rows.to_pylist()
        expected = {row["user_id"]: row for row in then}
        rows = examples.rows.filter(examples.date_of == place).to_pylist()
        assert rows == [
            pytest.approx({name: expected[row["user_id"]][name] for name in row}, rel=1e-9, nan_ok=True)
            if None not in row.values()
            else {name: expected[row["user_id"]][name] for name in row}
            for row in rows
        ]


@law
@given(
    late=st.lists(st.tuples(st.integers(0, 59), st.integers(28, 80), st.sampled_from(["view", "order", "x"])))
)
def test_what_comes_later_changes_nothing_that_was_known(
    warehouse: DuckDB, late: list[tuple[int, int, str]]
) -> None:
    """Events at or after a date change no feature of it, and those after the horizon no outcome of it."""
    before = by_example(trained(warehouse, HISTORY, dates=5))
    more = [event(f"u{user:03}", day, kind, value=1e6) for user, day, kind in late]
    after = by_example(trained(warehouse, [*HISTORY, *more], dates=5))
    first = FIRST + dt.timedelta(days=min((day for _, day, _ in late), default=10**3))
    for (date, user), row in before.items():
        if date > first:
            continue
        now = after[date, user]
        told = ["naive", *(["outcome"] if date + dt.timedelta(days=HORIZON) <= first else [])]
        same = [name for name in row if name in now and name not in ("outcome", "naive")]
        assert {name: now[name] for name in same + told} == {name: row[name] for name in same + told}
        assert "orders_spend" in same


def test_columns_are_those_of_today_and_of_the_holdout(warehouse: DuckDB) -> None:
    new = [event("u001", 68, "download")]
    names = {feature.name for feature in trained(warehouse, [*HISTORY, *new]).examples.features}
    assert "activity_order_events" in names
    assert "activity_download_events" not in names


def test_features_are_those_that_were_asked_for(warehouse: DuckDB) -> None:
    found = trained(warehouse, HISTORY, features=("recency", "orders_spend"))
    names = [feature.name for feature in found.examples.features]
    assert names == [
        "recency_days_since_last",
        "recency_days_since_view",
        "recency_days_since_order",
        "orders_spend",
    ]
    with pytest.raises(
        UsageError, match=r"`features` names 'recencey', which is not there\. Did you mean 'recency'"
    ):
        trained(warehouse, HISTORY, features=("recencey",))


def test_no_feature_that_was_there_then_is_refused(warehouse: DuckDB) -> None:
    new = [event("u001", 68, "download")]
    with pytest.raises(
        PredictionError, match="No feature that was asked for could be computed as of 2026-03-05"
    ):
        trained(warehouse, [*HISTORY, *new], features=("activity_download_events",))


def test_notes_say_what_a_reader_should_know(warehouse: DuckDB, monkeypatch: pytest.MonkeyPatch) -> None:
    assert trained(warehouse, HISTORY).notes == ()
    monkeypatch.setattr(training, "MOST_EXAMPLES", 100)
    found = trained(warehouse, [*HISTORY, event("u001", 50, "refund", value=1e3)], target="value", dates=20)
    assert found.notes[0] == "Learnt as of 9 past dates in place of 20: no more fit into the data."
    assert found.notes[1].startswith("Learnt from a sample of ")
    monkeypatch.setattr(training, "MOST_EXAMPLES", 200_000)
    monkeypatch.setattr(training, "MOST_EVENTS", 2_500)
    assert 50 < len(trained(warehouse, HISTORY).examples) < 150  # of about 20 events each


def test_a_note_says_who_gave_back_more_than_they_bought(warehouse: DuckDB) -> None:
    bought = [event("u001", day, "order", value=1.0) for day in (5, 50)]
    found = trained(warehouse, [*HISTORY, *bought, event("u001", 51, "refund", value=1e3)], target="value")
    assert found.notes[0].startswith("In 1 of ")
    assert "more was given back than bought" in found.notes[0]


def test_examples_are_in_order_of_date_and_user(warehouse: DuckDB) -> None:
    examples = trained(warehouse, HISTORY, every_days=8).examples
    keys = list(zip(examples.date_of.tolist(), examples.rows["user_id"].to_pylist(), strict=True))
    assert keys == sorted(keys)
    assert len({(date - examples.dates[0]).days % 7 for date in examples.dates}) > 1


def test_nothing_is_left_behind(warehouse: DuckDB) -> None:
    trained(warehouse, HISTORY)
    for name in ("training_asked", "training_features", "examples_labelled", "examples_asked"):
        assert not warehouse.columns(name)


def test_a_training_is_not_compared_by_value(warehouse: DuckDB) -> None:
    found = trained(warehouse, HISTORY)
    assert found != dataclasses.replace(found)
