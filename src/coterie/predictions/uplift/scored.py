"""The tables `uplift`, what treating each user is expected to change, and `treatments`, what was learnt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from coterie.predictions import scores
from coterie.predictions.uplift import result
from coterie.predictions.uplift.result import Treatment
from coterie.sources import sql

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from coterie.predictions.uplift.fit import Learnt
    from coterie.predictions.uplift.result import Unmeasured
    from coterie.sources.warehouse import Warehouse

TABLE, RESULTS = "uplift", "treatments"

SCHEMA = pa.schema(
    [
        ("uplift", pa.string()),
        ("user_id", pa.string()),
        ("score", pa.float64()),
        ("as_of", pa.date32()),
        ("run_id", pa.string()),
    ]
)
_RESULTS = pa.schema(
    [
        ("position", pa.int32()),
        ("uplift", pa.string()),
        ("effect", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("qini", pa.float64()),
        ("ranks", pa.bool_()),
        ("verdict", pa.string()),
        ("why_not", pa.string()),
        ("json", pa.string()),
        ("as_of", pa.date32()),
        ("run_id", pa.string()),
    ]
)


def begin(warehouse: Warehouse, kept: Sequence[str], run_id: str) -> None:
    """Make `uplift` anew, with the scores of the treatments that are kept from the last run."""
    scores.begin(warehouse, TABLE, SCHEMA, kept, run_id)


def write(warehouse: Warehouse, name: str, learnt: Learnt, as_of: dt.date, run_id: str) -> None:
    """Score every user of `features`, a batch at a time."""
    for rows in _batches(warehouse, learnt.features):
        count = rows.num_rows
        columns = [
            pa.array([name] * count),
            rows["user_id"],
            pa.array(learnt.scores(rows)),
            pa.array([as_of] * count),
            pa.array([run_id] * count),
        ]
        warehouse.append(TABLE, pa.table(columns, names=SCHEMA.names).cast(SCHEMA))


def _batches(warehouse: Warehouse, features: Sequence[str]) -> Iterator[pa.Table]:
    user = sql.column("user_id")
    query = sql.select(user, *(sql.column(name) for name in features)).from_(sql.table("features"))
    return scores.batches(warehouse, query, user)


def write_results(
    warehouse: Warehouse, found: Sequence[Treatment | Unmeasured], as_of: dt.date, run_id: str
) -> None:
    """Write what was learnt of each treatment, in place of the last run's."""
    rows = [
        {"position": at, **_row(one), "json": result.to_json(one), "as_of": as_of, "run_id": run_id}
        for at, one in enumerate(found)
    ]
    warehouse.create(RESULTS, pa.Table.from_pylist(rows, schema=_RESULTS))


def _row(one: Treatment | Unmeasured) -> dict[str, object]:
    if not isinstance(one, Treatment):
        return {"uplift": one.name, "why_not": one.why}
    return {
        "uplift": one.name,
        "effect": one.effect.difference,
        "low": one.effect.low,
        "high": one.effect.high,
        "qini": one.measured.qini_area,
        "ranks": one.ranks,
        "verdict": one.verdict,
    }


def read(warehouse: Warehouse) -> tuple[Treatment | Unmeasured, ...]:
    """Read back what the last run learnt; nothing if there was none.

    Raises:
        PredictionError: Another version of coterie has stored it.
    """
    if not warehouse.columns(RESULTS):
        return ()
    rows = warehouse.query(sql.sql("select json from treatments order by position"))
    return tuple(result.from_json(text) for text in rows["json"].to_pylist())
