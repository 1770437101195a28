from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from tests.features.made import User
from tests.predictions import shops
from tests.predictions.shops import FIRST, event

from coterie.errors import PredictionError
from coterie.features import build
from coterie.predictions.outcomes import Membership, labelled, naive_is_a_rate
from coterie.project.predicting import PredictionSettings
from coterie.project.settings import FeatureSettings
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from coterie.predictions.outcomes import Labels
    from coterie.sources.duckdb import DuckDB

HORIZON = 7
DATES = [FIRST + dt.timedelta(days=day) for day in (21, 28, 35)]


def made(
    warehouse: DuckDB, most: int = 1_000, membership: Membership | None = None, **settings: Any
) -> tuple[tuple[Labels, ...], list[dict[str, Any]]]:
    asked = PredictionSettings(**settings)
    with labelled(warehouse, asked, DATES, HORIZON, most, membership) as (table, labels):
        rows = warehouse.query(sql.sql("select * from :table", table=sql.table(table)))
    return labels, rows.sort_by("number").to_pylist()


def refusal(warehouse: DuckDB, **settings: Any) -> str:
    with pytest.raises(PredictionError) as caught:
        made(warehouse, **settings)
    return str(caught.value)


def orders(user: str, *days: int) -> list[Any]:
    return [event(user, day, "order", value=10.0) for day in days]


def test_each_user_comes_once_for_each_date(warehouse: DuckDB) -> None:
    shops.fill(warehouse, [*orders("a", 1, 22, 36), *orders("b", 2, 29), *orders("new", 27, 40)])
    labels, rows = made(warehouse, target="none")
    assert [(row["user_id"], row["outcome"], row["naive"]) for row in rows] == [
        ("a", 0, 1), ("b", 1, 1),
        ("a", 1, 0), ("b", 0, 1),
        ("a", 0, 1), ("b", 1, 0), ("new", 0, 1),
    ]  # fmt: skip
    assert [(one.date, one.users, one.some, one.total) for one in labels] == [
        (DATES[0], 2, 1, 1.0), (DATES[1], 2, 1, 1.0), (DATES[2], 3, 1, 1.0),
    ]  # fmt: skip
    assert [one.counted.too_new for one in labels] == [0, 1, 0]
    assert not set(warehouse.columns("examples_labelled"))


def test_of_many_users_others_are_drawn_as_of_each_date(warehouse: DuckDB) -> None:
    shops.fill(
        warehouse, [one for user in range(300) for one in orders(f"u{user}", user % 9, 22 + user % 21)]
    )
    labels, rows = made(warehouse, most=50, target="none")
    assert [one.counted.predicted for one in labels] == [300, 300, 300]
    assert all(abs(one.users - 50) <= 2 for one in labels)
    users = [row["user_id"] for row in rows]
    assert len(set(users)) == len(users)


def test_what_never_happened_yet_is_foretold_at_the_rate_of_the_period_before(warehouse: DuckDB) -> None:
    """Of five visitors one orders in each week, so a fourth and then a third of those without did before."""
    views = [event(user, day) for user in "abcdf" for day in (0, 1)]
    shops.fill(
        warehouse, [*views, *orders("a", 15), *orders("b", 22), *orders("c", 29, 37), *orders("d", 36)]
    )
    labels, rows = made(warehouse, target="first_time")
    assert [one.rate_before for one in labels] == pytest.approx([1 / 5, 1 / 4, 1 / 3])
    assert [(row["user_id"], row["outcome"]) for row in rows if row["as_of_day"] == shops.FIRST_DAY + 21] == [
        ("b", 1), ("c", 0), ("d", 0), ("f", 0),
    ]  # fmt: skip


def test_before_anyone_is_known_the_rate_is_that_of_the_next_date(warehouse: DuckDB) -> None:
    views = [event(user, day) for user in "abcd" for day in (14, 15)]
    shops.fill(
        warehouse,
        [*views, *orders("b", 22), *orders("c", 29), *orders("d", 36), event("e", 16), event("g", 16)],
    )
    labels, _ = made(warehouse, target="first_time")
    assert [one.rate_before for one in labels] == pytest.approx([1 / 4, 1 / 4, 1 / 5])


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"target": "inactive"}, True),
        ({"target": "inactive", "within_days": 8}, False),
        ({"target": "inactive", "kind": "view"}, False),
        ({"target": "none"}, False),
        ({"target": "none", "within_days": 5}, True),
        ({"target": "none", "within_days": 5, "population": "active"}, False),
        ({"target": "first_time"}, True),
        ({"target": "count"}, False),
    ],
)
def test_a_period_before_that_is_the_same_for_all_is_a_rate(settings: dict[str, Any], expected: bool) -> None:
    assert naive_is_a_rate(PredictionSettings(**settings), HORIZON) == expected


