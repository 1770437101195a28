from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from tests.segments.tables import behaviour, of_matrix, table

from coterie.errors import UsageError
from coterie.project.settings import Rule, SegmentSettings
from coterie.segments.assign import assign
from coterie.segments.borders.mixture import Mixture
from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.explaining.explain import Explanation, explain
from coterie.segments.fit import fit
from coterie.segments.over_time.renumber import renumbered
from coterie.segments.prepare import matrix

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
        assert each.distance is not None
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


def test_borders_between_centres_are_found_to_the_millionth(by_numbers: Segmentation) -> None:
    spend = next(step for step in by_numbers.steps if step.feature == "spend")
    place = by_numbers.steps.index(spend)
    centres = np.array([segment.centre for segment in by_numbers.segments])
    checked = 0
    for row in range(0, 400, 5):
        found = explain(by_numbers, TABLE, f"u{row:05d}")
        if found.change is None or found.change.feature != "spend":
            continue
        assert isinstance(found.change.value, float)
        ends = TABLE.rows.slice(row, 1).set_column(
            TABLE.rows.column_names.index("spend"), "spend", pa.array([found.change.value])
        )
        point, other = (matrix(by_numbers.steps, rows)[0] for rows in (TABLE.rows.slice(row, 1), ends))
        mine, theirs = centres[found.segment - 1], centres[found.change.segment - 1]
        lead = np.square(point - theirs).sum() - np.square(point - mine).sum()
        exact = point[place] - lead / (2 * (mine - theirs)[place])
        assert other[place] == pytest.approx(exact, abs=1e-6)
        checked += 1
    assert checked > 3


def test_ids_are_not_places(by_numbers: Segmentation) -> None:
    other = renumbered(by_numbers, [17, 3, 40, 1])
    ids = dict(zip([1, 2, 3, 4], [17, 3, 40, 1], strict=True))
    for row in (0, 30, 77, 200):
        one, two = (explain(each, TABLE, f"u{row:05d}") for each in (by_numbers, other))
        assert one.nearest is not None
        assert (two.segment, two.nearest) == (ids[one.segment], ids[one.nearest])
        assert two.contributions == one.contributions
        if one.change is not None:
            assert two.change == dataclasses.replace(one.change, segment=ids[one.change.segment])


def with_borders(borders: Prototypes | Mixture) -> Segmentation:
    """A segmentation of two unscaled numbers with these borders."""
    rng = np.random.default_rng(5)
    made = of_matrix(rng.uniform(-9, 9, (60, 2)))
    found = fit(made, SegmentSettings(k=2, k_max=2, starts=1, scale="none"))
    segments = tuple(dataclasses.replace(found.segments[0], id=10 * at + 10) for at in range(borders.k))
    return dataclasses.replace(found, borders=borders, segments=segments)


def test_of_several_prototypes_the_nearest_ones_count() -> None:
    points = np.array([[0.0, 0.0], [0.0, 8.0], [4.0, 0.0], [9.0, 9.0]])
    several = with_borders(Prototypes.around(points, np.array([0, 0, 1, 1])))
    found = explain(several, of_matrix(np.array([[1.0, 1.0]])), "u00000")
    assert (found.segment, found.nearest) == (10, 20)
    assert (found.distance, found.distance_to_nearest) == pytest.approx((2**0.5, 10**0.5))
    assert {part.feature: part.push for part in found.contributions} == pytest.approx({"x0": 8.0, "x1": 0.0})
    assert found.change is not None
    assert (found.change.feature, found.change.segment) == ("x0", 20)
    assert found.change.value == pytest.approx(2.0)


def test_whoever_is_unlike_the_rest_is_beyond_the_radius() -> None:
    points = np.array([[0.0, 0.0], [8.0, 0.0]])
    noise = with_borders(Prototypes.around(points, radius=2.0, outside=2))
    rows = of_matrix(np.array([[0.0, 4.0], [1.5, 0.0], [0.0, 1.0]]))
    beyond, inside, middle = (explain(noise, rows, f"u0000{row}") for row in range(3))
    assert (beyond.segment, beyond.nearest, beyond.distance, beyond.distance_to_nearest) == (30, 10, 2.0, 4.0)
    assert {part.feature: part.push for part in beyond.contributions} == {"x0": -2.0, "x1": 14.0}
    assert beyond.change is not None
    assert beyond.change.segment == 10
    assert beyond.change.value == pytest.approx(2.0)
    assert (inside.segment, inside.nearest, inside.distance_to_nearest) == (10, 30, 2.0)
    assert inside.change is not None
    assert inside.change.feature == "x0"
    assert inside.change.value == pytest.approx(2.0)
    assert (middle.segment, middle.nearest) == (10, 30)


@pytest.mark.parametrize("diagonal", [True, False])
def test_a_mixture_is_explained_by_its_densities(diagonal: bool) -> None:
    scales = ((1.0, 0.5), (1.0, 1.0))
    factors = tuple(tuple(map(tuple, np.diag(each).tolist())) for each in scales)
    means = ((0.0, 0.0), (6.0, 0.0))
    borders = Mixture((0.0, 0.0), means, None if diagonal else factors, scales if diagonal else None, (0, 1))
    found = explain(with_borders(borders), of_matrix(np.array([[2.0, 2.0]])), "u00000")
    assert (found.segment, found.nearest, found.by) == (10, 20, "density")
    assert (found.distance, found.distance_to_nearest) == pytest.approx((5**0.5, 20**0.5))
    assert {part.feature: part.push for part in found.contributions} == pytest.approx({"x0": 12.0, "x1": 3.0})
    assert found.probability == pytest.approx(1 / (1 + np.exp(-7.5)))
    assert found.change is not None
    assert found.change.value == pytest.approx(3.25)


