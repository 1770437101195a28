"""What every method of segmentation must pass; each check is found by its name."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa

from coterie.segments.assign import assign, assignment
from coterie.segments.fit import fit
from coterie.segments.stored import from_json, to_json

if TYPE_CHECKING:
    from coterie.features.feature import FeatureTable
    from coterie.project.settings import SegmentSettings
    from coterie.segments.segmentation import Segmentation

RNG = np.random.default_rng(11)


def check_sizes_sum_to_users(found: Segmentation, table: FeatureTable, _: SegmentSettings) -> None:
    assert sum(segment.users for segment in found.segments) == len(table)
    assert np.isclose(sum(segment.share for segment in found.segments), 1.0)


def check_sizes_are_those_of_the_assignment(
    found: Segmentation, table: FeatureTable, _: SegmentSettings
) -> None:
    sizes = np.bincount(assign(found, table.rows), minlength=len(found.segments) + 1)[1:]
    assert sizes.tolist() == [segment.users for segment in found.segments]


def check_the_same_seed_gives_the_same_result(
    found: Segmentation, table: FeatureTable, settings: SegmentSettings
) -> None:
    assert fit(table, settings) == found


def check_row_order_is_irrelevant(
    found: Segmentation, table: FeatureTable, settings: SegmentSettings
) -> None:
    order = RNG.permutation(len(table))
    shuffled = dataclasses.replace(table, rows=table.rows.take(order))
    again = fit(shuffled, settings)
    assert np.array_equal(assign(again, table.rows), assign(found, table.rows))


def check_column_order_is_irrelevant(
    found: Segmentation, table: FeatureTable, settings: SegmentSettings
) -> None:
    turned = dataclasses.replace(
        table, features=table.features[::-1], rows=table.rows.select(table.rows.column_names[::-1])
    )
    assert np.array_equal(assign(fit(turned, settings), table.rows), assign(found, table.rows))


def check_json_assigns_alike(found: Segmentation, table: FeatureTable, _: SegmentSettings) -> None:
    again = from_json(to_json(found))
    assert again == found
    assert np.array_equal(assign(again, table.rows), assign(found, table.rows))


def check_sql_equals_python(found: Segmentation, table: FeatureTable, _: SegmentSettings) -> None:
    with duckdb.connect() as connection:
        connection.register("features", table.rows)
        rows = connection.execute(assignment(found).sql(dialect="duckdb", identify=True)).fetchall()
    by_user = dict(rows)
    assert len(by_user) == len(table)
    assert [by_user[user] for user in table.rows["user_id"].to_pylist()] == assign(found, table.rows).tolist()


def check_new_rows_get_a_segment(found: Segmentation, table: FeatureTable, _: SegmentSettings) -> None:
    new = table.rows.slice(0, 3)
    for at, name in enumerate(new.column_names):
        if name != "user_id":
            kind = new.schema.field(name).type
            values = [None, "never seen", None] if pa.types.is_string(kind) else [None, 1e12, -1e12]
            new = new.set_column(at, name, pa.array(values, kind))
    assert set(assign(found, new).tolist()) <= {segment.id for segment in found.segments}


def check_ids_count_from_one(found: Segmentation, _: FeatureTable, __: SegmentSettings) -> None:
    assert [segment.id for segment in found.segments] == list(range(1, len(found.segments) + 1))


def check_engagement_rises_with_the_id(found: Segmentation, _: FeatureTable, __: SegmentSettings) -> None:
    scores = [segment.engagement for segment in found.segments]
    assert scores == sorted(scores)


def check_every_feature_is_summed_up(found: Segmentation, table: FeatureTable, _: SegmentSettings) -> None:
    for segment in found.segments:
        assert {each.feature for each in segment.summary} == {feature.name for feature in table.features}
        for each in segment.summary:
            assert 0 <= each.users <= segment.users
            if each.mean is not None and each.low is not None and each.high is not None:
                assert each.low - 1e-9 <= each.mean <= each.high + 1e-9


def check_centres_have_a_coordinate_a_step(found: Segmentation, _: FeatureTable, __: SegmentSettings) -> None:
    assert {len(segment.centre) for segment in found.segments} == {len(found.steps)}
    assert all(step.scale > 0 and step.weight >= 0 and step.why for step in found.steps)


def check_the_audit_says_something(found: Segmentation, table: FeatureTable, _: SegmentSettings) -> None:
    names = {feature.name for feature in table.features}
    assert found.findings
    for finding in found.findings:
        assert finding.sentence.endswith(".")
        assert np.isfinite(finding.number)
        assert finding.feature is None or finding.feature in names
        assert finding.segment is None or 1 <= finding.segment <= len(found.segments)


CHECKS = tuple(found for name, found in sorted(globals().items()) if name.startswith("check_"))
