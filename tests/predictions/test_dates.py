from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.errors import PredictionError
from coterie.predictions.dates import longest, past_dates
from coterie.project.predicting import PredictionSettings

FIRST = dt.date(2026, 1, 1)


def settings(**given: int) -> PredictionSettings:
    return PredictionSettings(target="none", **given)  # type: ignore[arg-type]


@given(
    horizon=st.integers(1, 60), every=st.one_of(st.none(), st.integers(1, 60)),
    span=st.integers(1, 400), history=st.integers(0, 40), dates=st.integers(2, 9),
)  # fmt: skip
def test_what_is_learnt_is_over_when_the_check_begins(
    horizon: int, every: int | None, span: int, history: int, dates: int
) -> None:
    as_of = FIRST + dt.timedelta(days=span)
    asked = PredictionSettings(target="none", every_days=every, min_history_days=history, dates=dates)
    try:
        found = past_dates(asked, horizon, FIRST, as_of)
    except PredictionError:
        assert longest(asked, FIRST, as_of) < max(horizon, every or 0)
        return
    *learnt, held_out = found
    assert held_out + dt.timedelta(days=horizon) == as_of
    assert all(date + dt.timedelta(days=horizon) <= held_out for date in learnt)
    assert 2 <= len(found) <= dates
    assert list(found) == sorted(set(found))
    assert found[0] >= FIRST + dt.timedelta(days=max(history, 1))


def test_dates_are_as_far_apart_as_asked() -> None:
    found = past_dates(settings(every_days=7, dates=3), 28, FIRST, dt.date(2026, 6, 1))
    assert [(found[-1] - date).days for date in found] == [35, 28, 0]


def test_as_many_dates_are_taken_as_fit() -> None:
    assert len(past_dates(settings(), 10, FIRST, FIRST + dt.timedelta(days=30))) == 2
    assert len(past_dates(settings(), 10, FIRST, FIRST + dt.timedelta(days=38))) == 3


def test_a_horizon_longer_than_the_data_is_refused_with_one_that_fits() -> None:
    as_of = FIRST + dt.timedelta(days=50)
    with pytest.raises(PredictionError) as caught:
        past_dates(settings(), 28, FIRST, as_of)
    assert str(caught.value) == (
        "A horizon of 28 days needs 63 days of data (a history of 7, 28 to learn from and 28 to be checked "
        "on), and there are 50, from 2026-01-01 to 2026-02-19; give `horizon_days` of at most 21."
    )
    assert len(past_dates(settings(), longest(settings(), FIRST, as_of), FIRST, as_of)) == 2


def test_of_hardly_any_data_more_is_to_be_waited_for() -> None:
    with pytest.raises(PredictionError, match=r"wait for more\.$"):
        past_dates(settings(), 7, FIRST, FIRST + dt.timedelta(days=5))
