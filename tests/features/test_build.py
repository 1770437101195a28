from __future__ import annotations

import datetime as dt
import itertools
import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp
from tests.failing import Failing
from tests.features import drawn, made, reference
from tests.features.made import DAY, MINUTE, Event, User

from coterie.errors import SourceError, WarehouseError
from coterie.events import days, portions
from coterie.features import available, build
from coterie.project.settings import FAMILIES, FeatureSettings
from coterie.sources import sql
from coterie.sources.recording import Recording

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence
    from typing import Any

    from coterie.features.feature import FeatureTable
    from coterie.sources.duckdb import DuckDB

AS_OF = dt.date(1970, 1, 1) + dt.timedelta(days=drawn.AS_OF_DAY)
EVERYTHING = FeatureSettings(categories=50)
NEVER = Event("ann", (drawn.AS_OF_DAY - 1) * DAY)

law = settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def _every_word_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(available, "MOST_KINDS", 50)


def built(
    warehouse: DuckDB,
    events: Sequence[Event],
    users: Sequence[User] = (),
    as_of: dt.date = AS_OF,
    **more: Any,
) -> FeatureTable:
    made.put(warehouse, events, users)
    days.refresh(warehouse)
    return build.build(warehouse, FeatureSettings(categories=50, **more), as_of)


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return bool(one == other)


def differences(table: FeatureTable, expected: dict[str, dict[str, Any]]) -> list[str]:
    rows = made.feature_rows(table.rows)
    assert set(rows) == set(expected)
    return [
        f"{user!r} {feature.name}: {rows[user][feature.name]} instead of {expected[user][feature.name]}"
        for user, feature in itertools.product(rows, table.features)
        if not same(rows[user][feature.name], expected[user][feature.name])
    ]


@law
@given(events=drawn.many_events, users=drawn.many_users, weeks=st.integers(2, 9))
def test_features_are_what_their_definitions_say(
    warehouse: DuckDB, events: list[Event], users: list[User], weeks: int
) -> None:
    events = [*events, NEVER]
    table = built(warehouse, events, users, weeks=weeks)
    assert differences(table, reference.features(events, users, drawn.AS_OF_DAY, weeks)) == []


@law
@given(events=drawn.many_events, users=drawn.many_users, late=drawn.many_events)
def test_events_at_or_after_the_date_change_nothing(
    warehouse: DuckDB, events: list[Event], users: list[User], late: list[Event]
) -> None:
    seen = [NEVER, *(one for one in events if one.at_us < drawn.AS_OF_DAY * DAY)]
    unseen = [one for one in late if one.at_us >= drawn.AS_OF_DAY * DAY]
    midnight = Event(
        "newcomer", drawn.AS_OF_DAY * DAY, "wholly new kind", category="new", channel="new", device="new"
    )
    joiner = User("later", drawn.AS_OF_DAY * DAY, "new")
    without = built(warehouse, seen, users)
    beside = built(warehouse, [*seen, *unseen, midnight], [*users, joiner])
    assert beside.features == without.features
    assert beside.left_out == without.left_out
    assert beside.rows.equals(without.rows)


@law
@given(events=drawn.many_events, seed=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    warehouse: DuckDB, events: list[Event], seed: random.Random
) -> None:
    events = [*events, NEVER]
    expected = made.feature_rows(built(warehouse, events).rows)
    seed.shuffle(events)
    assert differences(built(warehouse, events), expected) == []


@settings(law, max_examples=2)
@given(events=drawn.many_events, more=drawn.many_events)
def test_building_for_changed_users_equals_building_anew(
    warehouse: DuckDB, events: list[Event], more: list[Event]
) -> None:
    first = [NEVER, *(Event("bob", NEVER.at_us + i, kind, "i", w, 1.0, 1.0, w, "mobile", "q")
              for i, (kind, w) in enumerate(itertools.product(drawn.KINDS, drawn.WORDS)))]  # fmt: skip
    made.put(warehouse, [*first, *events])
    days.refresh(warehouse)
    build.build(warehouse, EVERYTHING, AS_OF)
    made.add(warehouse, more)
    assert not days.refresh(warehouse).anew
    in_parts = build.build(warehouse, EVERYTHING, AS_OF, run_id="second")
    assert warehouse.query(sql.sql("select * from changed_users")).num_rows == 0
    part_days = made.all_of(warehouse, days.TABLE, "user_id day")
    at_once = built(warehouse, [*first, *events, *more])
    assert part_days == made.all_of(warehouse, days.TABLE, "user_id day")
    assert differences(in_parts, made.feature_rows(at_once.rows)) == []


