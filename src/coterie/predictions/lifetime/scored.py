"""What each customer is worth: purchases and money over each horizon, with intervals, from a fitted model."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.predictions.lifetime import money
from coterie.predictions.lifetime.ahead import ahead
from coterie.predictions.lifetime.candidates import amounts, naive, paid, rests_on
from coterie.predictions.residuals import residuals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.features.values import Floats
    from coterie.predictions.lifetime.ahead import Model
    from coterie.predictions.lifetime.customers import Customers
    from coterie.predictions.lifetime.spend import Spend
    from coterie.predictions.residuals import Residuals
    from coterie.project.lasting import LifetimeSettings

YEAR_DAYS = 365.25
#: Parts of a horizon, each of which is discounted from its middle.
_PARTS = 6


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Horizon:
    """What customers will do within some days, one entry each.

    Attributes:
        days: How many.
        orders: Expected purchases.
        low: Lower end of the 95 % interval; NaN where only the mean is known.
        high: Upper end.
        money: Expected money, refunds taken off.
        money_low: Lower end of its 95 % interval; NaN where only the mean is known.
        money_high: Upper end.
        value: The same times the margin, discounted.
    """

    days: int
    orders: Floats
    low: Floats
    high: Floats
    money: Floats
    money_low: Floats
    money_high: Floats
    value: Floats


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Customers with what they will do.

    Attributes:
        alive: How probable it is that each is still a customer; NaN where the model doesn't say.
        horizons: From the shortest to the longest.
        spend: What a purchase is worth; none where amounts are missing or too few.
        per: Money of each customer's next purchase.
    """

    alive: Floats
    horizons: tuple[Horizon, ...]
    spend: Spend | None
    per: Floats


@dataclasses.dataclass(frozen=True, slots=True)
class Seen:
    """How far money lay from what was foretold of customers of the past.

    Attributes:
        residuals: The ends of intervals, by what was foretold.
        days: Over how many days.
    """

    residuals: Residuals
    days: int

    def around(self, money: Floats, days: int) -> tuple[Floats, Floats]:
        """Return the ends of the interval of money that is foretold over some days, in proportion."""
        times = days / self.days
        low, high = self.residuals.around(money / times)
        return np.minimum(low * times, money), np.maximum(high * times, money)


def seen(foretold: Floats, came: Floats, days: int) -> Seen:
    """Measure how far money lay from what was foretold.

    Args:
        foretold: Of customers as of a past date.
        came: What they spent in the days after.
        days: How many these were.
    """
    return Seen(residuals(foretold, np.maximum(came, 0.0), floor=0.0, coverage=0.95), days)


def scored(
    model: Model | None,
    customers: Customers,
    settings: LifetimeSettings,
    unit_days: float,
    before: Seen | None = None,
) -> Scored:
    """Foretell what each customer will do; without a model in proportion to what they have done.

    Customers who bought alike are foretold once.

    Args:
        model: A fitted one.
        customers: As of the date.
        settings: Horizons, margin and discount.
        unit_days: Days a unit of the model's time.
        before: How far the past was from what was foretold in proportion, for intervals without a model.
    """
    spend = amounts(customers)
    per = paid(customers, spend)
    if model is None:
        return Scored(
            np.full(len(customers), np.nan),
            tuple(
                _in_proportion(customers, days, settings, unit_days, before)
                for days in settings.horizons_days
            ),
            spend,
            per,
        )
    known = rests_on(customers)
    together = np.column_stack([customers.repeats, customers.last, customers.until, known])
    rows, place = np.unique(together, axis=0, return_inverse=True)
    place, rows, known_of_rows = place.reshape(-1), rows[:, :3], rows[:, 3]
    horizons = []
    for days in settings.horizons_days:
        found = ahead(model, days / unit_days, *rows.T)
        now = _discounted(model, days, rows, settings.discount, unit_days, found.expected)
        orders, low, high = found.expected[place], found.low[place], found.high[place]
        if spend is None:
            ends = low * per, high * per
        else:
            scale = np.where(per > 0, spend.scale(known, customers.mean), 0.0)
            least, most = money.bounds(found, spend, known_of_rows)
            ends = least[place] * scale, most[place] * scale
        value = now[place] * per * settings.margin
        horizons.append(Horizon(days, orders, low, high, orders * per, *ends, value))
    return Scored(model.alive(*rows.T)[place], tuple(horizons), spend, per)


