from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from coterie import profile_columns
from coterie.profile_columns import Beside
from coterie.sources import connect
from coterie.sources.relation import select

if TYPE_CHECKING:
    from pathlib import Path

BESIDE = (
    Beside("scores", "score", "churn", "How likely it is.", only=("prediction", "it's")),
    Beside("scores", "score", "value", "How much.", only=("prediction", "value")),
    Beside("states", "state", "activity_state", "New, or not."),
    Beside("states", "risk", "going_quiet", "How likely."),
)


def test_a_table_is_joined_once_for_each_condition() -> None:
    query = profile_columns.joined(select("select f.user_id from features as f"), BESIDE)
    text = query.sql(dialect="duckdb")
    assert text.count("LEFT JOIN") == 3
    assert """'it''s'""" in text


@pytest.mark.parametrize("url", ["duckdb://", "sqlite:///remembered.sqlite"])
def test_what_is_remembered_is_read_back(url: str, tmp_path: Path) -> None:
    with contextlib.closing(connect.connect(url, tmp_path)) as warehouse:
        assert profile_columns.read(warehouse) == ()
        profile_columns.remember(warehouse, BESIDE)
        assert profile_columns.read(warehouse) == BESIDE
        profile_columns.remember(warehouse, ())
        assert profile_columns.read(warehouse) == ()
