from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, cast

import pyarrow as pa
import pytest
from tests import small_shop

from coterie import run
from coterie.errors import WarehouseError
from coterie.project import file as project_file
from coterie.project.limits import LimitSettings
from coterie.sources import connect, sql
from coterie.sources.around import Around
from coterie.sources.estimate import Estimate, size
from coterie.sources.guarded import Guarded, guarded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlglot import exp

    from coterie.sources.warehouse import Warehouse

MANY = 5000


class Billed(Around):
    """DuckDB that estimates as a system does which bills bytes: here a gigabyte a row."""

    dialect = "bigquery"

    def estimate(self, statement: exp.Expression) -> Estimate:
        return Estimate(bytes=(super().estimate(statement).rows or 0) * 1_000_000_000)


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with contextlib.closing(connect.connect("duckdb://")) as made:
        made.create("events", pa.table({"n": range(MANY)}))
        made.create("users", pa.table({"n": range(10)}))
        made.execute(sql.sql("create view both as select n from events union all select n from users"))
        yield made


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("select n from events", MANY),
        ("select count(*) from both where n = 3", MANY + 10),
        ("select e.n from events as e join users as u on u.n = e.n", MANY + 10),
        ("select 1 as n", 0),
    ],
)
def test_duckdb_tells_the_rows_of_the_tables_that_are_scanned(
    warehouse: Warehouse, text: str, rows: int
) -> None:
    found = warehouse.estimate(sql.sql(text))
    assert found.bytes is None
    assert found.rows in (rows, rows or 1)


def test_more_rows_than_allowed_are_refused_before_anything_runs(warehouse: Warehouse) -> None:
    careful = guarded(warehouse, LimitSettings(max_rows=MANY - 1))
    assert careful.query(sql.sql("select count(*) from users")).num_rows == 1
    with careful.stream(sql.sql("select n from users")) as rows:
        assert rows.read_all().num_rows == 10
    select = sql.sql("select n from events")
    refused = (
        r"reads events.*would read 5,000 rows, and coterie.yaml allows 4,999 rows. Raise `limits: \{max_"
    )
    for attempt in (
        lambda: careful.query(select),
        lambda: careful.stream(select).__enter__(),
        lambda: careful.create("copy", select),
        lambda: careful.append("users", select),
        lambda: careful.execute(sql.sql("insert into users select n from events")),
        lambda: careful.execute(sql.sql("create table copy as select n from events")),
    ):
        with pytest.raises(WarehouseError, match=refused):
            attempt()
    assert warehouse.columns("copy") == {}
    careful.append("users", pa.table({"n": [1]}))
    careful.execute(sql.sql("delete from users"))


def test_bytes_are_told_before_a_scan_and_refused_above_the_cap(warehouse: Warehouse) -> None:
    told: list[str] = []
    billed = cast("Warehouse", Billed(warehouse))
    careful = Guarded(billed, LimitSettings.model_validate({"max_bytes": "100 GB"}), told.append)
    careful.create("copy", sql.sql("select n from users"))
    assert told == ["The statement that makes table 'copy' (it reads users) reads 10 GB."]
    with pytest.raises(
        WarehouseError,
        match=r"A query \(it reads events\) would read 5 TB, and coterie.yaml allows 100 GB. Raise "
        r"`limits: \{max_bytes: 5000000000000\}` if that is right, or read less",
    ):
        careful.query(sql.sql("select n from events"))
    assert len(told) == 2


def test_only_what_is_limited_or_billed_is_asked(warehouse: Warehouse) -> None:
    assert guarded(warehouse, LimitSettings()) is warehouse
    assert isinstance(guarded(cast("Warehouse", Billed(warehouse)), LimitSettings()), Guarded)


def test_a_run_is_refused_by_name_and_leaves_nothing_half_made(tmp_path: Path) -> None:
    folder = small_shop.make(tmp_path)
    text = small_shop.YAML + "limits: {max_rows: 200}\n"
    (folder / "coterie.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(WarehouseError, match=r"would read .* rows, and coterie.yaml allows 200 rows"):
        run.run(project_file.read(folder))
    (folder / "coterie.yaml").write_text(small_shop.YAML, encoding="utf-8")
    assert run.run(project_file.read(folder)).users == small_shop.USERS


@pytest.mark.parametrize(("count", "told"), [(0, "0 B"), (1500, "1.5 kB"), (10**19, "1e+04 PB")])
def test_bytes_are_written_for_people(count: int, told: str) -> None:
    assert size(count) == told
