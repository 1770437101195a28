from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.predictions.made import examples

from coterie.errors import PredictionError
from coterie.predictions import origins as module
from coterie.predictions.origins import origins

if TYPE_CHECKING:
    from coterie.predictions.examples import Examples


def _dates(made: Examples) -> list[tuple[set[int], set[int]]]:
    found = origins(made, seed=1)
    return [
        (set(made.date_of[part.learnt].tolist()), set(made.date_of[part.judged].tolist()))
        for part in found.parts
    ]


def test_models_are_judged_by_later_dates_the_last_first() -> None:
    made = examples(users=20, dates=6)
    assert _dates(made) == [({0, 1, 2, 3}, {4}), ({0, 1, 2}, {3}), ({0, 1}, {2})]


def test_outcomes_that_overlap_are_not_learnt_from() -> None:
    made = dataclasses.replace(examples(users=20, dates=6), horizon_days=14)
    assert _dates(made) == [({0, 1}, {3}), ({0}, {2})]
    assert set(made.date_of[origins(made, seed=1).known].tolist()) == {0, 1, 2, 3}


def test_of_one_date_other_users_judge() -> None:
    made = examples(users=20, dates=2)
    found = origins(made, seed=1)
    assert not found.out_of_time
    assert sorted(np.concatenate([part.judged for part in found.parts]).tolist()) == list(range(20))
    for part in found.parts:
        assert not set(part.learnt.tolist()) & set(part.judged.tolist())


def test_of_many_examples_some_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS", 15)
    made = examples(users=20, dates=4)
    found = origins(made, seed=1)
    assert {len(part.learnt) for part in found.parts} == {15}
    again = origins(made, seed=1)
    assert [part.learnt.tolist() for part in again.parts] == [part.learnt.tolist() for part in found.parts]
    assert len(found.known) == 60


def test_a_horizon_longer_than_the_dates_leaves_nothing() -> None:
    with pytest.raises(PredictionError, match="2 dates, each with 30 days after it, leave none"):
        origins(dataclasses.replace(examples(users=20, dates=2), horizon_days=30), seed=1)
