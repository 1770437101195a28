from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.predictions.made import examples, settings, with_feature

from coterie.errors import PredictionError
from coterie.features.feature import Feature
from coterie.predictions import fit as fitting
from coterie.predictions.fit import fit
from coterie.predictions.score import score

if TYPE_CHECKING:
    from coterie.predictions.examples import Examples

FEW = examples(users=40)


def test_auto_chooses_the_simplest_of_the_good_ones() -> None:
    found = fit(examples(users=200), settings("auto"), name="churn")
    assert found.method == "linear"
    assert {each.method for each in found.candidates} == {"baseline", "linear", "boosting", "forest"}
    assert found.measure("auc").value > 0.75
    assert found.measure("brier").value < (found.measure("brier").naive or 0.0)
    assert [finding.level for finding in found.findings if finding.check == "naive"] == ["good"]


def test_progress_is_told() -> None:
    told: list[str] = []
    fit(FEW, settings("linear"), name="churn", progress=lambda what, *_: told.append(what))
    assert {"try baseline", "try linear", "fit linear", "importance"} <= set(told)


def test_shuffled_outcomes_give_a_worthless_model_and_it_is_said() -> None:
    made = examples(users=400)
    order = np.random.default_rng(3).permutation(len(made))
    shuffled = dataclasses.replace(made, outcomes=made.outcomes[order], naive=made.naive[order[::-1]])
    found = fit(shuffled, settings("linear"), name="churn")
    assert abs(found.measure("auc").value - 0.5) < 0.06
    assert "chance" in {finding.check for finding in found.findings if finding.level == "warning"}
    assert found.not_for[0].startswith("Picking users")
    assert fit(shuffled, settings("auto"), name="churn").method == "baseline"


def test_a_planted_leak_is_flagged() -> None:
    made = examples(users=100)
    noise = np.random.default_rng(1).normal(size=len(made))
    leak = Feature("refund_reason", "orders", "number", "Known too late.")
    found = fit(with_feature(made, leak, made.outcomes + noise / 20), settings("linear"), name="churn")
    first = found.findings[0]
    assert (first.check, first.level, first.feature) == ("leak", "warning", "refund_reason")
    assert "{feature:refund_reason} alone foretells almost perfectly" in first.sentence
    assert found.not_for[0].startswith("Anything, before the feature")


def test_a_leak_in_words_is_flagged() -> None:
    made = examples(users=100)
    leak = Feature("state", "orders", "category", "Known too late.")
    words = np.where(made.outcomes > 0, "gone", "there")
    found = fit(with_feature(made, leak, words), settings("linear"), name="churn")
    assert [finding.feature for finding in found.findings if finding.check == "leak"] == ["state"]


def test_with_one_date_to_learn_from_models_are_compared_on_other_users() -> None:
    found = fit(examples(dates=2), settings("linear"), name="churn")
    assert found.dates == (dt.date(2026, 1, 1),)
    assert "time" in {finding.check for finding in found.findings}


def test_what_was_not_known_by_the_holdout_is_not_learnt_from() -> None:
    made = dataclasses.replace(examples(dates=4), horizon_days=14)
    found = fit(made, settings("linear"), name="churn")
    assert found.dates == (dt.date(2026, 1, 1), dt.date(2026, 1, 8))
    assert found.holdout == dt.date(2026, 1, 22)
    hidden = np.where(made.date_of == 2, 1 - made.outcomes, made.outcomes)
    again = fit(dataclasses.replace(made, outcomes=hidden), settings("linear"), name="churn")
    assert again == found


def test_the_profit_curve_follows_from_what_acting_is_worth() -> None:
    found = fit(FEW, settings("linear", worth={"hit": 10, "wasted": -5}), name="churn")
    assert found.evaluated is not None
    assert found.evaluated.profit is not None


def test_amounts_below_nothing_are_foretold_by_squares() -> None:
    made = examples("amount", users=100)
    found = fit(
        dataclasses.replace(made, outcomes=made.outcomes - 1.0), settings("linear", "amount"), name="value"
    )
    assert found.evaluated is None
    assert found.residuals is not None
    assert found.residuals.floor is None
    assert score(found, made.rows).min() < 0


def _alike(value: float, *, last: bool) -> Examples:
    return dataclasses.replace(FEW, outcomes=np.where(FEW.held_out == last, value, FEW.outcomes))


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (examples(users=20, dates=2), "20 examples before the last date are too few"),
        (_alike(0.0, last=False), "before the last date, 2026-01-15, it happened to none of 80 users"),
        (_alike(1.0, last=True), "as of the last date, 2026-01-15, it happened to all of 40 users"),
        (dataclasses.replace(FEW, horizon_days=15), "Nothing was known by 2026-01-15, the last date"),
        (dataclasses.replace(FEW, outcomes=FEW.outcomes * np.nan), "some outcomes are no finite numbers"),
        (dataclasses.replace(FEW, features=FEW.features[:0]), "Every feature is the same for all users"),
        (
            dataclasses.replace(
                FEW, kind="count", outcomes=np.where(FEW.held_out, 3.0, FEW.outcomes)
            ),
            "it came to 3 for each of 40 users",
        ),
    ],
)  # fmt: skip
def test_what_can_not_be_foretold_is_refused(made: Examples, told: str) -> None:
    with pytest.raises(PredictionError, match=told):
        fit(made, settings("linear"), name="churn")


def test_the_last_date_needs_users() -> None:
    before = dataclasses.replace(FEW, dates=(*FEW.dates, dt.date(2026, 2, 1)))
    with pytest.raises(PredictionError, match="as of the last date, 2026-02-01, there are no users"):
        fit(before, settings("linear"), name="churn")


def test_more_rows_than_memory_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "MOST_NUMBERS", 400)
    with pytest.raises(PredictionError, match="120 examples of 4 features are 480 numbers, and at most 400"):
        fit(FEW, settings("linear"), name="churn")
