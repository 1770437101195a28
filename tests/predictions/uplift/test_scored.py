from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from tests.report import treatments

from coterie.predictions import scores
from coterie.predictions.uplift import scored
from coterie.predictions.uplift.fit import Learnt
from coterie.predictions.uplift.result import Unmeasured
from coterie.sources import sql
from coterie.sources.connect import connect

if TYPE_CHECKING:
    from coterie.sources.warehouse import Warehouse

AS_OF = dt.date(2026, 1, 1)


@pytest.fixture
def warehouse() -> Warehouse:
    found = connect("duckdb://")
    users = [f"u{at:03d}" for at in range(23)]
    found.create("features", pa.table({"user_id": users, "x": np.arange(23.0)}))
    return found


def test_every_user_is_scored_in_batches(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scores, "BATCH", 10)
    scored.begin(warehouse, [], "r1")
    scored.write(warehouse, "mail", Learnt((), None, 0.25), AS_OF, "r1")
    rows = warehouse.query(sql.sql("select * from uplift order by user_id")).to_pylist()
    assert len({row["user_id"] for row in rows}) == len(rows) == 23
    assert rows[0] == {"uplift": "mail", "user_id": "u000", "score": 0.25, "as_of": AS_OF, "run_id": "r1"}


def test_what_is_kept_gets_the_new_run_and_the_rest_goes(warehouse: Warehouse) -> None:
    scored.begin(warehouse, [], "r1")
    for name in ("kept", "gone"):
        scored.write(warehouse, name, Learnt((), None, 1.0), AS_OF, "r1")
    scored.begin(warehouse, ["kept"], "r2")
    found = warehouse.query(sql.sql("select distinct uplift, run_id from uplift")).to_pylist()
    assert found == [{"uplift": "kept", "run_id": "r2"}]


def test_results_are_read_back_in_order(warehouse: Warehouse) -> None:
    assert scored.read(warehouse) == ()
    found = (Unmeasured("other", "Nobody was treated."), treatments.treatment())
    scored.write_results(warehouse, found, AS_OF, "r1")
    assert scored.read(warehouse) == found
    rows = warehouse.query(sql.sql("select uplift, why_not, ranks from treatments order by position"))
    assert rows.to_pylist() == [
        {"uplift": "other", "why_not": "Nobody was treated.", "ranks": None},
        {"uplift": "mail", "why_not": None, "ranks": True},
    ]
