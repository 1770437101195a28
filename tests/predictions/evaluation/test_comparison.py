from __future__ import annotations

import numpy as np
import pytest

from coterie.errors import DataError
from coterie.predictions.evaluation.comparison import Scored, compare

RNG = np.random.default_rng(6)
SKILL = RNG.normal(size=1_500)
HAPPENED = (RNG.random(1_500) < 1 / (1 + np.exp(1 - 2 * SKILL))).astype(float)
GOOD = Scored("good", SKILL, HAPPENED)
NEARLY = Scored("nearly", SKILL + 0.05 * RNG.normal(size=1_500), HAPPENED)
POOR = Scored("poor", SKILL + 2 * RNG.normal(size=1_500), HAPPENED)


def test_a_better_model_is_found_to_be_better() -> None:
    found = compare(GOOD, POOR, same_users=True)
    assert [one.measure for one in found.differences] == ["lift", "gini", "auc", "precision"]
    assert all(one.decided and one.difference > 0 for one in found.differences)
    assert all(one.interval.low < one.difference < one.interval.high for one in found.differences)
    assert found.captured[0] == found.captured[-1] == 0.0
    assert found.band.low[30] < found.captured[30] < found.band.high[30]
    assert found.caption().endswith("].")
    assert found.to_arrow()["good"].to_pylist()[0] == found.differences[0].one


def test_the_other_way_round_has_the_other_sign() -> None:
    there, back = compare(GOOD, POOR, same_users=True), compare(POOR, GOOD, same_users=True)
    for one, other in zip(there.differences, back.differences, strict=True):
        assert one.difference == pytest.approx(-other.difference)
        assert one.interval.low == pytest.approx(-other.interval.high, abs=0.3 * abs(one.difference))


def test_nearly_the_same_model_is_not_decided() -> None:
    found = compare(GOOD, NEARLY, same_users=True)
    assert not found.differences[2].decided
    assert found.caption().endswith("which chance alone may make.")


def test_pairs_of_the_same_users_have_narrower_intervals() -> None:
    together = compare(GOOD, NEARLY, same_users=True).differences[2].interval
    apart = compare(GOOD, NEARLY, same_users=False).differences[2].interval
    assert apart.high - apart.low > 2 * (together.high - together.low)


def test_campaigns_of_different_users_are_compared() -> None:
    found = compare(GOOD, Scored("small", SKILL[:500], HAPPENED[:500]), same_users=False)
    assert found.users == (1_500, 500)
    assert not found.differences[2].decided


def test_amounts_have_a_lift_and_a_gini() -> None:
    spent = HAPPENED * np.exp(SKILL)
    one, other = Scored("one", SKILL, spent), Scored("other", RNG.random(1_500), spent)
    found = compare(one, other, same_users=True)
    assert [each.measure for each in found.differences] == ["lift", "gini"]
    assert all(each.decided for each in found.differences)


def test_different_outcomes_are_not_of_the_same_users() -> None:
    with pytest.raises(DataError, match="in the same order"):
        compare(GOOD, Scored("other", SKILL, 1 - HAPPENED), same_users=True)


def test_few_users_with_one_hit_are_measured_where_they_can_be() -> None:
    scores, happened = np.arange(5.0), np.array([0.0, 0.0, 0.0, 0.0, 1.0])
    found = compare(Scored("one", scores, happened), Scored("other", -scores, happened), same_users=True)
    assert found.differences[2].difference == pytest.approx(1.0)
