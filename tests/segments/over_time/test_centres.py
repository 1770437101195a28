from __future__ import annotations

import numpy as np
import pytest
from tests.segments.over_time.hand import segmentation, step

from coterie.segments.over_time.centres import closeness, shared_places


def test_centres_are_compared_in_the_units_of_the_features() -> None:
    before = segmentation([[-1.0], [1.0]], [step("spend", centre=50.0, scale=10.0)])  # 40 and 60
    after = segmentation([[2.0], [0.0]], [step("spend", centre=40.0, scale=20.0, weight=2.0)])  # 60 and 40
    found = closeness(before, after)
    assert found is not None
    assert found.tolist() == [[0.0, 1.0], [1.0, 0.0]]


def test_logarithms_are_undone_and_taken() -> None:
    plain = segmentation([[9.0], [99.0]], [step("visits")])
    logged = segmentation([[np.log(10)], [np.log(100)]], [step("visits", log=True)])
    for before, after in ((plain, logged), (logged, plain)):
        found = closeness(before, after)
        assert found is not None
        assert found == pytest.approx(np.eye(2))


def test_categories_are_told_apart() -> None:
    steps = [step("country", "at"), step("country", "ng")]
    before = segmentation([[1.0, 0.0], [0.0, 1.0]], steps)
    after = segmentation([[0.0, 1.0], [1.0, 0.0]], steps[::-1])
    found = closeness(before, after)
    assert found is not None
    assert found.tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_what_is_left_out_says_nothing() -> None:
    steps = [step("spend"), step("noise", weight=0.0)]
    places = shared_places(segmentation([[1.0, 5.0]], steps), segmentation([[1.0]], [step("spend")]))
    assert places is not None
    assert places.before.tolist() == [[1.0]]


@pytest.mark.parametrize(
    ("before", "after"),
    [(["spend"], ["visits"]), (["spend", "visits", "age"], ["spend"]), (["spend"], ["spend", "a", "b"])],
)
def test_fits_that_share_too_little_are_not_compared(before: list[str], after: list[str]) -> None:
    made = [segmentation([[0.0] * len(names)], [step(name) for name in names]) for names in (before, after)]
    assert closeness(*made) is None


def test_one_segment_reaches_as_far_as_its_users_spread() -> None:
    found = closeness(segmentation([[0.0]], [step("spend")]), segmentation([[0.25]], [step("spend")]))
    assert found is not None
    assert found.tolist() == [[0.75]]


def test_two_at_the_same_place_reach_nowhere() -> None:
    twins = segmentation([[1.0], [1.0]], [step("spend")])
    found = closeness(twins, segmentation([[1.0], [1.5]], [step("spend")]))
    assert found is not None
    assert found.tolist() == [[1.0, 0.0], [1.0, 0.0]]
