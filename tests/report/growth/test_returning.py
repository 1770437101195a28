from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from tests.report.growth import grown

from coterie.report.growth import returning

if TYPE_CHECKING:
    import pytest


def test_a_cohort_is_a_row_and_the_future_is_empty() -> None:
    found, speech = grown.found(), grown.speech()
    assert found.retention is not None
    cohorts, curves = returning.retention_figures(found, speech)
    table = cohorts.data.to_pylist()
    assert len(table) == len(found.retention.cohorts)
    assert table[0]["Week 0"] == f"100% ({table[0]['Week 0'].split('(')[1]}"
    assert all(row["share"] is None for row in cohorts.spec["data"]["values"] if not row["label"])
    assert returning.cohorts_data(found.retention).num_rows == (found.retention.calendar.most + 1) * len(
        table
    )
    assert curves.data.num_rows == returning.curves_data(found.retention, speech).num_rows
    assert curves.choices[0].options[0].label == "Everyone"


def test_only_the_latest_cohorts_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(returning, "MOST_COHORTS", 2)
    few = dataclasses.replace(grown.speech(), fewest=1)
    cohorts = returning.retention_figures(grown.found(), few)[0]
    assert "The latest 2 are drawn, the table has all." in cohorts.caption
    assert len({row["name"] for row in cohorts.spec["data"]["values"]}) == 2


def test_how_coming_back_is_counted_is_said() -> None:
    found = grown.found()
    assert found.retention is not None
    bounded = returning.returning(found, grown.speech())
    late = dataclasses.replace(found, retention=dataclasses.replace(found.retention, unbounded=True))
    unbounded = returning.returning(late, grown.speech())
    assert bounded is not None
    assert unbounded is not None
    assert "in just that period (bounded)" in bounded.section()
    assert "in any later one (unbounded)" in unbounded.section()
    assert "A period is seven days" in bounded.section()


def test_too_few_to_draw_is_nothing_to_draw() -> None:
    nobody = dataclasses.replace(grown.speech(), fewest=1000)
    assert returning.retention_figures(grown.found(), nobody) == []
    assert returning.returning(grown.nothing(), grown.speech()) is None
    assert returning.retention_figures(grown.nothing(), grown.speech()) == []
