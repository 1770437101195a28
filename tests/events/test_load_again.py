from __future__ import annotations

from typing import TYPE_CHECKING

from tests.events.loaded import HEADER, column, events_source, reasons, rows, run, users_source, write_csv

if TYPE_CHECKING:
    from pathlib import Path


def test_loading_twice_changes_nothing(tmp_path: Path) -> None:
    write_csv(tmp_path / "events.csv", HEADER, "a,2026-01-01,view", ",2026-01-01,view")
    write_csv(tmp_path / "users.csv", "id,city", "a,Vienna", "b,Graz")
    sources = (events_source(), users_source(users={"attributes": ["city"]}))
    warehouse, first = run(tmp_path, *sources)
    before = rows(warehouse, "from units order by all") + rows(warehouse, "from set_aside")
    _, second = run(tmp_path, *sources, warehouse=warehouse, run_id="run-2")
    assert (first.changed, second.changed) == (True, False)
    assert [unit.was_new for unit in second.units] == [False, False]
    assert (second.events, second.users) == (first.events, first.users) == (1, 2)
    assert rows(warehouse, "from units order by all") + rows(warehouse, "from set_aside") == before


def test_a_changed_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    write_csv(tmp_path / "events.csv", HEADER, "a,2026-01-01,view", ",2026-01-01,view")
    warehouse, _ = run(tmp_path, events_source())
    write_csv(tmp_path / "events.csv", HEADER, "b,2026-01-01,view", "c,2026-01-01,view")
    _, loading = run(tmp_path, events_source(), warehouse=warehouse, run_id="run-2")
    assert column(warehouse, "select user_id from events order by 1") == ["b", "c"]
    assert (reasons(loading), loading.users) == ({}, 2)


def test_a_changed_mapping_loads_anew(tmp_path: Path) -> None:
    write_csv(tmp_path / "events.csv", HEADER, "a,2026-01-01,view")
    warehouse, _ = run(tmp_path, events_source())
    changed = events_source(events={"kind": {"value": "open"}})
    _, loading = run(tmp_path, changed, warehouse=warehouse)
    assert loading.changed
    assert column(warehouse, "select kind from events") == ["open"]


def test_a_source_keeps_only_what_its_mapping_fills(tmp_path: Path) -> None:
    write_csv(tmp_path / "events.csv", "user,at,kind,what", "a,2026-01-01,view,lamp")
    write_csv(tmp_path / "mails.csv", "user,at,kind,paid", "b,2026-01-01,open,2.5")
    clicks = events_source(events={"item": "what"})
    mails = events_source("mails.csv", "mails", events={"value": "paid"})
    warehouse, _ = run(tmp_path, clicks, mails)
    always = ["user_id", "at_us", "kind", "unit", "row_number"]
    assert sorted(warehouse.columns("events_from_clicks")) == sorted([*always, "item"])
    found = rows(
        warehouse, "select source, user_id, item, value, query, event_id from events order by source"
    )
    assert [tuple(row.values()) for row in found] == [
        ("clicks", "a", "lamp", None, None, None),
        ("mails", "b", None, 2.5, None, None),
    ]
    assert list(warehouse.columns("events"))[:4] == ["event_id", "user_id", "at", "at_us"]
    run(tmp_path, mails, warehouse=warehouse)
    assert column(warehouse, "select source from events") == ["mails"]
    assert warehouse.columns("events_from_clicks") == {}


def test_events_of_a_vanished_file_are_there_beside_those_of_a_wider_mapping(tmp_path: Path) -> None:
    for name, item in (("1.csv", "lamp"), ("2.csv", "chair")):
        write_csv(tmp_path / name, "user,at,kind,what", f"a,2026-01-01,view,{item}")
    warehouse, _ = run(tmp_path, events_source("*.csv"))
    (tmp_path / "1.csv").unlink()
    run(tmp_path, events_source("*.csv", events={"item": "what"}), warehouse=warehouse)
    found = rows(warehouse, "select unit, item from events order by unit")
    assert [tuple(row.values()) for row in found] == [("1.csv", None), ("2.csv", "chair")]


def test_a_file_that_vanished_keeps_its_events(tmp_path: Path) -> None:
    for name in ("1.csv", "2.csv"):
        write_csv(tmp_path / name, HEADER, f"{name},2026-01-01,view")
    warehouse, _ = run(tmp_path, events_source("*.csv"))
    (tmp_path / "1.csv").unlink()
    _, loading = run(tmp_path, events_source("*.csv"), warehouse=warehouse)
    assert (loading.events, loading.changed, loading.vanished) == (2, False, (("clicks", "1.csv"),))
    (tmp_path / "2.csv").unlink()
    _, loading = run(tmp_path, events_source("*.csv"), warehouse=warehouse)
    assert (loading.events, len(loading.vanished)) == (2, 2)


def test_a_source_that_left_the_project_leaves_the_warehouse(tmp_path: Path) -> None:
    write_csv(tmp_path / "events.csv", HEADER, "a,2026-01-01,view", ",2026-01-01,view")
    write_csv(tmp_path / "users.csv", "id,city", "b,Graz")
    warehouse, _ = run(tmp_path, events_source(), users_source(users={"attributes": ["city"]}))
    _, renamed = run(tmp_path, events_source(name="acts"), warehouse=warehouse)
    assert (renamed.events, renamed.users, renamed.changed) == (1, 1, True)
    assert column(warehouse, "select source from set_aside") == ["acts"]
    assert rows(warehouse, "from users") == []


def test_a_source_may_turn_from_events_to_users(tmp_path: Path) -> None:
    write_csv(tmp_path / "events.csv", HEADER, "a,2026-01-01,view")
    warehouse, _ = run(tmp_path, events_source())
    source = {"name": "clicks", "table": "events.csv", "users": {"user_id": "user"}}
    _, loading = run(tmp_path, source, warehouse=warehouse)
    assert (loading.events, loading.users) == (0, 1)
    _, loading = run(tmp_path, events_source(), warehouse=warehouse)
    assert (loading.events, loading.users) == (1, 1)
    assert rows(warehouse, "from users") == []
