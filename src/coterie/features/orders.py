"""Orders: what users buy, pay and give back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.features.family import ITEMS, USER_DAYS, Block, Family
from coterie.features.feature import Feature

if TYPE_CHECKING:
    from coterie.features.available import Available


def _blocks(data: Available) -> tuple[Block, ...]:
    if "order" not in data.kinds and "refund" not in data.kinds:
        return ()
    count = Feature(
        "orders_count",
        "orders",
        "events",
        "Orders, without refunds.",
        higher_is=1,
        kind="order",
        sql="sum(orders)",
    )
    days_between = Feature(
        "orders_days_between",
        "orders",
        "days",
        "Days from one day with an order to the next, on average.",
        null="fewer than two days with an order",
        fill="largest",
        higher_is=-1,
        kind="order",
        sql="cast(max(case when orders > 0 then day end) - min(case when orders > 0 then day end) as double)"
        " / nullif(count(case when orders > 0 then 1 end) - 1, 0)",
    )
    days = (count, days_between, *(_money() if data.has("value") else ()))
    if not data.has("item", "order"):
        return (Block(USER_DAYS, days),)
    items = Feature(
        "orders_items",
        "orders",
        "items",
        "Different items ordered.",
        higher_is=1,
        kind="order",
        sql="count(case when orders > 0 then 1 end)",
    )
    return (Block(USER_DAYS, days), Block(ITEMS, (items,)))


def _money() -> tuple[Feature, ...]:
    return (
        Feature(
            "orders_spend",
            "orders",
            "money",
            "Money spent on orders, refunds not taken off.",
            higher_is=1,
            kind="order",
            sql="coalesce(sum(spend), 0)",
        ),
        Feature(
            "orders_average",
            "orders",
            "money",
            "Money an order, on average.",
            null="no order with a value yet",
            higher_is=1,
            kind="order",
            sql="sum(spend) / nullif(sum(priced_orders), 0)",
        ),
        Feature("orders_refunds", "orders", "events", "Refunds.", kind="refund", sql="sum(refunds)"),
        Feature(
            "orders_refunded",
            "orders",
            "money",
            "Money given back.",
            kind="refund",
            sql="coalesce(sum(refunded), 0)",
        ),
    )


ORDERS = Family("orders", "What users buy, pay and give back.", _blocks, "events of kind order or refund")
