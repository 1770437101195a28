from __future__ import annotations

import dataclasses

from tests.report.growth import grown

from coterie.report.growth import earning
from coterie.report.growth.earning import concentration_data, profit_data


def test_money_is_told_with_intervals_and_ids_with_a_warning() -> None:
    found, speech = grown.found(), grown.speech()
    data = profit_data(found, speech).to_pylist()
    rows = [row for row in data if row["by"] == "Country"]
    assert sum(row["revenue"] for row in rows) == sum(row["spend"] for row in rows)
    assert all(row["per_user_low"] <= row["per_user"] <= row["per_user_high"] for row in rows)
    chapter = earning.earning(found, speech)
    assert chapter is not None
    text = chapter.section()
    assert "This file holds the ids of these users: mind who gets it." in text
    assert found.top is not None
    assert found.top.rows[0].user_id in text
    assert found.concentration is not None
    assert concentration_data(found.concentration).num_rows == 11


def test_too_few_payers_are_told_and_not_drawn() -> None:
    found = grown.found()
    poor = tuple(
        dataclasses.replace(one, rows=tuple(dataclasses.replace(row, payers=4) for row in one.rows))
        for one in found.profit
    )
    some = (dataclasses.replace(poor[0], rows=found.profit[0].rows), *poor[1:])
    keys = [
        one.key for one in earning.profit_figures(dataclasses.replace(found, profit=poor), grown.speech())
    ]
    assert keys == ["revenue", "concentration"]
    rates = earning.profit_figures(dataclasses.replace(found, profit=some), grown.speech())[1]
    assert "Not drawn, as fewer than 5 paid" in rates.caption


def test_without_revenue_there_is_no_chapter() -> None:
    assert earning.earning(grown.nothing(), grown.speech()) is None
    bare = dataclasses.replace(grown.found(), top=None, concentration=None)
    chapter = earning.earning(bare, grown.speech())
    assert chapter is not None
    assert "mind who gets it" not in chapter.section()