def test_getting_into_a_segment_is_told_by_the_features_of_both_days(warehouse: DuckDB) -> None:
    """The segment of those with more than two events: a is in it from day 25 on, b from day 40, c never."""
    shops.fill(
        warehouse,
        [event("a", day) for day in (1, 2, 25)] + [event("b", day) for day in (1, 2, 40)] + [event("c", 1)],
    )
    planned = build.plan(warehouse, FeatureSettings(), FIRST + dt.timedelta(days=42))

    def assigning(table: str) -> Any:
        text = "select user_id, case when activity_events > 2 then 2 else 1 end as segment from :states"
        return select(text, states=sql.table(table))

    membership = Membership(2, {"activity_events"}, assigning, planned)
    labels, rows = made(warehouse, membership=membership, target="becomes", segment={"segmentation": "x"})
    since = [row for row in rows if row["as_of_day"] >= shops.FIRST_DAY + 21]
    assert [(row["user_id"], row["outcome"]) for row in since] == [
        ("a", 1), ("b", 0), ("c", 0), ("b", 0), ("c", 0), ("b", 1), ("c", 0),
    ]  # fmt: skip
    assert [one.rate_before for one in labels] == pytest.approx([0, 1 / 3, 0])


def test_a_date_with_nobody_outside_a_segment_counts_as_none(warehouse: DuckDB) -> None:
    """At the first date all are in it already, and nobody gets in later."""
    shops.fill(warehouse, [event("a", day) for day in (1, 2, 3)] + [event("b", 16)])
    planned = build.plan(warehouse, FeatureSettings(), FIRST + dt.timedelta(days=42))

    def assigning(table: str) -> Any:
        text = "select user_id, case when activity_events > 2 then 2 else 1 end as segment from :states"
        return select(text, states=sql.table(table))

    membership = Membership(2, {"activity_events"}, assigning, planned)
    told = refusal(warehouse, membership=membership, target="becomes", segment={"segmentation": "x"})
    assert told.startswith("There is nothing to learn from: to none of ")


def test_a_kind_that_never_occurs_is_refused(warehouse: DuckDB) -> None:
    shops.fill(warehouse, [event("a", 1), *orders("a", 2)])
    told = refusal(warehouse, target="none", kind="oder")
    assert told == "No event is of kind 'oder'. Did you mean 'order'? Allowed: order, view."


def test_no_events_are_refused(warehouse: DuckDB) -> None:
    shops.fill(warehouse, [], [User("a")])
    assert refusal(warehouse, target="inactive").startswith("There are no events")


def test_a_target_that_happens_to_nobody_is_refused(warehouse: DuckDB) -> None:
    shops.fill(warehouse, [event("a", 1), event("b", 2), *orders("c", 60)])
    assert refusal(warehouse, target="first_time") == (
        "There is nothing to learn from: to none of 4 users as of 2026-01-22 or 2026-01-29 it happened "
        "within 7 days; give a longer `horizon_days`, or another target."
    )


def test_a_target_that_happens_to_everybody_is_refused(warehouse: DuckDB) -> None:
    shops.fill(warehouse, [*orders("a", 1), *orders("b", 1), *orders("c", 1, 22)])
    assert refusal(warehouse, target="none", min_history_days=0).startswith(
        "There is nothing to check on: it happened to all of 3 users as of 2026-02-05 within 7 days"
    )


def test_a_population_of_nobody_is_refused(warehouse: DuckDB) -> None:
    shops.fill(warehouse, [event("a", 1), *orders("b", 25)])
    assert refusal(warehouse, target="none") == (
        "There is nobody to learn from: of 3 users as of 2026-01-22 or 2026-01-29 none belongs to the "
        "population 'with_kind' and is known for 7 days (1 are too new); name another `population`."
    )


def test_refunds_larger_than_sales_are_refused(warehouse: DuckDB) -> None:
    refunds = [event("a", day, "refund", value=50.0) for day in (23, 30, 37)]
    shops.fill(warehouse, [*orders("a", 1, 24, 31, 38), *orders("b", 1, 22, 36), *refunds])
    assert refusal(warehouse, target="value").startswith(
        "Refunds are larger than sales: 4 users as of 2026-01-22 or 2026-01-29 brought -70.00 within 7 days"
    )


def test_who_gave_back_more_than_they_bought_is_counted(warehouse: DuckDB) -> None:
    shops.fill(
        warehouse,
        [*orders("a", 1, 22, 36), *orders("b", 1, 25, 30, 36), event("a", 23, "refund", value=12.0)],
    )
    labels, rows = made(warehouse, target="value")
    assert [(one.below, one.total, one.net) for one in labels] == [(1, 10, 8), (0, 10, 10), (0, 20, 20)]
    assert min(row["outcome"] for row in rows) == 0
