"""How much of the revenue comes from how few."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.growth import bootstrap, profit
from coterie.growth import people as everyone
from coterie.shown import Shown
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from coterie.features.values import Floats
    from coterie.growth.bootstrap import Estimate
    from coterie.growth.people import People
    from coterie.sources.warehouse import Warehouse

#: Shares of the payers whose part of the revenue is told.
SHARES = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
#: The one that is told in a sentence.
TOP = 0.1

_PAYERS = "select 'all' as value, events, revenue from :people where revenue > 0"


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """What the best payers bring in.

    Attributes:
        payers: The share of payers, from the most profitable on.
        revenue: Their share of the revenue.
    """

    payers: float
    revenue: Estimate


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Concentration(Shown):
    """The share of the revenue by share of payers; payers are users whose revenue is above zero.

    Attributes:
        payers: How many there are.
        revenue: What they brought in, net of refunds.
        parts: For each of `SHARES`.
    """

    payers: int
    revenue: float
    parts: tuple[Part, ...]

    @property
    def top(self) -> Estimate:
        """The share of the best tenth of payers."""
        return next(part.revenue for part in self.parts if part.payers == TOP)

    def caption(self) -> str:
        """Say how much the best tenth brings in."""
        return (
            f"The best {TOP:.0%} of {self.payers:,} payers bring in {self.top.value or 0:.0%} of the revenue"
        )

    def to_arrow(self) -> pa.Table:
        """Return one row a share of payers."""
        return pa.Table.from_pylist([profit.flat(part) for part in self.parts])


def concentration(warehouse: Warehouse, people: People, seed: int) -> Concentration | None:
    """Find how much of the revenue the best payers bring in; None where nobody paid.

    Args:
        warehouse: Where the tables of `people` are.
        people: Everyone.
        seed: Of the bootstrap.
    """
    rows = select(_PAYERS, people=sql.table(everyone.TABLE))
    found = profit.read_points(warehouse, rows).get("all") if people.payers else None
    if found is None:
        return None
    told = bootstrap.estimates(found, _parts, seed)
    revenue = float(found.users @ found.values[:, 0])
    parts = tuple(Part(share, one) for share, one in zip(SHARES, told, strict=True))
    return Concentration(int(found.users.sum()), revenue, parts)


def _parts(drawn: Floats, values: Floats) -> Floats:
    """The share of the revenue of the best payers, in each draw; points come from the best on."""
    payers = np.cumsum(drawn, axis=1)
    revenue = np.cumsum(drawn * values[:, 0], axis=1)
    found = np.empty((len(drawn), len(SHARES)))
    for at in range(len(drawn)):
        reached = np.array(SHARES) * payers[at, -1]
        found[at] = np.interp(reached, np.append(0, payers[at]), np.append(0, revenue[at])) / revenue[at, -1]
    return found
