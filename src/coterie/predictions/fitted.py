"""The table `fitted_predictions`: what the last run fitted, how good it is, and what could not be made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pydantic import TypeAdapter, ValidationError

from coterie.as_json import AGAIN
from coterie.errors import PredictionError
from coterie.predictions import stored
from coterie.predictions.foretold import Circumstances, Failed, Foretold
from coterie.sources import sql

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from coterie.sources.warehouse import Warehouse

TABLE = "fitted_predictions"

#: total, low, high: what is foretold of all users together. measure, value, naive: how good it was on the
#: holdout, and the naive baseline. failed: why it could not be made; all else is null then.
SCHEMA = pa.schema(
    [
        ("position", pa.int32()),
        ("prediction", pa.string()),
        ("target", pa.string()),
        ("horizon_days", pa.int32()),
        ("method", pa.string()),
        ("users", pa.int64()),
        ("total", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("measure", pa.string()),
        ("value", pa.float64()),
        ("naive", pa.float64()),
        ("failed", pa.string()),
        ("made_from", pa.string()),
        ("json", pa.string()),
        ("about", pa.string()),
        ("as_of", pa.date32()),
        ("run_id", pa.string()),
    ]
)

_CIRCUMSTANCES = TypeAdapter(Circumstances)


def write(warehouse: Warehouse, made: Sequence[Foretold | Failed], *, as_of: dt.date, run_id: str) -> None:
    """Write the table, in place of that of the last run.

    Args:
        warehouse: Where it is.
        made: In the order of coterie.yaml.
        as_of: The date of the scores.
        run_id: The run that rows are marked with.
    """
    mark = {"as_of": as_of, "run_id": run_id}
    rows = [{"position": at, **_row(one), **mark} for at, one in enumerate(made)]
    warehouse.create(TABLE, pa.Table.from_pylist(rows, schema=SCHEMA))


def read(warehouse: Warehouse) -> tuple[Foretold | Failed, ...]:
    """Read back what the last run made, in order; nothing if there was none.

    Raises:
        PredictionError: Another version of coterie has stored it.
    """
    if not warehouse.columns(TABLE):
        return ()
    rows = warehouse.query(sql.sql("select * from fitted_predictions order by position")).to_pylist()
    return tuple(_read(row) for row in rows)


def _row(one: Foretold | Failed) -> dict[str, Any]:
    if isinstance(one, Failed):
        return {"prediction": one.name, "failed": one.sentence}
    measure, told = one.first_measure, one.about.expected
    return {
        "prediction": one.name,
        "target": one.about.settings.target,
        "horizon_days": one.prediction.horizon_days,
        "method": one.prediction.method,
        "users": told.users,
        "total": told.total,
        "low": told.low,
        "high": told.high,
        "measure": measure.name,
        "value": measure.value,
        "naive": measure.naive,
        "made_from": one.made_from,
        "json": stored.to_json(one.prediction),
        "about": _CIRCUMSTANCES.dump_json(one.about).decode(),
    }


def _read(row: dict[str, Any]) -> Foretold | Failed:
    if row["failed"] is not None:
        return Failed(row["prediction"], row["failed"])
    try:
        about = _CIRCUMSTANCES.validate_json(row["about"])
    except ValidationError as error:
        raise PredictionError(
            f"The stored prediction {row['prediction']!r} can't be read. {AGAIN}"
        ) from error
    return Foretold(stored.from_json(row["json"]), about, row["as_of"], row["made_from"])
