from __future__ import annotations

import numpy as np
import pytest

from coterie.segments.methods import crowds
from coterie.segments.methods.crowds import partition, sample

ROWS = np.array([[0.0], [0.0], [0.1], [9.0], [9.1], [9.1], [50.0]])


def test_equal_rows_are_taken_together() -> None:
    drawn = sample(ROWS, 100, seed=1)
    assert (drawn.users, len(drawn.each.points)) == (7, 5)
    assert np.array_equal(drawn.each.points[drawn.each.places], ROWS)


def test_no_more_rows_are_drawn_than_allowed() -> None:
    drawn = sample(ROWS, 4, seed=1)
    assert drawn.users == 4
    assert np.array_equal(drawn.each.points[drawn.each.places], ROWS[drawn.rows])


def found_at(drawn: crowds.Sample, crowd_of: dict[float, int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([crowd_of[point] for point in drawn.each.points[:, 0].tolist()], dtype=np.int64)


def test_those_outside_are_one_more_group() -> None:
    drawn = sample(ROWS, 100, seed=1)
    found = partition(ROWS, drawn, found_at(drawn, {0: 7, 0.1: 7, 9: 2, 9.1: 2, 50: -1}), seed=1, name="X")
    assert (found.k, found.agreement) == (3, 1.0)
    assert found.labels[[0, 1, 2]].tolist() == [found.labels[0]] * 3
    assert found.labels[6] == 2
    assert found.notes == ("14.3% of the users are outside of every crowd: unlike the rest.",)


@pytest.mark.parametrize(
    ("crowd_of", "told"),
    [
        ({0: 0, 0.1: 0, 9: 0, 9.1: 0, 50: -1}, "X finds one crowd, and 1 of 7 users outside of it, so"),
        ({0: -1, 0.1: -1, 9: -1, 9.1: -1, 50: -1}, "X finds no crowd, so everyone is one segment."),
    ],
)
def test_fewer_than_two_crowds_are_one_group(crowd_of: dict[float, int], told: str) -> None:
    drawn = sample(ROWS, 100, seed=1)
    found = partition(ROWS, drawn, found_at(drawn, crowd_of), seed=1, name="X")
    assert (found.k, found.labels.tolist(), found.agreement) == (1, [0] * 7, 1.0)
    assert found.notes[0].startswith(told)


def test_the_largest_crowds_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowds, "MOST_CROWDS", 2)
    drawn = sample(ROWS, 100, seed=1)
    found = partition(ROWS, drawn, found_at(drawn, {0: 0, 0.1: 0, 9: 1, 9.1: 1, 50: 2}), seed=1, name="X")
    assert found.notes[0] == "Of 3 crowds the largest 2 are segments."
    assert found.labels[6] == 2


def test_rows_that_were_not_drawn_are_assigned() -> None:
    rng = np.random.default_rng(1)
    rows = np.vstack([rng.normal(0, 1, (60, 2)), rng.normal(20, 1, (60, 2))])
    drawn = sample(rows, 40, seed=1)
    found = (drawn.each.points[:, 0] > 10).astype(np.int64)
    made = partition(rows, drawn, found, seed=1, name="X")
    assert made.notes == ("X ran on 40 of 120 users, drawn at random; the others are assigned.",)
    assert len(set(made.labels[:60].tolist())) == len(set(made.labels[60:].tolist())) == 1
