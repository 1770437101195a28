from __future__ import annotations

import dataclasses
import json

import altair as alt
from tests.report import comparisons, html_check, made

from coterie.report import changes, over_time, over_time_charts, over_time_data
from coterie.report.language import language

COMPARED = comparisons.compared()
SPEAK = changes.speech(COMPARED, made.FEATURES, language())


def test_the_matrix_has_a_row_a_flow_and_those_who_came_and_went() -> None:
    data = over_time_data.migration_data(COMPARED, SPEAK).to_pylist()
    assert len(data) == (4 + 1) * 6 - 1
    cells = {(row["from"], row["to"]): row["users"] for row in data}
    assert cells["Readers", "Readers"] == 900
    assert cells["Arrived since", "Newcomers"] == 30
    assert cells["Readers", "Left"] == 5
    assert sum(cells.values()) == sum(comparisons.COUNTS.values())


def test_nobody_who_came_or_went_has_no_row_or_column() -> None:
    flows = COMPARED.migration
    settled = dataclasses.replace(
        flows,
        flows=tuple(
            dataclasses.replace(one, users=0) if None in (one.before, one.after) else one
            for one in flows.flows
        ),
    )
    data = over_time_data.migration_data(comparisons.compared(migration=settled), SPEAK)
    assert data.num_rows == 4 * 5
    assert "Left" not in data.column("to").to_pylist()


def test_sizes_are_those_of_the_same_segments_by_their_latest_names() -> None:
    data = over_time_data.sizes_data(COMPARED).to_pylist()
    assert len(data) == 4 + 5
    assert {row["run_id"] for row in data} == {"r1", "r2"}
    again = tuple(dataclasses.replace(one, as_of=comparisons.sizes()[-1].as_of) for one in COMPARED.sizes)
    data = over_time_data.sizes_data(comparisons.compared(sizes=again)).to_pylist()
    assert {row["run_id"] for row in data} == {"r2"}
    assert over_time_data.sizes_data(comparisons.compared(sizes=())).num_rows == 0


def test_drift_is_listed_the_furthest_first() -> None:
    data = over_time_data.drift_data(comparisons.DRIFT, SPEAK).to_pylist()
    assert [(row["label"], row["level"]) for row in data] == [
        ("Spend", "changed"),
        ("Reading time", "shifting"),
        ("Events", "stable"),
    ]


def test_charts_are_valid_and_as_wide_as_their_place() -> None:
    migration = over_time_charts.migration(over_time_data.migration_data(COMPARED, SPEAK), SPEAK)
    sizes = over_time_charts.sizes(over_time_data.sizes_data(COMPARED), SPEAK)
    for chart in (migration, sizes):
        spec = chart.to_dict()  # checked against Vega-Lite's schema
        assert spec["width"] == "container"
        assert spec["height"] > 0
        json.dumps(spec, allow_nan=False)
        alt.LayerChart.from_dict(spec)


def test_a_segment_has_the_colour_of_its_id() -> None:
    chart = over_time_charts.sizes(over_time_data.sizes_data(COMPARED), SPEAK)
    layer = chart.to_dict(validate=False)["layer"][0]
    domain = layer["encoding"]["color"]["scale"]["domain"]
    assert domain[:4] == list(comparisons.BEFORE.values())
    assert domain[4:] == ["Buyers of books", "Buyers of games", "Newcomers"]


def test_two_of_one_name_at_different_times_are_told_apart() -> None:
    last = comparisons.sizes()[-1]
    twins = tuple(
        dataclasses.replace(one, name="Buyers") if one.segment in (3, 5) else one for one in COMPARED.sizes
    )
    data = over_time_data.sizes_data(comparisons.compared(sizes=twins))
    text = json.dumps(over_time_charts.sizes(data, SPEAK).to_dict(validate=False))
    assert "Buyers (3)" in text
    assert "Buyers (5)" in text
    assert last.name in text


def test_the_section_tells_all_of_it_escaped() -> None:
    chapter = over_time.chapter("since", comparisons.comparison(), language())
    html, scripts = chapter.section(), chapter.scripts
    told = html_check.check_html(html).text
    assert [script["id"] for script in scripts] == ["since-1-migration", "since-1-history"]
    for sentence in (
        "Since the last run", "From 2026-02-01 to 2026-03-01.", "A note.", "Segments: engagement",
        "Buyers <b>", "Who moved, and what changed most for them",
        "Of 2,200 users of both runs 1,880 stayed with their segment (85.5%) and 320 moved", "5 left.",
        "2 of 3 features have moved.", "Spend has changed (0.31)",
    ):  # fmt: skip
        assert sentence in told, sentence
    assert "Buyers <b>" not in html


def test_what_there_is_nothing_of_is_left_out() -> None:
    quiet = comparisons.compared(movers=(), sizes=(), same_ids=False)
    calm = tuple(one for one in comparisons.DRIFT if one.level == "stable")
    chapter = over_time.chapter(
        "since", comparisons.comparison(segmentations=(quiet,), drift=calm, notes=()), language()
    )
    html = chapter.section()
    assert len(chapter.scripts) == 1
    assert "Who moved" not in html
    assert "Ids started over" in html
    assert "None of 1 features has moved." in html
    bare = over_time.chapter("since", comparisons.comparison(segmentations=(), drift=()), language())
    assert bare.scripts == ()
    assert "Drift" not in bare.section()
