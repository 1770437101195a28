"""The models of buying by their names, and how each does on purchases that it did not know.

The customers of a past date are foretold until today, and laid beside what they did and beside the naive
baseline: that everyone goes on to spend in proportion to what they have spent.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import DataError
from coterie.predictions.evaluation.ranking import gains
from coterie.predictions.lifetime.ahead import ahead
from coterie.predictions.lifetime.dropout import bg_nbd, mbg_nbd
from coterie.predictions.lifetime.pareto import pareto_nbd
from coterie.predictions.lifetime.spend import gamma_gamma

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from coterie.features.values import Floats
    from coterie.predictions.lifetime.ahead import Ahead, Model
    from coterie.predictions.lifetime.customers import Customers
    from coterie.predictions.lifetime.purchases import Purchases
    from coterie.predictions.lifetime.spend import Spend

NAIVE = "naive"
MODELS: dict[str, Callable[[Purchases], Model]] = {
    "bg_nbd": bg_nbd,
    "mbg_nbd": mbg_nbd,
    "pareto_nbd": pareto_nbd,
}
#: Customers who must have bought again.
FEWEST = 10
#: Pareto/NBD takes seconds on more different customers than this; it is then left to those who name it.
MOST_FOR_PARETO = 4000


@dataclasses.dataclass(frozen=True, slots=True)
class Judged:
    """How a model did on purchases that it did not know.

    Attributes:
        model: Its name, or `NAIVE`.
        deviance: Mean Poisson deviance of the number of purchases, by which models are chosen; lower is
            better.
        purchases: How many it foretold of all customers.
        happened: How many there were.
        off: How many purchases it was off by for a customer, on average.
        gini: Normalised Gini of the money that it foretold: 1 ranks as what happened does, 0 as chance does;
            NaN where no money came in.
        spearman: Rank correlation of the money that it foretold with what came in; NaN likewise.
        inside: The share of customers whose purchases lay inside the 95 % interval; NaN for the baseline.
        why_not: Why it could not be fitted; empty if it could.
    """

    model: str
    deviance: float
    purchases: float
    happened: float
    off: float
    gini: float
    spearman: float
    inside: float
    why_not: str = ""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Holdout:
    """What the candidates were judged on.

    Attributes:
        customers: As of the past date, with what they did from then on.
        time: How long that was, in units.
        judged: The models, and last the naive baseline.
        foretold: By the name of a model what it foretold.
        money: The same of money.
        models: The fitted models.
    """

    customers: Customers
    time: float
    judged: tuple[Judged, ...]
    foretold: dict[str, Floats]
    money: dict[str, Floats]
    models: dict[str, Model]

    @property
    def best(self) -> str | None:
        """The model of the lowest deviance; none if none could be fitted."""
        found = [one for one in self.judged if one.model != NAIVE and not one.why_not]
        return min(found, key=lambda one: one.deviance).model if found else None

    def of(self, model: str) -> Judged:
        """Find how a model did."""
        return next(one for one in self.judged if one.model == model)


def judge(customers: Customers, time: float, names: Sequence[str]) -> Holdout:
    """Fit models on what was known at a past date, and measure them on what came after.

    Args:
        customers: As of that date, with what they did later.
        time: How long later is, in units.
        names: Of `MODELS`.
    """
    alike = customers.alike()
    spend = amounts(customers)
    judged: list[Judged] = []
    foretold: dict[str, Floats] = {}
    money: dict[str, Floats] = {}
    models: dict[str, Model] = {}
    per = paid(customers, spend)
    for name in names:
        try:
            models[name] = model = fitted(name, alike)
        except DataError as error:
            judged.append(_unfitted(name, str(error)))
            continue
        found = ahead(model, time, customers.repeats, customers.last, customers.until)
        foretold[name], money[name] = found.expected, found.expected * per
        judged.append(_measured(name, found.expected, money[name], customers, found))
    foretold[NAIVE], money[NAIVE] = naive(customers, time)
    judged.append(_measured(NAIVE, foretold[NAIVE], money[NAIVE], customers, None))
    return Holdout(customers, time, tuple(judged), foretold, money, models)


def fitted(name: str, alike: Purchases) -> Model:
    """Fit a model of buying.

    Args:
        name: Of `MODELS`.
        alike: Customers.

    Raises:
        DataError: Too few have bought again to learn from, or there is no optimum.
    """
    again = float(alike.customers[alike.repeats > 0].sum())
    if again < FEWEST:
        raise DataError(
            f"Only {again:,.0f} of {alike.total:,.0f} customers have bought again; it takes {FEWEST} to "
            "learn how customers buy."
        )
    return MODELS[name](alike)


def _unfitted(name: str, why: str) -> Judged:
    nan = float("nan")
    return Judged(name, nan, nan, nan, nan, nan, nan, nan, why)


def naive(customers: Customers, time: float) -> tuple[Floats, Floats]:
    """Foretell purchases and money in proportion to those of the past: the ranking of plain past spend.

    All of them together buy again at the rate at which they have done so since their first purchases.
    """
    watched = max(float(customers.until.sum()), 1e-9)
    purchases = float((customers.repeats + 1).sum())
    again = time * len(customers) * float(customers.repeats.sum()) / watched
    share = again / purchases
    return (customers.repeats + 1) * share, np.maximum(customers.net, 0.0) * share


def amounts(customers: Customers) -> Spend | None:
    """Fit what a purchase is worth; none where amounts are missing or too few."""
    known = rests_on(customers)
    try:
        return gamma_gamma(known, np.where(known > 0, customers.mean, 0.0))
    except DataError:
        return None


def rests_on(customers: Customers) -> Floats:
    """Count the purchases that the mean amount of each customer rests on; 0 where it tells nothing."""
    found: Floats = np.where((customers.repeats > 0) & (customers.mean > 0), customers.repeats, 0.0)
    return found


def paid(customers: Customers, spend: Spend | None) -> Floats:
    """Expect this money of each customer's next purchase; 0 of those whose refunds outweigh what they spent.

    Without a model of spend it is everyone's mean, and 0 where no order has a value.
    """
    if spend is not None:
        found = spend.expected(rests_on(customers), customers.mean)
    else:
        purchases = float((customers.repeats + 1).sum())
        found = np.full(len(customers), max(float(customers.net.sum()) / purchases, 0.0))
    return np.where(customers.net < 0, 0.0, found)


def _measured(name: str, told: Floats, money: Floats, customers: Customers, found: Ahead | None) -> Judged:
    happened = customers.later_purchases
    came = np.maximum(customers.later_spend, 0.0)
    worth = came.any() and money.any()
    inside = float("nan")
    if found is not None:
        inside = float(((found.low <= happened) & (happened <= found.high)).mean())
    return Judged(
        name,
        _deviance(told, happened),
        float(told.sum()),
        float(happened.sum()),
        float(np.abs(told - happened).mean()),
        gini(money, came) if worth else float("nan"),
        spearman(money, came) if worth else float("nan"),
        inside,
    )


def _deviance(told: Floats, happened: Floats) -> float:
    mean = np.maximum(told, 1e-6)
    surprise = np.where(happened > 0, happened * np.log(np.maximum(happened, 1e-12) / mean), 0.0)
    return float(2 * (surprise - happened + mean).mean())


def gini(scores: Floats, outcomes: Floats) -> float:
    """Measure how well scores rank money, against the ranking by the money itself (1); chance has 0.

    Examples:
        >>> gini(np.array([3.0, 2.0, 1.0]), np.array([9.0, 5.0, 0.0]))
        1.0
    """
    own, best = (_area(each, outcomes) for each in (scores, outcomes))
    return own / best if best else float("nan")


def _area(scores: Floats, outcomes: Floats) -> float:
    found = gains(scores, outcomes)
    share, captured = np.array(found.share), np.array(found.captured)
    return float((np.diff(share) * (captured[1:] + captured[:-1]) / 2).sum() - 0.5)


def spearman(one: Floats, other: Floats) -> float:
    """Correlate ranks; those who tie share the mean of theirs.

    Examples:
        >>> round(spearman(np.array([1.0, 2.0, 9.0]), np.array([2.0, 4.0, 5.0])), 6)
        1.0
    """
    ranks = [_ranks(each) for each in (one, other)]
    if min(float(each.std()) for each in ranks) == 0:
        return float("nan")
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _ranks(values: Floats) -> Floats:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    found: Floats = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return found
