from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.segments.over_time import matching
from coterie.segments.over_time.matching import Common, Matching, match


def common(shared: list[list[float]], before: tuple[int, ...] | None = None, **more: Any) -> Common:
    counts = np.array(shared, dtype=float)
    users = int(counts.sum())
    ids = before or tuple(range(1, len(counts) + 1))
    return Common(ids, counts, **({"users": (users, users)} | more))


def kinds(found: Matching) -> list[tuple[str, tuple[int, ...], tuple[int, ...]]]:
    return [(change.kind, change.before, change.after) for change in found.changes]


@st.composite
def partitions(draw: st.DrawFn) -> tuple[list[int], list[int], list[int]]:
    """Labels in which every one of k segments has users, ids for them, and another order."""
    k = draw(st.integers(1, 8))
    labels = list(range(k)) + draw(st.lists(st.integers(0, k - 1), max_size=60))
    ids = draw(st.lists(st.integers(1, 50), min_size=k, max_size=k, unique=True))
    return labels, ids, draw(st.permutations(range(k)))


@given(partitions())
def test_the_same_partition_in_any_order_keeps_its_ids(
    drawn: tuple[list[int], list[int], list[int]],
) -> None:
    labels, ids, order = drawn
    before = np.array(labels)
    counts = matching.shared(before, np.array(order)[before], len(ids), len(ids))
    found = match(Common(tuple(ids), counts, (len(labels), len(labels))), max(ids))
    assert [found.ids[order[at]] for at in range(len(ids))] == ids
    assert {change.kind for change in found.changes} == {"kept"}
    assert found.last_id == max(ids)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[int]], list[int], int]:
    rows, columns = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    cells = st.lists(st.integers(0, 30), min_size=columns, max_size=columns)
    counts = draw(st.lists(cells, min_size=rows, max_size=rows))
    ids = draw(st.lists(st.integers(1, 30), min_size=rows, max_size=rows, unique=True))
    return counts, ids, max(ids) + draw(st.integers(0, 5))


@given(tables())
def test_an_id_is_one_of_the_last_fit_or_was_never_used(
    drawn: tuple[list[list[int]], list[int], int],
) -> None:
    counts, ids, last_id = drawn
    found = match(common([list(map(float, row)) for row in counts], tuple(ids)), last_id)
    assert len(set(found.ids)) == len(found.ids)
    fresh = [ident for ident in found.ids if ident not in ids]
    assert fresh == list(range(last_id + 1, last_id + 1 + len(fresh)))
    assert found.last_id == last_id + len(fresh)


@given(tables())
def test_every_segment_is_spoken_of(drawn: tuple[list[list[int]], list[int], int]) -> None:
    counts, ids, last_id = drawn
    found = match(common([list(map(float, row)) for row in counts], tuple(ids)), last_id)
    assert {ident for change in found.changes for ident in change.before if change.kind != "new"} == set(ids)
    told = {ident for change in found.changes for ident in change.after if change.kind != "gone"}
    assert told == set(found.ids)
    for change in found.changes:
        assert all(0 <= share <= 1 for share in change.shares)
        if change.overlap is not None:
            assert change.low is not None
            assert change.high is not None
            assert change.low <= change.overlap <= change.high


def test_a_planted_split_is_said_and_neither_half_keeps_the_id() -> None:
    found = match(common([[0, 100, 0], [55, 0, 45]]), 2)
    assert found.ids == (3, 1, 4)
    assert kinds(found) == [("kept", (1,), (1,)), ("split", (2,), (3, 4))]
    assert found.changes[1].shares == (0.55, 0.45)
    assert found.changes[1].overlap == 1.0


def test_the_main_part_of_a_split_segment_keeps_the_id() -> None:
    found = match(common([[100, 0, 0], [0, 72, 28]]), 5)
    assert found.ids == (1, 2, 6)
    assert kinds(found) == [("kept", (1,), (1,)), ("split", (2,), (2, 6))]


def test_a_planted_merger_is_said() -> None:
    found = match(common([[60, 0], [50, 0], [0, 80]]), 3)
    assert found.ids == (4, 3)
    assert kinds(found) == [("kept", (3,), (3,)), ("merged", (1, 2), (4,))]
    assert found.changes[1].shares == (1.0, 1.0)


