from __future__ import annotations

import dataclasses

import pytest
from tests.report import made
from tests.report.html_check import check_html

from coterie.report import crossing
from coterie.report.page import page
from coterie.segments.crossed import Cell, Crossed

MATERIAL = made.material(users=200, groups=3)
ONE = made.wording(MATERIAL)
OTHER = dataclasses.replace(
    ONE,
    segmentation=dataclasses.replace(ONE.segmentation, name="taste", segments=ONE.segmentation.segments[:2]),
    names={1: "Shoes", 2: "News"},
)
WORDINGS = {"engagement": ONE, "taste": OTHER}
FOUND = Crossed(
    "engagement",
    "taste",
    100,
    (
        Cell(1, 1, 40, 0.8, 0.8),
        Cell(1, 2, 10, 0.2, 0.2),
        Cell(2, 1, 10, 0.25, 0.2),
        Cell(2, 2, 30, 0.75, 0.6),
        Cell(3, 1, 0, 0.0, 0.0),
        Cell(3, 2, 10, 1.0, 0.2),
    ),
    0.31,
    0.62,
)


@pytest.mark.parametrize(
    ("v", "told"),
    [
        (0.9, "“engagement” and “taste” go closely together"),
        (0.5, "“engagement” and “taste” go together"),
        (0.2, "“engagement” and “taste” have a little to do with each other"),
        (0.05, "“engagement” and “taste” have next to nothing to do with each other"),
    ],
)
def test_how_far_they_say_the_same_is_a_sentence(v: float, told: str) -> None:
    said = crossing.sentence(dataclasses.replace(FOUND, cramers_v=v), WORDINGS)
    assert said.startswith(told)
    assert f"(Cramer's V {v:.2f}, adjusted Rand index 0.31, 100 users)" in said
    meets = f"Of “{ONE.name(1)}” 80% are in “Shoes”, against 50% of everyone."
    assert (meets in said) == (v >= 0.1)


def test_only_the_same_partition_says_much_the_same() -> None:
    said = crossing.sentence(dataclasses.replace(FOUND, cramers_v=0.9, adjusted_rand=0.8), WORDINGS)
    assert said.startswith("“engagement” and “taste” say much the same")


def test_every_pair_of_segments_is_in_the_table() -> None:
    data = crossing.crossed_data(FOUND, WORDINGS)
    assert data.num_rows == 6
    assert data["other"].to_pylist()[:2] == ["Shoes", "News"]
    spec = crossing.crossed_chart(data, ONE, ("engagement", "taste")).to_dict()
    assert spec["width"] == "container"


def test_the_page_has_a_section_for_it() -> None:
    grouping = MATERIAL.groupings[0]
    second = dataclasses.replace(grouping, segmentation=OTHER.segmentation, names=OTHER.names)
    told = page(dataclasses.replace(MATERIAL, groupings=(grouping, second), crossed=(FOUND,)))
    reader = check_html(told)
    assert {"crossed", "crossed-1-crossed"} <= set(reader.ids)
    assert "How the segmentations cross" in reader.text
