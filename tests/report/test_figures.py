from __future__ import annotations

import copy
import dataclasses
from typing import Any

import altair as alt
import numpy as np
import pytest
from tests.report import made

from coterie.report import evidence, figures, words

MATERIAL = made.material(users=2_500, groups=3)
WORDING = made.wording(MATERIAL)
FOUND = {f.key: f for f in figures.figures(MATERIAL.groupings[0], MATERIAL.features.rows, WORDING)}


def test_everything_asked_for_is_drawn() -> None:
    assert list(FOUND) == [
        "sizes",
        "weekly",
        "differences",
        "map",
        "scatter",
        "distributions",
        "correlations",
    ]


def test_each_figure_has_words_and_a_table() -> None:
    for figure in FOUND.values():
        assert figure.title
        assert figure.caption
        assert figure.data.num_rows
        assert "config" not in figure.spec


def test_clouds_are_samples_and_say_so() -> None:
    for key in ("map", "scatter"):
        assert FOUND[key].caption.startswith("2,000 of 2,500 users, picked by chance.")


@pytest.mark.slow
def test_every_choice_makes_a_valid_chart() -> None:
    for key in ("scatter", "distributions"):
        figure = FOUND[key]
        for choice in figure.choices:
            assert len(choice.options) == sum(not feature.categorical for feature in made.FEATURES)
            assert choice.options[choice.chosen].label
            for option in choice.options[:: len(choice.options) // 4]:
                spec = copy.deepcopy(figure.spec)
                for path, value in option.changes:
                    inner: Any = spec
                    for step in path[:-1]:
                        inner = inner[step]
                    inner[path[-1]] = value
                alt.Chart.from_dict(spec) if "layer" not in spec else alt.LayerChart.from_dict(spec)


def test_the_scatter_hands_on_every_number_of_its_users() -> None:
    points = FOUND["scatter"].points
    assert points is not None
    assert points.num_rows == 2_000
    assert set(points.column_names) >= {"orders_spend", "tenure_days"}
    assert "user_id" not in points.column_names


def test_what_would_show_nothing_is_left_out() -> None:
    table, _ = made.rows(40, 1, 3)
    alone = np.ones(40, dtype=int)
    segmentation = dataclasses.replace(made.segmentation(table, alone, 1), steps=())
    quiet = dataclasses.replace(
        MATERIAL,
        features=dataclasses.replace(MATERIAL.features, rows=table, features=made.FEATURES[-6:-5]),
        groupings=(
            dataclasses.replace(
                MATERIAL.groupings[0],
                segmentation=segmentation,
                membership=alone,
                weekly=MATERIAL.groupings[0].weekly.slice(0, 0),
            ),
        ),
    )
    wording = made.wording(quiet)
    found = [f.key for f in figures.figures(quiet.groupings[0], table, wording)]
    assert found == ["map"]
    assert evidence.figure(wording) is None


def test_the_evidence_marks_the_chosen_number() -> None:
    figure = evidence.figure(WORDING)
    assert figure is not None
    assert [name for name in figure.data["Segments"].to_pylist() if "✓" in name] == ["3 ✓"]


def test_candidates_of_several_methods_stand_in_a_grid() -> None:
    found = WORDING.segmentation
    other = [dataclasses.replace(c, method="genie", chosen=False, reason="") for c in found.candidates[:2]]
    several = dataclasses.replace(found, candidates=(*found.candidates, *other))
    figure = evidence.figure(dataclasses.replace(WORDING, segmentation=several))
    assert figure is not None
    (measures,) = figure.choices
    assert [option.label for option in measures.options][:2] == ["Stability", "10th percentile"]
    assert [option.changes[0][1] for option in measures.options][:2] == ["stability", "stability_low"]
    assert figure.data["Method"].to_pylist()[-1] == "Genie"
    assert figure.data["Outcome"].to_pylist()[-1] == words.NOTHING
    assert "inertia" not in str(figure.data.column_names).lower()