@settings(law, max_examples=5)
@given(events=drawn.many_events, users=drawn.many_users, more=drawn.many_events, passed=st.integers(1, 400))
def test_moving_to_a_later_date_equals_building_anew(
    warehouse: DuckDB, events: list[Event], users: list[User], more: list[Event], passed: int
) -> None:
    earlier = AS_OF - dt.timedelta(days=passed)
    first = [
        Event("bob", NEVER.at_us - passed * DAY - i, kind, "i", w, 1.0, 1.0, w, "mobile", "q")
        for i, (kind, w) in enumerate(itertools.product(drawn.KINDS, drawn.WORDS))
    ]
    there = [NEVER, *first, *events]
    built(warehouse, there, users, earlier)
    made.add(warehouse, more)
    days.refresh(warehouse)
    moved = build.build(warehouse, EVERYTHING, AS_OF)
    anew = built(warehouse, [*there, *more], users)
    assert differences(moved, made.feature_rows(anew.rows)) == []


def test_at_a_later_date_only_users_who_did_something_are_computed(warehouse: DuckDB) -> None:
    busy = Event("busy", NEVER.at_us)
    built(warehouse, [Event("idle", NEVER.at_us - 9 * DAY), Event("busy", NEVER.at_us - 9 * DAY), busy])
    warehouse.execute(sql.sql("update features set activity_events = 99"))
    made.add(warehouse, [Event("busy", busy.at_us + 2 * DAY)])
    days.refresh(warehouse)
    later = AS_OF + dt.timedelta(days=7)
    rows = made.feature_rows(build.build(warehouse, EVERYTHING, later, run_id="second").rows)
    assert [rows[user]["activity_events"] for user in ("busy", "idle")] == [3, 99]
    assert rows["idle"]["recency_days_since_last"] == 17
    assert rows["idle"]["intent_view_14d"] == pytest.approx(2 ** -(17 / 14))
    marks = warehouse.query(sql.sql("select distinct as_of, run_id from features")).to_pylist()
    assert marks == [{"as_of": later, "run_id": "second"}]


def test_an_earlier_date_is_built_anew(warehouse: DuckDB) -> None:
    events = [Event("a", NEVER.at_us - 9 * DAY), NEVER]
    built(warehouse, events)
    rows = build.build(warehouse, EVERYTHING, AS_OF - dt.timedelta(days=5)).rows
    assert rows.column("user_id").to_pylist() == ["a"]


def test_only_changed_users_are_built_again(warehouse: DuckDB) -> None:
    made.put(warehouse, [Event("a", NEVER.at_us), Event("b", NEVER.at_us)])
    days.refresh(warehouse)
    build.build(warehouse, EVERYTHING, AS_OF, run_id="first")
    made.add(warehouse, [Event("b", NEVER.at_us + 1)])
    days.refresh(warehouse)
    table = build.build(warehouse, EVERYTHING, AS_OF, run_id="second")
    marks = warehouse.query(
        sql.sql("select user_id, run_id, as_of from features order by user_id")
    ).to_pylist()
    assert [(row["user_id"], row["run_id"]) for row in marks] == [("a", "first"), ("b", "second")]
    assert {row["as_of"] for row in marks} == {AS_OF}
    assert table.rows.column("activity_events").to_pylist() == [1.0, 2.0]


def test_users_whose_events_are_gone_are_gone(warehouse: DuckDB) -> None:
    made.put(warehouse, [Event("a", NEVER.at_us), Event("b", NEVER.at_us)])
    days.refresh(warehouse)
    build.build(warehouse, EVERYTHING, AS_OF)
    made.add(warehouse, [Event("b", NEVER.at_us)])
    warehouse.execute(sql.sql("delete from events where user_id = 'b'"))
    days.refresh(warehouse)
    assert build.build(warehouse, EVERYTHING, AS_OF).rows.column("user_id").to_pylist() == ["a"]


