from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.report.html_check import check_html
from tests.segments.tables import feature

from coterie.report import differences as told
from coterie.report.differences import Naming
from coterie.report.language import language
from coterie.segments.between.compare import difference, together

if TYPE_CHECKING:
    from coterie.segments.between.difference import Difference

MINUTES = feature("attributes_minutes_watched", family="attributes")
SPEND = feature("orders_spend", family="orders", unit="money")
NAMING = Naming(
    {each.name: each for each in (MINUTES, SPEND)}, language(), {"1": "Rare readers", "2": "Buyers"}
)


def _numbers(shift: float, users: int = 400, seed: int = 1) -> Difference:
    groups = np.arange(users) % 2 + 1
    values = np.random.default_rng(seed).normal(10, 1, users) + shift * groups
    return difference(values, groups, outcome_name="orders_spend", grouping_name="engagement")


def test_no_difference_is_said_plainly() -> None:
    nothing = dataclasses.replace(
        _numbers(0.0),
        outcome=MINUTES.name,
        grouping="channel",
        p_corrected=0.0745,
        magnitude="negligible",
        at_most="negligible",
    )
    assert told.sentence(nothing, NAMING) == (
        "“channel” does not explain “Minutes watched” (p = 0.07, effect negligible)."
    )


def test_too_few_users_are_not_a_difference_that_is_not_there() -> None:
    few = difference([1.0, 5, 2, 6, 3, 9, 4, 1], ["a", "b"] * 4, outcome_name="orders_spend")
    assert told.sentence(few, NAMING).startswith(
        "8 users are too few to tell whether “grouping” explains “Spend” (p = 0."
    )
    assert told.sentence(few, NAMING).endswith("but it could be large).")


def test_a_difference_names_who_stands_out() -> None:
    said = told.sentence(_numbers(3.0), NAMING)
    assert said.startswith(
        "“engagement” explains “Spend” to a large part (p < 0.001, effect large): the median"
    )
    assert "is highest in “Buyers” (16)" in said
    assert "lowest in “Rare readers” (12.9" in said
    assert "explains “Spend” a little" in told.sentence(_numbers(0.25), NAMING)


def test_where_medians_are_equal_means_are_told() -> None:
    values = np.concatenate([np.zeros(200), np.where(np.arange(200) < 60, 9.0, 0.0)])
    found = difference(values, np.repeat([1, 2], 200), outcome_name="orders_spend")
    assert told.sentence(found, NAMING).endswith(
        "the mean is highest in “Buyers” (2.7) and lowest in “Rare readers” (0)."
    )


def test_categories_are_told_by_the_value_that_differs_most() -> None:
    values = ["x"] * 80 + ["y"] * 20 + ["x"] * 20 + ["y"] * 75 + ["z"] * 5
    found = difference(values, np.repeat([1, 2], 100), outcome_name="taste")
    assert told.sentence(found, NAMING).endswith(
        "“x” is most frequent in “Rare readers” (80%) and rarest in “Buyers” (20%)."
    )
    groups = tuple(
        dataclasses.replace(
            group, shares=tuple(dataclasses.replace(share, value=None) for share in group.shares)
        )
        for group in found.groups
    )
    assert "“all others” is most frequent" in told.sentence(dataclasses.replace(found, groups=groups), NAMING)


def test_a_difference_without_pairs_names_nobody() -> None:
    said = told.sentence(dataclasses.replace(_numbers(3.0), pairs=()), NAMING)
    assert said == "“engagement” explains “Spend” to a large part (p < 0.001, effect large)."


def test_many_users_make_small_things_certain_and_they_stay_small() -> None:
    found = dataclasses.replace(_numbers(3.0), magnitude="negligible", value=0.004)
    assert (
        told.sentence(found, NAMING) == "“engagement” hardly explains “Spend” (p < 0.001, effect negligible)."
    )


@pytest.mark.parametrize(
    ("values", "groups", "said"),
    [
        (
            [1, 2],
            ["a", "a"],
            "Only one group of “grouping” has values of “Spend”: there is nothing to compare.",
        ),
        ([2, 2], ["a", "b"], "“Spend” is the same for everyone: there is nothing to explain."),
        ([1, 2], [None, None], "Nobody has a value of both “grouping” and “Spend”."),
    ],
)
def test_nothing_to_compare_is_said(values: list[int], groups: list[str | None], said: str) -> None:
    found = difference(values, groups, outcome_name="orders_spend")
    assert told.sentence(found, NAMING) == said
    assert told.table([found], NAMING).rows[0][2:6] == ("\N{EN DASH}",) * 4


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.9999, "p = 1"), (0.5, "p = 0.50"), (0.0745, "p = 0.07"), (0.0512, "p = 0.051"),
        (0.004, "p = 0.004"), (0.0009, "p < 0.001"), (0.0, "p < 0.001"),
    ],
)  # fmt: skip
def test_chances_are_written_to_the_digit_that_matters(p: float, text: str) -> None:
    assert told.chance(p) == text


def test_a_table_has_a_row_for_each_outcome() -> None:
    words = difference(
        ["x", "y"] * 100, np.repeat([1, 2], 100), outcome_name="taste", grouping_name="engagement"
    )
    found = together([_numbers(3.0), words])
    table = told.table(found, NAMING)
    assert table.title == "What “engagement” explains"
    assert {len(row) for row in table.rows} == {len(table.head)}
    assert table.rows[0][0] == "Spend"
    assert table.rows[0][2] == "Kruskal-Wallis"
    assert table.rows[0][4] == "< 0.001"
    assert table.rows[1][2:5] == ("Chi-squared", "χ² = 0 (1 df)", "1")
    assert table.rows[1][5].startswith("V = 0.000 (0.000")


def test_users_left_out_and_filled_are_told() -> None:
    found = difference([1, None, 3, 4], ["a", "b", "b", None], fill=0)
    assert told.table([found], NAMING).rows[0][-1] == "3 (1 left out, 1 without a value filled in)"
    assert told.table([found], NAMING).rows[0][2] == "Kruskal-Wallis, permuted"


def test_a_part_of_a_page_says_how_it_was_compared() -> None:
    found = together([_numbers(3.0), difference([1, 2, 3], ["a", "b", "b"], outcome_name="<b>")])
    part = told.section(found, NAMING)
    check_html(part)
    assert "corrected for 2 comparisons (Holm)" in part
    assert "dealing users out at random" in part
    assert "<b>" not in part
    assert "corrected" not in told.section([_numbers(3.0)], NAMING)
    assert "nothing to compare" in told.section([], NAMING)
