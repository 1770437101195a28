"""What the tables of lifetime value hold: their columns, and what each means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping


def _numbers(*names: str) -> list[tuple[str, pa.DataType]]:
    return [(name, pa.float64()) for name in names]


def _counts(*names: str) -> list[tuple[str, pa.DataType]]:
    return [(name, pa.int64()) for name in names]


def _texts(*names: str) -> list[tuple[str, pa.DataType]]:
    return [(name, pa.string()) for name in names]


#: One row a customer.
TABLE = "lifetime_value"
FACTS = "lifetime_facts"

#: What buyers are told apart by, beside groups of users: not at all, and the categories of orders.
EVERYONE, CATEGORY = "everyone", "category"

#: The columns of the tables, by the fields of `coterie.predictions.lifetime.lifetime.Lifetime`.
SCHEMAS = {
    "customers": pa.schema(
        _texts("user_id")
        + _counts("orders", "purchases")
        + _numbers("net")
        + _counts("days_since_last")
        + _numbers("alive", "future_orders", "future_orders_low", "future_orders_high", "past_value")
        + _numbers("future_value", "future_value_low", "future_value_high", "value", "naive_value")
    ),
    "horizons": pa.schema(
        _texts("user_id")
        + _counts("horizon_days")
        + _numbers("orders", "orders_low", "orders_high", "money", "money_low", "money_high", "value")
    ),
    "models": pa.schema(
        _texts("model")
        + _numbers("deviance", "purchases", "happened", "off", "gini", "spearman", "inside")
        + _texts("why_not")
    ),
    "parameters": pa.schema(_texts("model", "parameter") + _numbers("estimate", "error")),
    "simple": pa.schema(
        _texts("dimension", "group")
        + _counts("buyers")
        + _numbers("orders", "money", "average_order", "repeat_rate", "months", "lifetime", "low", "high")
    ),
    "ranking": pa.schema(
        _texts("dimension", "group")
        + _counts("users", "customers")
        + _numbers("mean", "low", "high", "total", "future_mean")
    ),
    "tracking": pa.schema([("date", pa.date32()), *_numbers("happened", "expected", "naive")]),
    "deciles": pa.schema(_counts("customers") + _numbers("expected", "happened", "naive")),
    "concentration": pa.schema(_numbers("share", "value_share", "past_share")),
    "retention": pa.schema(_counts("renewal", "subscribers") + _numbers("happened", "expected")),
    "subscribers": pa.schema(_texts("user_id") + _counts("renewed") + _numbers("paid", "payments", "value")),
}

_BAND = {"low": "Lower end of the 95% interval.", "high": "Upper end of the 95% interval."}

#: For each table what a row is, and what each column means.
TABLES: dict[str, tuple[str, Mapping[str, str]]] = {
    "lifetime_value": (
        "One row for each customer: what they have been worth, and will be over the longest horizon.",
        {
            "orders": "Orders so far.",
            "purchases": "Days with an order so far.",
            "net": "Money spent so far, refunds taken off.",
            "days_since_last": "Days since the last order.",
            "alive": "How probable it is that they are still a customer, 0 to 1; null without a model.",
            "future_orders": "Days with an order expected within the horizon.",
            "future_orders_low": "Lower end of the 95% interval; null where no model says it.",
            "future_orders_high": "Upper end of the 95% interval; null where no model says it.",
            "past_value": "Money so far times the margin.",
            "future_value": "Money expected within the horizon, times the margin, discounted.",
            "future_value_low": "Lower end of its 95% interval: of how many orders, and of what amounts.",
            "future_value_high": "Upper end of it.",
            "value": "Past and future value together.",
            "naive_value": "What the future value is in proportion to past money.",
        },
    ),
    "lifetime_horizons": (
        "One row for each customer and horizon.",
        {
            "horizon_days": "How many days ahead.",
            "orders": "Days with an order that are expected.",
            "orders_low": "Lower end of the 95% interval.",
            "orders_high": "Upper end of the 95% interval.",
            "money": "Money that is expected, refunds taken off.",
            "money_low": "Lower end of its 95% interval: of how many orders, and of what amounts.",
            "money_high": "Upper end of it.",
            "value": "Money times the margin, discounted.",
        },
    ),
    "lifetime_models": (
        "One row for each model of buying, and the naive baseline: how it did on purchases it did not know.",
        {
            "model": "The model; naive: in proportion to past money.",
            "deviance": "Mean Poisson deviance of the number of purchases; lower is better.",
            "purchases": "Purchases that it foretold.",
            "happened": "Purchases that there were.",
            "off": "Purchases that it was off by for a customer, on average.",
            "gini": "Normalised Gini of money: 1 ranks as what happened does, 0 as chance does.",
            "spearman": "Rank correlation of money.",
            "inside": "Share of customers whose purchases lay inside the 95% interval.",
            "why_not": "Why it could not be fitted; empty if it could.",
        },
    ),
    "lifetime_parameters": (
        "One row for each parameter of the model that was chosen.",
        {
            "model": "The model.",
            "parameter": "Its parameter, as the papers call it.",
            "estimate": "The most likely value.",
            "error": "Its standard error; null where it can't be told.",
        },
    ),
    "lifetime_simple": (
        "One row for each group of buyers: average order value x repeat rate x retention time.",
        {
            "dimension": "What buyers are told apart by.",
            "group": "The group.",
            "buyers": "How many buyers.",
            "orders": "Their orders.",
            "money": "Their money, refunds taken off.",
            "average_order": "Money an order, times the margin.",
            "repeat_rate": "Orders of a buyer in a month with an order, on average.",
            "months": "Months with an order of a buyer, on average.",
            "lifetime": "The product of the three.",
            **_BAND,
        },
    ),
    "lifetime_ranking": (
        "One row for each group of users: what one of them is worth on average.",
        {
            "dimension": "What users are told apart by.",
            "group": "The group.",
            "users": "How many users.",
            "customers": "How many of them have bought.",
            "mean": "Value of a user, past and future; who never bought counts with 0.",
            **_BAND,
            "total": "Value of all of them.",
            "future_mean": "Future value of a user.",
        },
    ),
    "lifetime_tracking": (
        "One row for each date of the holdout: purchases up to it, foretold and happened.",
        {
            "date": "Until when; days from it on are not counted.",
            "happened": "Purchases up to then.",
            "expected": "Purchases that the best model foretold.",
            "naive": "Purchases at an even rate, of all customers together.",
        },
    ),
    "lifetime_deciles": (
        "One row for each tenth of the customers of the holdout, by what was foretold of them.",
        {
            "customers": "How many customers.",
            "expected": "Purchases foretold of each, on average.",
            "happened": "Purchases of each, on average.",
            "naive": "Purchases in proportion to past ones, on average.",
        },
    ),
    "lifetime_concentration": (
        "One row for each share of customers: what part of all value the most valuable hold.",
        {
            "share": "Share of the customers, the most valuable ones, 0 to 1.",
            "value_share": "Their share of all value, past and future.",
            "past_share": "The share of past value that as many hold who have been worth most.",
        },
    ),
    "lifetime_retention": (
        "One row for each renewal of a subscription.",
        {
            "renewal": "The first, the second, ...",
            "subscribers": "Subscriptions that came to it.",
            "happened": "The share of them that were renewed.",
            "expected": "The same by the model.",
        },
    ),
    "lifetime_subscribers": (
        "One row for each subscription that goes on.",
        {
            "renewed": "How often it was renewed.",
            "paid": "Money a period.",
            "payments": "Payments to come, discounted.",
            "value": "Money to come, times the margin, discounted.",
        },
    ),
    "lifetime_facts": (
        "One row: how lifetime value was found.",
        {
            "kind": "Of the events that are purchases.",
            "unit": "The unit of time of the parameters.",
            "model": "What foretells.",
            "customers": "How many customers there are.",
            "repeat_customers": "How many of them bought again.",
            "horizon_days": "The longest horizon.",
            "margin": "The share of money that is profit.",
            "discount": "Of money from one year to the next.",
            "money": "Whether orders have a value.",
            "holdout_days": "How many of the last days models were compared on; null if none were.",
            "expected_orders": "Days with an order of all customers that are expected within the horizon.",
            "future_value": "Their expected value.",
            "past_value": "What they have been worth.",
            "notes": "What a reader should know, a sentence a line.",
        },
    ),
}
