from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from tests.events.loaded import (
    column,
    events_source,
    reasons,
    rows,
    run,
    users_source,
    write_csv,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_users_of_either_kind_of_source_exist(tmp_path: Path) -> None:
    write_csv(
        tmp_path / "events.csv", "user,at,kind", "a,2026-01-01,view", "b,2026-01-01,view", "b,2026-01-02,view"
    )
    write_csv(tmp_path / "users.csv", "id", "b", "c")
    warehouse, loading = run(tmp_path, events_source(), users_source())
    assert (loading.users, loading.events) == (3, 3)
    assert column(warehouse, "select user_id from users order by 1") == ["b", "c"]


def test_a_table_of_users_alone_is_enough(tmp_path: Path) -> None:
    write_csv(tmp_path / "users.csv", "id,age,zip,city", "a,31,1010,Vienna", "b,,x1,Graz")
    warehouse, loading = run(tmp_path, users_source(users={"attributes": ["age", "zip", "city"]}))
    assert (loading.users, loading.events) == (2, 0)
    assert warehouse.columns("users") == {
        "user_id": "VARCHAR", "since_us": "BIGINT", "acquisition_channel": "VARCHAR", "age": "DOUBLE",
        "zip": "VARCHAR", "city": "VARCHAR",
    }  # fmt: skip
    assert column(warehouse, "select age from users order by user_id") == [31.0, None]


def test_repeated_and_nameless_users_are_set_aside(tmp_path: Path) -> None:
    write_csv(tmp_path / "1.csv", "id,city", "a,Vienna", ",Graz", "a,Linz")
    write_csv(tmp_path / "2.csv", "id,city", "a,Wels", "b,Graz", "c")
    source = users_source("*.csv", users={"attributes": ["city"]})
    warehouse, loading = run(tmp_path, source)
    assert reasons(loading) == {"duplicate user": 2, "no user": 1, "unreadable row": 1}
    assert column(warehouse, "select city from users order by user_id") == ["Vienna", "Graz"]
    write_csv(tmp_path / "1.csv", "id,city", "d,Vienna")
    _, loading = run(tmp_path, source, warehouse=warehouse)
    assert column(warehouse, "select city from users order by user_id") == ["Wels", "Graz", "Vienna"]
    assert sum(unit.read for unit in loading.units) == 4


def test_users_of_different_shapes_are_compared(tmp_path: Path) -> None:
    write_csv(tmp_path / "1.csv", "id,city", "a,Vienna")
    write_csv(tmp_path / "2.csv", "city;id", "Wels;a", "Graz;b")
    warehouse, loading = run(tmp_path, users_source("*.csv", users={"attributes": ["city"]}))
    assert reasons(loading) == {"duplicate user": 1}
    assert column(warehouse, "select city from users order by user_id") == ["Vienna", "Graz"]


def test_rows_without_ids_are_numbered(tmp_path: Path) -> None:
    write_csv(tmp_path / "1.csv", "age", "31", "27")
    source = {"name": "people", "table": "*.csv", "users": {"attributes": ["age"]}}
    warehouse, loading = run(tmp_path, source)
    assert rows(warehouse, "select user_id, age from users order by 1") == [
        {"user_id": "row-1", "age": 31.0},
        {"user_id": "row-2", "age": 27.0},
    ]
    write_csv(tmp_path / "2.csv", "age", "5")
    _, loading = run(tmp_path, source, warehouse=warehouse)
    assert loading.users == 3
    assert column(warehouse, "select user_id from users order by 1") == [
        "1.csv-row-1",
        "1.csv-row-2",
        "2.csv-row-1",
    ]


def test_a_sign_up_in_the_future_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("id,joined\na,2026-01-01\nb,2099-01-01\n")
    warehouse, _ = run(tmp_path, users_source(users={"since": "joined"}))
    known = rows(warehouse, "select user_id, since_us is not null as known from users order by user_id")
    assert known == [{"user_id": "a", "known": True}, {"user_id": "b", "known": False}]


def test_since_and_channel(tmp_path: Path) -> None:
    write_csv(tmp_path / "users.csv", "id,joined,via", "a,2026-01-01,ads", "b,never,")
    source = users_source(users={"since": "joined", "acquisition_channel": "via"})
    warehouse, _ = run(tmp_path, source)
    assert rows(warehouse, "from users order by user_id") == [
        {"user_id": "a", "since_us": 1767225600000000, "acquisition_channel": "ads"},
        {"user_id": "b", "since_us": None, "acquisition_channel": None},
    ]


def test_attributes_have_the_type_that_is_said(tmp_path: Path) -> None:
    write_csv(tmp_path / "users.csv", "id,zip,age,agent", "a,1010,31,mobile", "b,2020,unknown,Googlebot")
    attributes = [
        {"column": "zip", "as": "category"},
        {"column": "age", "as": "number"},
        {"column": "agent", "as": "device", "name": "device"},
        {"column": "zip", "map": {"1010": "1"}, "name": "centre"},
        {"sql": "cast(zip as integer) + 1", "name": "next"},
        {"value": "x", "name": "same"},
    ]
    warehouse, _ = run(tmp_path, users_source(users={"attributes": attributes}))
    assert rows(
        warehouse, "select * exclude (since_us, acquisition_channel) from users order by user_id"
    ) == [
        {
            "user_id": "a",
            "zip": "1010",
            "age": 31.0,
            "device": "mobile",
            "centre": "1",
            "next": 1011.0,
            "same": "x",
        },
        {
            "user_id": "b",
            "zip": "2020",
            "age": None,
            "device": "bot",
            "centre": "2020",
            "next": 2021.0,
            "same": "x",
        },
    ]


def test_typed_numbers_stay_numbers_and_text_stays_text(tmp_path: Path) -> None:
    table = pa.table({"id": [1.0, 2.0], "age": [31, None], "zip": ["1010", "2020"], "paid": [True, False]})
    pq.write_table(table, tmp_path / "users.parquet")
    warehouse, _ = run(tmp_path, users_source("users.parquet", users={"attributes": ["age", "zip", "paid"]}))
    assert rows(warehouse, "select user_id, age, zip, paid from users order by 1") == [
        {"user_id": "1", "age": 31.0, "zip": "1010", "paid": "true"},
        {"user_id": "2", "age": None, "zip": "2020", "paid": "false"},
    ]


def test_files_that_disagree_on_a_type_give_text(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": ["a"], "size": [3]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"id": ["b"], "size": ["big"]}), tmp_path / "2.parquet")
    warehouse, _ = run(tmp_path, users_source("*.parquet", users={"attributes": ["size"]}))
    assert column(warehouse, "select size from users order by user_id") == ["3", "big"]


def test_two_sources_of_users_meet_in_one_row(tmp_path: Path) -> None:
    write_csv(tmp_path / "crm.csv", "id,City,age", "a,Vienna,31", "b,,")
    write_csv(tmp_path / "app.csv", "uid,city,device", "b,Graz,mobile", "c,Linz,desktop")
    sources = (
        users_source("crm.csv", name="crm", users={"attributes": ["City", "age"]}),
        users_source("app.csv", name="app", users={"user_id": "uid", "attributes": ["city", "device"]}),
    )
    warehouse, loading = run(tmp_path, *sources)
    assert loading.users == 3
    assert rows(warehouse, "select user_id, City, age, device from users order by 1") == [
        {"user_id": "a", "City": "Vienna", "age": 31.0, "device": None},
        {"user_id": "b", "City": "Graz", "age": None, "device": "mobile"},
        {"user_id": "c", "City": "Linz", "age": None, "device": "desktop"},
    ]
