from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
from typing import TYPE_CHECKING

import numpy as np
import pytest

import coterie
from coterie.errors import PredictionError
from coterie.features import build
from coterie.predictions.lifetime import customers, lifetime
from coterie.predictions.lifetime.two_stage import two_stage
from coterie.project.lasting import LifetimeSettings
from coterie.project.settings import FeatureSettings
from coterie.sources import connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from coterie.features.build import Plan
    from coterie.sources.warehouse import Warehouse

AS_OF = dt.date(2026, 3, 1)
SETTINGS = LifetimeSettings(model="two_stage", horizons_days=(10, 20), margin=0.5)
FEATURES = FeatureSettings(families=("orders", "recency", "activity"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Warehouse, Plan]]:
    folder: Path = tmp_path_factory.mktemp("shop")
    coterie.make_newsroom(folder, users=700, days=90)
    with contextlib.closing(connect.connect("duckdb://")) as warehouse:
        coterie.load_events(warehouse, coterie.read_project(folder))
        planned = build.plan(warehouse, FEATURES, AS_OF)
        build.write(warehouse, planned)
        yield warehouse, planned


def test_who_buys_times_for_how_much(shop: tuple[Warehouse, Plan]) -> None:
    warehouse, planned = shop
    learn = functools.partial(two_stage, warehouse, SETTINGS, planned, FEATURES, learner="linear")
    found = lifetime.find(warehouse, SETTINGS, AS_OF, two_stage=learn)
    assert found.facts.model == "two_stage"
    rows = {row["model"]: row for row in found.models.to_pylist()}
    assert set(rows) == {"two_stage", "naive"}
    assert rows["two_stage"]["gini"] > 0.4
    assert any(note.startswith("The two-stage model was learnt over 20 days") for note in found.notes)
    future, naive = (found.customers.column(name).to_numpy() for name in ("future_value", "naive_value"))
    assert (future >= 0).all()
    assert np.corrcoef(future, naive)[0, 1] > 0.3
    assert found.customers.column("alive").null_count == found.facts.customers
    days = found.horizons.column("horizon_days").to_numpy()
    value = found.horizons.column("value").to_numpy()
    assert value[days == 10].sum() == pytest.approx(value[days == 20].sum() / 2)
    low, high = (found.customers.column(f"future_value_{end}").to_numpy() for end in ("low", "high"))
    assert (low <= future).all()
    assert (future <= high).all()
    assert (low < high).mean() > 0.9


def test_too_short_data_is_said_and_past_money_goes_on(shop: tuple[Warehouse, Plan]) -> None:
    warehouse, planned = shop
    early = dataclasses.replace(planned, as_of=dt.date(2025, 12, 5))
    day = (AS_OF - dt.date(1970, 1, 1)).days
    known = customers.read(warehouse, "order", day, 7.0)
    with pytest.raises(PredictionError, match="needs three horizons of data"):
        two_stage(warehouse, SETTINGS, early, FEATURES, known)
    learn = functools.partial(two_stage, warehouse, SETTINGS, early, FEATURES)
    found = lifetime.find(warehouse, SETTINGS, AS_OF, two_stage=learn)
    assert found.facts.model == "simple"
    assert "told by the simple formula alone" in " ".join(found.notes)
    without = lifetime.find(warehouse, SETTINGS, AS_OF)
    assert "learnt from features, which a run has" in " ".join(without.notes)
