from __future__ import annotations

import numpy as np
import pytest
from tests.predictions.made import examples, settings

from coterie.errors import UsageError
from coterie.predictions import score as scoring
from coterie.predictions.fit import fit
from coterie.predictions.score import expected, interval, score

CHURN = examples(users=60)
ORDERS = examples("count", users=300)


def test_rows_are_scored_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    found = fit(CHURN, settings("linear"), name="churn")
    whole = score(found, CHURN.rows)
    monkeypatch.setattr(scoring, "CHUNK", 7)
    assert np.allclose(score(found, CHURN.rows), whole, rtol=0, atol=1e-12)
    assert score(found, CHURN.rows.slice(0, 0)).shape == (0,)


def test_the_baseline_foretells_the_mean_where_the_period_before_is_not_known() -> None:
    found = fit(CHURN, settings("baseline"), name="churn")
    assert set(score(found, CHURN.rows).tolist()) == {found.rate}
    assert len(set(score(found, CHURN.rows, CHURN.naive).tolist())) == 2


def test_nine_of_ten_users_lie_within_their_interval() -> None:
    found = fit(ORDERS, settings("linear", "count"), name="orders")
    last = ORDERS.held_out
    low, high = interval(found, score(found, ORDERS.rows)[last])
    inside = (low <= ORDERS.outcomes[last]) & (ORDERS.outcomes[last] <= high)
    assert low.min() >= 0
    assert 0.84 <= inside.mean() <= 0.98


def test_a_probability_has_no_interval_for_one_user() -> None:
    found = fit(CHURN, settings("linear"), name="churn")
    with pytest.raises(UsageError, match="foretells a probability"):
        interval(found, np.array([0.5]))


def test_the_interval_of_a_group_holds_what_happened() -> None:
    found = fit(ORDERS, settings("linear", "count"), name="orders")
    last = ORDERS.held_out
    group = expected(found, score(found, ORDERS.rows)[last])
    assert group.low <= ORDERS.outcomes[last].sum() <= group.high


def test_chance_evens_out_in_large_groups() -> None:
    found = fit(CHURN, settings("linear"), name="churn")
    widths = [
        (group.high - group.low) / group.users
        for group in (expected(found, np.full(users, 0.5)) for users in (10, 1000))
    ]
    assert widths[1] < widths[0]
