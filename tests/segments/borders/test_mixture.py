from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import datasets
from sklearn.mixture import GaussianMixture
from tests.segments.borders.queries import by_duckdb, by_sqlite, named, query

from coterie.segments.borders.mixture import Mixture
from coterie.sources import sql

GOLDEN = Path(__file__).parents[2] / "golden" / "mixture"
DIALECTS = ("bigquery", "duckdb", "mysql", "postgres", "spark", "sqlite")

TILTED = Mixture(
    constants=(-1.5, -2.25),
    means=((0.5, -1.0, 0.0), (2.0, 0.25, 0.0)),
    factors=(((1.25, 0.0, 0.0), (-0.5, 2.0, 0.0)), ((0.75, 0.0, 0.0), (0.125, 1.0, 0.0))),
    scales=None,
    groups=(0, 1),
)
UPRIGHT = Mixture((-1.0, -2.0), ((0.0, 1.0), (3.0, -1.0)), None, ((2.0, 0.5), (1.0, 4.0)), (0, 1))


def drawn(seed: int, width: int, components: int, groups: int, *, full: bool) -> Mixture:
    """A mixture with parameters at random; the last coordinate has no say."""
    rng = np.random.default_rng(seed)
    silent = np.append(np.ones(width - 1), 0.0)
    means = rng.normal(0, 2, (components, width)) * silent
    scales = rng.uniform(0.2, 20.0, (components, width)) * silent
    factors = np.triu(rng.normal(0, 3, (components, width, width))).transpose(0, 2, 1) * silent
    return Mixture(
        constants=tuple(rng.normal(0, 4, components).tolist()),
        means=tuple(map(tuple, means.tolist())),
        factors=tuple(tuple(map(tuple, each)) for each in factors.tolist()) if full else None,
        scales=None if full else tuple(map(tuple, scales.tolist())),
        groups=tuple(
            np.sort(np.append(np.arange(groups), rng.integers(groups, size=components - groups))).tolist()
        ),
    )


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5), st.integers(2, 6), st.booleans())
def test_sql_gives_the_places_of_numpy(seed: int, width: int, components: int, full: bool) -> None:
    borders = drawn(seed, width, components, min(components, 3), full=full)
    rows = np.random.default_rng(seed + 1).normal(0, 3, (60, width))
    rows[:, -1] = 0.0
    rows[0, 0], rows[1, 0] = 1e300, -1e300
    names = named(rows, silent=width - 1)
    places = borders.places(rows).tolist()
    assert by_duckdb(borders, rows, names) == places
    assert by_sqlite(borders, rows, names) == places


@pytest.mark.parametrize("form", ["full", "diag"])
@pytest.mark.parametrize("name", ["iris", "wine"])
def test_places_are_those_of_scikit_learn(name: str, form: str) -> None:
    rows = getattr(datasets, f"load_{name}")().data
    rows = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    model = GaussianMixture(3, covariance_type=form, random_state=1, reg_covar=1e-3).fit(rows)
    factors = model.precisions_cholesky_
    width = rows.shape[1]
    diagonals = np.diagonal(factors, axis1=1, axis2=2) if form == "full" else factors
    constants = np.log(model.weights_) + np.log(diagonals).sum(axis=1) - width / 2 * np.log(2 * np.pi)
    full = tuple(tuple(map(tuple, each.T.tolist())) for each in factors) if form == "full" else None
    borders = Mixture(
        constants=tuple(constants.tolist()),
        means=tuple(map(tuple, model.means_.tolist())),
        factors=full,
        scales=None if full else tuple(map(tuple, factors.tolist())),
        groups=(0, 1, 2),
    )
    assert np.logaddexp.reduce(borders.log_densities(rows), axis=1) == pytest.approx(
        model.score_samples(rows)
    )
    assert borders.places(rows).tolist() == model.predict(rows).tolist()
    assert by_duckdb(borders, rows, named(rows)) == borders.places(rows).tolist()


def test_renumbered_groups_keep_their_components() -> None:
    rows = np.random.default_rng(1).normal(1, 2, (50, 3))
    turned = TILTED.renumbered([1, 0])
    assert turned.groups == (0, 1)
    assert turned.places(rows).tolist() == (1 - TILTED.places(rows)).tolist()


def test_of_some_components_each_is_a_group() -> None:
    assert TILTED.only([1]).k == 1
    assert UPRIGHT.only([1, 0]).means == ((3.0, -1.0), (0.0, 1.0))


def test_a_coordinate_without_a_say_is_not_in_the_sql() -> None:
    text = sql.pretty(query(TILTED, ["a", "b", ""]))
    assert '""' not in text
    assert '"d1_3"' not in text


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", ["tilted", "upright"])
def test_golden(name: str, dialect: str) -> None:
    """The SQL of each dialect is kept as a file; COTERIE_UPDATE_GOLDEN=1 writes it anew."""
    found = query(TILTED, ["x1", "x2", ""]) if name == "tilted" else query(UPRIGHT, ["x1", "x2"])
    text = sql.pretty(found, dialect) + "\n"
    file = GOLDEN / f"{name}_{dialect}.sql"
    if os.environ.get("COTERIE_UPDATE_GOLDEN") == "1":
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")
    assert sqlglot.parse_one(text, dialect=dialect) is not None
