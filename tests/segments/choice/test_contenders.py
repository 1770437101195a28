from __future__ import annotations

import numpy as np
from tests.segments.tables import planted

from coterie.segments.agreement import adjusted_rand
from coterie.segments.choice.contenders import contenders, crowds


def test_every_method_groups_the_rows_for_every_k() -> None:
    rows, labels = planted(3, users=150, width=2)
    found = list(contenders(rows, [3, 2], seed=1))
    ways = [each.way for each in found]
    assert len(set(ways)) == len(ways)
    for method, gini in (("kmeans", None), ("ward", None), ("genie", 0.1), ("genie", 0.3), ("genie", 0.5)):
        assert (method, gini, 2) in ways
        assert (method, gini, 3) in ways
    assert ("mixture", None, 3) in ways
    assert all(len(np.unique(each.labels)) == each.k for each in found)
    assert all(adjusted_rand(each.labels, labels) > 0.99 for each in found if each.k == 3)


def test_mixtures_are_left_out_where_there_are_few_rows_for_a_component() -> None:
    rows = np.random.default_rng(1).random((40, 2))
    tried = {each.k for each in contenders(rows, range(2, 11), seed=1) if each.method == "mixture"}
    assert tried
    assert max(tried) <= 8


def test_crowds_are_seen_and_rows_outside_go_with_the_nearest() -> None:
    rows, labels = planted(3, users=150, width=2)
    rows[0] += 40.0 * np.sign(rows[0])
    looks = crowds(rows)
    assert looks
    assert all(look.min() == 0 for look in looks)
    assert max(adjusted_rand(look[1:], labels[1:]) for look in looks) > 0.99


def test_few_or_scattered_rows_show_no_crowds() -> None:
    assert crowds(np.random.default_rng(1).random((8, 2))) == []
    assert crowds(np.arange(40.0)[:, None]) == []
