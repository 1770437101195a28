from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pytest
from tests.segments.tables import planted, table

from coterie.errors import SegmentationError
from coterie.project.settings import SegmentSettings
from coterie.segments.methods.by_name import CONDITIONS, FINDING_K, METHODS, method
from coterie.segments.prepare import matrix, prepare

if TYPE_CHECKING:
    from coterie.features.values import Floats


@pytest.fixture
def rows() -> Floats:
    return planted(3, users=150, width=2)[0]


def test_every_method_has_a_name_in_coterie_yaml() -> None:
    named = set(get_args(SegmentSettings.model_fields["method"].annotation))
    assert set(METHODS) | set(CONDITIONS) | set(FINDING_K) <= named


@pytest.mark.parametrize("name", METHODS)
def test_the_settings_choose_the_method(name: str, rows: Floats) -> None:
    way = method(SegmentSettings.model_validate({"method": name}), ())
    k = None if name in FINDING_K else 3
    found = way(rows, seed=1, starts=2, thorough=True)(k)
    expected = METHODS[name](rows, seed=1, starts=2, thorough=True)(k)
    assert found.borders == expected.borders
    assert np.array_equal(found.labels, expected.labels)


@pytest.mark.parametrize(
    "settings", [{"method": "dbscan", "radius": 0.01}, {"method": "hdbscan", "neighbours": 100}]
)
def test_the_settings_say_what_a_crowd_is(settings: dict[str, Any], rows: Floats) -> None:
    way = method(SegmentSettings.model_validate(settings), (), users=len(rows))
    assert way(rows, seed=1, starts=1, thorough=True)(None).k == 1


def test_k_prototypes_knows_which_coordinates_are_words() -> None:
    made = table({"x": [0.0, 1.0] * 20, "word": ["a", "a", "b", "b"] * 10})
    steps = prepare(made, made.features, SegmentSettings())
    prepared = matrix(steps, made.rows)
    way = method(SegmentSettings(method="kprototypes"), steps)
    mixed = way(prepared, seed=1, starts=4, thorough=True)(2)
    plain = METHODS["kprototypes"](prepared, seed=1, starts=4, thorough=True)(2)
    assert mixed.borders != plain.borders


def test_methods_that_need_a_k_say_so(rows: Floats) -> None:
    with pytest.raises(SegmentationError, match="Method kmeans finds no k by itself"):
        METHODS["kmeans"](rows, seed=1, starts=1, thorough=False)(None)


def test_a_method_that_groups_no_rows_is_refused() -> None:
    with pytest.raises(SegmentationError, match="Method rfm doesn't group rows; choose one of kmeans, "):
        method(SegmentSettings(method="rfm"), ())
