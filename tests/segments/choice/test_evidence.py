from __future__ import annotations

import numpy as np
from tests.segments.tables import planted

from coterie.segments.choice.evidence import field


def quiet(done: int, of: int) -> None:
    """Tell nobody."""


def test_planted_groups_have_everything_on_their_side() -> None:
    rows, _ = planted(3, users=240, width=2)
    found = field(rows, [2, 3, 4], seed=1, told=quiet)
    best = {each.contender.way: each for each in found.evidence}
    three, two, four = (best["ward", None, k] for k in (3, 2, 4))
    assert three.border > max(0.3, four.border)
    assert three.hidden < two.hidden
    assert two.hidden_mean <= two.hidden
    assert three.crowds > 0.99
    assert three.peers > 0.99
    assert three.stability[0] > 0.95
    assert three.stability[1] <= three.stability[0]
    assert three.normal > max(two.normal, four.normal)
    assert 0.3 < three.smallest < 0.34
    assert found.rows == 240
    assert 1.5 < found.dimensions < 2.5


def test_progress_is_told_to_the_end_and_the_same_seed_gives_the_same() -> None:
    rows, _ = planted(2, users=80, width=2)
    steps: list[tuple[int, int]] = []
    one = field(rows, [2], seed=3, told=lambda done, of: steps.append((done, of)))
    other = field(rows, [2], seed=3, told=quiet)
    assert steps[0][0] == 0
    assert steps[-1][0] == steps[-1][1]
    assert [(each.border, each.crowds, each.stability) for each in one.evidence] == [
        (each.border, each.crowds, each.stability) for each in other.evidence
    ]


def test_copies_are_measured_once_and_groups_of_one_row_are_no_contenders() -> None:
    rows = np.random.default_rng(1).random((30, 2))
    found = field(np.repeat(rows, 4, axis=0), [2, 12], seed=1, told=quiet)
    assert found.rows == 30
    assert all(each.smallest >= 2 / 30 for each in found.evidence)


def test_more_groups_than_half_the_rows_have_no_stability() -> None:
    rows = np.random.default_rng(1).random((24, 2))
    found = field(rows, [2, 8], seed=1, told=quiet)
    many = [each for each in found.evidence if each.contender.k == 8]
    assert all(each.stability == (0.0, 0.0) for each in many)
