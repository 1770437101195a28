from __future__ import annotations

import dataclasses
import json

import pytest
from tests.predictions.made import examples, settings

from coterie.errors import PredictionError
from coterie.predictions.fit import fit
from coterie.predictions.stored import from_json, to_json

FOUND = fit(examples(users=40), settings("linear"), name="churn")


def test_a_prediction_is_stored_to_the_last_digit() -> None:
    assert from_json(to_json(FOUND)) == FOUND


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is not JSON"),
        ("[]", "has version None"),
        (json.dumps({"version": 99}), "has version 99; this coterie reads 1"),
        (json.dumps({"version": 1}), "is wrong at name: Field required"),
    ],
)
def test_what_is_no_prediction_is_refused(text: str, told: str) -> None:
    with pytest.raises(PredictionError, match=told):
        from_json(text)


def test_a_number_that_is_not_finite_is_not_stored() -> None:
    with pytest.raises(PredictionError, match="'churn' can't be stored"):
        to_json(dataclasses.replace(FOUND, rate=float("nan")))
