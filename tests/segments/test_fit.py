from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from tests.segments.tables import behaviour, of_matrix, planted, table

from coterie.errors import SegmentationError
from coterie.project.settings import SegmentSettings
from coterie.segments import fit as fitting
from coterie.segments.agreement import adjusted_rand
from coterie.segments.assign import assign
from coterie.segments.fit import fit


@pytest.mark.parametrize("groups", [3, 5])
def test_planted_segments_are_found(groups: int) -> None:
    matrix, labels = planted(groups)
    made = of_matrix(matrix)
    segmentation = fit(made, SegmentSettings(k_max=7, starts=3))
    assert (len(segmentation.segments), segmentation.clustered) == (groups, True)
    assert segmentation.verdict.startswith(f"{groups} segments are the most that hold together")
    assert adjusted_rand(assign(segmentation, made.rows), labels) > 0.95
    assert min(segment.stability for segment in segmentation.segments) > 0.9


def test_noise_forms_one_segment_and_says_so() -> None:
    made = of_matrix(np.random.default_rng(2).random((300, 3)))
    segmentation = fit(made, SegmentSettings(k_max=5))
    assert (len(segmentation.segments), segmentation.clustered) == (1, False)
    assert segmentation.verdict.startswith("These users form no clusters: however they are cut into 2 to 5,")
    assert len(segmentation.candidates) == 4
    assert not any(candidate.chosen for candidate in segmentation.candidates)
    assert segmentation.segments[0].users == 300


@pytest.mark.parametrize(
    ("columns", "verdict"),
    [
        ({"x": [1.0]}, "There is one user in these features"),
        ({"x": [4.0] * 30}, "All 30 users are alike"),
        ({"x": np.full(30, np.nan)}, "All 30 users are alike"),
        ({"x": ["a"] * 30}, "All 30 users are alike"),
        ({"x": [1.0, 2.0, 3.0]}, "3 users are too few"),
    ],
)
def test_users_without_variation_are_one_segment(columns: dict[str, Any], verdict: str) -> None:
    segmentation = fit(table(columns), SegmentSettings())
    assert segmentation.verdict.startswith(verdict)
    assert (len(segmentation.segments), segmentation.clustered, segmentation.inertia >= 0) == (1, False, True)


def test_one_segment_can_be_asked_for() -> None:
    segmentation = fit(behaviour(), SegmentSettings(k=1))
    assert (segmentation.verdict, segmentation.candidates) == ("One segment was asked for.", ())


@pytest.mark.parametrize(
    ("columns", "k", "problem"),
    [
        ({"x": [1.0, 1.0, 2.0]}, 3, "k is 3, but 3 users differ in only 2 ways; ask for at most 2 segments"),
        ({"x": [1.0]}, 2, "k is 2, but 1 user differs in only 1 way; ask for at most 1 segment, or"),
        ({"x": [4.0] * 5}, 2, "differ in only 1 way"),
    ],
)
def test_more_segments_than_different_users_are_refused(
    columns: dict[str, Any], k: int, problem: str
) -> None:
    with pytest.raises(SegmentationError, match=problem):
        fit(table(columns), SegmentSettings(k=k))


def test_nobody_can_not_be_segmented() -> None:
    with pytest.raises(SegmentationError, match="no users to segment"):
        fit(table({"x": np.array([], dtype=float)}), SegmentSettings())


def test_every_user_may_be_a_segment() -> None:
    segmentation = fit(table({"x": [1.0, 2.0, 3.0]}), SegmentSettings(k=3))
    assert [segment.users for segment in segmentation.segments] == [1, 1, 1]
    assert segmentation.verdict == "3 segments were asked for."


def test_the_evidence_is_told_beside_what_was_asked() -> None:
    matrix, _ = planted(3)
    asked = fit(of_matrix(matrix), SegmentSettings(k=3, k_max=4, starts=2))
    assert asked.verdict.endswith("The evidence agrees: they are the most that hold together.")
    more = fit(of_matrix(matrix), SegmentSettings(k=4, k_max=4, starts=2))
    assert more.verdict.endswith("The evidence would choose 3.")
    assert [candidate.k for candidate in more.candidates if candidate.chosen] == [4]
    noise = fit(of_matrix(np.random.default_rng(1).random((200, 3))), SegmentSettings(k=3, k_max=4, starts=2))
    assert noise.verdict.endswith("The evidence says that users form no clusters.")


def test_segments_come_in_order_of_engagement() -> None:
    segmentation = fit(behaviour(), SegmentSettings(k=4, k_max=2))
    scores = [segment.engagement for segment in segmentation.segments]
    assert scores == sorted(scores)
    assert scores[0] < 0 < scores[-1]


def test_without_engagement_the_largest_segment_is_first() -> None:
    segmentation = fit(of_matrix(planted(3, users=500)[0][:430]), SegmentSettings(k=3, k_max=2, starts=2))
    sizes = [segment.users for segment in segmentation.segments]
    assert sizes == sorted(sizes, reverse=True)
    assert {segment.engagement for segment in segmentation.segments} == {0.0}


def test_more_users_than_are_fitted_are_all_assigned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "ROWS_FITTED", 300)
    made = of_matrix(planted(3, users=900)[0])
    segmentation = fit(made, SegmentSettings(k=3, k_max=2, starts=2))
    assert sum(segment.users for segment in segmentation.segments) == 900
    assert segmentation.inertia == pytest.approx(
        fit(made, SegmentSettings(k=3, k_max=2, starts=2)).inertia, rel=0.2
    )


def test_progress_is_told() -> None:
    told: list[str] = []
    fit(behaviour(), SegmentSettings(k_max=2), progress=lambda what, _done, _of: told.append(what))
    assert told[0] == "preparing features"
    assert {"choosing the number of segments", "fitting segments", "auditing"} <= set(told)


def test_distinct_rows_are_counted_beyond_the_first() -> None:
    values = np.concatenate([np.zeros(400), np.arange(40.0)])
    segmentation = fit(table({"x": values}), SegmentSettings(k=5, k_max=2, scale="none", log="never"))
    assert len(segmentation.segments) == 5


def test_the_rest_of_the_table_is_untouched() -> None:
    made = behaviour()
    shuffled = dataclasses.replace(made, rows=made.rows.take(np.arange(len(made))[::-1]))
    assert fit(shuffled, SegmentSettings(k=2, k_max=2, starts=2)) == fit(
        made, SegmentSettings(k=2, k_max=2, starts=2)
    )


def test_a_tree_is_cut_at_its_largest_gap() -> None:
    made = of_matrix(planted(4, users=300)[0])
    found = fit(made, SegmentSettings(method="ward", k="gap"))
    assert len(found.segments) == 4
    assert found.verdict.startswith("Cut into 4, the tree stays the same from height")
    assert found.notes == ()


def test_a_tree_is_cut_at_a_height() -> None:
    made = of_matrix(planted(4, users=300)[0])
    found = fit(made, SegmentSettings(method="ward", height=1000.0))
    assert (len(found.segments), found.clustered) == (1, False)
    assert found.verdict == "Cut at height 1000, the tree has 1 group."


def test_two_ways_leave_nothing_to_choose() -> None:
    made = table({"x": np.repeat([0.0, 1.0], 100)})
    found = fit(made, SegmentSettings(scale="none", log="never"))
    assert len(found.segments) == 1
    assert found.verdict.startswith("Users differ in only 2 ways")
