from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.segments.over_time.migration import counted, migration
from coterie.sources.duckdb import DuckDB
from coterie.sources.relation import select
from coterie.sources.sqlite_warehouse import SQLite

if TYPE_CHECKING:
    from coterie.sources.warehouse import Warehouse

THEN, NOW = (select(f"select user_id, segment from {table}") for table in ("then_in", "now_in"))


def put(warehouse: Warehouse, then: dict[str, int], now: dict[str, int]) -> None:
    for table, members in (("then_in", then), ("now_in", now)):
        columns = {"user_id": pa.array(list(members), pa.string())}
        columns["segment"] = pa.array(list(members.values()), pa.int32())
        warehouse.create(table, pa.table(columns))


@pytest.mark.parametrize("engine", [DuckDB, SQLite])
def test_users_are_counted_by_where_they_were_and_are(engine: type[DuckDB | SQLite]) -> None:
    with contextlib.closing(engine()) as warehouse:
        put(warehouse, {"a": 1, "b": 1, "c'": 2, "gone": 2}, {"a": 1, "b": 4, "c'": 2, "new": 4})
        counts = counted(warehouse, THEN, NOW)
        assert {pair: n for pair, n in counts.items() if n} == {
            (1, 1): 1, (1, 4): 1, (2, 2): 1, (2, None): 1, (None, 4): 1,
        }  # fmt: skip


memberships = st.dictionaries(st.sampled_from([f"u{at}" for at in range(12)]), st.integers(1, 4), min_size=1)


@given(memberships, memberships)
def test_rows_and_columns_sum_to_the_users(then: dict[str, int], now: dict[str, int]) -> None:
    with contextlib.closing(DuckDB()) as warehouse:
        put(warehouse, then, now)
        found = migration("habit", counted(warehouse, THEN, NOW), [1, 2, 3, 4], [4, 3, 2, 1])
    for ident in range(1, 5):
        row = [one for one in found.flows if one.before == ident]
        assert sum(one.users for one in row) == list(then.values()).count(ident)
        assert sum(one.share for one in row) == pytest.approx(1.0 if ident in then.values() else 0.0)
        column = [one for one in found.flows if one.after == ident]
        assert sum(one.users for one in column) == list(now.values()).count(ident)
    assert sum(one.users for one in found.flows if one.before is not None) == len(then)
    assert sum(one.users for one in found.flows if one.after is not None) == len(now)
    assert found.stayed == sum(now.get(user) == segment for user, segment in then.items())
    assert found.stayed + found.moved == len(set(then) & set(now))
    assert all(one.low <= one.share <= one.high for one in found.flows)


def test_it_shows_itself() -> None:
    found = migration("habit", {(1, 1): 1200, (1, 2): 3, (None, 2): 1, (1, None): 2}, [1], [1, 2])
    assert found.caption() == ("habit: 1,200 users stayed in their segment, 3 moved, 1 arrived and 2 left.")
    table = found.to_arrow()
    assert table.column_names == ["segment_before", "segment_after", "users", "share", "low", "high"]
    assert table.num_rows == 5
    assert (found.users(1, 2), found.users(None, 2), found.users(7, 7)) == (3, 1, 0)


def test_whoever_is_in_the_segment_that_continues_theirs_has_stayed() -> None:
    found = migration("habit", {(1, 2): 5, (1, 1): 1}, [1], [1, 2], [(1, 2)])
    assert (found.stayed, found.moved) == (5, 1)
    assert [one.moved for one in found.flows if one.before and one.after] == [True, False]
