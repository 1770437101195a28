from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.predictions.calibrate import Calibrator, Isotonic, Platt, calibrate, isotonic, platt
from coterie.sources import sql

RNG = np.random.default_rng(4)
TRUE = 1 / (1 + np.exp(-RNG.normal(-1, 1.5, 12_000)))
HAPPENED = (RNG.random(12_000) < TRUE).astype(float)
OVERSURE = TRUE**3 / (TRUE**3 + (1 - TRUE) ** 3)


def test_platt_finds_the_curve_that_was_bent() -> None:
    found = platt(OVERSURE, HAPPENED)
    assert found.slope == pytest.approx(1 / 3, abs=0.02)
    assert found.shift == pytest.approx(0, abs=0.08)


@pytest.mark.parametrize("found", [platt(OVERSURE, HAPPENED), isotonic(OVERSURE, HAPPENED)])
def test_mended_probabilities_are_what_happens(found: Calibrator) -> None:
    mended = found.mended(OVERSURE)
    assert np.abs(mended - TRUE).mean() < 0.02
    assert mended.mean() == pytest.approx(HAPPENED.mean(), abs=0.01)
    assert np.square(mended - HAPPENED).mean() < np.square(OVERSURE - HAPPENED).mean()


def test_which_way_follows_from_how_many_there_are() -> None:
    assert isinstance(calibrate(OVERSURE, HAPPENED), Isotonic)
    assert isinstance(calibrate(OVERSURE[:500], HAPPENED[:500]), Platt)


def test_what_is_the_wrong_way_round_becomes_the_rate() -> None:
    found = platt(1 - TRUE, HAPPENED)
    assert found.slope == 0
    assert found.mended(np.array([0.1, 0.9])) == pytest.approx([HAPPENED.mean()] * 2, abs=1e-3)
    flat = isotonic(1 - TRUE, HAPPENED)
    assert flat.mended(np.array([0.2, 0.8])) == pytest.approx([HAPPENED.mean()] * 2, abs=2e-3)


def test_users_who_are_all_foretold_the_same_are_mended_to_the_rate() -> None:
    happened = np.array([1.0, 0, 0, 0] * 5)
    assert platt(np.full(20, 0.5), happened).mended(np.array([0.5]))[0] == pytest.approx(0.26, abs=0.03)
    assert isotonic(np.ones(20), happened).mended(np.ones(1))[0] == pytest.approx(0.25, abs=0.01)


@given(
    st.lists(
        st.tuples(st.floats(0, 1, allow_subnormal=False), st.sampled_from([0.0, 1.0])),
        min_size=4,
        max_size=60,
    )
)
def test_the_order_of_users_is_kept(users: list[tuple[float, float]]) -> None:
    foretold, happened = np.array(users).T
    for fitted in (platt, isotonic):
        mended = fitted(foretold, happened).mended(np.sort(foretold))
        assert (np.diff(mended) >= -1e-12).all()
        assert ((mended >= 0) & (mended <= 1)).all()


@pytest.mark.parametrize("found", [platt(OVERSURE, HAPPENED), isotonic(OVERSURE, HAPPENED)])
def test_sql_mends_alike(found: Calibrator) -> None:
    points = np.array([0.0, 1e-9, 0.2, 0.5, 0.77, 1.0])
    query = sql.select(found.mending(sql.column("p"))).from_(sql.table("points"))
    with duckdb.connect() as connection:
        connection.register("points", pa.table({"p": points}))
        told = [row[0] for row in connection.execute(query.sql("duckdb")).fetchall()]
    assert told == pytest.approx(found.mended(points).tolist(), abs=1e-12)
