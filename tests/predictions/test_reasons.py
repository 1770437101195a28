from __future__ import annotations

import numpy as np
import pytest
from tests.predictions.made import TARGETS, examples, settings

from coterie.predictions.columns import matrix
from coterie.predictions.fit import fit
from coterie.predictions.models.linear import Linear
from coterie.predictions.reasons import Reasons, reasons
from coterie.predictions.score import score

MADE = examples(users=60)


def _of(model: str, kind: str = "yes_or_no", most: int = 9) -> tuple[Reasons, ...]:
    made = examples(kind, users=60)  # type: ignore[arg-type]
    found = fit(made, settings(model, made.kind), name="churn")
    some = made.rows.slice(0, 20)
    return reasons(found, some, made.rows, score(found, some), most)


def test_the_parts_of_a_linear_model_add_up() -> None:
    found = fit(MADE, settings("linear"), name="churn")
    assert isinstance(found.model, Linear)
    told = reasons(found, MADE.rows, MADE.rows, score(found, MADE.rows), most=9)
    sums = found.model.sums(matrix(found.columns, MADE.rows))
    pushed = np.array([sum(reason.push for reason in one.reasons) for one in told])
    assert np.allclose(pushed + found.model.intercept, sums)
    assert {one.way for one in told} == {"weights"}


@pytest.mark.parametrize("model", ["boosting", "forest"])
def test_of_trees_each_feature_is_occluded(model: str) -> None:
    told = _of(model)
    assert {one.way for one in told} == {"occlusion"}
    x0 = examples(users=60).rows["x0"].to_pylist()[:20]
    pushes = [next((r.push for r in one.reasons if r.feature == "x0"), 0.0) for one in told]
    assert np.corrcoef(x0, pushes)[0, 1] > 0.6


@pytest.mark.parametrize("kind", TARGETS)
def test_every_kind_has_reasons_the_strongest_first(kind: str) -> None:
    for one in _of("linear", kind, most=2):
        sizes = [abs(reason.push) for reason in one.reasons]
        assert len(sizes) <= 2
        assert sizes == sorted(sizes, reverse=True)


def test_the_baseline_has_no_reasons() -> None:
    found = fit(MADE, settings("baseline"), name="churn")
    (one,) = reasons(found, MADE.rows.slice(0, 1), MADE.rows, np.array([0.25]))
    assert one.caption() == "churn of u00000 is 0.25, as of everyone like them"
    assert one.to_arrow().num_rows == 0


def test_a_caption_says_what_pushes_most() -> None:
    one = _of("linear")[0]
    assert one.user == "u00000"
    assert one.caption().startswith("churn of u00000 is 0.")
    assert " most by " in one.caption()
    assert one.to_arrow().column_names == ["feature", "value", "push"]
