"""How long users pause, and after how many days a pause is more than a pause.

A pause runs from one active day to the next. Pauses that are still going on may end yet, so the share of
those who are back after so many days is that of Kaplan and Meier: each day it asks of the pauses that have
lasted until then how many end.

References:
    Kaplan & Meier (1958), Nonparametric estimation from incomplete observations.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.features.as_of import AsOf
from coterie.predictions.targets import quantity
from coterie.shown import Shown
from coterie.sources.relation import select

if TYPE_CHECKING:
    import datetime as dt

    from coterie.features.values import Floats
    from coterie.sources.warehouse import Warehouse

#: A pause is held to be more than a pause once this share of those who come back are back.
BACK = 0.95
#: Of fewer pauses than this no distribution is read.
FEWEST = 30
#: How many days are inactive where the pauses don't say.
WITHOUT_PAUSES = 28

_SHOWN = (1, 2, 3, 5, 7, 10, 14, 21, 28, 42, 56, 84, 112, 168, 252, 365)
_WEEK = 7

_ENDED = """
    select gap, count(*) as pauses from (
        select day - lag(day) over (partition by user_id order by day) as gap
        from user_days where day < :as_of_day and :quantity > 0
    ) as gaps where not gap is null group by gap order by gap
"""
_OPEN = """
    select gap, count(*) as pauses from (
        select :as_of_day - 1 - max(day) as gap
        from user_days where day < :as_of_day and :quantity > 0 group by user_id
    ) as gaps group by gap order by gap
"""


@dataclasses.dataclass(frozen=True, slots=True, repr=False, eq=False)
class Gaps(Shown):
    """The pauses between active days.

    Attributes:
        days: Lengths of pauses, in days, rising.
        ended: How many pauses of each length ended with another active day.
        going_on: How many have lasted so long and still go on.
        horizon: After how many days a pause is held to be more than a pause; whole weeks from a week on.
        too_few: Whether there are too few pauses to tell, so that `horizon` is no more than a usual one.
    """

    days: tuple[int, ...]
    ended: tuple[int, ...]
    going_on: tuple[int, ...]
    horizon: int
    too_few: bool

    def back_within(self, length: int) -> float:
        """Share of pauses that end within so many days, 0..1."""
        return float(1 - _lasting(self.days, self.ended, self.going_on)[_at(self.days, length)])

    def quantile(self, share: float) -> int | None:
        """Within how many days that share of the pauses that end are over; None if none ended."""
        total = sum(self.ended)
        if not total:
            return None
        return self.days[int(np.searchsorted(np.cumsum(self.ended), share * total))]

    def end_after(self, length: int) -> float | None:
        """Share of the pauses longer than so many days that ended; None if there are none."""
        later = [at for at, days_long in enumerate(self.days) if days_long > length]
        ended, open_still = (sum(column[at] for at in later) for column in (self.ended, self.going_on))
        return ended / (ended + open_still) if ended + open_still else None

    def caption(self) -> str:
        """Say which inactivity fits."""
        if self.too_few:
            return (
                f"Only {sum(self.ended):,} pauses have ended, too few to tell; {self.horizon} days without "
                "an event are held to be inactive, as is usual."
            )
        return (
            f"{self.back_within(self.horizon) / self.back_within(self.days[-1]):.0%} of those who come back "
            f"are back within {self.horizon} days ({sum(self.ended):,} pauses)."
        )

    def to_arrow(self) -> pa.Table:
        """Return the curve, one row a length: days, share back, share still away, longer ones that ended."""
        longest = self.days[-1] if self.days else 0
        lengths = [length for length in _SHOWN if length <= longest]
        if self.days and self.horizon not in lengths:
            lengths = sorted([*lengths, self.horizon])
        back = [self.back_within(length) for length in lengths]
        return pa.table(
            {
                "days": pa.array(lengths, pa.int64()),
                "back": pa.array(back, pa.float64()),
                "away": pa.array([1 - share for share in back], pa.float64()),
                "longer_that_ended": pa.array([self.end_after(one) for one in lengths], pa.float64()),
            }
        )


def gaps(warehouse: Warehouse, as_of: dt.date, kind: str) -> Gaps:
    """Measure the pauses before a date.

    Args:
        warehouse: Where `user_days` lies.
        as_of: Events at or after this midnight (UTC) are not seen.
        kind: Days with an event of this kind count; ``any``: with any.
    """
    found = []
    for text in (_ENDED, _OPEN):
        asked = select(text, as_of_day=AsOf.of(as_of).day, quantity=quantity(kind))
        rows = warehouse.query(asked)
        found.append(dict(zip(rows["gap"].to_pylist(), rows["pauses"].to_pylist(), strict=True)))
    lengths = tuple(sorted(found[0].keys() | found[1].keys()))
    ended, going_on = (tuple(each.get(length, 0) for length in lengths) for each in found)
    if sum(ended) < FEWEST:
        return Gaps(lengths, ended, going_on, WITHOUT_PAUSES, too_few=True)
    return Gaps(lengths, ended, going_on, _horizon(lengths, ended, going_on), too_few=False)


def _horizon(lengths: tuple[int, ...], ended: tuple[int, ...], going_on: tuple[int, ...]) -> int:
    back = 1 - _lasting(lengths, ended, going_on)[1:]
    found = lengths[int(np.searchsorted(back, BACK * back[-1]))]
    return found if found < _WEEK else -(-found // _WEEK) * _WEEK


def _lasting(lengths: tuple[int, ...], ended: tuple[int, ...], going_on: tuple[int, ...]) -> Floats:
    """The share of pauses that last longer than each length, that of none before."""
    both = np.array(ended, dtype=float) + np.array(going_on, dtype=float)
    until_then = np.cumsum(both[::-1])[::-1]
    return np.concatenate([[1.0], np.cumprod(1 - np.array(ended) / np.maximum(until_then, 1))])[
        : len(lengths) + 1
    ]


def _at(lengths: tuple[int, ...], length: int) -> int:
    return int(np.searchsorted(lengths, length, side="right"))
