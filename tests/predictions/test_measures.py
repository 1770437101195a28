from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn import metrics

from coterie.predictions.measures import Told, curves, levels, losses, measure

if TYPE_CHECKING:
    from coterie.predictions.prediction import Measure

RNG = np.random.default_rng(3)
TRUE = RNG.random(500)
HAPPENED = (RNG.random(500) < TRUE).astype(float)
COUNTS = RNG.poisson(3 * TRUE).astype(float)
BEFORE = RNG.poisson(3 * TRUE).astype(float)
BESIDE = Told(BEFORE, np.full(500, COUNTS.mean()), 1.4)


def _of_yes_or_no(beside: Told) -> dict[str, Measure]:
    found = curves("model", TRUE, HAPPENED, None, 1)
    return {each.name: each for each in measure(TRUE, beside, HAPPENED, "yes_or_no", found)}


def test_measures_of_probabilities_are_those_of_the_field() -> None:
    told = _of_yes_or_no(Told(BEFORE, TRUE / 2, 0.5))
    assert told["auc"].value == pytest.approx(metrics.roc_auc_score(HAPPENED, TRUE))
    assert told["precision"].value == pytest.approx(metrics.average_precision_score(HAPPENED, TRUE))
    assert told["brier"].value == pytest.approx(metrics.brier_score_loss(HAPPENED, TRUE))
    assert told["log_loss"].value == pytest.approx(metrics.log_loss(HAPPENED, TRUE))
    assert told["total"].value == pytest.approx(TRUE.sum() / HAPPENED.sum())
    assert told["auc"].naive == pytest.approx(metrics.roc_auc_score(HAPPENED, BEFORE))
    assert told["brier"].naive == pytest.approx(metrics.brier_score_loss(HAPPENED, TRUE / 2))
    assert told["auc"].mean == 0.5
    for name in ("auc", "precision", "lift", "brier", "log_loss"):
        low, high = told[name].low, told[name].high
        assert low is not None
        assert high is not None
        assert low < told[name].value < high


def test_measures_of_counts_are_those_of_the_field() -> None:
    foretold = 3 * TRUE + 0.01
    told = {
        each.name: each
        for each in measure(foretold, BESIDE, COUNTS, "count", curves("m", foretold, COUNTS, None, 1))
    }
    assert told["deviance"].value == pytest.approx(metrics.mean_poisson_deviance(COUNTS, foretold))
    assert told["absolute_error"].value == pytest.approx(np.abs(COUNTS - foretold).mean())
    assert told["squared_error"].value == pytest.approx(metrics.root_mean_squared_error(COUNTS, foretold))
    from scipy.stats import spearmanr

    assert told["spearman"].value == pytest.approx(spearmanr(foretold, COUNTS).statistic)
    assert told["gini"].mean == pytest.approx(0.0, abs=1e-12)
    assert told["spearman"].mean == 0.0


def test_what_can_not_be_measured_is_left_out() -> None:
    below = COUNTS - 2.0
    assert curves("m", TRUE, below, None, 1) is None
    assert curves("m", TRUE, np.zeros(500), None, 1) is None
    told = {each.name for each in measure(below + TRUE, BESIDE, below, "amount", None)}
    assert "deviance" not in told
    assert "gini" not in told
    assert "absolute_error" in told
    nothing = {each.name for each in measure(TRUE, BESIDE, COUNTS * 0, "count", None)}
    assert "total" not in nothing


def test_the_baseline_wins_where_it_is_as_good() -> None:
    told = _of_yes_or_no(Told(TRUE, TRUE, 0.5))
    assert told["auc"].beaten
    assert told["brier"].beaten
    worse = _of_yes_or_no(Told(1 - TRUE, 1 - TRUE, 0.5))
    assert not worse["auc"].beaten
    assert not worse["brier"].beaten


def test_losses_suit_what_is_foretold() -> None:
    assert losses(np.array([0.5]), np.array([1.0]), "yes_or_no").tolist() == [0.25]
    assert losses(np.array([-1.0]), np.array([1.0]), "amount", signed=True).tolist() == [4.0]
    assert losses(np.array([2.0]), np.array([2.0]), "count").tolist() == [0.0]
    assert losses(np.array([2.0]), np.array([0.0]), "count").tolist() == [4.0]


def test_levels_compare_groups_of_users() -> None:
    found = levels(3 * TRUE, COUNTS)
    assert sum(each.users for each in found) == 500
    assert len(found) == 10
    assert all(each.low <= each.happened <= each.high and each.low >= 0 for each in found)
    alike = levels(np.ones(5), np.arange(5.0))
    assert [(each.users, each.happened) for each in alike] == [(5, 2.0)]
    assert levels(np.array([1.0]), np.array([-3.0]))[0].low == -3.0
