from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import altair as alt
import pytest
from tests.predictions.made import examples, settings
from tests.report import made
from tests.report.html_check import check_html
from tests.report.test_foretelling import foretold

from coterie.predictions.fit import fit
from coterie.predictions.foretold import Failed
from coterie.report import importance, levels, predictions
from coterie.report.language import language
from coterie.report.page import page

if TYPE_CHECKING:
    from coterie.predictions.prediction import Prediction

WORDS = language()
CHURN = fit(examples(users=60), settings("linear", worth={"hit": 5, "wasted": -1}), name="churn_7d")
ORDERS = fit(examples("count", users=60), settings("linear", "count"), name="orders_7d")
NAIVE = fit(examples(users=60), settings("baseline"), name="naive")
LABELS = {"x0": "Visits", "x1": "Days since"}


def test_a_card_says_what_when_on_whom_and_how_good() -> None:
    made = predictions.chapter("p1", CHURN, LABELS, WORDS, ("Of 9 users 3 will leave.",))
    html = str(made.section())
    for said in (
        "Prediction: churn_7d",
        "Of 9 users 3 will leave.",
        "120 rows, as of each of 2026-01-01, 2026-01-08",
        "60 users as of 2026-01-15",
        "a probability, from 0 to 1",
        "7 days",
        "Area below the ROC curve (more is better)",
        "linear model ✓",
        "a logistic curve over out-of-time predictions (Platt)",
        "Decisions with legal or similarly grave effects on a person",
    ):
        assert said in html
    check_html(f"<!doctype html><html lang='en'><head><title>x</title></head><body>{html}</body></html>")
    assert len(made.scripts) == len(list(predictions.figures(CHURN, LABELS, WORDS)))


@pytest.mark.parametrize("found", [CHURN, ORDERS, NAIVE], ids=lambda found: found.name)
def test_every_chart_is_valid_and_says_how_to_read_it(found: Prediction) -> None:
    for figure in predictions.figures(found, LABELS, WORDS):
        alt.LayerChart.from_dict(figure.spec)
        json.dumps(figure.spec, allow_nan=False)
        assert figure.caption
        assert figure.data.num_rows


def test_the_baseline_stands_beside_the_model_in_every_ranking() -> None:
    shown = {figure.key: figure for figure in predictions.figures(CHURN, LABELS, WORDS)}
    assert set(shown["gains"].data["name"].to_pylist()) == {"linear model", "the period before"}
    assert "profit" in shown


def test_importance_is_told_in_three_ways() -> None:
    data = importance.importance_data(CHURN, LABELS)
    assert data.column_names == ["feature", "label", "group", "permutation", "linear", "forest"]
    assert data["label"].to_pylist()[0] == "Visits"
    figure = importance.figure(CHURN, LABELS, WORDS)
    assert figure is not None
    assert figure.data.column_names[2:] == ["Dealt out", "Linear model", "Random forest"]
    assert importance.figure(NAIVE, LABELS, WORDS) is None


def test_counts_are_shown_against_what_happened() -> None:
    data = levels.levels_data(ORDERS)
    assert sum(data["users"].to_pylist()) == 60
    assert data["predicted"].to_pylist() == sorted(data["predicted"].to_pylist())
    assert levels.figure(CHURN, WORDS) is None
    assert "an expected count" in predictions.chapter("p1", ORDERS, LABELS, WORDS).section()


def test_findings_name_features_as_people_do() -> None:
    told = str(predictions.findings(CHURN, LABELS, WORDS))
    assert "{feature:" not in told
    assert 'class="findings"' in told


def test_a_report_has_a_card_for_each_prediction_and_says_what_failed() -> None:
    told = dataclasses.replace(foretold(target="inactive"), prediction=CHURN)
    failed = Failed("fans", "Nobody got into the segment.")
    html = page(made.material(users=200, groups=2, predictions=(told, failed)))
    check_html(html)
    assert 'href="#p1"' in html
    assert "Prediction: churn_7d" in html
    assert "Of 3,000 users 412 (394 to 430) will do nothing within 7 days." in html
    assert "What could not be foretold" in html
    assert "fans: Nobody got into the segment." in html
    assert "not-foretold" not in page(made.material(users=200, groups=2, predictions=(told,)))