def test_users_known_by_a_table_alone_have_zeros_and_nulls_as_declared(warehouse: DuckDB) -> None:
    table = built(
        warehouse, [NEVER, Event("ann", NEVER.at_us, "order", value=3.0)], [User("silent", country="at")]
    )
    silent = made.feature_rows(table.rows)["silent"]
    assert silent["attributes_country"] == "at"
    for feature in table.features:
        if feature.behaviour:
            assert silent[feature.name] == (None if feature.null else 0.0), feature.name


@pytest.mark.parametrize(
    "name", ["activity_events_per_session", "orders_average", "reading_seconds_per_view"]
)
def test_an_average_over_nothing_is_null(warehouse: DuckDB, name: str) -> None:
    others = [Event("b", NEVER.at_us, "order", value=5.0), Event("b", NEVER.at_us, "view", duration=5.0)]
    nothing = [Event("a", NEVER.at_us, "order"), Event("a", NEVER.at_us, "view")]
    rows = made.feature_rows(built(warehouse, [*others, *nothing], [User("c")]).rows)
    assert rows["c"][name] is None
    assert rows["b"][name] is not None
    if name != "activity_events_per_session":
        assert rows["a"][name] is None


def test_a_history_of_decades_neither_overflows_nor_vanishes(warehouse: DuckDB) -> None:
    old, new = Event("a", 8_000 * DAY), Event("a", 29_999 * DAY)
    table = built(warehouse, [old, new], as_of=dt.date(1970, 1, 1) + dt.timedelta(days=30_000))
    row = made.feature_rows(table.rows)["a"]
    assert row["pattern_longest_silence"] == 21_999
    assert row["intent_view_1h"] == pytest.approx(2.0**-24)
    assert all(math.isfinite(value) for value in row.values() if isinstance(value, float))


def test_an_order_of_negative_value_is_a_refund_everywhere(warehouse: DuckDB) -> None:
    row = made.feature_rows(built(warehouse, [Event("a", NEVER.at_us, "order", "lamp", value=-5.0)]).rows)[
        "a"
    ]
    names = ("orders_count", "orders_items", "orders_spend", "orders_refunds", "orders_refunded")
    assert [row[name] for name in names] == [0, 0, 0, 1, 5]


def test_the_latest_date_is_the_day_after_the_last_event(warehouse: DuckDB) -> None:
    made.put(warehouse, [Event("a", 20_000 * DAY + 23 * 60 * MINUTE)])
    days.refresh(warehouse)
    assert build.plan(warehouse, FeatureSettings(), "latest").as_of == dt.date(2024, 10, 5)


def test_without_events_the_latest_date_is_today(warehouse: DuckDB) -> None:
    made.put(warehouse, [], [User("a", country="at")])
    days.refresh(warehouse)
    today = dt.date(2026, 1, 2)
    planned = build.plan(warehouse, FeatureSettings(), "latest", today)
    assert planned.as_of == today
    assert [family.name for family, _ in planned.catalogue.families] == ["attributes"]
    assert build.latest(warehouse) >= dt.date(2026, 1, 1)


def test_families_that_the_data_cannot_feed_are_left_out_and_said_so(warehouse: DuckDB) -> None:
    table = built(
        warehouse, [Event("a", NEVER.at_us, "click")], families=("activity", "orders", "email", "search")
    )
    why = dict(table.left_out)
    assert why["orders"] == "the data has no events of kind order or refund"
    assert why["video"] == "not asked for in coterie.yaml"
    assert set(why) | {feature.family for feature in table.features} == set(FAMILIES)


def test_data_that_feeds_no_family_is_refused(warehouse: DuckDB) -> None:
    with pytest.raises(SourceError, match="No features can be made"):
        built(warehouse, [], families=("orders",))


