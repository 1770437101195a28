from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from tests.segments import tables

from coterie.errors import SegmentationError, UsageError
from coterie.features.feature import FeatureTable
from coterie.project.settings import SegmentSettings
from coterie.report.language import language
from coterie.segments.methods import rfm

if TYPE_CHECKING:
    from coterie.features.values import Floats, Ints

ASKED = SegmentSettings(method="rfm")


def shop(users: int = 2000, seed: int = 1) -> FeatureTable:
    rng = np.random.default_rng(seed)
    orders = rng.geometric(0.4, users) * (rng.random(users) < 0.8)
    spend = np.round(orders * rng.gamma(2, 20, users), 2)
    since = np.where(orders > 0, rng.integers(1, 200, users).astype(float), np.nan)
    return tables.table(
        {
            rfm.RECENCY: since,
            rfm.FREQUENCY: orders.astype(float),
            rfm.MONEY: spend,
            "country": ["at"] * users,
        },
        **{rfm.RECENCY: {"family": "recency", "unit": "days", "higher_is": -1}},
    )


def column(table: FeatureTable, name: str) -> Floats:
    values: Floats = table.rows.column(name).to_numpy()
    return values


def scored(values: Floats) -> Ints:
    """Score 1 to 5 by the share of buyers who have less, row by row."""
    share = np.array([(values < value).mean() for value in values])
    return np.minimum((share * 5 + 1e-9).astype(np.int64) + 1, 5)


def test_the_grid_is_what_a_row_by_row_reckoning_says() -> None:
    table = shop()
    found = rfm.grouped(table, ASKED)
    bought = ~np.isnan(column(table, rfm.RECENCY))
    recency = scored(-column(table, rfm.RECENCY)[bought])
    both = (scored(column(table, rfm.FREQUENCY)[bought]) + scored(column(table, rfm.MONEY)[bought])) // 2
    names = np.array(found.given)[found.labels]
    for (_, cells), name in zip(rfm.GRID, found.given, strict=False):
        wanted = np.zeros(bought.sum(), dtype=bool)
        for since, until, low, high in cells:
            wanted |= (recency >= since) & (recency <= until) & (both >= low) & (both <= high)
        assert (names[bought] == name)[wanted].all()
        assert not (names[bought] == name)[~wanted].any()
    assert set(names[~bought]) == {rfm.NONE}


def test_every_cell_of_the_grid_has_one_name() -> None:
    counts = np.zeros((6, 6), dtype=int)
    for _, cells in rfm.GRID:
        for since, until, low, high in cells:
            counts[since : until + 1, low : high + 1] += 1
    assert counts[1:, 1:].tolist() == [[1] * 5] * 5


def test_every_key_has_words() -> None:
    assert set(rfm.NAMES) == {key for key in language("en").given if key.startswith("rfm:")}


def test_equal_numbers_get_equal_scores_and_it_is_said() -> None:
    found = rfm.grouped(shop(), ASKED)
    [finding] = found.findings
    assert finding.feature == rfm.FREQUENCY
    assert finding.sentence.startswith("40% of the buyers have the same {feature:orders_count}")
    assert found.verdict.startswith("The RFM grid of 1,")
    assert found.verdict.endswith("users without an order.")


def test_borders_are_round() -> None:
    text = " ".join(rfm.grouped(shop(), ASKED).borders.conditions)
    assert "orders_count >= 2 then" in text
    assert max(len(word.partition(".")[2]) for word in text.split()) <= 2


def test_all_buyers_alike_have_the_lowest_scores() -> None:
    table = tables.table({rfm.RECENCY: [3.0] * 9 + [None], rfm.FREQUENCY: [1.0] * 10, rfm.MONEY: [5.0] * 10})
    found = rfm.grouped(table, ASKED)
    assert [found.given[place] for place in found.labels] == ["rfm:lost"] * 9 + [rfm.NONE]
    (finding,) = found.findings
    assert (finding.level, finding.number) == ("warning", 1.0)
    assert finding.sentence.startswith("Nothing tells the buyers apart")


def test_order_of_rows_is_no_matter() -> None:
    table = shop()
    turned = FeatureTable(
        table.as_of, table.features, table.rows.take(pa.array(range(len(table) - 1, -1, -1)))
    )
    first, second = rfm.grouped(table, ASKED), rfm.grouped(turned, ASKED)
    assert first.borders == second.borders
    assert first.labels.tolist() == second.labels.tolist()[::-1]


def test_three_features_of_ones_own_stand_for_the_usual_ones() -> None:
    table = tables.behaviour()
    found = rfm.grouped(table, SegmentSettings(method="rfm", features=("silent", "reads", "spend")))
    assert found.borders.numbers == ("reads", "silent", "spend")
    same = rfm.grouped(shop(), SegmentSettings(method="rfm", features=("recency", "orders")))
    assert same.borders == rfm.grouped(shop(), ASKED).borders


def test_other_than_three_numbers_are_refused() -> None:
    for names in (("silent", "reads"), ("silent", "reads", "country"), ("silent", "reads", "nothing")):
        with pytest.raises(UsageError, match="takes three different features that hold numbers"):
            rfm.grouped(tables.behaviour(), SegmentSettings(method="rfm", features=names))


def test_missing_features_are_told_with_their_families() -> None:
    with pytest.raises(SegmentationError, match="are not there: it takes the families recency and orders"):
        rfm.grouped(tables.behaviour(), ASKED)
    table = tables.table({rfm.RECENCY: [1.0], rfm.FREQUENCY: [1.0]})
    with pytest.raises(SegmentationError, match="and orders_spend is not there"):
        rfm.grouped(table, ASKED)


def test_without_buyers_it_is_refused() -> None:
    table = tables.table(
        {rfm.RECENCY: pa.array([None, None], pa.float64()), rfm.FREQUENCY: [0, 0], rfm.MONEY: [0, 0]}
    )
    with pytest.raises(SegmentationError, match="is null for all 2 users"):
        rfm.grouped(table, ASKED)
