from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from tests.segments.methods.test_kmeans import learning_platform, standardised
from tests.segments.tables import planted

from coterie.errors import SegmentationError, UsageError
from coterie.segments import curves as module
from coterie.segments.curves import curves, even_box
from coterie.segments.methods.by_name import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coterie.features.values import Floats
    from coterie.segments.curves import Curves
    from coterie.segments.partition import Cut

KMEANS = METHODS["kmeans"]

#: Best of 10 starts of another k-means; at 5 and more segments such starts end above the best there is.
PUBLISHED = (
    53676.00, 42974.37, 37750.25, 34003.79, 32033.42, 29339.45, 25571.40, 22653.66, 19616.93, 17755.26
)  # fmt: skip


def _curves(matrix: Floats, ks: Iterable[int] = range(1, 8), seed: int = 42) -> Curves:
    return curves(matrix, KMEANS, ks, seed=seed)


@pytest.fixture(autouse=True)
def _few_references(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REFERENCES", 8)


def test_the_published_curve_has_no_elbow() -> None:
    found = _curves(standardised(learning_platform()), range(1, 11))
    sums = np.array([point.inertia for point in found.points])
    assert sums[:4] == pytest.approx(PUBLISHED[:4], rel=1e-3)
    assert (sums <= np.array(PUBLISHED) * (1 + 1e-3)).all()
    assert sums[7] <= 22288.45
    assert found.elbow is not None
    assert not found.elbow.clear
    widths = [point.silhouette for point in found.points[1:] if point.silhouette is not None]
    assert widths == sorted(widths)
    assert widths[0] == pytest.approx(0.24, abs=0.01)
    assert found.caption().startswith(
        "k = 1 to 10: the inertia has no elbow, the silhouette is highest at 10"
    )


@pytest.mark.parametrize("groups", [3, 5])
def test_planted_segments_bend_every_curve(groups: int) -> None:
    matrix, labels = planted(groups)
    found = _curves(matrix)
    assert found.elbow is not None
    assert (found.elbow.k, found.elbow.clear) == (groups, True)
    assert (found.silhouette_k, found.gap_k) == (groups, groups)
    assert found.points[groups - 1].silhouette == pytest.approx(silhouette_score(matrix, labels), abs=0.01)
    assert f"the inertia bends at {groups}" in found.caption()


def test_inertia_is_that_of_scikit_learn() -> None:
    matrix, _ = planted(3)
    found = _curves(matrix, [3])
    assert found.points[0].inertia == pytest.approx(KMeans(3, n_init=5, random_state=1).fit(matrix).inertia_)
    assert (found.points[0].taken_off, found.elbow, found.gap_k) == (None, None, None)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_noise_has_no_elbow_and_one_segment(seed: int) -> None:
    found = _curves(np.random.default_rng(seed).random((500, 3)))
    assert found.elbow is not None
    assert not found.elbow.clear
    assert found.gap_k == 1


def test_what_is_taken_off_is_told_where_it_is_known() -> None:
    found = _curves(planted(3)[0], [1, 2, 4, 5, 6])
    assert [point.taken_off is None for point in found.points] == [True, False, True, False, False]
    assert found.elbow is not None
    assert found.elbow.k == 5
    before, at = found.points[2].inertia, found.points[3].inertia
    assert found.elbow.taken_off == pytest.approx(1 - at / before)


def test_many_rows_are_sampled_and_inertia_is_that_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix, _ = planted(3, users=900)
    whole = _curves(matrix)
    monkeypatch.setattr(module, "ROWS", 300)
    part = _curves(matrix)
    assert (part.rows, part.of) == (300, 900)
    assert part.points[2].inertia == pytest.approx(whole.points[2].inertia, rel=0.2)
    assert _curves(matrix) == part


def test_one_segment_has_no_silhouette() -> None:
    found = _curves(planted(3)[0], [1])
    assert (found.silhouette_k, found.points[0].silhouette) == (None, None)
    assert "no silhouette" in found.caption()
    assert "the gap still rises" in found.caption()


def test_as_many_segments_as_different_rows_leave_nothing() -> None:
    found = _curves(np.repeat([[0.0], [1.0], [5.0]], 30, axis=0), [1, 2, 3])
    assert found.points[2].inertia == pytest.approx(0.0, abs=1e-9)
    assert all(np.isfinite(point.gap) for point in found.points)


def test_users_who_are_all_alike_are_one_segment() -> None:
    found = _curves(np.ones((30, 2)), [1])
    assert found.points[0].inertia == 0.0


def test_curves_show_themselves() -> None:
    found = _curves(planted(3)[0])
    assert found.to_arrow().column("k").to_pylist() == [1, 2, 3, 4, 5, 6, 7]
    assert found.to_arrow().column("silhouette").null_count == 1


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    curves(planted(3)[0], KMEANS, [1, 2], progress=lambda _what, done, of: told.append((done, of)))
    assert told == [(done, 11) for done in range(1, 12)]


def test_an_even_box_has_the_range_of_the_rows() -> None:
    rows = np.random.default_rng(1).normal(size=(400, 2)) * [5.0, 1.0]
    made = even_box(rows, np.random.default_rng(2))
    assert made.shape == rows.shape
    assert np.ptp(made, axis=0) == pytest.approx(np.ptp(rows, axis=0), rel=0.2)


def _own_number(matrix: Floats, *, seed: int, starts: int, thorough: bool) -> Cut:
    return lambda _k: KMEANS(matrix, seed=seed, starts=starts, thorough=thorough)(2)


@pytest.mark.parametrize("ks", [[], [0, 1]])
def test_numbers_below_one_are_refused(ks: list[int]) -> None:
    with pytest.raises(UsageError, match="Curves need numbers of segments from 1 on"):
        _curves(planted(3)[0], ks)


def test_a_method_that_decides_by_itself_is_refused() -> None:
    with pytest.raises(UsageError, match="asked for 3 segments and found 2: it decides by itself"):
        curves(planted(3)[0], _own_number, [3])


def test_more_segments_than_different_rows_are_refused() -> None:
    with pytest.raises(SegmentationError, match=r"k is 3, but the 20 rows .* differ in only 2 ways"):
        _curves(np.repeat([[0.0], [1.0]], 10, axis=0), [2, 3])
    with pytest.raises(SegmentationError, match="differ in only 1 way; ask for at most 1"):
        _curves(np.ones((20, 2)), [2])
