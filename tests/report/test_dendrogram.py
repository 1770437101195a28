from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.report import made
from tests.report.html_check import check_html

from coterie.report import dendrogram
from coterie.report.page import page
from coterie.segments.hierarchy import ward

if TYPE_CHECKING:
    from coterie.report.material import Material
    from coterie.report.words import Wording


def with_tree(rows: int = 90, groups: int = 3) -> Material:
    """A report's material with the tree of some points, cut into as many groups as there are segments."""
    whole = made.material(users=120, groups=groups)
    rng = np.random.default_rng(1)
    tree = ward.tree(rng.standard_normal((rows, 2)) + 9.0 * (np.arange(rows) % groups)[:, None])
    grouping = whole.groupings[0]
    found = dataclasses.replace(grouping.segmentation, tree=tree, branches=tuple(range(groups))[::-1])
    return dataclasses.replace(whole, groupings=(dataclasses.replace(grouping, segmentation=found),))


@pytest.fixture(scope="module")
def wording() -> Wording:
    return made.wording(with_tree())


def test_lines_below_the_cut_belong_to_segments(wording: Wording) -> None:
    found = dendrogram.cut(wording)
    assert found is not None
    assert found.height is not None
    rows = dendrogram.lines_data(found, wording).to_pylist()
    assert {row["name"] for row in rows} == {None, *wording.names.values()}
    for row in rows:
        low, high = sorted((row["y"], row["y_end"]))
        assert high <= found.height if row["name"] is not None else low >= found.height
    assert max(row["users"] for row in rows) == 90
    assert found.owners[0] in wording.names


def test_each_segment_hangs_together(wording: Wording) -> None:
    found = dendrogram.cut(wording)
    assert found is not None
    changes = sum(one != other for one, other in zip(found.owners, found.owners[1:], strict=False))
    assert changes == 2
    assert set(found.owners) == {1, 2, 3}


def test_the_highest_merges_stand_in_the_table(wording: Wording) -> None:
    figure = dendrogram.figure(wording)
    assert figure is not None
    assert figure.data["Where"].to_pylist()[:3] == ["above the cut", "above the cut", "below the cut"]
    first, *_ = figure.data["Joined"].to_pylist()
    assert all(f"“{name}”" in first for name in wording.names.values())
    assert "parts of “" in figure.data["Joined"].to_pylist()[2]
    assert figure.data["Users"][0].as_py() == 90
    assert "falls into 3 segments" in figure.caption


def test_the_chart_is_valid_and_shows_the_cut(wording: Wording) -> None:
    found = dendrogram.cut(wording)
    assert found is not None
    spec = dendrogram.tree(dendrogram.lines_data(found, wording), found, wording).to_dict()
    assert spec["width"] == "container"
    assert len(spec["layer"]) == 4
    domain = spec["layer"][1]["encoding"]["color"]["scale"]["domain"]
    assert domain == list(wording.names.values())


def test_one_segment_has_a_tree_without_a_cut() -> None:
    one = made.wording(with_tree(groups=1))
    found = dendrogram.cut(one)
    assert found is not None
    assert found.height is None
    figure = dendrogram.figure(one)
    assert figure is not None
    assert len(figure.spec["layer"]) == 2


def test_without_a_tree_or_with_more_segments_than_leaves_nothing_is_drawn(wording: Wording) -> None:
    assert dendrogram.figure(made.wording(made.material(users=60, groups=2))) is None
    many = dataclasses.replace(wording.segmentation, branches=tuple(range(70)))
    assert dendrogram.figure(dataclasses.replace(wording, segmentation=many)) is None


def test_the_page_shows_it() -> None:
    reader = check_html(page(with_tree()))
    assert "s1-dendrogram" in reader.ids
