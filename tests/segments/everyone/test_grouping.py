from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError
from tests.segments.everyone.examples import lying
from tests.segments.tables import of_matrix, planted

from coterie.errors import UsageError
from coterie.project.settings import SegmentSettings
from coterie.segments.agreement import adjusted_rand
from coterie.segments.assign import assign
from coterie.segments.everyone.users import Everyone
from coterie.segments.fit import fit
from coterie.segments.methods import lloyd
from coterie.segments.prepare import matrix as prepared_rows
from coterie.sources.duckdb import DuckDB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.features.feature import FeatureTable
    from coterie.features.values import Ints


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDB]:
    with contextlib.closing(DuckDB()) as opened:
        yield opened


@dataclasses.dataclass(frozen=True)
class Drawn:
    """All users, their planted groups, and a sample as a run reads it."""

    everyone: Everyone
    whole: FeatureTable
    planted: Ints
    sample: FeatureTable


@pytest.fixture(scope="module")
def drawn(warehouse: DuckDB) -> Drawn:
    matrix, labels = planted(3, users=3000, width=3)
    whole = of_matrix(matrix)
    rows = whole.rows.take(pa.array(np.arange(0, 3000, 6)))
    sample = dataclasses.replace(whole, rows=rows, everyone=3000)
    return Drawn(lying(warehouse, whole), whole, labels, sample)


def asked(**settings: Any) -> SegmentSettings:
    return SegmentSettings.model_validate({"k": 3, "starts": 2, "k_max": 2, "scale": "zscore"} | settings)


def test_a_sample_says_what_it_loses(drawn: Drawn) -> None:
    found = fit(drawn.sample, asked(), everyone=drawn.everyone)
    (note,) = found.notes
    assert note.startswith("The centres were fitted on a sample of 500 of 3,000 users.")
    assert "`fit: exact`" in note


def test_a_whole_table_says_nothing(drawn: Drawn) -> None:
    assert fit(drawn.whole, asked(), everyone=drawn.everyone).notes == ()


def test_exact_centres_are_the_means_of_everyone(drawn: Drawn) -> None:
    found = fit(drawn.sample, asked(fit="exact"), everyone=drawn.everyone)
    rows = prepared_rows(found.steps, drawn.whole.rows)
    labels = assign(found, drawn.whole.rows)
    points = np.array(found.borders.points)  # type: ignore[union-attr]
    for at, segment in enumerate(found.segments):
        assert points[at] == pytest.approx(rows[labels == segment.id].mean(axis=0), abs=1e-9)
    again = lloyd.rounds(rows, points[None], 5, rest=0.0).centres[0]
    assert again == pytest.approx(points, abs=1e-9)
    assert "moved over all 3,000 users" in found.notes[-1]
    assert "until they rested" in found.notes[-1]


@pytest.mark.parametrize("method", ["ward", "genie", "mixture"])
def test_other_methods_see_everyone_through_micro_clusters(drawn: Drawn, method: str) -> None:
    found = fit(drawn.sample, asked(method=method, fit="exact"), everyone=drawn.everyone)
    labels = assign(found, drawn.whole.rows)
    assert adjusted_rand(labels, drawn.planted) > 0.98
    assert any("3,000 users" in note for note in found.notes)


def test_a_tree_of_everyone_is_cut_where_it_says(drawn: Drawn) -> None:
    found = fit(drawn.sample, asked(method="ward", k="gap", fit="exact"), everyone=drawn.everyone)
    assert len(found.segments) == 3
    assert found.tree is not None
    assert found.tree.sizes[-1] == 3000


def test_one_segment_needs_no_queries(drawn: Drawn) -> None:
    nowhere = Everyone(drawn.everyone.warehouse, relation="no_such_table")
    found = fit(drawn.sample, asked(k=1, fit="exact"), everyone=nowhere)
    assert len(found.segments) == 1


def test_exact_needs_a_warehouse(drawn: Drawn) -> None:
    with pytest.raises(UsageError, match="done by the warehouse"):
        fit(drawn.sample, asked(fit="exact"))


def test_exact_is_refused_of_methods_that_cannot() -> None:
    with pytest.raises(ValidationError, match="kmeans, ward, genie, mixture, auto; this is dbscan"):
        SegmentSettings(method="dbscan", fit="exact")


def test_auto_says_where_the_chosen_method_is_of_a_sample(drawn: Drawn) -> None:
    found = fit(drawn.sample, asked(method="auto", fit="exact"), everyone=drawn.everyone)
    assert any("3,000 users" in note or "is not there for" in note for note in found.notes)
