from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from tests.report import made
from tests.report.html_check import check_html

from coterie.report import explaining, worked_out
from coterie.report.page import page
from coterie.segments.borders.mixture import Mixture
from coterie.segments.borders.predicates import kinds, predicates
from coterie.segments.borders.prototypes import Prototypes

if TYPE_CHECKING:
    import pytest

MATERIAL = made.material(users=400, groups=3)
TABLE = MATERIAL.features
GROUPING = worked_out.worked_out(MATERIAL.groupings[0], TABLE)
WORDING = made.wording(MATERIAL)


def test_a_segmentation_has_rules_that_say_nearly_the_same() -> None:
    assert GROUPING.twin is not None
    assert [rule.segment for rule in GROUPING.twin.rules] == [1, 2, 3]
    assert GROUPING.twin.by_rules.accuracy > GROUPING.twin.largest


def test_segments_are_compared_by_what_they_were_not_made_from() -> None:
    outcomes = {each.outcome for each in GROUPING.differences}
    assert outcomes == {"acquisition_channel", "attributes_age", "attributes_country"}
    assert all(each.grouping == "engagement" for each in GROUPING.differences)
    assert {group.group for group in GROUPING.differences[0].groups} <= set(GROUPING.names.values())


def test_only_the_users_that_it_is_about_count() -> None:
    members = np.where(np.arange(400) < 200, 0, GROUPING.membership)
    part = worked_out.worked_out(dataclasses.replace(MATERIAL.groupings[0], membership=members), TABLE)
    assert all(each.users + each.left_out == 200 for each in part.differences)


def test_one_segment_and_conditions_need_no_rules() -> None:
    alone = made.material(users=60, groups=1)
    assert worked_out.worked_out(alone.groupings[0], alone.features).twin is None
    ruled = predicates([("orders_spend > 1", 0), ("orders_count > 1", 1)], 2, kinds(TABLE.features))
    found = dataclasses.replace(GROUPING.segmentation, borders=ruled)
    told = worked_out.worked_out(dataclasses.replace(MATERIAL.groupings[0], segmentation=found), TABLE)
    assert told.twin is None
    assert "activity_events" in {each.outcome for each in told.differences}


def test_many_users_are_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worked_out, "USERS_COMPARED", 100)
    found = worked_out.worked_out(MATERIAL.groupings[0], TABLE)
    assert all(each.users + each.left_out == 100 for each in found.differences)
    assert all(each.users <= 100 for found in worked_out.explained(TABLE, [GROUPING]) for each in found)


def test_attributes_of_few_values_explain_or_do_not() -> None:
    found = worked_out.explained(TABLE, [GROUPING])
    assert [each[0].grouping for each in found] == ["acquisition_channel", "attributes_country"]
    outcomes = {each.outcome for each in found[0]}
    assert {"engagement", "activity_events", "orders_spend"} <= outcomes
    assert {each.comparisons for each in found[0]} == {len(found[0])}


def test_without_attributes_or_outcomes_there_is_less_to_tell() -> None:
    facts = tuple(feature for feature in TABLE.features if not feature.behaviour)
    table = dataclasses.replace(TABLE, features=facts)
    assert [len(each) for each in worked_out.explained(table, [GROUPING])] == [1, 1]
    acts = tuple(feature for feature in TABLE.features if feature.behaviour)
    assert worked_out.explained(dataclasses.replace(TABLE, features=acts), [GROUPING]) == ()
    same = pa.array(["AT"] * 400)
    rows = TABLE.rows
    for name in ("acquisition_channel", "attributes_country"):
        rows = rows.set_column(rows.column_names.index(name), name, same)
    assert worked_out.explained(dataclasses.replace(TABLE, rows=rows), [GROUPING]) == ()
    found = dataclasses.replace(GROUPING.segmentation, steps=())
    only = dataclasses.replace(MATERIAL.groupings[0], segmentation=found)
    table = dataclasses.replace(TABLE, features=tuple(f for f in acts if not f.higher_is))
    assert worked_out.worked_out(only, table).differences == ()


