from __future__ import annotations

import numpy as np

from coterie.segments.between.compare import difference, together

NUMBERS = difference([1, 2, 3, 4, 50, 60, 70, 80], list("aaaabbbb"), outcome_name="spend", grouping_name="to")


def test_a_difference_shows_itself() -> None:
    assert NUMBERS.caption().startswith("spend by to: Kruskal-Wallis H = 5.333 (1 df, permuted), p = 0.0")
    assert NUMBERS.caption().endswith("large; 8 users")
    assert NUMBERS.to_arrow().column("group").to_pylist() == ["a", "b"]
    assert NUMBERS.to_arrow().column("median").to_pylist() == [2.5, 65.0]
    assert str(NUMBERS).count("\n") == 3
    assert NUMBERS.to_dict()["groups"][0]["users"] == 4


def test_categories_have_a_row_for_each_group_and_value() -> None:
    found = difference(["x", "y"] * 50, np.repeat([1, 2], 50))
    assert found.to_arrow().column_names == ["group", "users", "value", "share", "low", "high"]
    assert found.to_arrow().num_rows == 4
    assert "chi-squared = 0 (1 df), p = 1; Cramer's V 0 (0 to " in found.caption()
    assert difference([None, None], ["a", "b"], categorical=True).to_arrow().num_rows == 0


def test_a_difference_says_for_how_many_it_was_corrected() -> None:
    both = together([NUMBERS, NUMBERS])
    assert "corrected for 2 comparisons 0.0" in both[0].caption()


def test_nothing_to_test_is_said() -> None:
    assert difference([1, 2], ["a", "a"]).caption() == (
        "outcome by grouping: only one group has values (2 users)"
    )


def test_the_two_effects_are_the_same_for_two_values_in_two_groups() -> None:
    rng = np.random.default_rng(1)
    groups = rng.integers(2, size=5_000)
    values = (rng.random(5_000) < 0.3 + 0.2 * groups).astype(int)
    numbers = difference(values, groups)
    categories = difference(values, groups, categorical=True)
    assert abs(numbers.explained - categories.explained) < 0.0005
    assert np.isclose(numbers.low, categories.low**2, atol=0.001)
    assert np.isclose(numbers.high, categories.high**2, atol=0.001)
