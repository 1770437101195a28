from __future__ import annotations

import contextlib
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from tests.features import drawn, made
from tests.features.made import DAY, MINUTE, Event

from coterie.errors import SourceError
from coterie.events import changed, days
from coterie.sources import sql
from coterie.sources.duckdb import DuckDB

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDB]:
    with contextlib.closing(DuckDB()) as opened:
        yield opened


def rows(warehouse: DuckDB, events: Sequence[Event]) -> list[dict[str, Any]]:
    made.put(warehouse, events)
    days.refresh(warehouse)
    return made.all_of(warehouse, days.TABLE, "user_id day")


def by_a_plain_lag(events: Sequence[Event]) -> dict[tuple[str, int], dict[str, int | None]]:
    """Sessions and silences from each event and the one before it."""
    found: dict[tuple[str, int], dict[str, int | None]] = defaultdict(
        lambda: {"events": 0, "sessions": 0, "session_us": 0, "gap_days": None}
    )
    before: dict[str, int] = {}
    for one in sorted(events, key=lambda event: event.at_us):
        day = one.at_us // DAY
        of = found[one.user_id, day]
        pause = one.at_us - before[one.user_id] if one.user_id in before else None
        of["events"] = (of["events"] or 0) + 1
        if pause is None or pause > 30 * MINUTE:
            of["sessions"] = (of["sessions"] or 0) + 1
        else:
            of["session_us"] = (of["session_us"] or 0) + pause
        if pause is not None and before[one.user_id] // DAY < day:
            of["gap_days"] = day - before[one.user_id] // DAY
        before[one.user_id] = one.at_us
    return dict(found)


@settings(max_examples=10, deadline=None)
@given(events=drawn.many_events)
def test_sessions_by_half_hours_are_sessions_by_a_plain_lag(events: list[Event]) -> None:
    with contextlib.closing(DuckDB()) as warehouse:
        found = {
            (row["user_id"], row["day"]): {
                name: row[name] for name in ("events", "sessions", "session_us", "gap_days")
            }
            for row in rows(warehouse, events)
        }
    assert found == by_a_plain_lag(events)


@pytest.mark.parametrize("step", [MINUTE, 30 * MINUTE, DAY])
def test_events_sorted_once_give_the_same_days(warehouse: DuckDB, step: int) -> None:
    events = [
        Event(
            "abc"[i * 7 % 3],
            20_000 * DAY + step * (i * 13 % 19) + i % 2,
            ("view", "order", "refund", "video")[i * 11 % 4],
            value=(None, 1.5, -2.0)[i * 5 % 3],
            duration=(None, 0.5)[i // 3 % 2],
        )
        for i in range(200)
    ]
    expected = rows(warehouse, events)
    kinds = [name.removeprefix("kind_") for name in expected[0] if name.startswith("kind_")]
    warehouse.create("in_one_pass", days.statement(kinds, sorting=True))
    assert made.all_of(warehouse, "in_one_pass", "user_id day") == expected


@pytest.mark.parametrize(("pause", "sessions"), [(30 * MINUTE, 1), (30 * MINUTE + 1, 2)])
@pytest.mark.parametrize("start", [0, 1, 29 * MINUTE, DAY - 1, DAY - 30 * MINUTE])
def test_a_pause_of_more_than_thirty_minutes_ends_a_session(
    warehouse: DuckDB, start: int, pause: int, sessions: int
) -> None:
    first = 20_000 * DAY + start
    found = rows(warehouse, [Event("a", first), Event("a", first + pause)])
    assert sum(row["sessions"] for row in found) == sessions
    assert sum(row["session_us"] for row in found) == (pause if sessions == 1 else 0)


def test_a_kind_that_comes_or_goes_makes_the_table_anew(warehouse: DuckDB) -> None:
    first = Event("a", 20_000 * DAY)
    made.put(warehouse, [first])
    assert days.refresh(warehouse) == days.Refreshed(("view",), anew=True)
    made.add(warehouse, [Event("a", first.at_us, "click")])
    assert days.refresh(warehouse) == days.Refreshed(("click", "view"), anew=True)
    warehouse.drop(changed.TABLE)
    assert days.refresh(warehouse) == days.Refreshed(("click", "view"), anew=False)


def test_nothing_changed_computes_nothing(warehouse: DuckDB) -> None:
    made.put(warehouse, [Event("a", 20_000 * DAY)])
    days.refresh(warehouse)
    made.add(warehouse, [])
    warehouse.execute(sql.sql("update user_days set events = 99"))
    assert not days.refresh(warehouse).anew
    assert made.all_of(warehouse, days.TABLE, "user_id day")[0]["events"] == 99


def test_a_table_without_events_is_there(warehouse: DuckDB) -> None:
    assert rows(warehouse, []) == []
    assert "sessions" in warehouse.columns(days.TABLE)


def test_too_many_kinds_are_a_mapping_gone_wrong(warehouse: DuckDB) -> None:
    made.put(warehouse, [Event("a", 20_000 * DAY, f"kind {i}") for i in range(days.MOST_KINDS + 1)])
    with pytest.raises(SourceError, match="of 65 kinds, such as 'kind 0', 'kind 1', 'kind 10'; at most 64"):
        days.refresh(warehouse)


def test_progress_is_told(warehouse: DuckDB) -> None:
    told: list[tuple[str, int, int]] = []
    made.put(warehouse, [Event("a", 20_000 * DAY)])
    days.refresh(warehouse, lambda *step: told.append(step))
    assert told == [("days", 0, 1), ("days", 1, 1)]
