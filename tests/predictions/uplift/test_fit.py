from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from tests.segments.tables import table

from coterie.errors import DataError, PredictionError
from coterie.predictions.uplift.arms import Arms
from coterie.predictions.uplift.assigned import Assigned
from coterie.predictions.uplift.fit import Asked, fit
from coterie.project.uplifting import UpliftSettings

RNG = np.random.default_rng(9)
USERS = 1_200
AGE = RNG.integers(18, 70, USERS).astype(float)
TOWN = RNG.choice(["x", "y"], USERS)
TREATED = RNG.random(USERS) < 0.5
VISIT = (RNG.random(USERS) < 0.1 + 0.5 * TREATED * (AGE < 40)).astype(float)
TABLE = table(
    {"age": AGE, "town": TOWN.tolist(), "visit": VISIT},
    age={"behaviour": False, "family": "attributes"},
    town={"behaviour": False, "family": "attributes"},
    visit={"behaviour": False, "family": "attributes"},
)
BEFORE = dt.date(2026, 1, 1)


def _asked(outcomes: Any = VISIT, users: int = USERS, **given: Any) -> Asked:
    settings = {"treatment": "arm", "control": "none", "outcome": "visit", "learner": "t", "base": "linear"}
    rows = pa.table({
        "user_id": [f"u{row:05d}" for row in range(users)],
        "arm": ["mail" if treated else "none" for treated in TREATED[:users]],
        "outcome": pa.array(outcomes[:users], pa.float64(), from_pandas=True),
    })  # fmt: skip
    return Asked(
        "mail",
        "mail",
        "mail",
        UpliftSettings.model_validate(settings | given),
        Assigned(rows, Arms(("mail",), "none", BEFORE), "visit"),
        TABLE,
        frozenset({"visit"}),
        {"engagement": ["often", "rarely"] * (USERS // 2)},
    )


def test_what_is_hidden_is_never_learnt_from() -> None:
    found, learnt = fit(_asked())
    assert found.features == ("age", "town")
    assert learnt.features == ("age", "town")
    assert found.ranks
    scores = learnt.scores(TABLE.rows)
    assert scores[AGE < 30].mean() > 0.3 > scores[AGE > 60].mean()
    assert {one.what for one in found.groups} == {"age", "town", "engagement"}
    assert [one.name for one in next(one for one in found.groups if one.what == "town").groups] in (
        ["x", "y"],
        ["y", "x"],
    )


def test_what_was_asked_is_used() -> None:
    found, _ = fit(_asked(features=["town"], learner="s", split={"mail": 1, "none": 1}))
    assert found.features == ("town",)
    assert [one.learner for one in found.candidates] == ["s"]
    assert found.sizes is not None
    assert found.sizes.expected == (0.5, 0.5)


def test_where_no_learner_ranks_everyone_has_the_average() -> None:
    found, learnt = fit(_asked(outcomes=(RNG.random(USERS) < 0.3).astype(float)))
    assert not found.ranks
    assert learnt.features == ()
    assert learnt.scores(TABLE.rows.slice(0, 3)).tolist() == [found.effect.difference] * 3


def test_everyone_who_is_left_out_is_accounted_for() -> None:
    outcomes = VISIT.copy()
    outcomes[:7] = np.nan
    asked = _asked(outcomes=outcomes)
    found, _ = fit(asked)
    assert [(one.why, one.users) for one in found.left_out] == [("their outcome is unknown", 7)]
    assert found.effect.treated + found.effect.others == USERS - 7
    assert found.sizes is not None
    assert sum(found.sizes.users) == USERS


def test_what_cannot_be_learnt_is_refused() -> None:
    with pytest.raises(DataError, match="The outcome is 0 for all of 1,200 users"):
        fit(_asked(outcomes=np.zeros(USERS)))
    with pytest.raises(DataError, match="an effect needs at least 20 of each arm"):
        fit(_asked(users=30))
    with pytest.raises(PredictionError, match="`features` names 'visit', which is not there"):
        fit(_asked(features=["visit"]))
    with pytest.raises(PredictionError, match="'letter' is in one of the two alone"):
        fit(_asked(split={"mail": 1, "none": 1, "letter": 1}))
