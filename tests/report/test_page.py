from __future__ import annotations

import dataclasses
import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from tests.report import made
from tests.report.html_check import check_html

from coterie.report.page import page
from coterie.segments.segmentation import Finding

if TYPE_CHECKING:
    from coterie.features.feature import Feature
    from coterie.report.material import Material

NASTY = "</script><script>alert('1')</script> \"quoted\" & 😀 {segment:1}"


@pytest.fixture(scope="module")
def text() -> str:
    return page(made.material(users=400))


def _charts(text: str) -> list[dict[str, Any]]:
    found = re.search(r'<script type="application/json" id="charts">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    charts: list[dict[str, Any]] = json.loads(found[1])["charts"]
    return charts


def test_the_page_is_sound_html(text: str) -> None:
    reader = check_html(text)
    tags = [tag for tag, _ in reader.elements]
    for landmark in ("header", "nav", "main", "footer", "h1"):
        assert tags.count(landmark) == 1
    assert reader.all("html")[0]["lang"] == "en"
    assert {"class": "skip", "href": "#main"} in reader.all("a")


def test_every_chart_has_a_place_a_name_and_a_table(text: str) -> None:
    reader = check_html(text)
    places = {a["id"]: a for _, a in reader.elements if a.get("class") == "chart"}
    assert set(places) == {chart["id"] for chart in _charts(text)}
    assert len(places) == 8
    assert all(a["role"] == "img" and a["aria-label"] for a in places.values())
    figures = re.findall(r"<figure.*?</figure>", text, re.DOTALL)
    assert len(figures) == 8
    assert all('<details class="astable"' in figure and "<table>" in figure for figure in figures)


def test_the_page_loads_nothing(text: str) -> None:
    reader = check_html(text)
    for tag in ("link", "img", "iframe", "object", "embed"):
        assert not reader.all(tag)
    assert not any("src" in attributes for _, attributes in reader.elements)
    assert "default-src 'none'" in str(reader.all("meta"))
    assert "@import" not in text.split("</style>", maxsplit=1)[0]


def test_the_verdict_and_its_warnings_come_first(text: str) -> None:
    verdict = text[text.index('id="verdict"') : text.index('id="s1"')]
    assert "400 users fall into 5 segments." in verdict
    assert "With care: the audit warns of one thing." in verdict
    assert "One user carries 41 % of the mean of “Spend”" in verdict
    assert "65,214 rows were read: 65,010 are used and 204 set aside." in verdict


def test_segments_have_names_sizes_and_engagement(text: str) -> None:
    reader = check_html(text)
    for name in made.material(users=400).groupings[0].names.values():
        assert name in reader.text
    assert "very low" in reader.text
    assert text.count('<li class="card">') == 5


def test_everything_that_made_it_is_told(text: str) -> None:
    read = check_html(text).text
    for told in (
        "no source describes users", "seed 42", "2024-05-02 09:30 UTC", "unreadable time: 4", "no order yet",
        "Money spent on orders.", "The clock of one source was ahead by an hour.", "features 3.4 s",
    ):  # fmt: skip
        assert told in read


def test_a_small_file(text: str) -> None:
    assert len(text.encode()) < 3_000_000


def test_nothing_from_data_is_read_as_html() -> None:
    made_of = made.material(users=120, groups=2, title=NASTY, name="nasty")
    grouping = made_of.groupings[0]
    rows = made_of.features.rows
    nasty = pa.array([NASTY] * 60 + ["x"] * 60)
    rows = rows.set_column(rows.column_names.index("attributes_country"), "attributes_country", nasty)
    segmentation = dataclasses.replace(
        grouping.segmentation,
        verdict=NASTY,
        findings=(Finding("tiny", "warning", NASTY, 0.0),),
    )
    told = page(
        dataclasses.replace(
            made_of,
            notes=(NASTY,),
            features=dataclasses.replace(made_of.features, rows=rows, left_out=(("video", NASTY),)),
            groupings=(dataclasses.replace(grouping, segmentation=segmentation),),
        )
    )
    reader = check_html(told)
    assert len(reader.all("script")) == 3
    assert NASTY in reader.text
    assert "<title>&lt;/script&gt;" in told


def _users_only(users: int, groups: int) -> Material:
    """Material of a user table without any events: attributes alone."""
    whole = made.material(users=users, groups=groups)
    kept: tuple[Feature, ...] = tuple(feature for feature in made.FEATURES if not feature.behaviour)
    rows = whole.features.rows.select(["user_id", *(feature.name for feature in kept)])
    grouping = whole.groupings[0]
    segmentation = dataclasses.replace(grouping.segmentation, steps=(), candidates=(), findings=())
    return dataclasses.replace(
        whole,
        features=dataclasses.replace(whole.features, features=kept, rows=rows),
        groupings=(
            dataclasses.replace(grouping, segmentation=segmentation, weekly=grouping.weekly.slice(0, 0)),
        ),
        loading=None,
        timings=(),
        notes=(),
    )


@pytest.mark.parametrize(
    ("material", "told"),
    [
        (made.material(users=60, groups=1), "60 users form no clusters"),
        (made.material(users=3, groups=1), "3 users form no clusters"),
        (made.material(users=600, groups=12), "600 users fall into 12 segments."),
        (_users_only(200, 3), "It was not audited."),
    ],
    ids=["no clusters", "three users", "twelve segments", "no events"],
)
def test_unusual_results_have_a_page(material: Material, told: str) -> None:
    reader = check_html(page(material))
    assert told in reader.text


def test_forced_segments_say_that_there_are_no_clusters() -> None:
    material = made.material(users=200, groups=2)
    grouping = material.groupings[0]
    forced = dataclasses.replace(grouping.segmentation, clustered=False, findings=made.FINDINGS[:2])
    told = page(
        dataclasses.replace(material, groupings=(dataclasses.replace(grouping, segmentation=forced),))
    )
    assert "the evidence is that they form no clusters" in told
    assert "Yes; the audit has notes, but no warning." in told


def test_several_segmentations_have_a_part_each() -> None:
    material = made.material(users=150, groups=3)
    one = material.groupings[0]
    calm = dataclasses.replace(one.segmentation, name="calm", findings=made.FINDINGS[:1])
    two = made.FINDINGS[2:] * 2
    loud = dataclasses.replace(one.segmentation, name="loud", findings=two)
    told = page(
        dataclasses.replace(
            material,
            groupings=tuple(dataclasses.replace(one, segmentation=found) for found in (calm, loud)),
        )
    )
    reader = check_html(told)
    assert {"s1", "s2"} <= set(reader.ids)
    assert "the audit found nothing against it" in reader.text
    assert "the audit warns of 2 things" in reader.text


def test_rows_that_do_not_add_up_are_told() -> None:
    unit = dataclasses.replace(made.LOADING.units[0], used=1)
    loading = dataclasses.replace(made.LOADING, units=(unit,))
    told = check_html(page(made.material(users=50, groups=1, loading=loading))).text
    assert "don't add up" in told


def test_the_same_material_makes_the_same_page() -> None:
    one, two = (page(made.material(users=80, groups=2)) for _ in range(2))
    assert one == two
    assert np.all(made.material(users=80).groupings[0].membership > 0)


def test_of_many_warnings_the_first_come_first() -> None:
    material = made.material(users=80, groups=2)
    grouping = material.groupings[0]
    many = tuple(dataclasses.replace(made.FINDINGS[2], sentence=f"Warning number {at}.") for at in range(9))
    told = page(
        dataclasses.replace(
            material,
            groupings=(
                dataclasses.replace(
                    grouping, segmentation=dataclasses.replace(grouping.segmentation, findings=many)
                ),
            ),
        )
    )
    verdict = told[told.index('id="verdict"') : told.index('id="s1"')]
    assert verdict.count("Warning number") == 4
    assert "5 more are in the audit." in verdict


def test_segmentations_of_the_same_users_share_their_numbers() -> None:
    material = made.material(users=150, groups=3)
    one = material.groupings[0]
    two = dataclasses.replace(one, segmentation=dataclasses.replace(one.segmentation, name="again"))
    single, double = (page(dataclasses.replace(material, groupings=many)) for many in ((one,), (one, two)))
    shared = json.loads(str(re.findall(r'id="charts">(.*?)</script>', double, re.DOTALL)[0]))
    alone = json.loads(str(re.findall(r'id="charts">(.*?)</script>', single, re.DOTALL)[0]))
    assert len(shared["columns"]) == len(alone["columns"])
    places = [at for chart in shared["charts"] for at in (chart["data"] or {}).values()]
    assert set(places) == set(range(len(shared["columns"])))
