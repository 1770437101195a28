from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from coterie import profile_columns, profiles
from coterie.errors import UsageError, WarehouseError
from coterie.features.feature import Feature, FeatureTable
from coterie.profile_columns import Beside
from coterie.segments import assign
from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.segmentation import Finding, Segment, Segmentation, Step, Summary, Trait
from coterie.sources import connect, sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.sources.warehouse import Warehouse

AS_OF = dt.date(2026, 3, 31)
SPEND = Feature("orders_spend", "orders", "money", "Money spent on orders.", null="no order yet", higher_is=1)
COUNTRY = Feature(
    "attribute_country", "attributes", "category", "The country.", fill="category", behaviour=False
)
USERS = ["a", "b'; drop table features; --", 'c "quoted"', "d\U0001f600"]
TABLE = FeatureTable(
    AS_OF,
    (SPEND, COUNTRY),
    pa.table(
        {
            "user_id": USERS,
            "orders_spend": [1.0, 100.0, None, 90.0],
            "attribute_country": ["at", "ng", None, "at"],
        }
    ),
)
NAMES = {1: 'People\'s "few" orders; --', 2: "Big spenders \U0001f4b8"}


def segmentation(name: str, limit: float = 50.0) -> Segmentation:
    step = Step("orders_spend", None, 0.0, False, limit, 1.0, 1.0, None, "as it is")
    trait = Trait("orders_spend", None, 1, "very", 1.5)
    summary = Summary("orders_spend", None, 1, 1.0, 0.5, 1.5, 1.0)
    poor = Segment(1, 2, 0.5, 0.0, (), 0.9, (-limit,), (summary,))
    rich = dataclasses.replace(poor, id=2, engagement=1.0, centre=(limit,), traits=(trait,))
    finding = Finding("tiny", "note", "{segment:1} is small.", 2.0, segment=1)
    return Segmentation(
        name,
        "kmeans",
        AS_OF,
        42,
        (step,),
        Prototypes.around(np.array([[-limit], [limit]])),
        (poor, rich),
        (),
        True,
        "Two groups.",
        3.0,
        (finding,),
    )


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    made = connect.connect("duckdb://")
    rows = TABLE.rows.append_column("as_of", pa.array([AS_OF] * 4)).append_column(
        "run_id", pa.array(["r"] * 4)
    )
    made.create("features", rows)
    yield made
    made.close()


def written(warehouse: Warehouse) -> list[profiles.Named]:
    named = [profiles.Named(segmentation(name), NAMES, f"made of {name}") for name in ("value", "habit")]
    profiles.write(warehouse, TABLE, named, run_id="r")
    return named


def test_everyone_is_in_one_segment_of_every_segmentation(warehouse: Warehouse) -> None:
    written(warehouse)
    rows = warehouse.query(sql.sql("select * from membership order by segmentation, user_id"))
    assert rows.column_names == ["user_id", "segmentation", "segment", "as_of", "run_id"]
    expected = assign.assign(segmentation("value"), TABLE.rows).tolist()
    assert rows.column("user_id").to_pylist() == USERS * 2
    assert rows.column("segment").to_pylist() == expected * 2 == [1, 2, 1, 2] * 2
    assert set(rows.column("as_of").to_pylist()) == {AS_OF}


def test_a_profile_is_one_row_a_user_with_features_and_segments(warehouse: Warehouse) -> None:
    written(warehouse)
    rows = warehouse.query(sql.sql("select * from profiles order by user_id"))
    assert rows.column_names == [
        "user_id",
        "orders_spend",
        "attribute_country",
        "value_segment",
        "value_segment_name",
        "habit_segment",
        "habit_segment_name",
        "as_of",
        "run_id",
    ]
    assert rows.select(TABLE.rows.column_names).equals(TABLE.rows)
    assert rows.column("value_segment_name").to_pylist() == [NAMES[1], NAMES[2], NAMES[1], NAMES[2]]