def test_the_page_tells_all_of_it() -> None:
    text = page(
        dataclasses.replace(
            MATERIAL, groupings=(GROUPING,), explained=worked_out.explained(TABLE, [GROUPING])
        )
    )
    reader = check_html(text)
    assert "The same in at most three conditions" in reader.text
    assert "What goes with the segments" in reader.text
    assert {"explained", "explained-1-effects"} <= set(reader.ids)
    assert "SELECT" in reader.text


def test_how_new_users_are_assigned_is_a_sentence() -> None:
    found = WORDING.segmentation

    def told(**changes: object) -> list[str]:
        return explaining.found_how(
            dataclasses.replace(WORDING, segmentation=dataclasses.replace(found, **changes))  # type: ignore[arg-type]
        )

    assert told() == [
        "New users are assigned to the nearest of 3 centres, which puts every user where k-means did."
    ]
    points = Prototypes.around(np.arange(14.0)[:, None], np.arange(14) % 3)
    assert told(borders=points, method="genie", agreement=0.992, notes=("A note on {segment:1}.",)) == [
        f"A note on “{WORDING.name(1)}”.",
        "New users are assigned by 14 prototypes, which puts 99.2% of the users where Genie did.",
    ]
    mixed = Mixture((0.0,) * 3, ((0.0,), (1.0,), (2.0,)), None, ((1.0,),) * 3, (0, 1, 2))
    assert told(borders=mixed, method="mixture")[0].startswith(
        "New users are assigned to the likeliest of 3 components"
    )
    ruled = predicates([("orders_spend > 1", 0), ("orders_count > 1", 1)], 2, kinds(TABLE.features))
    assert told(borders=ruled, method="rules") == ["Users are assigned by 2 conditions on features."]
    assert told(segments=found.segments[:1]) == []


def test_the_reasons_have_a_heading() -> None:
    ruled = predicates([("orders_spend > 1", 0)], 1, kinds(TABLE.features))
    rules = dataclasses.replace(WORDING.segmentation, borders=ruled)
    alone = made.wording(made.material(users=60, groups=1))
    wordings = (WORDING, alone, dataclasses.replace(WORDING, segmentation=rules))
    assert [explaining.why(each) for each in wordings] == [
        "Why 3 segments",
        "Why one segment",
        "How the segments were made",
    ]


def test_a_segment_of_nobody_has_a_card_and_no_charts_fail() -> None:
    found = MATERIAL.groupings[0].segmentation
    summary = tuple(
        dataclasses.replace(each, users=0, mean=None, low=None, high=None, median=None)
        for each in found.segments[0].summary
    )
    nobody = dataclasses.replace(found.segments[0], id=9, users=0, share=0.0, traits=(), summary=summary)
    empty = dataclasses.replace(found, segments=(*found.segments, nobody))
    grouping = dataclasses.replace(
        MATERIAL.groupings[0], segmentation=empty, names={**MATERIAL.groupings[0].names, 9: "Champions"}
    )
    grouping = worked_out.worked_out(grouping, TABLE)
    assert grouping.twin is not None
    reader = check_html(page(dataclasses.replace(MATERIAL, groupings=(grouping,))))
    assert "Champions" in reader.text


def test_a_segment_of_a_segment_says_whose_users_it_is_about() -> None:
    inner = dataclasses.replace(
        WORDING,
        segmentation=dataclasses.replace(WORDING.segmentation, name="inner", within=("engagement", 2)),
    )
    assert explaining.within(inner, {"engagement": WORDING}) == (
        f"It is about the users of “{WORDING.name(2)}” alone, a segment of engagement."
    )
    assert explaining.within(WORDING, {}) is None
    assert "users of “2” alone" in str(explaining.within(inner, {}))
