from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
import pytest
from tests import small_shop
from tests.failing import Failing

from coterie import run
from coterie.errors import UsageError, WarehouseError, WarehouseGoneError, WarehouseStaysAwayError
from coterie.project import file as project_file
from coterie.sources import connect, retrying, sql
from coterie.sources.retrying import Backoff, Retrying

if TYPE_CHECKING:
    from pathlib import Path

    from coterie.sources.warehouse import Warehouse

GONE = "The server went away."


class Told:
    """Takes down what is told and how long is slept, and sleeps not."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.slept: list[float] = []

    def backoff(self, tries: int = 3) -> Backoff:
        return Backoff(tries, tell=self.sentences.append, sleep=self.slept.append, draw=lambda: 1.0)


def breaking(folder: Path, *at: int | None) -> tuple[Retrying, Told, list[Warehouse]]:
    """A DuckDB file; each connection to it breaks at the statement of that number, the last ones never."""
    told = Told()
    opened: list[Warehouse] = []
    breaks = itertools.chain(at, itertools.repeat(None))

    def opens() -> Warehouse:
        real = connect.connect(f"duckdb:///{folder.relative_to('/')}/x.duckdb", folder.__class__("/"))
        made = cast("Warehouse", Failing(real, next(breaks), error=WarehouseGoneError(GONE)))
        opened.append(made)
        return made

    return Retrying(opens, told.backoff()), told, opened


def one(warehouse: Retrying, text: str = "select 1 as n") -> Any:
    return warehouse.query(sql.sql(text)).column(0)[0].as_py()


def test_reading_is_tried_again_on_a_new_connection_and_told(tmp_path: Path) -> None:
    warehouse, told, opened = breaking(tmp_path, 1, 1)
    assert one(warehouse) == 1
    assert len(opened) == 3
    assert told.slept == [1.0, 2.0]
    assert told.sentences == [
        f"{GONE} Trying again in 1.0 s (2 of 3).",
        f"{GONE} Trying again in 2.0 s (3 of 3).",
    ]
    assert (warehouse.dialect, warehouse.schema, warehouse.home) == ("duckdb", "coterie", "main")
    assert warehouse.url.startswith("duckdb:///")
    warehouse.release()
    warehouse.close()


def test_what_never_comes_back_is_reported_with_how_often_it_was_tried(tmp_path: Path) -> None:
    warehouse, told, _ = breaking(tmp_path, 1, 1, 1)
    with pytest.raises(WarehouseGoneError, match=f"{GONE} It was tried 3 times."):
        one(warehouse)
    assert len(told.slept) == 2


def test_tables_are_made_and_dropped_again_but_rows_are_never_added_again(tmp_path: Path) -> None:
    warehouse, told, _ = breaking(tmp_path, 1, 2)
    warehouse.create("numbers", sql.sql("select 1 as n"))  # breaks, and is made on the second connection
    assert len(told.sentences) == 1
    with pytest.raises(WarehouseGoneError, match=GONE):
        warehouse.append("numbers", sql.sql("select 2 as n"))
    assert len(told.sentences) == 1
    assert warehouse.columns("numbers") == {"n": "INTEGER"}
    warehouse.widen("numbers", pa.schema([("m", pa.int64())]))
    other, told, _ = breaking(tmp_path, 1)
    with pytest.raises(WarehouseGoneError, match=GONE):
        other.execute(sql.sql("delete from numbers"))
    assert told.sentences == []
    other, told, _ = breaking(tmp_path, 1)
    other.drop("numbers")
    assert len(told.sentences) == 1
    assert warehouse.columns("numbers") == {}
    with warehouse.stream(sql.sql("select 1 as n")) as rows:
        assert rows.read_all().num_rows == 1


def test_nothing_inside_a_transaction_is_tried_again_alone(tmp_path: Path) -> None:
    warehouse, told, _ = breaking(tmp_path, 3)
    warehouse.create("numbers", sql.sql("select 1 as n"))

    def both() -> None:
        with warehouse.transaction():
            warehouse.execute(sql.sql("delete from numbers"))
            one(warehouse)

    with pytest.raises(WarehouseGoneError, match=GONE):
        both()
    assert told.sentences == []
    assert one(warehouse, "select n from numbers") == 1
    both()
    assert one(warehouse, "select count(*) from numbers") == 0


def test_nothing_is_tried_again_while_a_temporary_table_went_with_the_connection(tmp_path: Path) -> None:
    warehouse, told, _ = breaking(tmp_path, 2, 1)
    warehouse.create("staged", sql.sql("select 1 as n"), temporary=True)
    with pytest.raises(WarehouseGoneError, match=GONE):
        one(warehouse, "select n from staged")
    assert told.sentences == []
    warehouse.drop("staged")
    assert one(warehouse) == 1


def test_nothing_is_tried_again_while_the_warehouse_is_held_alone(tmp_path: Path) -> None:
    warehouse, told, opened = breaking(tmp_path, 1)
    with warehouse.alone("run 1"):
        with pytest.raises(WarehouseGoneError, match=GONE):
            one(warehouse)
        assert one(warehouse) == 1
    assert told.sentences == []
    assert len(opened) == 1
    assert warehouse.estimate(sql.sql("select 1 as n")).rows is not None


def test_a_table_made_from_itself_is_not_made_again(tmp_path: Path) -> None:
    warehouse, told, _ = breaking(tmp_path, 2)
    warehouse.create("numbers", sql.sql("select 1 as n"))
    with pytest.raises(WarehouseGoneError, match=GONE):
        warehouse.create("numbers", sql.sql("select n + 1 as n from numbers"))
    assert told.sentences == []
    assert one(warehouse, "select n from numbers") == 1


def test_what_was_tried_often_enough_is_not_tried_again_around_it(tmp_path: Path) -> None:
    warehouse, told, _ = breaking(tmp_path, 1, 1, 1, 1, 1, 1, 1, 1, 1)
    with pytest.raises(WarehouseStaysAwayError, match=rf"^{GONE} It was tried 3 times\.$"):
        retrying.again(lambda: one(warehouse), told.backoff())
    assert len(told.slept) == 2


def test_other_errors_are_not_passing(tmp_path: Path) -> None:
    warehouse, told, _ = breaking(tmp_path)
    with pytest.raises(WarehouseError, match="nowhere"):
        one(warehouse, "select * from nowhere")
    assert told.sentences == []
    with pytest.raises(UsageError):
        retrying.again(lambda: connect.connect("nothing://"))


def test_pauses_are_bounded_and_half_of_each_is_left_to_chance() -> None:
    longest = list(Backoff(tries=9, longest=10.0, draw=lambda: 1.0).pauses())
    shortest = list(Backoff(tries=9, longest=10.0, draw=lambda: 0.0).pauses())
    assert longest == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0, 10.0]
    assert shortest == [pause / 2 for pause in longest]


@pytest.mark.parametrize("at", [2, 40, 150])
def test_a_run_starts_over_when_the_warehouse_goes_away_and_ends_as_if_it_had_not(
    at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = project_file.read(small_shop.make(tmp_path / "broken"))
    real, breaks = connect.connect, iter([at])
    monkeypatch.setattr(
        connect,
        "connect",
        lambda *given: Failing(real(*given), next(breaks, None), error=WarehouseGoneError(GONE)),
    )
    monkeypatch.setattr(retrying, "Backoff", functools.partial(Backoff, sleep=lambda _: None))
    found = run.run(project)
    assert capsys.readouterr().err.startswith(f"{GONE} Trying again in ")
    assert next(breaks, None) is None
    assert found.users == small_shop.USERS
    with run.opened(project) as warehouse:
        ends = warehouse.query(sql.sql("select status, count(*) as n from runs group by status")).to_pylist()
        assert {"status": "done", "n": 1} in ends
        users = warehouse.query(sql.sql("select count(*) as n, count(distinct user_id) as u from profiles"))
        assert users.to_pylist() == [{"n": small_shop.USERS, "u": small_shop.USERS}]
        (events,) = warehouse.query(sql.sql("select count(*) from events")).to_pydict().values()
        assert events == [found.loading.events]
