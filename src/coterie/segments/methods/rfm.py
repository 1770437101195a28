"""The RFM grid: how lately, how often and for how much users buy, in fifths, with the usual names.

Recency, frequency and monetary value are scored 1 to 5 by fifths of the buyers (Hughes, *Strategic Database
Marketing*, 1994). The names are those of the chart that Putler published in "RFM Analysis for Successful
Customer Segmentation": recency against frequency and money taken together. The ranges of that chart
overlap; here each of its 25 cells has one name.

=============  ==========  ==========  ===============  ==========  ==========
recency        F and M: 1  2           3                4           5
=============  ==========  ==========  ===============  ==========  ==========
5 (just now)   new         potential   potential        champions   champions
4              promising   potential   potential        loyal       loyal
3              sleepy      sleepy      need attention   loyal       loyal
2              hibernating hibernating at risk          at risk     can't lose
1 (long ago)   lost        hibernating at risk          at risk     can't lose
=============  ==========  ==========  ===============  ==========  ==========
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import SegmentationError, UsageError
from coterie.features.values import numbers
from coterie.segments.borders.predicates import kinds, predicates
from coterie.segments.methods.grouped import Grouped
from coterie.segments.segmentation import Finding
from coterie.segments.twin.rounded import roundest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.features.feature import Feature, FeatureTable
    from coterie.features.values import Floats
    from coterie.project.settings import SegmentSettings

#: What a score is made of, unless the settings name three features of their own.
RECENCY, FREQUENCY, MONEY = "recency_days_since_order", "orders_count", "orders_spend"

#: Scores go from 1 to this.
SCORES = 5

#: The cells of each name: from and to by recency, from and to by frequency and money; most engaged first.
GRID: tuple[tuple[str, tuple[tuple[int, int, int, int], ...]], ...] = (
    ("rfm:champions", ((5, 5, 4, 5),)),
    ("rfm:loyal", ((3, 4, 4, 5),)),
    ("rfm:potential_loyalists", ((4, 5, 2, 3),)),
    ("rfm:new", ((5, 5, 1, 1),)),
    ("rfm:promising", ((4, 4, 1, 1),)),
    ("rfm:need_attention", ((3, 3, 3, 3),)),
    ("rfm:about_to_sleep", ((3, 3, 1, 2),)),
    ("rfm:cant_lose", ((1, 2, 5, 5),)),
    ("rfm:at_risk", ((1, 2, 3, 4),)),
    ("rfm:hibernating", ((2, 2, 1, 2), (1, 1, 2, 2))),
    ("rfm:lost", ((1, 1, 1, 1),)),
)

_CLOSE = 1e-9

#: Users without an order, of whom recency is not known.
NONE = "rfm:no_orders"

#: The names of all groups, in their order.
NAMES = (*(name for name, _ in GRID), NONE)


def grouped(table: FeatureTable, settings: SegmentSettings) -> Grouped:
    """Group users by the RFM grid; those without orders are a group of their own.

    A number is scored by the share of buyers who are worse: none to a fifth is 1, and so on. Equal numbers
    get equal scores, the lowest that they span. Where many are equal, as orders mostly are, fifths differ in
    size and some scores are given to nobody; that all are equally large is not promised. The score of
    frequency and money together is the mean of theirs, rounded down. Borders are rounded as far as they can
    be without moving a buyer.

    Args:
        table: Users x features.
        settings: Of the segmentation; three `features` in it stand for recency, frequency and money.

    Returns:
        The groups of `NAMES`, those of nobody included: next month somebody may be in them.

    Raises:
        SegmentationError: The features for it are not there, or nobody has an order.
        UsageError: The settings name other than three features for it.
    """
    names = _features(table, settings)
    values = [numbers(table.rows, name) for name in names]
    buyers = ~np.isnan(values[0])
    if not buyers.any():
        raise SegmentationError(
            f"Method rfm groups buyers, and {names[0]} is null for all {len(table):,} users: nobody has "
            "bought yet. Choose another method, or look at how events of kind order are mapped."
        )
    recency = _Scale.of(names[0], -values[0][buyers])
    others = [
        _Scale.of(name, np.nan_to_num(each[buyers])) for name, each in zip(names[1:], values[1:], strict=True)
    ]
    borders = predicates(list(_conditions(recency, *others)), len(GRID), kinds(table.features))
    labels = borders.places(table.rows)
    without = int((~buyers).sum())
    others_said = f"; {_count(without, 'user')} without an order" if without else ""
    return Grouped(
        borders=borders,
        labels=labels,
        given=NAMES,
        verdict=(
            f"The RFM grid of {_count(int(buyers.sum()), 'buyer')} by {names[0]}, {names[1]} and {names[2]}, "
            f"in fifths{others_said}."
        ),
        findings=tuple(_findings((recency, *others))),
    )


def _features(table: FeatureTable, settings: SegmentSettings) -> tuple[str, str, str]:
    have = {feature.name: feature for feature in table.features}
    if settings.features is not None and not {"recency", "orders"} >= set(settings.features):
        return _chosen(settings.features, have)
    missing = [name for name in (RECENCY, FREQUENCY, MONEY) if name not in have]
    if missing:
        raise SegmentationError(
            f"Method rfm needs the features {RECENCY}, {FREQUENCY} and {MONEY}, and {' and '.join(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} not there: it takes the families recency and orders, "
            "and events of kind order with a value. Map these, or name three features for it in `features`: "
            "one of recency, one of frequency, one of amount."
        )
    return RECENCY, FREQUENCY, MONEY


def _chosen(names: tuple[str, ...], have: dict[str, Feature]) -> tuple[str, str, str]:
    usable = [name for name in names if name in have and not have[name].categorical]
    if len(names) != 3 or len(set(usable)) != 3:  # noqa: PLR2004
        raise UsageError(
            "Method rfm takes three different features that hold numbers, in the order recency, frequency, "
            f"amount, such as [{RECENCY}, {FREQUENCY}, {MONEY}]; `features` names {', '.join(names)}."
        )
    recency, frequency, money = usable
    return recency, frequency, money


@dataclasses.dataclass(frozen=True, slots=True)
class _Scale:
    """Where the scores of a number begin.

    Attributes:
        name: The feature.
        least: For scores 2, 3 and so on where they begin; a score that nobody gets begins where the next one
            does, and infinity is never reached.
        largest: The share of the buyers who have the most frequent number.
    """

    name: str
    least: tuple[float, ...]
    largest: float

    @classmethod
    def of(cls, name: str, values: Floats) -> _Scale:
        """Score numbers of which more is better by how many are less."""
        distinct, counts = np.unique(values, return_counts=True)
        worse = (np.cumsum(counts) - counts) / len(values)
        scores = np.minimum((worse * SCORES + _CLOSE).astype(int) + 1, SCORES)
        begins = []
        for score in range(2, SCORES + 1):
            at = int(np.argmax(scores >= score))
            above = -roundest(-distinct[at], -distinct[at - 1]) if at else np.inf
            begins.append(float(above))
        return cls(name, tuple(begins), float(counts.max() / len(values)))

    def between(self, low: int, high: int) -> list[str]:
        """Write that the score of a number of which less is better lies in a range."""
        bounds = []
        if low > 1:
            bounds.append(f"{self.name} <= {_text(-self.least[low - 2])}")
        if high < SCORES:
            bounds.append(f"{self.name} > {_text(-self.least[high - 1])}")
        return bounds or [f"{self.name} is not null"]

    def score(self) -> str:
        """Write the score of a number of which more is better."""
        cases = []
        for score, least in reversed(list(enumerate(self.least, start=2))):
            if np.isfinite(least) and least not in self.least[score - 1 :]:
                cases.append(f"when {self.name} >= {_text(least)} then {score}")
        return f"case {' '.join(cases)} else 1 end" if cases else "1"


def _text(number: float) -> str:
    """Write a number to the last digit; one that no user reaches stands for infinity."""
    if not np.isfinite(number):
        return "-1e300" if number < 0 else "1e300"
    return repr(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)  # noqa: PLR2004


def _conditions(recency: _Scale, frequency: _Scale, money: _Scale) -> Iterator[tuple[str, int]]:
    """Write the conditions: a score of frequency and money together is half of their sum."""
    together = f"{frequency.score()} + {money.score()}"
    for place, (_, cells) in enumerate(GRID):
        for since, until, low, high in cells:
            parts = recency.between(since, until)
            if low > 1:
                parts.append(f"{together} > {2 * low - 1}")
            if high < SCORES:
                parts.append(f"{together} <= {2 * high + 1}")
            yield " and ".join(parts), place


def _findings(scales: tuple[_Scale, ...]) -> Iterator[Finding]:
    if all(scale.largest == 1.0 for scale in scales):
        told = (
            "Nothing tells the buyers apart: they all have the same recency, frequency and amount, and so "
            "the lowest scores. The name of their segment says nothing about them."
        )
        yield Finding("rfm", "warning", told, 1.0)
        return
    for scale in scales:
        if scale.largest > 1 / SCORES:
            told = (
                f"{scale.largest:.0%} of the buyers have the same {{feature:{scale.name}}}; they get the "
                "same, lowest score, so that the fifths are not equally large."
            )
            yield Finding("rfm", "note", told, scale.largest, feature=scale.name)


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" + ("" if number == 1 else "s")
