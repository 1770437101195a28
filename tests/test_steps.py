"""The steps of a run from Python, and the words that `import coterie` offers."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from tests import small_shop

import coterie

if TYPE_CHECKING:
    from pathlib import Path


def test_every_public_word_is_there() -> None:
    assert coterie.__all__ == sorted(coterie.__all__)
    assert dir(coterie) == coterie.__all__
    for word in coterie.__all__:
        assert getattr(coterie, word).__doc__, word
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        coterie.nonsense  # noqa: B018


def test_the_steps_of_a_run_one_by_one(tmp_path: Path) -> None:
    project = coterie.read_project(small_shop.make(tmp_path))
    warehouse = coterie.connect("duckdb://")
    loading = coterie.load_events(warehouse, project, now=dt.datetime(2026, 12, 1, tzinfo=dt.UTC))
    features = coterie.build_features(warehouse, project.features)
    assert len(features) == loading.users
    assert features.caption() in str(features)
    named = coterie.fit(features, coterie.SegmentSettings(k=2), name="halves")
    assert sum(segment.users for segment in named.segmentation.segments) == loading.users
    assert all(name in str(named) for name in named.names.values())
    coterie.write_profiles(warehouse, features, [named])
    page = coterie.write_report(warehouse, project, features, [named])
    assert page.parent == project.folder
    assert "<html" in page.read_text(encoding="utf-8")


def test_a_date_in_the_past_sees_less(tmp_path: Path) -> None:
    project = coterie.read_project(small_shop.make(tmp_path))
    warehouse = coterie.connect("duckdb://")
    coterie.load_events(warehouse, project, now=dt.datetime(2026, 12, 1, tzinfo=dt.UTC))
    late = coterie.build_features(warehouse)
    early = coterie.build_features(warehouse, as_of=late.as_of - dt.timedelta(days=5))
    total = "activity_events"
    assert sum(early.rows.column(total).to_pylist()) < sum(late.rows.column(total).to_pylist())
