"""CDNOW: customers who bought their first CD in early 1997, and what they bought until mid 1998."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from typing import TYPE_CHECKING

import numpy as np
from tests.segments.tables import real_data

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coterie.features.values import Floats

CALIBRATED = dt.date(1997, 9, 30)


def summary() -> tuple[Floats, Floats, Floats]:
    """Repeat purchases, time of the last one and time watched of the 2,357 customers, in weeks."""
    with real_data("cdnow_customers_summary.csv").open() as file:
        rows = list(csv.DictReader(file))
    x, last, until = (np.array([float(row[name]) for row in rows]) for name in ("frequency", "recency", "T"))
    return x, last, until


def days(lines: Iterable[str]) -> dict[str, dict[dt.date, float]]:
    """What each customer paid on each day."""
    found: dict[str, dict[dt.date, float]] = {}
    for line in lines:
        words = line.split()
        if len(words) >= 4 and words[0].isdigit():
            customer, day, paid = words[-4], dt.date.fromisoformat(words[-3]), float(words[-1])
            of_customer = found.setdefault(customer, {})
            of_customer[day] = of_customer.get(day, 0.0) + paid
    return found


def sample() -> dict[str, dict[dt.date, float]]:
    """The purchases of every tenth customer."""
    lines = real_data("cdnow_sample.txt").read_text().splitlines()
    # The sample has a number of its own before that of the customer's.
    return days(" ".join(line.split()[1:]) if len(line.split()) == 5 else line for line in lines)


def everyone() -> dict[str, dict[dt.date, float]]:
    """The purchases of all 23,570 customers."""
    with gzip.open(real_data("cdnow_master.txt.gz"), "rt") as file:
        return days(file)


def watched(customers: dict[str, dict[dt.date, float]]) -> tuple[Floats, Floats, Floats]:
    """The same as `summary`, made of purchases until `CALIBRATED`."""
    rows = []
    for bought in customers.values():
        inside = sorted(day for day in bought if day <= CALIBRATED)
        first = inside[0]
        rows.append((len(inside) - 1, (inside[-1] - first).days / 7, (CALIBRATED - first).days / 7))
    x, last, until = np.array(rows).T
    return x, last, until
