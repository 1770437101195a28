"""The two-stage model: will a customer buy within a horizon, times for how much, both learnt from features.

What is learnt from and checked on are customers as of past dates, with the money of the days that followed;
see `coterie.predictions.training`. The first stage learns from all of them, the second from those who bought.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa

from coterie.errors import PredictionError
from coterie.predictions import dates, fit, training
from coterie.predictions.lifetime.candidates import NAIVE, Judged, amounts, gini, paid, spearman
from coterie.predictions.lifetime.scored import YEAR_DAYS, Horizon, Scored, Seen, seen
from coterie.predictions.score import score
from coterie.project.predicting import PredictionSettings
from coterie.sources import sql

if TYPE_CHECKING:
    from coterie.features.build import Plan
    from coterie.features.values import Floats
    from coterie.predictions.examples import Examples
    from coterie.predictions.lifetime.customers import Customers
    from coterie.project.lasting import LifetimeSettings
    from coterie.project.settings import FeatureSettings
    from coterie.sources.warehouse import Warehouse

#: Dates that must fit into the data: two to learn from, one to be checked on.
_DATES = 3
_EPOCH = dt.date(1970, 1, 1)

#: Which models each stage may be; auto: the one that is best on later dates.
Learner = Literal["auto", "linear", "forest", "boosting"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class TwoStage:
    """What the two stages say.

    Attributes:
        scored: Customers with what they will do.
        judged: How it did on the last date, and how the money of the period before it does.
        note: What it was learnt from.
    """

    scored: Scored
    judged: tuple[Judged, ...]
    note: str


def two_stage(
    warehouse: Warehouse,
    settings: LifetimeSettings,
    planned: Plan,
    features: FeatureSettings,
    customers: Customers,
    learner: Learner = "auto",
) -> TwoStage:
    """Learn both stages, check them on the last date, and tell today's customers.

    The longest horizon that leaves dates to learn from is learnt; others are told in proportion.

    Args:
        warehouse: Where `features`, `events`, `users` and `user_days` lie.
        settings: Horizons, margin and discount.
        planned: What `features` was built from.
        features: Which features the project has.
        customers: As of the date.
        learner: What each stage may be.

    Raises:
        PredictionError: The data is too short, or there is nothing to learn from.
    """
    wanted = PredictionSettings(target="value", population="with_kind", model=learner, seed=settings.seed)
    first = warehouse.query(sql.sql("select min(day) as day from user_days")).column("day")[0].as_py()
    start = _EPOCH + dt.timedelta(days=int(first))
    days = min(settings.horizons_days[-1], dates.longest(wanted, start, planned.as_of, _DATES))
    if days < 1:
        raise PredictionError(
            "The two-stage model needs three horizons of data, two to learn from and one to be checked on."
        )
    past = dates.past_dates(wanted, days, start, planned.as_of)
    asked = training.Asked("lifetime", wanted, features, planned)
    examples = _not_below_zero(training.training(warehouse, asked, past, days).examples)
    asks = wanted.model_copy(update={"target": "none"})  # a question of yes or no
    will = fit.fit(_bought(examples), asks, name="lifetime: will they buy")
    much = fit.fit(_buyers(examples), wanted, name="lifetime: how much")
    today = _today(warehouse, planned, customers)
    money = score(will, today) * np.maximum(score(much, today), 0.0)
    note = (
        f"The two-stage model was learnt over {days} days as of {len(past)} dates ({will.method} for who "
        f"buys, {much.method} for how much); other horizons are in proportion."
    )
    last = examples.held_out
    rows, came = examples.rows.filter(pa.array(last)), examples.outcomes[last]
    told = score(will, rows) * np.maximum(score(much, rows), 0.0)
    judged = _judged(told, np.maximum(examples.naive[last], 0.0), came)
    return TwoStage(_scored(money, seen(told, came, days), settings, customers), judged, note)


def _not_below_zero(examples: Examples) -> Examples:
    return dataclasses.replace(examples, outcomes=np.maximum(examples.outcomes, 0.0))


def _bought(examples: Examples) -> Examples:
    """The same examples, of which it is asked whether any money came in."""
    return dataclasses.replace(
        examples,
        kind="yes_or_no",
        outcomes=(examples.outcomes > 0).astype(float),
        naive=(examples.naive > 0).astype(float),
    )


def _buyers(examples: Examples) -> Examples:
    """The examples of those who bought."""
    bought = examples.outcomes > 0
    return dataclasses.replace(
        examples,
        rows=examples.rows.filter(pa.array(bought)),
        date_of=examples.date_of[bought],
        outcomes=examples.outcomes[bought],
        naive=examples.naive[bought],
    )


def _today(warehouse: Warehouse, planned: Plan, customers: Customers) -> pa.Table:
    """Read the features of today's customers, in their order."""
    columns = [sql.column("user_id"), *(sql.column(one.name) for one in planned.catalogue.features)]
    rows = warehouse.query(sql.select(*columns).from_(sql.table("features"), copy=False))
    users = rows.column("user_id").combine_chunks()
    place = {user: at for at, user in enumerate(users.to_pylist())}
    return rows.take(pa.array([place[user] for user in customers.users.to_pylist()], pa.int64()))


def _judged(foretold: Floats, before: Floats, came: Floats) -> tuple[Judged, ...]:
    """Measure the product of the stages, and the money of the period before, on the last date."""
    nan = float("nan")
    told = {"two_stage": foretold, NAIVE: before}
    return tuple(Judged(name, nan, nan, nan, nan, *_ranks(money, came), nan) for name, money in told.items())


def _ranks(money: Floats, came: Floats) -> tuple[float, float]:
    if not (money.any() and came.any()):
        return float("nan"), float("nan")
    return gini(money, came), spearman(money, came)


def _scored(money: Floats, before: Seen, settings: LifetimeSettings, customers: Customers) -> Scored:
    spend = amounts(customers)
    per = paid(customers, spend)
    unknown = np.full(len(customers), np.nan)
    horizons = []
    for horizon in settings.horizons_days:
        within = money * horizon / before.days
        orders = np.divide(within, per, out=np.zeros_like(within), where=per > 0)
        factor = settings.margin * (1 + settings.discount) ** (-horizon / 2 / YEAR_DAYS)
        ends = before.around(within, horizon)
        horizons.append(Horizon(horizon, orders, unknown, unknown, within, *ends, within * factor))
    return Scored(unknown, tuple(horizons), spend, per)
