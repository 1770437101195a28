from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.features.made import User
from tests.predictions import shops
from tests.predictions.shops import AS_OF, FIRST, FIRST_DAY, event

from coterie.errors import PredictionError, UsageError
from coterie.features import build
from coterie.predictions import fitted, foretell, scored, scores
from coterie.predictions.foretold import Failed, Foretold
from coterie.predictions.gaps import WITHOUT_PAUSES
from coterie.predictions.outcomes import Membership
from coterie.sources import connect, sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.features.made import Event

    from coterie.predictions.training import Asked
    from coterie.sources.duckdb import DuckDB

FAMILIES = ("activity", "recency", "orders")
HISTORY = shops.random_history(users=120)


def foretold(
    warehouse: DuckDB, events: Sequence[Event] = HISTORY, users: Sequence[User] = (), **settings: Any
) -> Foretold:
    shops.fill(warehouse, events, users)
    asked = shops.asked(warehouse, families=FAMILIES, **{"target": "none", "model": "baseline", **settings})
    return of(warehouse, asked)


def of(warehouse: DuckDB, asked: Asked) -> Foretold:
    build.write(warehouse, asked.planned)
    scored.begin(warehouse, (), "first")
    return foretell.foretell(warehouse, asked, run_id="run", made_from="these")


def rows(warehouse: DuckDB) -> list[dict[str, Any]]:
    query = sql.sql("select * from predictions order by prediction, user_id")
    return list(warehouse.query(query).to_pylist())


def test_everyone_of_the_population_gets_a_score(warehouse: DuckDB) -> None:
    found = foretold(warehouse)
    scores = rows(warehouse)
    assert len(scores) == found.about.expected.users == found.about.counted.predicted > 50
    assert {(row["prediction"], row["as_of"], row["run_id"]) for row in scores} == {("it", AS_OF, "run")}
    assert sum(row["score"] for row in scores) == pytest.approx(found.about.expected.total)
    assert all(0 <= row["score"] <= 1 and row["low"] is row["high"] is None for row in scores)
    assert found.caption().startswith("it: ")
    assert f"of {len(scores)} users in the 7 days from 2026-03-12" in found.caption()
    assert found.to_arrow().num_rows == len(found.prediction.measures)


def test_the_baseline_knows_the_period_before_today(warehouse: DuckDB) -> None:
    """Of those without an order in the last week more will place none in the next one."""
    found = foretold(warehouse)
    assert found.baseline_wins
    before = {
        one.user_id
        for one in HISTORY
        if one.kind == "order" and one.at_us // 86_400_000_000 >= FIRST_DAY + 63
    }
    scores = {row["user_id"]: row["score"] for row in rows(warehouse)}
    assert len(set(scores.values())) == 2
    assert min(score for user, score in scores.items() if user not in before) == max(scores.values())


def test_a_rate_is_the_same_for_everyone(warehouse: DuckDB) -> None:
    foretold(warehouse, target="inactive", horizon_days=7)
    assert len({row["score"] for row in rows(warehouse)}) == 1


def test_counts_have_an_interval_for_each_user(warehouse: DuckDB) -> None:
    found = foretold(warehouse, target="count", model="linear")
    assert all(row["low"] <= row["score"] <= row["high"] for row in rows(warehouse))
    assert found.about.happened > 0
    assert found.about.on_holdout.users == found.prediction.held_out


def test_users_are_scored_in_batches(warehouse: DuckDB, monkeypatch: pytest.MonkeyPatch) -> None:
    foretold(warehouse, model="linear")
    whole = rows(warehouse)
    monkeypatch.setattr(scores, "BATCH", 7)
    foretold(warehouse, model="linear")
    assert [row["user_id"] for row in rows(warehouse)] == [row["user_id"] for row in whole]
    assert [row["score"] for row in rows(warehouse)] == pytest.approx([row["score"] for row in whole])


def test_a_shuffled_past_gives_a_worthless_model(warehouse: DuckDB) -> None:
    """Where who does what has nothing to do with who did what, no model beats chance by much."""
    draw = np.random.default_rng(11)
    weekly = [
        event(f"u{user:03}", day, "order", value=9.0)
        for week in range(10)
        for user in draw.choice(150, 75, replace=False).tolist()
        for day in (7 * week + int(draw.integers(7)),)
    ]
    found = foretold(warehouse, weekly, model="linear", dates=6)
    area = found.prediction.measure("auc")
    assert 0.35 < area.value < 0.65
    assert any(one.check == "chance" for one in found.prediction.findings)


def test_an_attribute_that_holds_the_outcome_is_caught(warehouse: DuckDB) -> None:
    """An attribute of today may say what happened: here it names those who ordered after every date."""
    draw = np.random.default_rng(2)
    eager = [f"u{user:03}" for user in range(80)]
    events = [event(f"u{user:03}", int(draw.integers(7)), "order", value=5.0) for user in range(160)]
    events += [event(user, day, "order", value=5.0) for user in eager for day in range(21, 70, 3)]
    people = [User(f"u{user:03}", country="vip" if user < 80 else "other") for user in range(160)]
    shops.fill(warehouse, events, people)
    asked = shops.asked(
        warehouse, families=("attributes",), target="none", model="linear", dates=3, within_days=400
    )
    found = of(warehouse, asked)
    leaks = [one for one in found.prediction.findings if one.check == "leak"]
    assert [(one.level, one.feature) for one in leaks] == [("warning", "attributes_country")]


def test_an_inactivity_that_fits_the_data_is_found(warehouse: DuckDB) -> None:
    found = foretold(warehouse, target="inactive")
    gaps = found.about.gaps
    assert gaps is not None
    assert found.prediction.horizon_days == gaps.horizon
    assert gaps.back_within(gaps.horizon) >= 0.95 * gaps.back_within(gaps.days[-1])