def test_one_that_takes_in_a_small_one_keeps_its_id() -> None:
    found = match(common([[75, 0], [25, 0], [0, 80]]), 3)
    assert found.ids == (1, 3)
    assert kinds(found) == [("kept", (3,), (3,)), ("merged", (1, 2), (1,))]


def test_new_and_gone_are_said_with_where_their_users_were() -> None:
    found = match(common([[40, 30, 30], [200, 0, 0]], users=(300, 400)), 2)
    assert found.ids == (2, 3, 4)
    assert kinds(found) == [("split", (1,), (3, 4)), ("kept", (2,), (2,))]
    scattered = match(common([[18, 16, 16], [90, 0, 0], [0, 90, 0], [0, 0, 90]]), 4)
    assert kinds(scattered)[0] == ("gone", (1,), ())
    moved = match(common([[90, 10], [8, 0]]), 2)
    assert kinds(moved)[1:] == [("gone", (2,), (1,)), ("new", (1,), (3,))]
    assert moved.changes[1].shares == (1.0,)


def test_two_majorities_with_close_centres_are_the_same() -> None:
    shared = [[60.0, 40.0], [45.0, 200.0]]
    assert match(common(shared), 2).ids == (3, 2)
    near = np.array([[0.8, 0.0], [0.0, 0.9]])
    assert match(common(shared, closeness=near), 2).ids == (1, 2)


def test_with_few_shared_users_centres_decide() -> None:
    near = np.array([[0.1, 0.9], [0.2, 0.3]])
    few = Common((3, 5), np.array([[2.0, 0.0], [0.0, 2.0]]), (1000, 1000), near)
    found = match(few, 9)
    assert found.ids == (10, 3)
    assert [change.by for change in found.changes] == ["centres"] * 3
    assert found.changes[0].overlap is None
    assert found.changes[0].closeness == 0.9


def test_with_few_shared_users_and_no_centres_those_few_decide() -> None:
    found = match(Common((3, 5), np.array([[2.0, 0.0], [0.0, 2.0]]), (1000, 1000)), 9)
    assert found.ids == (3, 5)


def test_segments_of_users_who_are_all_new_are_told_by_their_centres() -> None:
    near = np.array([[0.9, 0.0], [0.0, 0.7]])
    found = match(common([[50, 0], [0, 0]], closeness=near), 2)
    assert found.ids == (1, 2)
    assert [change.by for change in found.changes] == ["people", "centres"]


def test_names_given_by_hand_decide_alone() -> None:
    counts: list[list[float]] = [[90, 0, 10], [0, 80, 0], [0, 0, 70]]
    named = common(counts, given_before=("VIP", "rest", None), given_after=("rest", "VIP", "new"))
    found = match(named, 3)
    assert found.ids == (2, 1, 4)
    assert kinds(found)[2:] == [("gone", (3,), (4,)), ("new", (3,), (4,))]
    assert [change.by for change in found.changes[:2]] == ["name", "name"]


@pytest.mark.parametrize("shared", [[[100.0, 10.0]], [[100.0], [10.0]]])
def test_everyone_as_one_segment_is_no_segment_among_others(shared: list[list[float]]) -> None:
    found = match(common(shared), 2)
    assert min(found.ids) == 3


def test_nobody_in_common_and_no_centres_is_all_new() -> None:
    found = match(Common((1, 2), np.zeros((2, 2)), (10, 10)), 2)
    assert found.ids == (3, 4)
    assert kinds(found) == [("gone", (1,), ()), ("gone", (2,), ()), ("new", (), (3,)), ("new", (), (4,))]


def test_what_ids_say_is_told_of_runs_far_apart() -> None:
    apart = common([[30, 70], [60, 40]], (1, 2))
    kept = matching.kept_ids(apart, (1, 2))
    assert [change.kind for change in matching.told(apart, (1, 2), kept)] == ["kept", "kept"]
    assert matching.kept_alike(common([[0, 9], [9, 0]])) == {0: 1, 1: 0}


def test_counts_become_a_table() -> None:
    counts = {(1, 5): 3, (None, 5): 4, (1, None): 2}
    assert matching.table_of(counts, [1, 2], [5]).tolist() == [[3.0], [0.0]]
