"""The SQL of predictions, per dialect, as files; write them anew with ``UPDATE_GOLDEN=1 pytest``."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp
from tests.predictions.made import examples, settings

from coterie.errors import UsageError
from coterie.predictions import scoring
from coterie.predictions.calibrate import Isotonic, Platt
from coterie.predictions.columns import Column
from coterie.predictions.fit import fit
from coterie.predictions.models.baseline import Baseline
from coterie.predictions.models.hurdle import Hurdle
from coterie.predictions.models.linear import Linear
from coterie.predictions.models.trees import Tree, Trees
from coterie.sources import sql

GOLDEN = Path(__file__).parent.parent / "golden" / "predictions"
DIALECTS = ("duckdb", "postgres", "mysql", "bigquery", "sqlite", "spark")

FOUND = fit(examples(users=40), settings("linear"), name="churn")
COLUMNS = (
    Column("orders_spend", None, False, 0.0, True, 2.5, 1.25, ""),
    Column("recency_days", None, False, 90.0, False, 0.0, 1.0, ""),
    Column("country", ("AT", "O'Neil"), True, 0.0, False, 0.25, 0.5, ""),
)
WEIGHTED = Linear((0.5, -0.125, 0.0), -1.5, "logit", -35.0, 35.0)
AMOUNT = Linear((0.25, 0.0, 1.0), 2.0, "log", -1.0, 6.0)
SPLIT = Tree(
    (0, -1, 1, -1, -1),
    (10.5, 0.0, 30.0, 0.0, 0.0),
    (1, 0, 3, 0, 0),
    (2, 0, 4, 0, 0),
    (0.0, 0.1, 0.0, -0.2, 0.3),
)
TREES = Trees((SPLIT, Tree((-1,), (0.0,), (0,), (0,), (0.05,))), 0.5, "identity", 0.0, 1.0)

MODELS = {
    "linear": dataclasses.replace(FOUND, columns=COLUMNS, model=WEIGHTED, calibrator=Platt(1.5, 0.25)),
    "trees": dataclasses.replace(
        FOUND, columns=COLUMNS, model=TREES, calibrator=Isotonic((0.0, 0.5, 1.0), (0.125, 0.25, 0.75))
    ),
    "hurdle": dataclasses.replace(FOUND, columns=COLUMNS, model=Hurdle(TREES, AMOUNT), calibrator=None),
    "baseline": dataclasses.replace(FOUND, model=Baseline((0.0, 2.0), (0.5, 1.0, 3.0), 1.5), calibrator=None),
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("model", MODELS)
def test_the_sql_of_a_model_is_as_reviewed(model: str, dialect: str) -> None:
    written = sql.pretty(scoring.scoring(MODELS[model], "features", "naive"), dialect) + "\n"
    file = GOLDEN / dialect / f"{model}.sql"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(written, encoding="utf-8")
    assert written == file.read_text(encoding="utf-8")
    read = sqlglot.parse_one(written, dialect=dialect, into=exp.Select)
    assert read.named_selects == ["user_id", "score"]


def test_a_query_holds_so_many_splits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert scoring.offered(MODELS["trees"])
    monkeypatch.setattr(scoring, "MOST_SPLITS", 1)
    assert not scoring.offered(MODELS["trees"])
    with pytest.raises(UsageError, match="churn has 2 splits, and a query holds at most 1"):
        scoring.scoring(MODELS["trees"])


def test_without_the_period_before_the_baseline_foretells_the_mean() -> None:
    assert scoring.scoring(MODELS["baseline"]).sql() == 'SELECT "user_id", 1.5e0 AS "score" FROM "features"'
