"""The same steps on every warehouse give what they give on DuckDB, to the last user."""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING

import pytest
from tests import small_shop, warehouses
from tests.events import loaded
from tests.features import made
from tests.features.made import DAY, MINUTE, Event, User
from tests.parity.alike import assert_alike
from tests.segments.tables import behaviour

from coterie import compared, run
from coterie.events import days
from coterie.features import build
from coterie.project import file as project_file
from coterie.project.settings import FeatureSettings, SegmentSettings
from coterie.segments import assign, fit
from coterie.segments.methods.by_name import METHODS

if TYPE_CHECKING:
    from pathlib import Path

    from coterie.compared import Comparison
    from coterie.events.loading import Loading
    from coterie.features.feature import FeatureTable
    from coterie.segments.segmentation import Segmentation
    from coterie.sources.warehouse import Warehouse

AS_OF = dt.date(1970, 1, 1) + dt.timedelta(days=20_060)
#: Equal but for case, an accent, a blank at the end or what sorts after it: each is another user.
PEOPLE = ("ann", "Ann", "ann ", "ánn", "o'neil", "zoë \U0001f600", "a\\b", '"; drop table events; --', "0")
WORDS = ("sport", "Sport", "sport ", "a'b\\", "\U0001f600", None)
KINDS = ("view", "order", "refund", "search", "like", "share", "comment", "video", "open", "It's odd")


def events(count: int = 600, first_day: int = 20_000, days: int = 60) -> list[Event]:
    """Events of every kind and field, spread by a few primes."""
    return [
        Event(
            user_id=PEOPLE[i * 7 % len(PEOPLE)],
            at_us=(first_day + i * 13 % days) * DAY + i * 37 % 1440 * MINUTE + i,
            kind=KINDS[i * 11 % len(KINDS)],
            item=f"item {i * 5 % 17}" if i % 3 else None,
            category=WORDS[i % len(WORDS)],
            value=(i % 50) * 1.1 - 5 if i % 2 else None,
            duration=i % 300 / 7 if i % 5 else None,
            channel=WORDS[i * 3 % len(WORDS)],
            device=("mobile", "desktop", None)[i % 3],
            query=("Red Shoes", "red shoes ", "été", "", None)[i % 5],
        )
        for i in range(count)
    ]


USERS = [
    User("ann", 20_010 * DAY, "Sport", "at", 37.5),
    User("never seen", 20_020 * DAY, None, None, None),
    User("joins later", 20_061 * DAY, "sport", "ng", 20.0),
    User("o'neil", None, "sport ", "NG", None),
]


def feature_table(warehouse: Warehouse) -> None:
    build.write(warehouse, build.plan(warehouse, FeatureSettings(), AS_OF), run_id="r")


def prepared(warehouse: Warehouse) -> None:
    made.put(warehouse, events(), USERS)
    days.refresh(warehouse)
    feature_table(warehouse)


def test_every_family_of_features(warehouse: Warehouse, duck: Warehouse) -> None:
    for place in (duck, warehouse):
        prepared(place)
    families = build.plan(duck, FeatureSettings(), AS_OF).catalogue.families
    assert len(families) > 12
    assert_alike(duck, warehouse, "user_days", "user_id day")
    assert_alike(duck, warehouse, "features", "user_id")


def test_new_and_late_events_change_what_a_whole_recompute_changes(
    warehouse: Warehouse, duck: Warehouse
) -> None:
    late = [Event("ann", 20_005 * DAY + 5, "order", "late", "sport", 3.5), Event("new", 20_058 * DAY, "view")]
    prepared(warehouse)
    made.add(warehouse, late)
    days.refresh(warehouse)
    feature_table(warehouse)
    made.put(duck, [*events(), *late], USERS)
    days.refresh(duck)
    feature_table(duck)
    assert_alike(duck, warehouse, "user_days", "user_id day")
    assert_alike(duck, warehouse, "features", "user_id")


def test_a_later_date_moves_those_who_rest(warehouse: Warehouse, duck: Warehouse) -> None:
    later = AS_OF + dt.timedelta(days=2)
    for place in (duck, warehouse):
        prepared(place)
        made.add(place, [Event("ann", 20_060 * DAY + 9, "view")])
        days.refresh(place)
        build.write(place, build.plan(place, FeatureSettings(), later), run_id="r2")
    assert_alike(duck, warehouse, "features", "user_id")


@functools.cache
def fitted(method: str) -> tuple[Segmentation, FeatureTable]:
    table = behaviour()
    settings = SegmentSettings.model_validate({"method": method, "k_max": 4, "starts": 2})
    return fit.fit(table, settings, name=method), table


@pytest.mark.parametrize("method", METHODS)
def test_assignment_of_every_method(method: str, warehouse: Warehouse) -> None:
    segmentation, table = fitted(method)
    warehouse.create("features", table.rows)
    found = warehouse.query(assign.assignment(segmentation)).to_pylist()
    expected = assign.assign(segmentation, table.rows).tolist()
    users = table.rows.column("user_id").to_pylist()
    assert {row["user_id"]: row["segment"] for row in found} == dict(zip(users, expected, strict=True))


