from __future__ import annotations

import csv
import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from tests.segments.tables import behaviour, real_data, table

from coterie.errors import UsageError
from coterie.segments.between.compare import difference, differences, together

if TYPE_CHECKING:
    from coterie.features.feature import FeatureTable


def learning_platform() -> FeatureTable:
    """Customers of an online school; nothing watched is null, and nothing."""
    with real_data("learning_platform_customers.csv").open() as file:
        rows = list(csv.DictReader(file))
    return table(
        {
            "minutes_watched": [float(row["minutes_watched"] or "nan") for row in rows],
            "CLV": [float(row["CLV"]) for row in rows],
            "region": [float(row["region"]) for row in rows],
            "channel": [row["channel"] for row in rows],
        },
        minutes_watched={"fill": "zero"},
    )


@pytest.mark.parametrize(
    ("grouping", "minutes", "worth"), [("channel", 12.90, 75.8), ("region", 89.2, 530.8)]
)
def test_the_published_figures_come_out(grouping: str, minutes: float, worth: float) -> None:
    found = {
        each.outcome: each for each in differences(learning_platform(), grouping, ["minutes_watched", "CLV"])
    }
    assert found["minutes_watched"].statistic == pytest.approx(minutes, abs=0.05)
    assert found["CLV"].statistic == pytest.approx(worth, abs=0.05)
    assert (found["minutes_watched"].users, found["minutes_watched"].filled) == (3_834, 109)
    if grouping == "channel":
        assert found["minutes_watched"].p == pytest.approx(0.0745, abs=0.00005)
        assert not found["minutes_watched"].significant
        assert found["minutes_watched"].at_most == "negligible"


def test_nulls_are_left_out_and_counted() -> None:
    made = table({"x": [1.0, 2, None, 4, 5, None], "g": ["a", "a", "a", "b", None, "b"]})
    found = differences(made, "g")[0]
    assert (found.users, found.left_out, found.filled) == (3, 3, 0)
    filled = differences(made, "g", fills={"x": 0})[0]
    assert (filled.users, filled.left_out, filled.filled) == (5, 1, 2)
    assert [group.median for group in filled.groups] == [1.0, 2.0]


VALUES = st.lists(st.floats(0.01, 1e6), min_size=30, max_size=60)


@given(VALUES)
def test_monotone_transforms_of_numbers_change_nothing(values: list[float]) -> None:
    amounts, groups = np.round(np.array(values), 2), np.arange(len(values)) % 3
    plain, bent = difference(amounts, groups), difference(np.log(amounts) * 3 + 1, groups)
    assert plain.statistic == pytest.approx(bent.statistic)
    assert (plain.low, plain.high) == pytest.approx((bent.low, bent.high))


@given(VALUES, st.booleans())
def test_names_of_groups_and_the_order_of_users_change_nothing(values: list[float], words: bool) -> None:
    amounts, groups = np.round(np.array(values) / 2e5), np.arange(len(values)) % 4
    order = np.random.default_rng(1).permutation(len(values))
    plain = difference(amounts, groups, categorical=words)
    named = difference(amounts[order], np.array(["d", "b", "a", "c"])[groups][order], categorical=words)
    assert plain.statistic == pytest.approx(named.statistic)
    assert plain.value == pytest.approx(named.value)
    assert plain.high == pytest.approx(named.high)
    if plain.reference == "chi_squared":
        assert plain.p == pytest.approx(named.p)


@pytest.mark.parametrize("words", [False, True])
def test_without_an_effect_every_p_is_as_likely(words: bool) -> None:
    rng = np.random.default_rng(5)
    ps = []
    for _ in range(800):
        values = rng.poisson(1.0, 300) if words else rng.exponential(size=300)
        ps.append(difference(np.minimum(values, 3), rng.integers(4, size=300), categorical=words).p)
    assert stats.kstest(ps, "uniform").pvalue > 0.01
    assert np.mean(np.array(ps) <= 0.05) == pytest.approx(0.05, abs=0.02)