def _discounted(
    model: Model, days: int, rows: Floats, discount: float, unit_days: float, expected: Floats
) -> Floats:
    """Expect purchases, each counted for what it is worth now."""
    if discount == 0:
        return expected
    ends = np.linspace(0, days, _PARTS + 1)
    before, total = np.zeros(len(rows)), np.zeros(len(rows))
    for start, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        until = model.expected(end / unit_days, *rows.T) if end < days else expected
        total += (until - before) * (1 + discount) ** (-(start + end) / 2 / YEAR_DAYS)
        before = until
    return total


def _in_proportion(
    customers: Customers, days: int, settings: LifetimeSettings, unit_days: float, before: Seen | None = None
) -> Horizon:
    orders, told = naive(customers, days / unit_days)
    unknown = np.full(len(customers), np.nan)
    low, high = (unknown, unknown) if before is None else before.around(told, days)
    factor = (1 + settings.discount) ** (-days / 2 / YEAR_DAYS) * settings.margin
    return Horizon(days, orders, unknown, unknown, told, low, high, told * factor)


def table(found: Scored, customers: Customers, settings: LifetimeSettings, unit_days: float) -> pa.Table:
    """Write one row a customer: what they have been worth, and will be over the longest horizon."""
    last = found.horizons[-1]
    quiet = np.round((customers.until - customers.last) * unit_days).astype(np.int64)
    past = customers.net * settings.margin
    worth = np.divide(last.value, last.money, out=np.zeros_like(last.value), where=last.money > 0)
    low, high = last.money_low * worth, last.money_high * worth
    return pa.table({
        "user_id": customers.users,
        "orders": pa.array(customers.orders.astype(np.int64)),
        "purchases": pa.array(customers.repeats.astype(np.int64) + 1),
        "net": pa.array(customers.net),
        "days_since_last": pa.array(quiet),
        "alive": pa.array(found.alive, from_pandas=True),
        "future_orders": pa.array(last.orders),
        "future_orders_low": pa.array(last.low, from_pandas=True),
        "future_orders_high": pa.array(last.high, from_pandas=True),
        "past_value": pa.array(past),
        "future_value": pa.array(last.value),
        "future_value_low": pa.array(low, from_pandas=True),
        "future_value_high": pa.array(high, from_pandas=True),
        "value": pa.array(past + last.value),
        "naive_value": pa.array(
            _in_proportion(customers, last.days, settings, unit_days).value
        ),
    })  # fmt: skip


def by_horizon(found: Scored, customers: Customers) -> pa.Table:
    """Write one row a customer and horizon: purchases and money with intervals."""
    parts = [
        pa.table({
            "user_id": customers.users,
            "horizon_days": pa.array([one.days] * len(customers), pa.int64()),
            "orders": pa.array(one.orders),
            "orders_low": pa.array(one.low, from_pandas=True),
            "orders_high": pa.array(one.high, from_pandas=True),
            "money": pa.array(one.money),
            "money_low": pa.array(one.money_low, from_pandas=True),
            "money_high": pa.array(one.money_high, from_pandas=True),
            "value": pa.array(one.value),
        })
        for one in found.horizons
    ]  # fmt: skip
    return pa.concat_tables(parts)


def everyone(found: Scored) -> tuple[tuple[int, float, float], ...]:
    """Sum the expectations of each horizon: days, purchases, money."""
    return tuple((one.days, float(one.orders.sum()), float(one.money.sum())) for one in found.horizons)


def concentration(
    values: Floats, shares: Sequence[float] = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
) -> pa.Table:
    """Tell what part of all value the most valuable customers hold: ``share`` of them, ``value_share``.

    Values below 0 count as 0.

    Examples:
        >>> concentration(np.array([8.0, 1.0, 1.0, 0.0]), (0.25, 1.0)).column("value_share").to_pylist()
        [0.8, 1.0]
    """
    sorted_ = np.sort(np.maximum(values, 0.0))[::-1]
    total = float(sorted_.sum())
    held = np.concatenate([[0.0], np.cumsum(sorted_)]) / total if total else np.zeros(len(sorted_) + 1)
    at = np.interp(np.array(shares) * len(sorted_), np.arange(len(sorted_) + 1), held)
    return pa.table({"share": list(shares), "value_share": at})
