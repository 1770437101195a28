from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.predictions.lifetime import cdnow, shops

from coterie.errors import PredictionError
from coterie.predictions.lifetime import candidates, lifetime, scored, stored, tables
from coterie.project.lasting import LifetimeSettings, SubscriptionSettings
from coterie.sources.relation import select

if TYPE_CHECKING:
    from coterie.features.values import Floats
    from coterie.predictions.lifetime.lifetime import Lifetime

AS_OF = shops.AS_OF
EVENTS = shops.drawn(150)
USERS = {f"u{n}": {"country": ("at", "ng", None)[n % 3], "since_us": 10**17} for n in range(200)}
GROUPS = {"country": select("select user_id, country as value from users")}


@functools.cache
def found(**settings: object) -> Lifetime:
    with shops.warehouse(EVENTS, USERS) as warehouse:
        return lifetime.find(warehouse, LifetimeSettings(**settings), AS_OF, GROUPS)  # type: ignore[arg-type]


def column(one: Lifetime, name: str) -> Floats:
    numbers: Floats = one.customers.column(name).to_numpy().astype(float)
    return numbers


def test_the_model_that_did_best_on_later_purchases_is_taken() -> None:
    one = found()
    rows = {row["model"]: row for row in one.models.to_pylist()}
    assert set(rows) == {"bg_nbd", "mbg_nbd", "pareto_nbd", "naive"}
    fitted = [row for name, row in rows.items() if name != "naive" and not row["why_not"]]
    best = min(fitted, key=lambda row: row["deviance"])
    assert one.facts.model == best["model"]
    assert one.facts.holdout_days == pytest.approx(200 / 3, abs=2)
    assert found(model="bg_nbd").facts.model == "bg_nbd"
    assert {row["model"] for row in found(model="bg_nbd").parameters.to_pylist()} == {"bg_nbd", "gamma_gamma"}


def test_values_are_past_and_future_with_intervals() -> None:
    one = found()
    assert one.customers.num_rows == one.facts.customers
    assert np.allclose(column(one, "past_value") + column(one, "future_value"), column(one, "value"))
    assert (np.diff(column(one, "value")) <= 0).all()
    assert (column(one, "future_value_low") <= column(one, "future_value_high")).all()
    assert ((column(one, "alive") > 0) & (column(one, "alive") <= 1)).all()
    assert column(one, "future_value").sum() == pytest.approx(one.facts.future_value)
    days = one.horizons.column("horizon_days").to_numpy()
    orders = one.horizons.column("orders").to_numpy()
    sums = [orders[days == horizon].sum() for horizon in (30, 90, 365)]
    assert sums == sorted(sums)
    assert sums[-1] == pytest.approx(one.facts.expected_orders)


def test_margin_and_discount_are_taken_off() -> None:
    half, later = found(model="bg_nbd", margin=0.5), found(model="bg_nbd", discount=0.2)
    full = found(model="bg_nbd")
    assert half.facts.past_value == pytest.approx(full.facts.past_value / 2)
    assert half.facts.future_value == pytest.approx(full.facts.future_value / 2)
    assert later.facts.past_value == pytest.approx(full.facts.past_value)
    assert 0.83 < later.facts.future_value / full.facts.future_value < 0.99


def test_the_simple_model_goes_on_in_proportion() -> None:
    one = found(model="simple")
    assert one.facts.model == "simple"
    assert np.isnan(column(one, "alive")).all()
    assert np.allclose(column(one, "future_value"), column(one, "naive_value"))
    ratio = column(one, "future_value") / column(one, "past_value")
    assert np.allclose(ratio, ratio[0])
    assert (column(one, "future_value_low") <= column(one, "future_value")).all()
    assert (column(one, "future_value") < column(one, "future_value_high")).mean() > 0.9
    assert [row["model"] for row in one.models.to_pylist()] == ["naive"]
    assert one.tracking.num_rows == 0


def test_groups_are_ranked_with_everyone_in_them() -> None:
    rows = found().ranking.to_pylist()
    assert {row["group"] for row in rows} == {"at", "ng"}
    assert sum(row["users"] for row in rows) == len([one for one in USERS.values() if one["country"]])
    assert all(row["customers"] <= row["users"] for row in rows)
    assert all(row["low"] < row["mean"] < row["high"] for row in rows)
    assert rows[0]["mean"] >= rows[1]["mean"]
    assert rows[0]["total"] == pytest.approx(rows[0]["mean"] * rows[0]["users"])
    dimensions = [row["dimension"] for row in found().simple.to_pylist()]
    assert set(dimensions) == {"everyone", "country", "category"}


def test_what_was_foretold_stands_beside_what_happened() -> None:
    one = found()
    last = one.tracking.to_pylist()[-1]
    own = next(row for row in one.models.to_pylist() if row["model"] == one.facts.model)
    assert last["date"] == AS_OF
    assert last["happened"] == own["happened"]
    assert last["expected"] == pytest.approx(own["purchases"], rel=1e-6)
    deciles = one.deciles.to_pylist()
    assert len(deciles) == 10
    assert sum(row["customers"] * row["happened"] for row in deciles) == pytest.approx(own["happened"])
    assert [row["expected"] for row in deciles] == sorted(row["expected"] for row in deciles)
    held = one.concentration.column("value_share").to_pylist()
    assert held == sorted(held)
    assert held[-1] == pytest.approx(1)


