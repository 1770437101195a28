from __future__ import annotations

import dataclasses

from tests.report.growth import grown

from coterie.report.growth import counting


def test_the_numbers_are_those_of_the_answers() -> None:
    found, speech = grown.found(), grown.speech()
    data = counting.counts_data(found, speech).to_pylist()
    assert len(data) == sum(len(one.rows) for one in found.counts)
    assert {row["by"] for row in data} >= {"Acquisition channel", "Country", "Category", "Taste"}
    histogram = counting.histogram_data(found, speech).to_pylist()
    every = [row for row in histogram if row["by"] == "Everyone" and row["counted"] == "Events"]
    assert sum(row["users"] for row in every) == 160
    acts = counting.actions_data(found, speech).to_pylist()
    assert {row["kind"] for row in acts} == {"Views", "Clicks", "Orders"}
    assert "Acquisition channel and category" in {row["by"] for row in acts}
    for by in {row["by"] for row in acts}:
        assert sum(row["events"] for row in acts if row["by"] == by) == found.events


def test_few_users_are_told_and_not_drawn() -> None:
    few = dataclasses.replace(grown.found(), fewest=100)
    speech = dataclasses.replace(grown.speech(), fewest=100)
    shares = next(one for one in counting.count_figures(few, speech) if one.key == "shares")
    assert {row["name"] for row in shares.spec["data"]["values"]} < {
        row["Value"] for row in shares.data.to_pylist()
    }
    assert "Not drawn, as they are of fewer than 100 users:" in shares.caption
    none = dataclasses.replace(speech, fewest=1000)
    nobody = dataclasses.replace(few, fewest=1000)
    assert [one.key for one in counting.count_figures(nobody, none)] == ["counts"]


def test_the_goal_is_shown_first() -> None:
    crossed = counting.act_figures(grown.found(), grown.speech())[1]
    assert crossed.choices[0].options[0].label == "Orders"
