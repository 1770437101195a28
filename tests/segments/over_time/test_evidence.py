from __future__ import annotations

import dataclasses

import numpy as np
from tests.segments.over_time.hand import segmentation, step

from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.over_time.evidence import common
from coterie.segments.over_time.matching import match

STEPS = [step("x")]
COUNTS: dict[tuple[int | None, int | None], int] = {
    (1, 1): 30, (1, 2): 2, (4, 2): 20, (4, None): 7, (None, 2): 5,
}  # fmt: skip


def test_what_two_fits_share_is_gathered() -> None:
    before, after = segmentation([[0.0], [9.0]], STEPS, [1, 4]), segmentation([[0.0], [9.0]], STEPS)
    found = common(before, after, COUNTS)
    assert found.before == (1, 4)
    assert found.shared.tolist() == [[30.0, 2.0], [0.0, 20.0]]
    assert found.users == (59, 57)
    assert found.closeness is not None
    assert match(found, 4).ids == (1, 4)
    assert common(before, after, COUNTS, [2, 1]).shared.tolist() == [[2.0, 30.0], [20.0, 0.0]]


def test_those_in_no_group_continue_only_those_in_no_group() -> None:
    plain = segmentation([[0.0], [9.0]], STEPS)
    borders = Prototypes.around(np.array([[0.0]]), radius=3.0, outside=1)
    noisy = dataclasses.replace(plain, borders=borders)
    counts: dict[tuple[int | None, int | None], int] = {(1, 1): 50, (2, 2): 50}
    assert match(common(plain, noisy, counts), 2).ids == (1, 3)
    assert match(common(noisy, plain, counts), 2).ids == (1, 3)
    swapped: dict[tuple[int | None, int | None], int] = {(1, 2): 50, (2, 1): 50}
    found = match(common(noisy, noisy, swapped), 2)
    assert found.ids == (3, 2)
    assert [change.by for change in found.changes if change.kind == "kept"] == ["name"]
