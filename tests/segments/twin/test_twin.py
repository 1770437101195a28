from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv
from pydantic import TypeAdapter
from tests.segments import tables

from coterie.errors import SegmentationError, UsageError
from coterie.features.feature import FeatureTable
from coterie.project.settings import Preparation, SegmentSettings
from coterie.segments import assign, fit
from coterie.segments.twin.leaves import DEPTH
from coterie.segments.twin.twin import Twin, statement, told, twin
from coterie.sources import connect

if TYPE_CHECKING:
    from coterie.features.values import Ints

IDS = list(range(1, 9))


def planted(users: int = 3000, seed: int = 2) -> tuple[FeatureTable, Ints]:
    """Segments that thresholds, words and nulls decide, among features that say nothing."""
    rng = np.random.default_rng(seed)
    spend, days = rng.lognormal(4, 1, users), rng.poisson(8, users).astype(float)
    country = rng.choice(np.array(["at", "br", "ng", "za", None], dtype=object), users)
    seen = np.where(rng.random(users) < 0.3, np.nan, rng.random(users))
    labels = np.where(np.isnan(seen), 0, np.where(spend > 100, 1, np.where(days > 9, 2, 3)))
    labels[np.isin(country.astype(str), ["br", "ng"]) & (labels == 3)] = 4
    noise = {f"noise{at}": rng.standard_normal(users) for at in range(5)}
    table = tables.table(
        {
            "spend": spend,
            "days": days,
            "country": country.tolist(),
            "seen": seen,
            "same": [1.0] * users,
            **noise,
        }
    )
    return table, labels.astype(np.int64)


def in_sql(found: Twin, table: FeatureTable, using: str) -> list[int]:
    with contextlib.closing(connect.connect("duckdb://")) as warehouse:
        warehouse.create("features", table.rows)
        query = statement(found, using="tree" if using == "tree" else "rules")
        return [int(one) for one in warehouse.query(query).sort_by("user_id").column("segment").to_pylist()]


@pytest.fixture(scope="module")
def found() -> Twin:
    table, labels = planted()
    return twin(table, labels, IDS[:5])


def test_planted_rules_are_found(found: Twin) -> None:
    texts = found.to_arrow().column("rule").to_pylist()
    assert texts[0] == '"seen" IS NULL'
    assert '"spend" > 98' in texts[1]
    assert found.by_rules.accuracy > 0.95
    assert found.by_tree.accuracy > 0.7
    assert all(len(rule.bounds) <= 3 for rule in found.rules)
    assert all(len(leaf.bounds) <= DEPTH for leaf in found.leaves)
    assert set(found.features) == {"spend", "days", "country", "seen"}


def test_fidelity_is_measured_on_users_held_back(found: Twin) -> None:
    table, labels = planted()
    assert found.searched + found.tested == len(table)
    assert found.tested > 0.4 * len(table)
    right = np.array(told(found, table.rows)) == np.array(IDS)[labels]
    assert found.by_rules.accuracy == pytest.approx(right.mean(), abs=0.02)
    for rule in found.rules:
        assert rule.f1 == pytest.approx(2 * rule.precision * rule.recall / (rule.precision + rule.recall))


@pytest.mark.parametrize("using", ["rules", "tree"])
def test_sql_says_what_the_twin_says(found: Twin, using: str) -> None:
    table, _ = planted()
    python = told(found, table.rows, using="tree" if using == "tree" else "rules")
    assert in_sql(found, table, using) == python.tolist()
    other, _ = planted(seed=9)
    assert (
        in_sql(found, other, using)
        == told(found, other.rows, "tree" if using == "tree" else "rules").tolist()
    )


def test_it_reads_well(found: Twin) -> None:
    assert found.caption().startswith("segments: rules of at most three conditions on ")
    assert "precision" in found.to_text()
    text = statement(found).sql(pretty=True)
    assert "CASE" in text
    assert 'FROM "features"' in text


def test_it_is_stored_as_json(found: Twin) -> None:
    adapter = TypeAdapter(Twin)
    assert adapter.validate_json(adapter.dump_json(found)).to_dict() == found.to_dict()


def test_order_of_rows_is_no_matter_and_the_seed_decides(found: Twin) -> None:
    table, labels = planted()
    order = np.random.default_rng(0).permutation(len(table))
    mixed = FeatureTable(table.as_of, table.features, table.rows.take(pa.array(order)))
    assert twin(mixed, labels[order], IDS[:5]).to_dict() == found.to_dict()
    assert twin(table, labels, IDS[:5], seed=1).rules != found.rules


