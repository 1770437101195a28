from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from tests.segments.tables import behaviour, table

from coterie.errors import UsageError
from coterie.project.settings import SegmentSettings
from coterie.segments.assign import assign
from coterie.segments.explain import Explanation, explain
from coterie.segments.fit import fit

if TYPE_CHECKING:
    from coterie.segments.segmentation import Segmentation

TABLE = behaviour()


@pytest.fixture(scope="module")
def fitted() -> Segmentation:
    return fit(TABLE, SegmentSettings(k=3, k_max=2, starts=1))


@pytest.fixture(scope="module")
def by_numbers() -> Segmentation:
    return fit(TABLE, SegmentSettings(k=4, k_max=2, starts=1, features=("reads", "spend", "silent")))


@pytest.fixture(scope="module")
def explained(fitted: Segmentation) -> list[Explanation]:
    return [explain(fitted, TABLE, f"u{row:05d}") for row in range(0, 400, 11)]


def test_the_segment_is_the_assigned_one(fitted: Segmentation, explained: list[Explanation]) -> None:
    assert [each.segment for each in explained] == assign(fitted, TABLE.rows)[::11].tolist()
    assert all(each.nearest not in {None, each.segment} for each in explained)


def test_pushes_sum_to_the_difference_of_squared_distances(explained: list[Explanation]) -> None:
    for each in explained:
        assert each.distance_to_nearest is not None
        lead = each.distance_to_nearest**2 - each.distance**2
        assert sum(part.push for part in each.contributions) == pytest.approx(lead)
        pushes = [abs(part.push) for part in each.contributions]
        assert pushes == sorted(pushes, reverse=True)


def test_the_smallest_change_moves_the_user_and_less_does_not(by_numbers: Segmentation) -> None:
    counted = 0
    for row in range(0, 400, 7):
        found = explain(by_numbers, TABLE, f"u{row:05d}")
        change = found.change
        if change is None:
            continue
        assert isinstance(change.value, float)
        assert moved(by_numbers, row, change.feature, change.value) == change.segment != found.segment
        old = TABLE.rows[change.feature][row].as_py()
        if old is not None:
            counted += 1
            step = 1.0 if change.feature != "spend" else 1e-6 * (1 + abs(change.value))
            less = change.value - float(np.sign(change.value - old)) * step
            assert moved(by_numbers, row, change.feature, less) == found.segment
    assert counted > 20


def test_a_category_may_be_the_smallest_change(fitted: Segmentation, explained: list[Explanation]) -> None:
    words = [each for each in explained if each.change is not None and isinstance(each.change.value, str)]
    assert words
    for each in words:
        assert each.change is not None
        row = int(each.user_id[1:])
        assert moved(fitted, row, each.change.feature, each.change.value) == each.change.segment


def moved(segmentation: Segmentation, row: int, feature: str, value: float | str) -> int:
    """The segment of a user if one feature were another."""
    user = TABLE.rows.slice(row, 1)
    changed = user.set_column(user.column_names.index(feature), feature, pa.array([value]))
    return int(assign(segmentation, changed)[0])


def test_counts_change_by_whole_numbers_and_stay_possible(by_numbers: Segmentation) -> None:
    found = [explain(by_numbers, TABLE, f"u{row:05d}").change for row in range(0, 400, 9)]
    counts = [
        change.value for change in found if change is not None and change.feature in {"reads", "silent"}
    ]
    assert counts
    assert all(value == int(value) >= 0 for value in counts)


def test_values_stand_beside_the_segment_and_everyone(fitted: Segmentation) -> None:
    found = explain(fitted, TABLE, "u00000")
    reads = next(part for part in found.contributions if part.feature == "reads")
    assert reads.value == TABLE.rows["reads"][0].as_py()
    assert reads.everyone == pytest.approx(np.mean(TABLE.rows["reads"].to_pylist()))
    favourite = next(part for part in found.contributions if part.feature == "favourite")
    if favourite.value is not None:
        shares = [word == favourite.value for word in TABLE.rows["favourite"].to_pylist() if word is not None]
        assert favourite.everyone == pytest.approx(np.mean(shares))


def test_an_unknown_user_names_the_closest(fitted: Segmentation) -> None:
    with pytest.raises(UsageError, match=r"There is no user 'u0001'. Did you mean 'u00"):
        explain(fitted, TABLE, "u0001")


def test_the_only_segment_has_no_other() -> None:
    made = table({"x": np.arange(30.0)})
    found = explain(fit(made, SegmentSettings(k=1)), made, "u00003")
    assert (found.nearest, found.distance_to_nearest, found.change) == (None, None, None)
    assert found.caption() == "User u00003 is in segment 1, the only one"
    assert found.contributions[0].push == 0.0


def test_an_explanation_shows_itself(explained: list[Explanation]) -> None:
    assert "the nearest other is" in explained[0].caption()
    assert set(explained[0].to_arrow()["feature"].to_pylist()) == {"reads", "spend", "silent", "favourite"}
    assert "push" in explained[0].to_text()


def test_what_no_value_reaches_is_no_change() -> None:
    columns = {"visits": [0.0] * 20 + [1.0] * 20, "group": ["a"] * 20 + ["b"] * 20}
    made = table(columns, visits={"unit": "share"})
    segmentation = fit(made, SegmentSettings(k=2, k_max=2, starts=1, scale="none", category_weight="none"))
    change = explain(segmentation, made, "u00000").change
    assert change is None or change.feature == "group" or 0 <= float(change.value) <= 1


def test_unknown_values_stay_unknown() -> None:
    made = table({"x": [float("inf"), *np.arange(39.0)], "w": [None, *("ab" * 20)[:39]]})
    found = explain(fit(made, SegmentSettings(k=2, k_max=2, starts=1)), made, "u00000")
    assert {part.feature: part.value for part in found.contributions} == {"x": None, "w": None}
