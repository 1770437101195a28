from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.events.loaded import ANYTHING, HEADER, column, events_source, rows, run, write_csv

from coterie.sources.connect import connect

if TYPE_CHECKING:
    from pathlib import Path


LINES = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "3", ""]),
        st.sampled_from(["a", "b", "", "it's 😀", '"q""x"', "'; drop table events; --"]),
        st.sampled_from(["2026-01-01", "2026-02-01T03:04:05Z", "never", "1970-01-01", "2099-01-01"]),
        st.sampled_from(["VIEW", "LIKE", ""]),
        st.sampled_from(["", ",extra", "broken"]),
    ),
    max_size=25,
)
LAW = settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
EVERYTHING = events_source(
    "*.csv", strict=True, events={"event_id": "id", "kind": {"column": "kind", "map": {"VIEW": "view"}}}
)


def _line(parts: tuple[str, str, str, str, str]) -> str:
    number, user, at, kind, tail = parts
    return f"{number},{user}" if tail == "broken" else f"{number},{user},{at},{kind}{tail}"


def _empty(folder: Path) -> None:
    for file in folder.glob("*.csv"):
        file.unlink()


@LAW
@given(lines=LINES)
def test_no_row_is_lost(tmp_path: Path, lines: list[tuple[str, str, str, str, str]]) -> None:
    write_csv(tmp_path / "events.csv", "id," + HEADER, *map(_line, lines))
    warehouse, loading = run(tmp_path, EVERYTHING)
    (unit,) = loading.units
    assert unit.read == len(lines) == unit.used + sum(count for _, count in unit.set_aside)
    assert column(warehouse, "select count(*) from events") == [unit.used]
    assert column(warehouse, "select count(*) from set_aside") == [unit.read - unit.used]
    assert len(column(warehouse, "select distinct event_id from events where event_id is not null")) == len(
        column(warehouse, "select event_id from events where event_id is not null")
    )
    warehouse.close()


@LAW
@given(lines=LINES, cut=st.integers(0, 25))
def test_two_halves_equal_one(tmp_path: Path, lines: list[tuple[str, str, str, str, str]], cut: int) -> None:
    _empty(tmp_path)
    halves = {"1.csv": lines[:cut], "2.csv": lines[cut:]}
    in_turn = connect("duckdb://?threads=1")
    for name, half in halves.items():
        write_csv(tmp_path / name, "id," + HEADER, *map(_line, half))
        run(tmp_path, EVERYTHING, warehouse=in_turn)
    at_once, _ = run(tmp_path, EVERYTHING)
    for text in (ANYTHING, "select unit, row_number, reason, record from set_aside order by all"):
        assert rows(in_turn, text) == rows(at_once, text)
    in_turn.close()
    at_once.close()


@LAW
@given(lines=LINES, order=st.randoms(use_true_random=False))
def test_row_order_is_irrelevant(
    tmp_path: Path, lines: list[tuple[str, str, str, str, str]], order: Any
) -> None:
    without_ids = events_source(
        strict=True, duplicates="set_aside", events={"kind": {"column": "kind", "map": {"VIEW": "view"}}}
    )
    found = []
    for _ in range(2):
        write_csv(tmp_path / "events.csv", "id," + HEADER, *map(_line, lines))
        warehouse, _ = run(tmp_path, without_ids)
        found.append(
            (rows(warehouse, ANYTHING), column(warehouse, "select reason from set_aside order by 1"))
        )
        warehouse.close()
        order.shuffle(lines)
    assert found[0] == found[1]
