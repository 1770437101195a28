from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from tests.predictions.lifetime import cdnow, shops

from coterie.predictions.lifetime import candidates, customers
from coterie.predictions.lifetime.candidates import NAIVE, gini, spearman


def test_on_cdnow_past_spend_wins_in_gini_and_the_model_in_rank_correlation() -> None:
    with shops.warehouse(shops.of_cdnow(cdnow.sample())) as warehouse:
        known = customers.read(warehouse, "order", shops.day(shops.CALIBRATED), 7.0, shops.day(shops.END))
    found = candidates.judge(known, 39.0, ["bg_nbd", "mbg_nbd"])
    model, naive = found.of("bg_nbd"), found.of(NAIVE)
    assert model.purchases == pytest.approx(1653.42, abs=0.02)
    assert model.happened == 1882
    assert model.off == pytest.approx(0.7855, abs=1e-4)
    assert (model.gini, naive.gini) == pytest.approx((0.638, 0.680), abs=5e-4)
    assert model.spearman > naive.spearman
    assert model.deviance < naive.deviance
    assert model.inside > 0.95
    assert found.best == "bg_nbd"


def test_a_model_that_cannot_be_fitted_says_why_and_is_not_chosen() -> None:
    with shops.warehouse([(f"u{n}", shops.AS_OF, "order", 5.0, None) for n in range(20)]) as warehouse:
        known = customers.read(warehouse, "order", shops.day(shops.AS_OF) + 30, 7.0)
    found = candidates.judge(known, 4.0, ["bg_nbd", "mbg_nbd"])
    assert found.best is None
    assert found.of("bg_nbd").why_not.startswith("Only 0 of 20 customers have bought again; it takes 10")
    assert np.isnan(found.of(NAIVE).gini)


def test_refunds_beyond_what_was_spent_bring_no_money() -> None:
    with shops.warehouse(shops.drawn(80)) as warehouse:
        known = customers.read(warehouse, "order", shops.day(shops.AS_OF), 7.0)
    refunded = known.refunded.copy()
    refunded[0] = known.spend[0] + 5
    changed = dataclasses.replace(known, refunded=refunded)
    spend = candidates.amounts(changed)
    assert spend is not None
    paid = candidates.paid(changed, spend)
    assert paid[0] == 0
    assert (paid[1:] > 0).all()
    assert candidates.naive(changed, 10.0)[1][0] == 0


def test_without_amounts_everyone_pays_the_mean() -> None:
    with shops.warehouse([("u", shops.AS_OF, "order", 6.0, None)]) as warehouse:
        known = customers.read(warehouse, "order", shops.day(shops.AS_OF) + 3, 7.0)
    assert candidates.amounts(known) is None
    assert candidates.paid(known, None).tolist() == [6.0]


def test_measures_of_rank_do_not_depend_on_the_order_of_rows_or_on_monotone_changes() -> None:
    rng = np.random.default_rng(1)
    scores, money = rng.integers(0, 5, 200).astype(float), rng.exponential(3, 200)
    order = rng.permutation(200)
    for measure in (gini, spearman):
        assert measure(scores, money) == pytest.approx(measure(scores[order], money[order]))
        assert measure(scores, money) == pytest.approx(measure(np.exp(scores), money))
    assert gini(money, money) == pytest.approx(1)
    assert np.isnan(spearman(np.ones(3), np.arange(3.0)))
    assert np.isnan(gini(np.ones(3), np.ones(3)))