def test_segments_say_what_they_are(warehouse: Warehouse) -> None:
    written(warehouse)
    rows = warehouse.query(sql.sql("select * from segments order by segmentation desc, segment")).to_pylist()
    assert [(row["segmentation"], row["segment"], row["name"]) for row in rows] == [
        (name, segment, NAMES[segment]) for name in ("value", "habit") for segment in (1, 2)
    ]
    assert json.loads(rows[1]["traits"]) == [
        {"feature": "orders_spend", "category": None, "direction": 1, "strength": "very", "effect": 1.5}
    ]
    summary = warehouse.query(sql.sql("select * from segment_summary")).to_pylist()
    assert len(summary) == 4
    assert summary[0]["proportion"] == 0.5


def test_what_was_written_is_read_back(warehouse: Warehouse) -> None:
    assert profiles.read_segmentations(warehouse) == ()
    named = written(warehouse)
    assert profiles.read_segmentations(warehouse) == tuple(named)
    assert profiles.read_catalogue(warehouse) == (SPEND, COUNTRY)
    table = profiles.read_user(warehouse, AS_OF, USERS[1])
    assert table.rows.equals(TABLE.rows.slice(1, 1))
    assert table.features == TABLE.features
    assert len(profiles.read_user(warehouse, AS_OF, "nobody")) == 0


def test_segments_of_a_sample_get_the_sizes_of_all_users(warehouse: Warehouse) -> None:
    two = [dataclasses.replace(one, users=1) for one in segmentation("value").segments]
    sampled = dataclasses.replace(segmentation("value"), segments=tuple(two))
    some = dataclasses.replace(TABLE, rows=TABLE.rows.slice(0, 2), everyone=4)
    (named,) = profiles.write(warehouse, some, [profiles.Named(sampled, NAMES)], run_id="r")
    assert [(one.users, one.share) for one in named.segmentation.segments] == [(2, 0.5), (2, 0.5)]
    assert warehouse.query(sql.sql("select users from segments")).column("users").to_pylist() == [2, 2]


def test_one_segmentation_is_picked_by_its_name(warehouse: Warehouse) -> None:
    named = written(warehouse)
    assert list(profiles.only(named, None)) == named
    assert list(profiles.only(named, "habit")) == named[1:]
    with pytest.raises(UsageError, match="Did you mean 'habit'"):
        profiles.only(named, "habits")


def test_the_next_run_replaces_everything(warehouse: Warehouse) -> None:
    written(warehouse)
    profiles.write(warehouse, TABLE, [profiles.Named(segmentation("value"), NAMES)], run_id="s")
    for table in ("membership", "segments", "profiles", "catalogue", "segmentations", "segment_summary"):
        query = sql.sql("select distinct run_id from :table", table=sql.table(table))
        assert warehouse.query(query).column("run_id").to_pylist() == ["s"], table
    assert "habit_segment" not in warehouse.columns("profiles")


def test_a_failure_leaves_all_tables_as_they_were(warehouse: Warehouse) -> None:
    written(warehouse)
    lost = dataclasses.replace(TABLE, features=(*TABLE.features, dataclasses.replace(SPEND, name="gone")))
    with pytest.raises(WarehouseError, match="gone"):
        profiles.write(warehouse, lost, [profiles.Named(segmentation("value"), NAMES)], run_id="s")
    for table in ("membership", "segments", "profiles", "catalogue"):
        query = sql.sql("select distinct run_id from :table", table=sql.table(table))
        assert warehouse.query(query).column("run_id").to_pylist() == ["r"], table


def test_other_tables_stand_beside_features_and_segments(warehouse: Warehouse) -> None:
    named = written(warehouse)
    warehouse.create("scores", pa.table({"user_id": USERS[:2], "score": [0.25, 0.5], "of": ["a", "b"]}))
    beside = [
        Beside("scores", "score", "churn", "How likely it is.", only=("of", "a")),
        Beside("scores", "of", "of", "Which one."),
    ]
    profiles.put_together(warehouse, TABLE, named, beside, run_id="s")
    rows = warehouse.query(sql.sql("select * from profiles order by user_id"))
    assert rows.column_names[-4:] == ["churn", "of", "as_of", "run_id"]
    assert rows.column("user_id").to_pylist() == USERS
    assert rows.column("churn").to_pylist() == [0.25, None, None, None]
    assert rows.column("of").to_pylist() == ["a", "b", None, None]
    assert profile_columns.read(warehouse) == tuple(beside)
