"""Every model passes every check, whatever is foretold; a new model is tested by being listed."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pytest
from tests.checks.predictions import CHECKS
from tests.predictions.made import TARGETS, examples, settings

from coterie.predictions.fit import fit
from coterie.predictions.models.by_name import MODELS

if TYPE_CHECKING:
    from collections.abc import Callable

    from coterie.predictions.examples import Examples, Kind
    from coterie.predictions.prediction import Prediction
    from coterie.project.predicting import PredictionSettings

#: Every model with probabilities and every kind with the quickest model; the rest take a minute together.
QUICK = {(model, "yes_or_no") for model in ("baseline", *MODELS)} | {("linear", kind) for kind in TARGETS}
ALL = [
    pytest.param(model, kind, marks=[] if (model, kind) in QUICK else [pytest.mark.slow])
    for model in ("baseline", *MODELS)
    for kind in TARGETS
]


@functools.cache
def fitted(model: str, kind: Kind) -> tuple[Prediction, Examples, PredictionSettings]:
    made, asked = examples(kind, users=60), settings(model, kind)
    return fit(made, asked, name="foretold"), made, asked


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize(("model", "kind"), ALL)
def test_every_model(model: str, kind: Kind, check: Callable[..., None]) -> None:
    check(*fitted(model, kind))
