from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from coterie.predictions import scores
from coterie.sources import connect, sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    import pytest

SCHEMA = pa.schema([("what", pa.string()), ("user_id", pa.string()), ("run_id", pa.string())])


def test_rows_are_kept_of_what_is_named_alone_and_marked_with_the_run() -> None:
    warehouse = connect.connect("duckdb://")
    rows = [{"what": what, "user_id": "u", "run_id": "old"} for what in ("a", "b", "c")]
    warehouse.create("scores", pa.Table.from_pylist(rows, schema=SCHEMA))
    scores.begin(warehouse, "scores", SCHEMA, ["a", "c"], "new")
    left = warehouse.query(sql.sql("select * from scores order by what"))
    assert left.to_pylist() == [{"what": what, "user_id": "u", "run_id": "new"} for what in ("a", "c")]
    scores.begin(warehouse, "scores", SCHEMA, [], "new")
    assert warehouse.query(sql.sql("select * from scores")).schema.names == SCHEMA.names
    assert not warehouse.query(sql.sql("select * from scores")).num_rows


def test_every_user_is_in_one_batch_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scores, "BATCH", 3)
    warehouse = connect.connect("duckdb://")
    for count in (0, 3, 7):
        users = [f"u{at}" for at in range(count)]
        warehouse.create("people", pa.table({"user_id": pa.array(users[::-1], pa.string())}))
        found = list(scores.batches(warehouse, select("select user_id from people"), sql.column("user_id")))
        assert [len(one) for one in found] == [3] * (count // 3) + [count % 3] * (count % 3 > 0)
        assert [user for one in found for user in one["user_id"].to_pylist()] == users