def test_a_component_that_leans_is_explained_by_both_features() -> None:
    factor = ((1.0, -1.0), (0.0, 1.0))
    borders = Mixture((0.0, 0.0), ((0.0, 0.0), (9.0, 9.0)), (factor, factor), None, (0, 1))
    found = explain(with_borders(borders), of_matrix(np.array([[2.0, 1.0]])), "u00000")
    assert found.distance is not None
    assert found.distance_to_nearest is not None
    lead = found.distance_to_nearest**2 - found.distance**2
    assert sum(part.push for part in found.contributions) == pytest.approx(lead)
    assert found.distance == pytest.approx(2**0.5)


RULES = (
    Rule(name="Buyers", where="spend > 50 and reads < 40"),
    Rule(name="Shoe lovers", where="""favourite like '%shoes%'"""),
    Rule(name="Readers", where="reads >= 20"),
)


@pytest.fixture(scope="module")
def ruled() -> Segmentation:
    return fit(TABLE, SegmentSettings(method="rules", rules=RULES))


def test_rules_are_explained_by_the_condition_that_holds(ruled: Segmentation) -> None:
    ids = {segment.given: segment.id for segment in ruled.segments}
    rows = TABLE.rows.to_pylist()
    reader = next(row for row in rows if row["spend"] is None and row["reads"] > 25)
    found = explain(ruled, TABLE, reader["user_id"])
    assert (found.segment, found.condition, found.by) == (ids["Readers"], "reads >= 20", "conditions")
    assert found.distance is None
    assert found.contributions[0].push == 1.0
    assert {part.feature for part in found.contributions} >= {"reads"}
    buyer = next(row for row in rows if row["spend"] is not None and 55 < row["spend"] < 60)
    found = explain(ruled, TABLE, buyer["user_id"])
    assert found.segment == ids["Buyers"]
    assert found.change is not None
    if found.change.feature == "spend":
        assert found.change.value == pytest.approx(50.0)


def test_every_change_of_a_rule_moves_the_user_to_where_it_says(ruled: Segmentation) -> None:
    kinds = set()
    for row in range(0, 400, 37):
        found = explain(ruled, TABLE, f"u{row:05d}")
        assert found.segment == assign(ruled, TABLE.rows)[row]
        assert found.change is not None
        kinds.add(type(found.change.value))
        assert moved(ruled, row, found.change.feature, found.change.value) == found.change.segment
        assert found.change.segment == found.nearest != found.segment
    assert kinds


def test_whole_numbers_are_changed_to_the_very_border() -> None:
    made = table({"visits": np.arange(40.0)}, visits={"unit": "events"})
    found = fit(made, SegmentSettings(method="rules", rules=(Rule(name="Many", where="visits >= 20"),)))
    below, above = (explain(found, made, f"u000{row}").change for row in (17, 22))
    assert below is not None
    assert above is not None
    assert (below.value, above.value) == (20.0, 19.0)


def test_a_narrow_rule_is_found() -> None:
    made = table({"x": np.linspace(0, 1000, 50)})
    rule = Rule(name="Narrow", where="x between 500 and 500.00001")
    found = explain(fit(made, SegmentSettings(method="rules", rules=(rule,))), made, "u00000")
    assert found.change is not None
    assert found.change.value == pytest.approx(500.0)
    assert found.condition is None
    assert found.caption() == "User u00000 is in segment 1; the nearest other is 2"


def test_an_unknown_value_may_become_known() -> None:
    made = table({"x": [None, *np.arange(39.0)], "y": np.arange(40.0)})
    rules = (Rule(name="Known", where="x is not null"),)
    found = explain(fit(made, SegmentSettings(method="rules", rules=rules)), made, "u00000")
    assert found.change is not None
    assert found.change.feature == "x"


def test_where_one_rule_takes_everyone_nothing_moves_anyone() -> None:
    made = table({"x": np.arange(40.0)})
    rules = (Rule(name="All", where="x is null or x is not null"),)
    found = explain(fit(made, SegmentSettings(method="rules", rules=rules)), made, "u00003")
    assert (found.change, found.nearest, [part.push for part in found.contributions]) == (None, None, [0.0])
    assert found.caption() == f"User u00003 is in segment {found.segment}"


def test_rules_may_rest_on_what_no_segmentation_is_fitted_on() -> None:
    ages = np.where(np.arange(60) % 7 == 0, np.nan, 20.0 + np.arange(60))
    made = table({"x": np.arange(60.0), "age": ages}, age={"family": "attributes", "behaviour": False})
    rules = (Rule(name="Old", where="age > 50"),)
    found = explain(fit(made, SegmentSettings(method="rules", rules=rules)), made, "u00010")
    assert found.change is not None
    assert found.change.value == pytest.approx(50.0)
    assert found.change.size == pytest.approx(20 / np.nanstd(ages), rel=0.15)


def test_sixty_features_take_less_than_a_second() -> None:
    rng = np.random.default_rng(1)
    made = of_matrix(rng.standard_normal((300, 60)) + 4 * (np.arange(300) % 3)[:, None])
    found = fit(made, SegmentSettings(k=3, k_max=2, starts=1))
    explain(found, made, "u00000")
    spent = []
    for row in range(3):
        start = time.process_time()
        explain(found, made, f"u0000{row}")
        spent.append(time.process_time() - start)
    assert min(spent) < 1.0
