from __future__ import annotations

import contextlib

import numpy as np
import pyarrow as pa
import pytest
from tests.segments.over_time.hand import step

from coterie.segments.over_time import movers
from coterie.segments.over_time.movers import Sums, changes, reasons
from coterie.sources.duckdb import DuckDB
from coterie.sources.relation import select
from coterie.sources.sqlite_warehouse import SQLite

PAIRS = select("select user_id, segment_before, segment_after from pairs")
STEPS = (
    step("spend", log=True, centre=1.0, scale=2.0),
    step("visits", fill=3.0),
    step("country", "at"),
)


@pytest.mark.parametrize("engine", [DuckDB, SQLite])
def test_changes_are_summed_up_in_the_warehouse(engine: type[DuckDB | SQLite]) -> None:
    users = ["a", "b", "c"]
    with contextlib.closing(engine()) as warehouse:
        warehouse.create(
            "pairs", pa.table({"user_id": users, "segment_before": [1, 1, 1], "segment_after": [1, 2, 2]})
        )
        then = {"spend": [0.0, 9.0, -9.0], "visits": [1.0, None, 2.0], "country": ["at", None, "ng"]}
        now = {"spend": [0.0, 99.0, 0.0], "visits": [1.0, 5.0, None], "country": ["at", "at", "ng"]}
        for table, columns in (("then_f", then), ("now_f", now)):
            warehouse.create(table, pa.table({"user_id": users, **columns}))
        found = changes(warehouse, PAIRS, ("then_f", "now_f"), STEPS)
    assert set(found) == {(1, 1), (1, 2)}
    spend, visits, country = found[1, 2]
    before, after = [np.log(10), -np.log(10)], [np.log(100), 0.0]
    moved = [(late - early) / 2 for early, late in zip(before, after, strict=True)]
    assert spend.change == pytest.approx(sum(moved))
    assert spend.squares == pytest.approx(sum(one * one for one in moved))
    assert spend.now == pytest.approx(sum((one - 1) / 2 for one in after))
    assert (spend.before, spend.known_before, spend.after) == (0.0, 2, 99.0)
    assert visits.change == pytest.approx((5 - 3) + (3 - 2))
    assert (visits.known_before, visits.known_after, visits.before, visits.after) == (1, 1, 2.0, 5.0)
    assert (country.change, country.before, country.after, country.known_after) == (1.0, 0.0, 1.0, 2)
    assert all(one.change == 0 for one in found[1, 1])


def sums(users: int, change: float, *, spread: float = 0.1, now: float = 0.0) -> Sums:
    """Users whose numbers changed by `change` on average, and are `now` with a standard deviation of 1."""
    squares = users * (change**2 + spread**2)
    return Sums(users, users * change, squares, users * now, users * (now**2 + 1), 10.0, users, 20.0, users)


ONE = (step("x"),)


def test_movers_are_compared_with_those_who_stayed() -> None:
    table = {(1, 2): (sums(50, 1.5),), (1, 1): (sums(200, 0.5),), (2, 2): (sums(200, 9.0),)}
    (found,) = reasons(table, (1, 2), ONE, stayed=[(1, 1)])
    assert found.effect == pytest.approx(1.0)
    assert [found.moved, found.stayed] == pytest.approx([1.5, 0.5])
    assert found.low < 1.0 < found.high
    assert found.high - found.effect == pytest.approx(1.96 * 0.1 * (1 / 50 + 1 / 200) ** 0.5, rel=0.01)
    assert (found.before, found.after) == (10.0 / 50, 20.0 / 50)


def test_where_nobody_stayed_it_is_with_all_others() -> None:
    table = {(1, 2): (sums(50, 1.0),), (2, 2): (sums(100, 0.0),), (3, 3): (sums(100, 0.0),)}
    (found,) = reasons(table, (1, 2), ONE, stayed=[])
    assert found.effect == pytest.approx(1.0)
    assert reasons({(1, 2): (sums(50, 1.0),)}, (1, 2), ONE, stayed=[(1, 1)]) == ()
    assert reasons(table, (7, 8), ONE, stayed=[]) == ()


def test_what_tells_nothing_is_no_reason() -> None:
    small = {(1, 2): (sums(5000, 0.1),), (1, 1): (sums(5000, 0.0),)}
    assert reasons(small, (1, 2), ONE, stayed=[(1, 1)]) == ()
    uncertain = {(1, 2): (sums(2, 1.0, spread=3.0),), (1, 1): (sums(3, 0.0, spread=3.0),)}
    assert reasons(uncertain, (1, 2), ONE, stayed=[(1, 1)]) == ()


def test_one_user_is_told_of_with_an_interval() -> None:
    table = {(1, 2): (sums(1, 4.0, spread=0.0),), (1, 1): (sums(100, 0.0),)}
    (found,) = reasons(table, (1, 2), ONE, stayed=[(1, 1)])
    assert found.low < found.effect < found.high


def test_of_a_family_the_strongest_is_told_and_few_in_all() -> None:
    names = ["a1", "a2", "b", "c", "d"]
    steps = [step(name) for name in names]
    effects = [0.5, 0.9, -0.7, 0.6, 0.4]
    table = {
        (1, 2): tuple(sums(100, effect) for effect in effects),
        (1, 1): tuple(sums(100, 0.0) for _ in effects),
    }
    found = reasons(table, (1, 2), steps, stayed=[(1, 1)], families={"a1": "a", "a2": "a"})
    assert [one.feature for one in found] == ["a2", "b", "c"]
    assert len(found) == movers.REASONS


def test_numbers_that_are_all_the_same_do_not_divide_by_nothing() -> None:
    flat = Sums(10, 10.0, 10.0, 0.0, 0.0, 0.0, 0, 0.0, 0)
    still = Sums(10, 0.0, 0.0, 0.0, 0.0, 0.0, 0, 0.0, 0)
    (found,) = reasons({(1, 2): (flat,), (1, 1): (still,)}, (1, 2), ONE, stayed=[(1, 1)])
    assert (found.effect, found.before, found.after) == (1.0, None, None)