def test_an_inactivity_leaves_room_for_dates(warehouse: DuckDB) -> None:
    """Pauses of four weeks would need more data than there are."""
    events = [event(f"u{user}", day) for user in range(80) for day in range(user % 23, 70, 23 + user % 3)]
    found = foretold(warehouse, events, target="inactive", min_history_days=1)
    assert found.about.gaps is not None
    assert found.about.gaps.horizon > found.prediction.horizon_days == 23
    assert found.about.notes[-1].startswith(
        "The pauses between active days say 28 days, and the data allow 23"
    )


def test_without_pauses_a_usual_inactivity_is_taken(warehouse: DuckDB) -> None:
    shops.fill(warehouse, [event("a", 0), event("b", 200)])
    asked = shops.asked(warehouse, FIRST + dt.timedelta(days=201), families=FAMILIES, target="inactive")
    assert foretell.horizon(warehouse, asked, FIRST)[0] == WITHOUT_PAUSES


@pytest.mark.parametrize(("target", "days"), [("count", 7), ("value", 30), ("first_time", 28)])
def test_other_targets_have_a_horizon_of_their_own(warehouse: DuckDB, target: str, days: int) -> None:
    shops.fill(warehouse, HISTORY)
    asked = shops.asked(warehouse, families=FAMILIES, target=target)
    assert foretell.horizon(warehouse, asked, FIRST) == (days, None)


def test_those_in_the_segment_already_do_not_get_into_it(warehouse: DuckDB) -> None:
    shops.fill(warehouse, HISTORY)
    asked = shops.asked(
        warehouse, families=FAMILIES, target="becomes", segment={"segmentation": "x"}, horizon_days=7,
        model="linear",
    )  # fmt: skip

    def assigning(table: str) -> Any:
        text = "select user_id, case when activity_events > 12 then 2 else 1 end as segment from :states"
        return select(text, states=sql.table(table))

    membership = Membership(2, {"activity_events"}, assigning, asked.planned)
    found = of(warehouse, dataclasses.replace(asked, membership=membership))
    inside = "select user_id from features where activity_events > 12"
    members = set(warehouse.query(sql.sql(inside))["user_id"].to_pylist())
    scores = rows(warehouse)
    assert scores
    assert members
    assert not members & {row["user_id"] for row in scores}
    assert found.prediction.measure("auc").value > 0.8


def test_what_was_fitted_is_read_back_as_it_was(warehouse: DuckDB) -> None:
    found = foretold(warehouse, target="inactive", model="linear", worth={"hit": 5, "wasted": -1})
    failed = Failed("other", "It can't be.")
    fitted.write(warehouse, [found, failed], as_of=AS_OF, run_id="run")
    one, two = fitted.read(warehouse)
    assert isinstance(one, Foretold)
    assert dataclasses.asdict(one.prediction) == dataclasses.asdict(found.prediction)
    assert one.about == dataclasses.replace(found.about, gaps=one.about.gaps)
    assert one.about.gaps is not None
    assert found.about.gaps is not None
    assert dataclasses.asdict(one.about.gaps) == dataclasses.asdict(found.about.gaps)
    assert (one.as_of, one.made_from, two) == (AS_OF, "these", failed)
    row = warehouse.query(sql.sql("select * from fitted_predictions where failed is null")).to_pylist()[0]
    assert (row["total"], row["measure"]) == (found.about.expected.total, "auc")


def test_what_another_version_stored_is_refused(warehouse: DuckDB) -> None:
    found = foretold(warehouse)
    fitted.write(warehouse, [found], as_of=AS_OF, run_id="run")
    warehouse.execute(sql.sql("update fitted_predictions set about = '{}'"))
    with pytest.raises(PredictionError, match="The stored prediction 'it' can't be read"):
        fitted.read(warehouse)
    warehouse.drop(fitted.TABLE)
    assert fitted.read(warehouse) == ()


def test_rows_of_kept_predictions_stay(warehouse: DuckDB) -> None:
    foretold(warehouse)
    before = rows(warehouse)
    scored.begin(warehouse, ["it"], "second")
    assert rows(warehouse) == [{**row, "run_id": "second"} for row in before]
    scored.begin(warehouse, ["another"], "third")
    assert rows(warehouse) == []


def test_a_feature_that_is_not_there_is_refused(warehouse: DuckDB) -> None:
    with pytest.raises(UsageError, match="`features` names 'order'"):
        foretold(warehouse, features=("order",))


def test_nothing_is_left_behind(warehouse: DuckDB) -> None:
    foretold(warehouse)
    for name in ("users_to_score", "users_asked", "naive_of_users"):
        assert not warehouse.columns(name)


def test_another_engine_foretells_the_same(warehouse: DuckDB, tmp_path: Path) -> None:
    foretold(warehouse, target="value", horizon_days=10, model="linear")
    with contextlib.closing(connect.connect("sqlite:///other.db", tmp_path)) as other:
        shops.fill(other, HISTORY)
        asked = shops.asked(other, families=FAMILIES, target="value", horizon_days=10, model="linear")
        build.write(other, asked.planned)
        scored.begin(other, (), "first")
        foretell.foretell(other, asked, run_id="run")
        there = other.query(sql.sql("select * from predictions order by prediction, user_id")).to_pylist()
    here = rows(warehouse)
    assert [row["user_id"] for row in there] == [row["user_id"] for row in here]
    assert [row["score"] for row in there] == pytest.approx([row["score"] for row in here], rel=1e-9)
