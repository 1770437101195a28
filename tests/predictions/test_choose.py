from __future__ import annotations

import numpy as np

from coterie.predictions.choose import Judged, choose, methods

RNG = np.random.default_rng(1)
SOME = RNG.random(400)


def _judged(**losses: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[Judged, ...]:
    return tuple(Judged(name, SOME, SOME, values) for name, values in losses.items())


def test_auto_tries_what_comes_with_coterie_and_others_are_tried_alone() -> None:
    assert methods("auto") == ("baseline", "linear", "boosting", "forest")
    assert methods("xgboost") == ("baseline", "xgboost")
    assert methods("baseline") == ("baseline",)


def test_the_simplest_within_one_error_of_the_best_wins() -> None:
    judged = _judged(baseline=SOME + 0.5, linear=SOME + RNG.normal(0, 1, 400) / 50, forest=SOME - 1e-4)
    method, found = choose(judged, "auto")
    assert method == "linear"
    assert [each.method for each in found if each.chosen] == ["linear"]
    assert [each.loss for each in found] == sorted(each.loss for each in found)


def test_a_clearly_better_model_wins_though_it_is_less_simple() -> None:
    judged = _judged(baseline=SOME + 0.5, linear=SOME + 0.1, forest=SOME)
    assert choose(judged, "auto")[0] == "forest"


def test_what_is_asked_for_is_taken_whatever_the_evidence() -> None:
    judged = _judged(baseline=SOME, linear=SOME + 0.1)
    method, found = choose(judged, "linear")
    assert method == "linear"
    assert found[0].method == "baseline"


def test_the_loss_of_one_user_has_no_error() -> None:
    judged = tuple(Judged(name, SOME[:1], SOME[:1], SOME[:1]) for name in ("baseline", "linear"))
    assert choose(judged, "auto")[0] == "baseline"