def test_small_groups_are_permuted_and_repeatable() -> None:
    one, two = (difference([1, 2, 3, 4, 9], ["a", "a", "b", "b", "c"], seed=3) for _ in range(2))
    assert one == two
    assert one.reference == "permutation"


@pytest.mark.parametrize(
    ("outcome", "grouping", "nothing", "users"),
    [
        ([1, 2, 3], ["a", "a", "a"], "one_group", 3),
        ([1, None, 3], ["a", "b", "a"], "one_group", 2),
        ([4, 4, 4], ["a", "b", "a"], "constant", 3),
        (["x", "x"], ["a", "b"], "constant", 2),
        (["x", "y"], ["a", "a"], "one_group", 2),
        ([None, None], ["a", "b"], "nobody", 0),
        ([1, 2], [None, None], "nobody", 0),
        ([], [], "nobody", 0),
    ],
)
def test_nothing_to_compare_is_said(
    outcome: list[Any], grouping: list[Any], nothing: str, users: int
) -> None:
    found = difference(outcome, grouping)
    assert (found.nothing, found.p, found.value, found.users) == (nothing, None, 0.0, users)
    assert not found.significant
    assert sum(group.users for group in found.groups) == users


def test_groups_of_one_user_say_nothing() -> None:
    numbers = difference([1, 2, 3, 4], ["a", "b", "c", "d"])
    assert numbers.value == pytest.approx(1.0)
    assert (numbers.p, numbers.pairs) == (1.0, ())
    words = difference(["w", "x", "y", "z"], ["a", "b", "c", "d"])
    assert (words.p, words.value, words.pairs) == (1.0, 0.0, ())


def test_everything_is_corrected_together_and_sorted() -> None:
    made = behaviour()
    found = differences(made, "favourite")
    assert {each.outcome for each in found} == {"reads", "spend", "silent", "country"}
    assert [each.explained for each in found] == sorted((each.explained for each in found), reverse=True)
    assert {each.comparisons for each in found} == {4 - sum(each.p is None for each in found)}
    assert all(each.p_corrected >= each.p for each in found if each.p is not None and each.p_corrected)
    milder = {each.outcome: each for each in differences(made, "favourite", correction="benjamini_hochberg")}
    assert all(
        each.p_corrected >= (milder[each.outcome].p_corrected or 0) for each in found if each.p_corrected
    )
    assert {each.correction for each in milder.values()} == {"benjamini_hochberg"}


def test_labels_are_a_grouping_too() -> None:
    made = behaviour()
    labels = np.arange(len(made)) % 3 + 1
    found = differences(made, labels, ["reads"], name="engagement")
    assert [each.outcome for each in found] == ["reads"]
    assert found[0].grouping == "engagement"
    assert [group.group for group in found[0].groups] == ["1", "2", "3"]
    assert differences(made, pa.array(labels), ["reads"], name="engagement") == found


def test_an_outcome_that_is_named_twice_is_compared_once() -> None:
    made = behaviour()
    assert len(differences(made, "country", ["reads", "reads"])) == 1
    assert differences(made, "country", []) == ()


def test_a_grouping_may_be_called_like_a_feature() -> None:
    made = behaviour()
    found = differences(made, np.arange(len(made)) % 2, name="reads")
    assert "reads" in {each.outcome for each in found}


def test_pairs_go_where_a_difference_does_not_stand() -> None:
    found = dataclasses.replace(difference(np.arange(60), np.repeat([0, 1, 2], 20)), p=0.04)
    assert found.pairs
    assert together([found])[0].pairs == found.pairs
    assert together([found, found])[0].pairs == ()


@pytest.mark.parametrize(
    ("grouping", "outcomes", "problem"),
    [
        ("chanel", None, "There is no feature 'chanel' to compare"),
        ("country", ["spnd"], "Did you mean 'spend'?"),
        ("country", ["country"], "'country' can't be compared between groups of itself"),
        ("spend", None, "different values, and at most 50 groups"),
        ([1, 2], None, "reads has 400 values and segment has 2"),
    ],
)
def test_what_can_not_be_compared_is_refused(grouping: Any, outcomes: Any, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        differences(behaviour(), grouping, outcomes)
