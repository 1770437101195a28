"""A fitted prediction as one SQL query whose scores agree with Python's to nine digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.errors import UsageError
from coterie.predictions.columns import query
from coterie.predictions.models import link
from coterie.predictions.models.baseline import Baseline
from coterie.predictions.models.hurdle import Hurdle
from coterie.predictions.models.trees import Trees
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlglot import exp

    from coterie.predictions.models.linear import Linear
    from coterie.predictions.prediction import Model, Prediction

#: Splits that a query may hold: more take engines longer to read than a hundred million users to score.
MOST_SPLITS = 10_000


def scoring(prediction: Prediction, relation: str = "features", naive: str | None = None) -> exp.Select:
    """Write the SELECT of ``user_id, score`` that `coterie.predictions.score.score` computes.

    Args:
        prediction: A fitted prediction.
        relation: The table or view with ``user_id`` and the features.
        naive: The column of it that holds what happened in the period before; the baseline rests on it, and
            foretells the mean without.

    Returns:
        A query in steps: known (null filled, words told apart), prepared, summed (over weights or trees),
        bound, foretold, and the score, calibrated.

    Raises:
        UsageError: The model has more than `MOST_SPLITS` splits.
    """
    user, model = sql.column("user_id"), prediction.model
    if isinstance(model, Baseline):
        told = sql.named(model.foretelling(naive), "score")
        return sql.select(user, told).from_(sql.table(relation), copy=False)
    _refuse_large(prediction)
    names = [f"x{place}" for place in range(1, len(prediction.columns) + 1)]
    steps = query(prediction.columns, names, relation)
    parts = (model.anything, model.amount) if isinstance(model, Hurdle) else (model,)
    sums = [f"z{place}" for place in range(1, len(parts) + 1)]
    summed = [sql.named(part.total(names), name) for part, name in zip(parts, sums, strict=True)]
    bound = [
        sql.named(link.bounding(sql.column(name), part.low, part.high), name)
        for part, name in zip(parts, sums, strict=True)
    ]
    steps["summed"] = sql.select(user, *summed).from_(sql.table("prepared"), copy=False)
    steps["bound"] = sql.select(user, *bound).from_(sql.table("summed"), copy=False)
    foretold = sql.named(_product(parts, sums), "foretold")
    steps["foretold"] = sql.select(user, foretold).from_(sql.table("bound"), copy=False)
    score: exp.Expression = sql.column("foretold")
    if prediction.calibrator is not None:
        score = prediction.calibrator.mending(score)
    result = sql.select(user, sql.named(score, "score")).from_(sql.table("foretold"), copy=False)
    for name, step in steps.items():
        result = result.with_(name, as_=step, copy=False)
    return result


def _product(parts: Sequence[Linear | Trees], names: Sequence[str]) -> exp.Expression:
    first, *rest = (
        link.foretelling(sql.column(name), part.link) for part, name in zip(parts, names, strict=True)
    )
    for other in rest:
        first = sql.sql(":one * :other", one=first, other=other)
    return first


def _refuse_large(prediction: Prediction) -> None:
    splits = _splits(prediction.model)
    if splits > MOST_SPLITS:
        raise UsageError(
            f"{prediction.name} has {splits:,} splits, and a query holds at most {MOST_SPLITS:,}; choose "
            "`model: linear` or `model: boosting`, or score in Python."
        )


def offered(prediction: Prediction) -> bool:
    """Whether `scoring` can write a prediction."""
    return _splits(prediction.model) <= MOST_SPLITS


def _splits(model: Model) -> int:
    parts = (model.anything, model.amount) if isinstance(model, Hurdle) else (model,)
    return sum(part.splits for part in parts if isinstance(part, Trees))
