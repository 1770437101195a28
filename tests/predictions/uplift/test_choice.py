from __future__ import annotations

import numpy as np
import pytest
from tests.predictions.uplift import trials

from coterie.predictions.uplift import choice
from coterie.predictions.uplift.choice import choose, held_out, ranks
from coterie.predictions.uplift.trial import Trial


def test_a_learner_that_ranks_is_chosen() -> None:
    trial, effects = trials.planted(3_000)
    found = choose(trial, ("t", "s", "x", "dr"), ("linear",))
    assert found.ranks
    assert {one.learner for one in found.candidates} == {"t", "s", "x", "dr"}
    qinis = [one.qini for one in found.candidates]
    assert qinis == sorted(qinis, reverse=True)
    best = found.candidates[0]
    assert 0 < best.low < best.qini < best.high
    assert found.measured.qini_area == pytest.approx(best.qini)
    assert found.measured.qini_interval is not None
    assert np.corrcoef(found.scores, effects)[0, 1] > 0.8


def test_where_all_are_moved_alike_no_learner_ranks() -> None:
    rng = np.random.default_rng(5)
    treated = (rng.random(3_000) < 0.5).astype(float)
    outcomes = (rng.random(3_000) < 0.3 + 0.1 * treated).astype(float)
    found = choose(Trial(rng.random((3_000, 4)), outcomes, treated), ("t", "x"), ("linear",))
    assert not found.ranks
    assert found.measured.effect == pytest.approx(0.1, abs=0.05)


@pytest.mark.slow
def test_no_learner_is_taken_for_one_that_ranks_more_often_than_was_meant() -> None:
    rng = np.random.default_rng(6)
    taken = 0
    for _ in range(40):
        treated = (rng.random(400) < 0.5).astype(float)
        noise = Trial(rng.random((400, 2)), rng.random(400), treated)
        taken += choose(noise, ("t", "s"), ("linear",)).ranks
    assert taken <= 6


def test_of_many_users_some_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "MOST", 500)
    trial, _ = trials.planted(1_200)
    found = choose(trial, ("t",), ("linear",))
    assert len(found.rows) == len(found.scores) == len(np.unique(found.rows)) == 500


def test_scores_of_parts_are_ranks_of_each_part() -> None:
    trial, _ = trials.planted(1_000)
    scores = held_out(trial, "t", "linear")
    assert 0 < scores.min() < scores.max() < 1
    assert scores.mean() == pytest.approx(0.5)


def test_ranks_keep_no_scale() -> None:
    scores = np.random.default_rng(1).normal(size=50).round(1)
    assert np.array_equal(ranks(scores), ranks(np.exp(scores)))


def test_a_score_without_differences_is_worth_nothing() -> None:
    trial, _ = trials.planted(500)
    bare = Trial(np.ones((500, 1)), trial.outcomes, trial.treated)
    found = choose(bare, ("t",), ("linear",))
    assert found.candidates[0].qini == 0.0
    assert found.candidates[0].p == 1.0
    assert not found.ranks
