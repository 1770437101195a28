from __future__ import annotations

import csv
import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.segments.tables import real_data

from coterie.errors import DataError
from coterie.predictions.evaluation.uplift import uplift

USERS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 1), st.integers(0, 1)), min_size=4, max_size=40
).filter(lambda users: len({treated for _, _, treated in users}) == 2)


@given(USERS)
def test_neither_order_nor_scale_of_scores_matters(users: list[tuple[int, int, int]]) -> None:
    scores, outcomes, treated = np.array(users, dtype=float).T
    whole = uplift(scores, outcomes, treated)
    order = np.random.default_rng(1).permutation(len(scores))
    shuffled = uplift(scores[order], outcomes[order], treated[order])
    assert (shuffled.area, shuffled.qini_area) == pytest.approx((whole.area, whole.qini_area))
    stretched = uplift(np.exp(scores) - 7, outcomes, treated)
    assert (stretched.area, stretched.qini_area) == (whole.area, whole.qini_area)


@given(USERS)
def test_treating_everyone_is_the_average_effect(users: list[tuple[int, int, int]]) -> None:
    scores, outcomes, treated = np.array(users, dtype=float).T
    found = uplift(scores, outcomes, treated)
    expected = outcomes[treated == 1].mean() - outcomes[treated == 0].mean()
    assert found.effect == pytest.approx(expected)
    assert found.of_treating(1.0) == pytest.approx(expected)
    assert found.qini[-1] == pytest.approx(expected)


def test_a_score_that_knows_the_effect_has_an_area() -> None:
    rng = np.random.default_rng(4)
    moved = rng.random(20_000)
    treated = (rng.random(20_000) < 0.3).astype(float)
    outcomes = (rng.random(20_000) < 0.2 + 0.3 * moved * treated).astype(float)
    known, unknown = uplift(moved, outcomes, treated), uplift(rng.random(20_000), outcomes, treated)
    assert known.area == pytest.approx(0.3 / 12, abs=0.006)
    assert abs(unknown.area) < 0.006
    assert uplift(-moved, outcomes, treated).area == pytest.approx(-known.area, abs=0.003)


def hillstrom() -> list[dict[str, str]]:
    with gzip.open(real_data("hillstrom.csv.gz"), "rt") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("outcome", "effect"), [("visit", 0.04523), ("conversion", 0.00311), ("spend", 0.424)]
)
def test_the_effect_of_womens_mail_is_the_known_one(outcome: str, effect: float) -> None:
    rows = [row for row in hillstrom() if row["segment"] != "Mens E-Mail"]
    treated = np.array([row["segment"] == "Womens E-Mail" for row in rows], dtype=float)
    assert (int(treated.sum()), len(rows)) == (21_387, 21_387 + 21_306)
    found = uplift(np.zeros(len(rows)), np.array([float(row[outcome]) for row in rows]), treated)
    assert found.effect == pytest.approx(effect, abs=6e-4 if outcome == "spend" else 6e-6)
    assert found.area == pytest.approx(0.0)


def test_one_arm_is_refused() -> None:
    with pytest.raises(DataError, match="at least one user of each"):
        uplift(np.zeros(3), np.zeros(3), np.ones(3))


def test_missing_outcomes_are_refused() -> None:
    with pytest.raises(DataError, match="no score or no outcome"):
        uplift(np.zeros(2), np.array([np.nan, 1.0]), np.array([0.0, 1.0]))


@given(USERS)
def test_curves_start_at_nothing_and_end_at_the_whole(users: list[tuple[int, int, int]]) -> None:
    scores, outcomes, treated = np.array(users, dtype=float).T
    found = uplift(scores, outcomes, treated)
    assert (found.share[0], found.uplift[0], found.qini[0]) == (0.0, 0.0, 0.0)
    assert found.share[-1] == 1.0
    assert np.isfinite(found.uplift).all()
    assert max(map(abs, found.uplift)) <= 1.0
    assert abs(found.area) <= 1.0
    assert abs(found.qini_area) <= len(users)


def test_bands_hold_the_curves() -> None:
    rng = np.random.default_rng(8)
    moved = rng.random(3_000)
    treated = (rng.random(3_000) < 0.5).astype(float)
    outcomes = (rng.random(3_000) < 0.2 + 0.3 * moved * treated).astype(float)
    found = uplift(moved, outcomes, treated, band=True)
    for band, curve in ((found.band, found.uplift), (found.qini_band, found.qini)):
        assert band is not None
        inside = np.interp(band.at, found.share, curve)
        assert (np.array(band.low) <= inside + 1e-9).all()
        assert (inside <= np.array(band.high) + 1e-9).all()
    for interval, area in ((found.area_interval, found.area), (found.qini_interval, found.qini_area)):
        assert interval is not None
        assert 0 < interval.low < area < interval.high
    assert found.to_arrow()["uplift"].to_pylist()[-1] == pytest.approx(found.effect)
    assert found.caption().startswith("Treating everyone changes the outcome by +0.")