def test_only_the_features_asked_for_are_spoken_of() -> None:
    table, labels = planted()
    found = twin(table, labels, IDS[:5], features=["days", "country"])
    assert set(found.features) <= {"days", "country"}
    assert found.by_rules.accuracy < 0.8


def test_one_segment_needs_no_rule() -> None:
    table, labels = planted(100)
    found = twin(table, np.zeros_like(labels), [7])
    assert (found.rules[0].bounds, found.rules[0].precision, found.by_rules.accuracy) == ((), 1.0, 1.0)
    assert statement(found).sql() == 'SELECT "user_id", 7 AS "segment" FROM "features"'
    assert statement(found, using="tree").sql() == statement(found).sql()
    assert "no feature" in found.caption()


def test_features_without_differences_say_nothing() -> None:
    table = tables.table(
        {"same": [1.0] * 40, "word": ["a"] * 40, "null": pa.array([None] * 40, pa.float64())}
    )
    found = twin(table, np.arange(40) % 2, [1, 2])
    assert [rule.bounds for rule in found.rules] == [(), ()]
    assert found.by_rules.balanced == 0.5


def test_no_features_are_fine() -> None:
    table = tables.table({"x": np.arange(10.0)})
    assert twin(table, np.arange(10) % 2, [1, 2], features=[]).features == ()


def test_tiny_segments_have_rules() -> None:
    x = np.arange(2000.0)
    labels = np.where(x == 1999, 1, np.where(x < 3, 2, 0))
    found = twin(tables.table({"x": x}), labels, [1, 2, 3])
    assert [rule.held_back for rule in found.rules] == [True, False, True]
    assert found.rules[1].matched == 1
    assert 1 < found.rules[2].matched < 10


def test_a_segment_of_nobody_has_no_rule() -> None:
    x = np.arange(100.0)
    found = twin(tables.table({"x": x}), np.where(x > 49, 2, 0), [5, 6, 7])
    assert [rule.segment for rule in found.rules] == [5, 7]


def test_two_users_are_enough() -> None:
    found = twin(tables.table({"x": [1.0, 2.0]}), np.array([0, 1]), [1, 2])
    assert (found.tested, found.by_rules.accuracy) == (0, 1.0)
    assert "100.0% of 2 users" in found.caption()


def test_no_users_are_refused() -> None:
    table, labels = planted(10)
    empty = FeatureTable(table.as_of, table.features, table.rows.slice(0, 0))
    with pytest.raises(SegmentationError, match="no users to explain"):
        twin(empty, labels[:0], [1])


def test_rows_need_no_user_id_and_a_missing_feature_is_told(found: Twin) -> None:
    table, labels = planted()
    bare = FeatureTable(table.as_of, table.features, table.rows.drop_columns(["user_id"]))
    assert twin(bare, labels, IDS[:5]).searched == found.searched
    with pytest.raises(UsageError, match="no column 'spend'"):
        told(found, table.rows.drop_columns(["spend"]))


def test_large_numbers_and_many_words_are_fine() -> None:
    rng = np.random.default_rng(1)
    words = rng.choice(np.array([f"w{at:02d}" for at in range(40)]), 2000)
    labels = (words < "w20").astype(np.int64)
    table = tables.table({"word": words.tolist(), "huge": rng.random(2000) * 1e299})
    found = twin(table, labels, [1, 2])
    assert found.by_rules.accuracy < 1
    assert len(found.rules[0].bounds[0].values) <= 5


def test_the_learning_platform_is_a_table_of_region_and_channel() -> None:
    folder = os.environ.get("COTERIE_REAL_DATA")
    if not folder:
        pytest.skip("set COTERIE_REAL_DATA to the folder with the public data sets")
    raw = csv.read_csv(Path(folder) / "learning_platform_customers.csv")
    table = tables.table(
        {
            "minutes": raw["minutes_watched"].to_numpy(zero_copy_only=False).astype(float),
            "value": raw["CLV"].to_numpy().astype(float),
            "number": raw["region"].to_numpy().astype(float),
            "region": raw["region"].cast(pa.string()).to_pylist(),
            "channel": raw["channel"].cast(pa.string()).to_pylist(),
        }
    )
    recipe = SegmentSettings(
        method="kmeans", k=8, scale="zscore", log="never", category_weight="none", starts=20,
        prepare={"minutes": Preparation(fill=0)},
    )  # fmt: skip
    fitted = fit.fit(table, recipe)
    ids = [segment.id for segment in fitted.segments]
    labels = np.searchsorted(np.array(ids), assign.assign(fitted, table.rows))
    found = twin(table, labels, ids)
    assert set(found.features) <= {"number", "region", "channel"}
    assert found.by_rules.accuracy > 0.97
