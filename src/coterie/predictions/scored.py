"""The table `predictions`: what is foretold of each user of today, computed a batch of users at a time."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from sqlglot import exp

from coterie.features.as_of import AsOf
from coterie.features.values import numbers
from coterie.predictions import population, scores, targets
from coterie.predictions.models.baseline import Baseline
from coterie.predictions.score import interval, score
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from coterie.features.values import Floats
    from coterie.predictions.population import Counted
    from coterie.predictions.prediction import Prediction
    from coterie.predictions.training import Asked
    from coterie.sources.warehouse import Warehouse

TABLE = "predictions"

#: score: a probability, a count or an amount. low, high: nine of ten lie between; null for probabilities.
SCHEMA = pa.schema(
    [
        ("prediction", pa.string()),
        ("user_id", pa.string()),
        ("score", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("as_of", pa.date32()),
        ("run_id", pa.string()),
    ]
)

_WHO, _ASKED, _NAIVE = "users_to_score", "users_asked", "naive_of_users"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """The users of today.

    Attributes:
        counted: How many there are, belong and are too new.
        scores: Of those who are foretold something, in order of their ids.
    """

    counted: Counted
    scores: Floats


def begin(warehouse: Warehouse, kept: Sequence[str], run_id: str) -> None:
    """Make the table anew, with the rows of the predictions that are kept from the last run.

    Args:
        warehouse: Where the table is, or is to be.
        kept: The names of those predictions.
        run_id: The run that their rows are marked with.
    """
    scores.begin(warehouse, TABLE, SCHEMA, kept, run_id)


def names(warehouse: Warehouse) -> tuple[str, ...]:
    """List the predictions that the table holds scores of; none if it isn't there."""
    if not warehouse.columns(TABLE):
        return ()
    found = sql.sql("select distinct prediction from predictions order by prediction")
    return tuple(warehouse.query(found)["prediction"].to_pylist())


def write(
    warehouse: Warehouse, asked: Asked, prediction: Prediction, rate: float | None, *, run_id: str
) -> Scored:
    """Score the users of today, and add them to the table.

    Args:
        warehouse: Where `features` and the table are.
        asked: What is foretold, and of whom.
        prediction: As it was fitted.
        rate: What the period before comes to where it is the same for everyone; otherwise `None`.
        run_id: The run that rows are marked with.
    """
    as_of, horizon_days = asked.planned.as_of, prediction.horizon_days
    (counted,) = population.counted(warehouse, asked.settings, [as_of], horizon_days)
    warehouse.create(_WHO, _who(asked, horizon_days), temporary=True)
    naive = isinstance(prediction.model, Baseline) and rate is None
    if naive:
        _add_naive(warehouse, asked, horizon_days)
    found = []
    for rows in _batches(warehouse, prediction.features, naive=naive):
        before = numbers(rows, "naive") if naive else np.full(rows.num_rows, rate or 0.0)
        found.append(score(prediction, rows, before))
        warehouse.append(TABLE, _rows(prediction, rows, found[-1], as_of, run_id))
    for table in (_WHO, _ASKED, _NAIVE):
        warehouse.drop(table)
    return Scored(counted, np.concatenate(found) if found else np.empty(0))


def _who(asked: Asked, horizon_days: int) -> exp.Select:
    users = population.users(asked.settings, asked.planned.as_of, horizon_days)
    if asked.membership is None:
        return users
    members = asked.membership.assigning("features").subquery("members", copy=False)
    return select(
        """select user_id from :users
        where not user_id in (select user_id from :members where segment = :segment)""",
        users=users.subquery("users_there", copy=False),
        members=members,
        segment=asked.membership.segment,
    )


def _add_naive(warehouse: Warehouse, asked: Asked, horizon_days: int) -> None:
    """Note for each user to score what happened to them in the period before."""
    as_of = asked.planned.as_of
    rows = select(
        """select row_number() over (order by user_id) as number, user_id, :day as as_of_day from :who""",
        day=AsOf.of(as_of).day,
        who=sql.table(_WHO),
    )
    warehouse.create(_ASKED, rows, temporary=True)
    outcomes = targets.outcomes(asked.settings, [as_of], horizon_days, _ASKED).subquery("o", copy=False)
    naive = select(
        """select asked.user_id as user_id, o.naive as naive
        from :asked as asked join :o on o.number = asked.number""",
        asked=sql.table(_ASKED),
        o=outcomes,
    )
    warehouse.create(_NAIVE, naive, temporary=True)


def _batches(warehouse: Warehouse, features: Sequence[str], *, naive: bool) -> Iterator[pa.Table]:
    """Read what scoring needs of the users to score, in order of their ids."""
    user = sql.column("user_id", "features")
    columns: list[exp.Expression] = [user, *(sql.column(name, "features") for name in features)]
    query = sql.select(*columns).from_(sql.table("features"))
    query.join(sql.table(_WHO), on=sql.column("user_id", _WHO).eq(user.copy()), copy=False)
    if naive:
        query.select(exp.cast(sql.column("naive", _NAIVE), "double").as_("naive", quoted=True), copy=False)
        query.join(sql.table(_NAIVE), on=sql.column("user_id", _NAIVE).eq(user.copy()), copy=False)
    return scores.batches(warehouse, query, user)


def _rows(prediction: Prediction, rows: pa.Table, scores: Floats, as_of: dt.date, run_id: str) -> pa.Table:
    missing = np.full(len(scores), np.nan)
    low, high = (missing, missing) if prediction.residuals is None else interval(prediction, scores)
    columns = {
        "prediction": pa.array([prediction.name] * len(scores)),
        "user_id": rows["user_id"],
        "score": pa.array(scores),
        "low": pa.array(low, from_pandas=True),
        "high": pa.array(high, from_pandas=True),
        "as_of": pa.array([as_of] * len(scores)),
        "run_id": pa.array([run_id] * len(scores)),
    }
    return pa.table(columns).cast(SCHEMA)