def test_it_shows_itself_and_is_stored_and_read_back() -> None:
    one = found()
    assert one.caption().startswith(f"{one.facts.customers:,} customers as of 2026-03-01: worth ")
    assert one.to_arrow() is one.customers
    with shops.warehouse(EVENTS, USERS) as warehouse:
        assert stored.read(warehouse) is None
        stored.write(warehouse, one, "r")
        again = stored.read(warehouse)
        marks = {"user_id", "position", "as_of", "run_id"}
        for name, (_, columns) in tables.TABLES.items():
            assert set(warehouse.columns(name)) - marks == set(columns), name
        stored.forget(warehouse)
        assert stored.read(warehouse) is None
    assert again is not None
    assert (again.facts, again.notes) == (one.facts, one.notes)
    assert all(getattr(again, field).equals(getattr(one, field)) for field in stored.TABLES)


def test_bad_input_is_told_in_sentences() -> None:
    lost = [("u0", AS_OF - dt.timedelta(days=3), "refund", 1e5, None)]
    users = {user: about | {"since_us": 1} for user, about in USERS.items()}
    with shops.warehouse([*EVENTS, *lost], users) as warehouse:
        notes = " ".join(lifetime.find(warehouse, LifetimeSettings(), AS_OF).notes)
    assert "Refunds of 100,000.00 are taken off" in notes
    assert "1 of 150 customers sent back more than they bought" in notes
    assert "150 of 150 customers signed up before the first event" in notes
    with (
        shops.warehouse([("u", AS_OF, "view", None, None)]) as warehouse,
        pytest.raises(PredictionError, match="There is no event of kind 'order' before 2026-03-01"),
    ):
        lifetime.find(warehouse, LifetimeSettings(), AS_OF)


def test_few_days_or_few_customers_are_said_to_be_few() -> None:
    late = [("u", AS_OF - dt.timedelta(days=ago), "order", 4.0, None) for ago in (9, 1)]
    with shops.warehouse(late) as warehouse:
        one = lifetime.find(warehouse, LifetimeSettings(), AS_OF)
    notes = " ".join(one.notes)
    assert "too few to compare models" in notes
    assert "Only 1 of 1 customers have bought again; it takes 10" in notes
    assert one.facts.model == "simple"
    few = [("u", AS_OF - dt.timedelta(days=ago), "order", None, None) for ago in (90, 1)]
    with shops.warehouse(few) as warehouse:
        one = lifetime.find(warehouse, LifetimeSettings(), AS_OF)
    assert "No order has a value" in one.notes[0]
    assert "No model of buying fits" in " ".join(one.notes)
    assert one.facts.future_value == 0


def test_pareto_is_left_out_of_many_customers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MOST_FOR_PARETO", 10)
    with shops.warehouse(EVENTS, USERS) as warehouse:
        one = lifetime.find(warehouse, LifetimeSettings(), AS_OF)
    assert "pareto_nbd" not in one.models.column("model").to_pylist()
    assert "Pareto/NBD was left out" in " ".join(one.notes)


def test_subscriptions_are_told_beside() -> None:
    rng = np.random.default_rng(1)
    paid = []
    for user in range(300):
        first, chance = int(rng.integers(0, 300)), rng.beta(0.8, 3)
        stays = 1
        while rng.random() > chance:
            stays += 1
        paid += [
            (f"s{user}", AS_OF - dt.timedelta(days=400 - first - 30 * n), "renewal", 9.0, None)
            for n in range(stays)
            if first + 30 * n < 400
        ]
    settings = LifetimeSettings(
        model="bg_nbd", subscriptions=SubscriptionSettings(period_days=30), discount=0.1
    )
    with shops.warehouse([*EVENTS, *paid]) as warehouse:
        one = lifetime.find(warehouse, settings, AS_OF)
        none = lifetime.find(
            warehouse, LifetimeSettings(model="simple", subscriptions=SubscriptionSettings(kind="gym")), AS_OF
        )
    assert any(note.startswith("Of 300 subscriptions ") for note in one.notes)
    rows = one.retention.to_pylist()
    assert rows[0]["happened"] == pytest.approx(1 - 0.8 / 3.8, abs=0.06)
    assert rows[0]["expected"] == pytest.approx(rows[0]["happened"], abs=0.05)
    assert rows[0]["subscribers"] >= rows[1]["subscribers"]
    worth = one.subscribers.to_pylist()
    assert all(row["value"] == pytest.approx(row["payments"] * 9.0) for row in worth)
    assert max(worth, key=lambda row: row["renewed"])["payments"] > min(row["payments"] for row in worth)
    assert "Subscriptions: There is no event of kind 'gym', so there are no subscriptions." in none.notes
    assert none.retention.num_rows == 0


def test_everyone_is_the_sum_of_each() -> None:
    one = scored.concentration(np.array([4.0, 0.0, -3.0]), (0.5, 1.0))
    assert one.column("value_share").to_pylist() == [1.0, 1.0]
    assert scored.concentration(np.zeros(3), (1.0,)).column("value_share").to_pylist() == [0.0]


@pytest.mark.slow
def test_full_cdnow() -> None:
    with shops.warehouse(shops.of_cdnow(cdnow.everyone())) as warehouse:
        one = lifetime.find(warehouse, LifetimeSettings(), shops.END)
    assert one.facts.customers == 23_570
    own = next(row for row in one.models.to_pylist() if row["model"] == one.facts.model)
    assert own["purchases"] == pytest.approx(own["happened"], rel=0.15)
    assert own["inside"] > 0.95