CSV = (
    "id,user,at,kind,item,price",
    "1,ann,2026-01-05T10:00:00Z,view,i1,",
    "2,ann,2026-01-05T10:01:00+02:00,order,i1,19.99",
    "2,bob,2026-01-05T10:01:00Z,order,i2,5",
    "3,  ,2026-01-06T00:00:00Z,view,i2,",
    '4,Zoë 😀,2026-01-06 23:59:59.999999,view,"a ""b"" \\ c",x',
    "5,bob,not a time,view,i2,1",
    "6,bob,2199-01-06T00:00:00Z,view,i2,1",
    "7,bob,2026-01-07T00:00:00Z,view",
)
MAPPING = {"event_id": "id", "item": "item", "value": "price", "properties": ["kind", "price"]}


def load_files(warehouse: Warehouse, folder: Path, run_id: str = "run-1") -> Loading:
    sources = [
        loaded.events_source(events=MAPPING),
        loaded.users_source(users={"since": "since", "attributes": ["country", "age"]}),
    ]
    return loaded.run(folder, *sources, warehouse=warehouse, run_id=run_id)[1]


def test_files_are_loaded_mapped_and_set_aside(warehouse: Warehouse, duck: Warehouse, tmp_path: Path) -> None:
    loaded.write_csv(tmp_path / "events.csv", *CSV)
    loaded.write_csv(
        tmp_path / "users.csv", "id,since,country,age", "ann,2025-12-01,AT,30", "cy,,,", "ann,,,"
    )
    first, second = (load_files(place, tmp_path) for place in (duck, warehouse))
    assert first == second
    assert loaded.reasons(second) == {
        "duplicate event id": 1, "duplicate user": 1, "no user": 1, "time in the future": 1,
        "unreadable row": 1, "unreadable time": 1,
    }  # fmt: skip
    assert_alike(duck, warehouse, "events", "source row_number")
    assert_alike(duck, warehouse, "set_aside", "source row_number", but=["record"])
    assert_alike(duck, warehouse, "users", "user_id")
    assert_alike(duck, warehouse, "units", "source unit")


def test_what_is_loaded_again_is_replaced(warehouse: Warehouse, duck: Warehouse, tmp_path: Path) -> None:
    loaded.write_csv(tmp_path / "users.csv", "id,since,country,age", "ann,2025-12-01,AT,30")
    for place in (duck, warehouse):
        loaded.write_csv(tmp_path / "events.csv", *CSV)
        load_files(place, tmp_path)
        days.refresh(place)
        loaded.write_csv(tmp_path / "events.csv", *CSV, "9,eve,2026-01-08T00:00:00Z,view,,")
        assert load_files(place, tmp_path, "run-2").changed
        days.refresh(place)
        assert not load_files(place, tmp_path, "run-3").changed
    assert_alike(duck, warehouse, "events", "source row_number")
    assert_alike(duck, warehouse, "user_days", "user_id day")


PROJECT_TABLES = {
    "features": "user_id",
    "membership": "segmentation user_id",
    "profiles": "user_id",
    "segments": "segmentation segment",
    "segment_summary": "segmentation segment feature category",
    "past_membership": "run_id segmentation user_id",
}


def run_twice(folder: Path, url: str) -> Comparison:
    """Run the small shop, add events, run it again, and compare the two runs."""
    small_shop.make(folder)
    text = (folder / "coterie.yaml").read_text(encoding="utf-8")
    (folder / "coterie.yaml").write_text(f"{text}warehouse: ${{PLACE}}\n", encoding="utf-8")
    project = project_file.read(folder, {"PLACE": url})
    first = run.run(project, now=dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
    assert run.run(project, now=dt.datetime(2026, 3, 1, 1, tzinfo=dt.UTC)).nothing_new
    small_shop.add_events(folder)
    second = run.run(project, now=dt.datetime(2026, 3, 2, tzinfo=dt.UTC))
    assert first.users == second.users
    assert "<html" in second.report.read_text(encoding="utf-8")
    with run.finished(project) as warehouse:
        return compared.compare(warehouse, project)


@pytest.mark.parametrize("system", warehouses.OTHERS)
def test_a_whole_run_and_the_next_one(system: str, tmp_path: Path) -> None:
    place = warehouses.url(system, tmp_path)
    with warehouses.removed(place):
        expected = run_twice(tmp_path / "duck", "duckdb:///coterie.duckdb")
        found = run_twice(tmp_path / system, place)
        assert_compared_alike(expected, found)
        with (
            run.opened(project_file.read(tmp_path / "duck", {"PLACE": "duckdb:///coterie.duckdb"})) as duck,
            run.opened(project_file.read(tmp_path / system, {"PLACE": place})) as warehouse,
        ):
            for table, order in PROJECT_TABLES.items():
                assert_alike(duck, warehouse, table, order, but=["run_id"])


def assert_compared_alike(expected: Comparison, found: Comparison) -> None:
    assert [one.migration.flows for one in expected.segmentations] == [
        one.migration.flows for one in found.segmentations
    ]
    assert [one.changes for one in expected.segmentations] == [one.changes for one in found.segmentations]
    for one, other in zip(expected.drift, found.drift, strict=True):
        assert one.feature == other.feature