def test_kinds_that_share_the_name_of_another_feature_are_told_apart(warehouse: DuckDB) -> None:
    kinds = ("view", "active", "last", "category_sport")
    events = [Event("a", NEVER.at_us, kind, category="sport") for kind in kinds]
    table = built(warehouse, [*events, Event("a", NEVER.at_us - DAY)])
    row = made.feature_rows(table.rows)["a"]
    assert len(row) == len(table.features)
    assert row["activity_active_days"] == 2
    of_kind = [feature for feature in table.features if feature.kind == "active"]
    assert [row[feature.name] for feature in of_kind if feature.unit == "days"] == [1, 1]


def test_rare_kinds_still_feed_their_families(warehouse: DuckDB, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(available, "MOST_KINDS", 1)
    events = [Event("a", NEVER.at_us + i) for i in range(3)] + [Event("a", NEVER.at_us, "order", value=7.0)]
    table = built(warehouse, events)
    assert table.rows.column("orders_spend").to_pylist() == [7.0]
    assert "activity_order_events" not in table.rows.column_names


@law
@given(events=drawn.many_events, users=drawn.many_users, most=st.integers(1, 200))
def test_features_made_in_portions_are_features_made_at_once(
    warehouse: DuckDB, events: list[Event], users: list[User], most: int
) -> None:
    events = [*events, NEVER]
    at_once = built(warehouse, events, users).rows
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portions, "MOST", most)
        assert built(warehouse, events, users).rows.equals(at_once)


def test_a_build_that_breaks_off_between_portions_leaves_what_was_there(
    warehouse: DuckDB, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(warehouse, [Event(user, NEVER.at_us) for user in "abc"], families=("activity", "recency"))
    before = made.all_of(warehouse, build.TABLE, "user_id")
    planned = build.plan(warehouse, FeatureSettings(families=("activity",)), AS_OF)
    monkeypatch.setattr(portions, "MOST", 25)
    for at in itertools.count(1):
        try:
            build.write(Failing(warehouse, at), planned)
        except WarehouseError:
            assert made.all_of(warehouse, build.TABLE, "user_id") == before
        else:
            break
    assert at > 2 * len("abc")
    assert len(build.read(warehouse, planned).rows) == len("abc")


def test_what_is_planned_makes_every_portion(warehouse: DuckDB, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = built(warehouse, [Event(user, NEVER.at_us) for user in "abc"], [User("silent")]).rows
    warehouse.drop("features")
    monkeypatch.setattr(portions, "MOST", 25)
    recording = Recording(warehouse)
    planned = build.plan(warehouse, EVERYTHING, AS_OF)
    build.write(recording, planned)
    writing = [one.tree for one in recording.noted if one.writes and not one.tree.find(exp.Placeholder)]
    warehouse.execute(*writing)
    assert build.read(warehouse, planned).rows == expected
    assert sum(one.table == "features" for one in recording.noted if one.writes) == len(expected)


def test_many_users_are_read_as_a_sample(warehouse: DuckDB) -> None:
    made.put(warehouse, [Event(f"u{i:05}", NEVER.at_us) for i in range(2_000)])
    days.refresh(warehouse)
    planned = build.plan(warehouse, FeatureSettings(families=("activity",)), AS_OF)
    build.write(warehouse, planned)
    sample = build.read(warehouse, planned, most=200)
    assert sample.everyone == 2_000
    assert abs(len(sample) - 200) <= 2
    assert sample.rows.equals(build.read(warehouse, planned, most=200).rows)
    endings = {user[-1] for user in sample.rows.column("user_id").to_pylist()}
    assert len(endings) == 10
    whole = build.read(warehouse, planned, ["activity_events"])
    assert (len(whole), whole.everyone) == (2_000, 2_000)
    assert whole.rows.column_names == ["user_id", "activity_events"]


def test_the_sample_is_the_same_in_whatever_order_the_rows_lie(warehouse: DuckDB) -> None:
    events = [Event(f"u{i:05}", NEVER.at_us) for i in range(500)]
    samples = []
    for rows in (events, events[::-1]):
        made.put(warehouse, rows)
        days.refresh(warehouse)
        planned = build.plan(warehouse, FeatureSettings(families=("activity",)), AS_OF)
        build.write(warehouse, planned)
        samples.append(build.read(warehouse, planned, most=50).rows)
    assert samples[0].equals(samples[1])
