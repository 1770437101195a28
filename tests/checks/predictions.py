"""What every model must pass; each check is found by its name."""

from __future__ import annotations

import contextlib
import dataclasses
import sqlite3
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa

from coterie.predictions.fit import fit
from coterie.predictions.models.baseline import Baseline
from coterie.predictions.score import expected, score
from coterie.predictions.scoring import offered, scoring
from coterie.predictions.stored import from_json, to_json

if TYPE_CHECKING:
    from coterie.predictions.examples import Examples
    from coterie.predictions.prediction import Prediction
    from coterie.project.predicting import PredictionSettings

RNG = np.random.default_rng(11)


def check_the_order_of_rows_and_columns_is_irrelevant_and_a_seed_repeats(
    found: Prediction, examples: Examples, settings: PredictionSettings
) -> None:
    order = RNG.permutation(len(examples))
    turned = dataclasses.replace(
        examples,
        features=examples.features[::-1],
        rows=examples.rows.take(order).select(examples.rows.column_names[::-1]),
        date_of=examples.date_of[order],
        outcomes=examples.outcomes[order],
        naive=examples.naive[order],
    )
    assert fit(turned, settings, name=found.name) == found


def check_json_scores_alike(found: Prediction, examples: Examples, _: PredictionSettings) -> None:
    again = from_json(to_json(found))
    assert again == found
    assert np.array_equal(score(again, examples.rows), score(found, examples.rows))


def check_sql_equals_python(found: Prediction, examples: Examples, _: PredictionSettings) -> None:
    if not offered(found):
        return
    rows, naive = _by_row(examples)
    told = scoring(found, "features", "naive")
    expectation = score(found, rows, naive)
    for scores in (_by_duckdb(rows, told.sql("duckdb")), _by_sqlite(rows, told.sql("sqlite"))):
        assert np.allclose(scores, expectation, rtol=0, atol=1e-9)


def _by_row(examples: Examples) -> tuple[pa.Table, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    rows, naive = examples.rows.slice(0, 60), examples.naive[:60]
    users = pa.array([f"{at:04d}" for at in range(rows.num_rows)])
    return rows.set_column(0, "user_id", users).append_column("naive", pa.array(naive)), naive


def _by_duckdb(rows: pa.Table, query: str) -> list[float]:
    with duckdb.connect() as connection:
        connection.register("features", rows)
        return [row[1] for row in connection.execute(f"select * from ({query}) order by user_id").fetchall()]


def _by_sqlite(rows: pa.Table, query: str) -> list[float]:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        names = ", ".join(f'"{name}"' for name in rows.column_names)
        connection.execute(f"create table features ({names})")
        marks = ", ".join("?" * rows.num_columns)
        connection.executemany(
            f"insert into features values ({marks})", zip(*rows.to_pydict().values(), strict=True)
        )
        return [row[1] for row in connection.execute(f"select * from ({query}) order by user_id").fetchall()]


def check_scores_are_what_they_are_of(found: Prediction, examples: Examples, _: PredictionSettings) -> None:
    scores = score(found, examples.rows, examples.naive)
    assert np.isfinite(scores).all()
    assert scores.min() >= 0
    if found.kind == "yes_or_no":
        assert scores.max() <= 1


def check_nulls_new_words_and_huge_numbers_score(
    found: Prediction, examples: Examples, _: PredictionSettings
) -> None:
    new = examples.rows.slice(0, 3)
    for at, name in enumerate(new.column_names):
        if name != "user_id":
            kind = new.schema.field(name).type
            values = [None, "never seen", None] if pa.types.is_string(kind) else [None, 1e300, -1e12]
            new = new.set_column(at, name, pa.array(values, kind))
    scores = score(found, new)
    assert np.isfinite(scores).all()
    assert scores.min() >= 0
    assert scores.max() <= max(1.0, 10 * examples.outcomes.max())


def check_a_calibrator_keeps_the_order(found: Prediction, _: Examples, __: PredictionSettings) -> None:
    if found.calibrator is not None:
        mended = found.calibrator.mended(np.linspace(0, 1, 500))
        assert (np.diff(mended) >= 0).all()
        assert 0 <= mended.min() <= mended.max() <= 1


def check_a_group_is_expected_within_an_interval(
    found: Prediction, examples: Examples, _: PredictionSettings
) -> None:
    scores = score(found, examples.rows, examples.naive)
    group = expected(found, scores)
    assert group.users == len(examples)
    assert group.low <= group.total <= group.high
    assert np.isclose(group.total, scores.sum())


def check_the_holdout_is_not_learnt_from(
    found: Prediction, examples: Examples, settings: PredictionSettings
) -> None:
    last = examples.held_out
    turned = np.where(last, examples.outcomes.max() - examples.outcomes, examples.outcomes)
    again = fit(dataclasses.replace(examples, outcomes=turned), settings, name=found.name)
    assert (again.model, again.calibrator, again.columns) == (found.model, found.calibrator, found.columns)
    assert again.measures != found.measures


def check_the_naive_baseline_stands_beside(found: Prediction, _: Examples, __: PredictionSettings) -> None:
    assert any(measure.naive is not None for measure in found.measures)
    assert any(finding.check == "naive" for finding in found.findings)
    assert "baseline" in {candidate.method for candidate in found.candidates}
    assert [candidate.method for candidate in found.candidates if candidate.chosen] == [found.method]


def check_every_feature_it_uses_has_an_importance(
    found: Prediction, _: Examples, __: PredictionSettings
) -> None:
    told = {each.feature for each in found.importance}
    assert told == set(found.features)
    assert bool(told) != isinstance(found.model, Baseline)


def check_its_caption_and_its_table_say_how_good_it_is(
    found: Prediction, _: Examples, __: PredictionSettings
) -> None:
    assert found.name in found.caption()
    assert found.method in found.caption()
    assert found.to_arrow().num_rows == len(found.measures)
    assert found.not_for


CHECKS = tuple(found for name, found in sorted(globals().items()) if name.startswith("check_"))
