from __future__ import annotations

import numpy as np
import pytest

from coterie.segments.choice.density import density


def line(*places: float, each: int = 30) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Clumps of rows on a line, a hundredth apart inside."""
    return np.concatenate([place + np.arange(each) / 100 for place in places])[:, None]


def test_a_border_in_a_gap_is_deep_and_one_through_a_crowd_is_not() -> None:
    around = density(line(0.0, 5.0))
    apart = around.borders(np.repeat([0, 1], 30))
    through = around.borders(np.repeat([0, 1, 1, 1], 15))
    assert apart.min() > 3.0
    assert through.min() <= 0.01


def test_the_border_of_a_group_is_the_one_to_the_group_it_is_least_apart_from() -> None:
    depths = density(line(0.0, 1.0, 9.0)).borders(np.repeat([0, 1, 2], 30))
    assert depths[0] == pytest.approx(depths[1])
    assert depths[2] > depths[0]


def test_a_valley_inside_a_group_is_found_and_is_as_deep_as_the_border_would_be() -> None:
    around = density(line(0.0, 5.0))
    hidden = around.hidden(np.arange(60))
    assert hidden == pytest.approx(around.borders(np.repeat([0, 1], 30)).min(), rel=0.1)
    assert around.hidden(np.arange(30)) < 0.3


def test_a_few_rows_far_away_make_no_valley_and_small_groups_hide_none() -> None:
    around = density(np.concatenate([line(0.0, each=57), line(5.0, each=3)]))
    assert around.hidden(np.arange(60)) < 0.3
    assert around.hidden(np.array([0, 1, 57, 58])) == 0.0


def test_dimensions_are_those_that_rows_fill() -> None:
    rng = np.random.default_rng(1)
    flat = rng.random((600, 2))
    assert density(flat).dimensions == pytest.approx(2.0, abs=0.3)
    assert density(np.column_stack([flat, flat.sum(axis=1), flat[:, 0]])).dimensions == pytest.approx(
        2.0, abs=0.3
    )
    assert 5.0 < density(rng.standard_normal((600, 12))).dimensions <= 12.0


def test_two_rows_are_enough() -> None:
    around = density(np.array([[0.0], [1.0]]))
    assert around.dimensions == 1.0
    assert around.borders(np.array([0, 1])).tolist() == pytest.approx([0.0, 0.0])
