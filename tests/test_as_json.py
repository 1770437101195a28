from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from coterie.as_json import AGAIN, Form
from coterie.errors import PredictionError


@dataclasses.dataclass(frozen=True)
class Told:
    name: str
    on: dt.date
    share: float
    version: int = 3


FORM = Form(Told, "thing", 3, PredictionError)
ONE = Told("👟", dt.date(2026, 3, 1), 0.1 + 0.2)


def test_a_result_comes_back_to_the_last_digit_and_stays_readable() -> None:
    assert FORM.load(FORM.dump(ONE)) == ONE
    assert "👟" in FORM.dump(ONE)


def test_a_number_that_json_lacks_is_not_stored() -> None:
    with pytest.raises(PredictionError, match="The thing 'x' can't be stored"):
        FORM.dump(dataclasses.replace(ONE, name="x", share=float("inf")))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "The stored thing is not JSON"),
        ("[]", "has version None; this coterie reads 3"),
        ('{"version": 2}', "has version 2; this coterie reads 3"),
        ('{"version": 3}', "The stored thing is wrong at name: Field required"),
    ],
)
def test_what_is_no_such_result_is_refused_with_the_next_step(text: str, told: str) -> None:
    with pytest.raises(PredictionError, match=told) as refused:
        FORM.load(text)
    assert str(refused.value).endswith(AGAIN)
