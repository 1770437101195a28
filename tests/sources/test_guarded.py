from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, cast

import pyarrow as pa
import pytest
from tests import small_shop, warehouses

from coterie import run
from coterie.errors import WarehouseError
from coterie.project import file as project_file
from coterie.project.limits import LimitSettings
from coterie.sources import bigquery, connect, sql
from coterie.sources.around import Around
from coterie.sources.estimate import Estimate, size
from coterie.sources.guarded import Guarded, guarded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlglot import exp

    from coterie.project.settings import Project
    from coterie.sources.warehouse import Warehouse

MANY = 5000


class Billed(Around):
    """DuckDB that estimates as a system does which bills bytes: here a gigabyte a row."""

    dialect = "bigquery"
    a_row = 1_000_000_000
    asked = 0

    def estimate(self, statement: exp.Expression) -> Estimate:
        self.asked += 1
        return Estimate(bytes=(super().estimate(statement).rows or 0) * self.a_row)

    def bound(self, statement: exp.Expression) -> Estimate:
        return Estimate(bytes=(super().estimate(statement).rows or 0) * self.a_row * 2)


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


@pytest.fixture(params=warehouses.EVERY)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Warehouse]:
    with warehouses.opened(request.param, tmp_path) as made:
        made.create("events", pa.table({"user_id": [f"u{n % 10}" for n in range(MANY)], "n": range(MANY)}))
        made.create("users", pa.table({"user_id": [f"u{n}" for n in range(10)], "n": range(10)}))
        made.execute(sql.sql("create view numbers as select n from events union all select n from users"))
        yield made


def test_every_engine_tells_what_would_be_read_and_is_held_to_the_limit(engine: Warehouse) -> None:
    careful = Guarded(engine, LimitSettings(max_rows=MANY // 5))
    for text in (
        "select n from events",
        "select count(*) as n from numbers where n = 3",
        "select e.n from users as u join events as e on e.user_id = u.user_id",
        "with some as (select user_id, n from events where n > 7) select max(n) as n from some",
    ):
        found = engine.estimate(sql.sql(text))
        if engine.dialect == "bigquery":  # it tells bytes, which are none on an emulator
            assert found.bytes is not None
            continue
        assert found.rows is not None
        assert 0.4 * MANY < found.rows < 2 * MANY, text  # servers look at a sample of an index
        with pytest.raises(
            WarehouseError, match=r"^A query \(it reads .*\) would read .* rows, and coterie.yaml"
        ):
            careful.query(sql.sql(text))
        with pytest.raises(WarehouseError, match=r"^The statement that makes table 'made' \(it reads "):
            careful.create("made", sql.sql(text))
    assert engine.columns("made") == {}
    assert careful.query(sql.sql("select user_id from users")).num_rows == 10
    assert careful.query(sql.sql("select 1 as n")).num_rows == 1


def test_a_table_of_the_moment_is_told_too(engine: Warehouse) -> None:
    engine.create("staged", sql.sql("select n from events where n < 100"), temporary=True)
    found = engine.estimate(sql.sql("select n from staged"))
    assert found.rows is None or 90 < found.rows < 110
    assert (found.rows, found.bytes) != (None, None)


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


def test_what_can_neither_be_told_nor_refused_is_not_asked(warehouse: Warehouse) -> None:
    told: list[str] = []
    billed = Billed(warehouse)
    billed.a_row = 1000
    few, many = sql.sql("select n from users"), sql.sql("select n from events")
    assert Guarded(cast("Warehouse", billed), LimitSettings(), told.append).query(few).num_rows == 10
    assert (billed.asked, told) == (0, [])
    assert Guarded(cast("Warehouse", billed), LimitSettings(), told.append).query(many).num_rows == MANY
    assert (billed.asked, told) == (1, [])
    for cap, refused in ((20_000, False), (9_999, True)):
        careful = Guarded(cast("Warehouse", billed), LimitSettings(max_bytes=cap))
        with pytest.raises(WarehouseError, match="allows 10 kB") if refused else contextlib.nullcontext():
            careful.query(few)
        assert billed.asked == 2 + refused


def test_only_what_is_limited_or_billed_is_asked(warehouse: Warehouse) -> None:
    assert guarded(warehouse, LimitSettings()) is warehouse
    assert isinstance(guarded(cast("Warehouse", Billed(warehouse)), LimitSettings()), Guarded)


def bytes_of_rows(adapter: bigquery.BigQuery, statement: exp.Expression) -> Estimate:
    """A kilobyte a row, where an emulator tells no bytes at all."""
    read = adapter._read_by(statement)
    return Estimate(bytes=sum(adapter._made(part).num_rows * 1000 for part in read or ()))


@pytest.mark.parametrize(
    "system", ["duckdb", *warehouses.EMBEDDED, *warehouses.DATABASES, *warehouses.YOUNGER]
)
def test_a_run_is_refused_by_name_and_leaves_nothing_half_made(
    system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = warehouses.url(system, tmp_path)
    path = small_shop.make(tmp_path / "shop") / "coterie.yaml"
    for name in ("estimate", "bound"):
        monkeypatch.setattr(bigquery.BigQuery, name, bytes_of_rows)

    def shop(most: int) -> Project:
        limit = f"max_bytes: {most}kB" if system == "bigquery" else f"max_rows: {most}"
        text = f"{small_shop.YAML}warehouse: ${{PLACE}}\nlimits: {{{limit}}}\n"
        path.write_text(text, encoding="utf-8")
        return project_file.read(path.parent, {"PLACE": place})

    with warehouses.removed(place):
        with pytest.raises(
            WarehouseError, match=r"would read .*( rows|B), and coterie.yaml allows 200 (rows|kB)"
        ):
            run.run(shop(200))
        with run.opened(shop(200)) as left:
            assert left.columns("profiles") == {}
        assert run.run(shop(10**9)).users == small_shop.USERS


def test_many_rows_are_told_before_they_are_read(warehouse: Warehouse) -> None:
    told: list[str] = []
    many = sql.sql("select a.n from events as a, (select range as k from range(200)) as b")
    warehouse.create("many", many)
    Guarded(warehouse, LimitSettings(max_rows=10**9), told.append).query(sql.sql("select max(n) from many"))
    assert told == ["A query (it reads many) reads about 1,000,000 rows."]


@pytest.mark.parametrize(("count", "told"), [(0, "0 B"), (1500, "1.5 kB"), (10**19, "1e+04 PB")])
def test_bytes_are_written_for_people(count: int, told: str) -> None:
    assert size(count) == told
