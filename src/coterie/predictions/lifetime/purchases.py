"""What a model of buying needs to know of customers: how often, how lately, and since when."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import DataError

if TYPE_CHECKING:
    from coterie.features.values import Floats


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Purchases:
    """Customers who bought alike, in one row each.

    All arrays have one entry a row. Time is in one unit throughout (weeks in the papers), and begins with
    each customer's first purchase.

    Attributes:
        repeats: x: purchases after the first one; whole numbers.
        last: t_x: the time of the last purchase; 0 if there was one only.
        until: T: how long the customer has been watched, >= `last`.
        customers: How many customers the row stands for.
    """

    repeats: Floats
    last: Floats
    until: Floats
    customers: Floats

    @property
    def total(self) -> float:
        """Count the customers."""
        return float(self.customers.sum())


def purchases(repeats: Floats, last: Floats, until: Floats) -> Purchases:
    """Gather customers who bought alike: a likelihood of the rows costs as much as there are different ones.

    Args:
        repeats: For each customer, the purchases after the first one.
        last: The time of the last purchase.
        until: How long the customer has been watched.

    Raises:
        DataError: Numbers are missing, negative or contradict each other; it says which.

    Examples:
        >>> purchases(np.array([0.0, 0.0]), np.array([0.0, 0.0]), np.array([39.0, 39.0])).customers
        array([2.])
    """
    together = np.column_stack([repeats, last, until]).astype(float)
    if not len(together):
        raise DataError("There are no customers to fit a model of buying to; give at least one purchase.")
    _refuse(together)
    rows, counts = np.unique(together, axis=0, return_counts=True)
    return Purchases(rows[:, 0], rows[:, 1], rows[:, 2], counts.astype(float))


def _refuse(rows: Floats) -> None:
    repeats, last, until = rows.T
    wrong = {
        "numbers must be finite": ~np.isfinite(rows).all(axis=1),
        "repeat purchases must be whole numbers from 0": (repeats < 0) | (repeats != np.floor(repeats)),
        "the last purchase must lie between the first (0) and the end": (last < 0) | (last > until),
        "without repeat purchases the last one is the first (0)": (repeats == 0) & (last > 0),
        "with repeat purchases the last one is later than the first (0)": (repeats > 0) & (last <= 0),
    }
    for told, where in wrong.items():
        if where.any():
            at = int(np.argmax(where))
            x, t, end = rows[at].tolist()
            raise DataError(
                f"Customer {at} has {x:g} repeat purchases, the last at {t:g} of {end:g}: {told}. "
                f"{int(where.sum()):,} of {len(rows):,} customers are like this."
            )
