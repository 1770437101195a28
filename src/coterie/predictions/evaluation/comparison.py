"""Two rankings beside each other: two models of the same users, or campaigns of different ones."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa

from coterie.errors import DataError
from coterie.predictions.evaluation import precision, ranking, roc
from coterie.predictions.evaluation.cumulative import cumulative, places, refuse
from coterie.predictions.evaluation.resampling import Band, Interval, band, cells, interval, resampled
from coterie.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.features.values import Floats
    from coterie.predictions.evaluation.cumulative import Places

#: lift: of the best tenth. gini: normalised. auc: area below ROC. precision: average precision.
Measure = Literal["lift", "gini", "auc", "precision"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Users with a score and with what happened to them.

    Attributes:
        name: Of the model or of the campaign.
        scores: One a user; higher should mean more of the outcome.
        outcomes: What happened: 0 or 1, or an amount from 0 on.
    """

    name: str
    scores: Floats
    outcomes: Floats

    @property
    def yes_or_no(self) -> bool:
        """Whether it happened to some and not to others, and is no amount."""
        return bool(np.isin(self.outcomes, (0.0, 1.0)).all()) and not self.outcomes.all()


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """How far two rankings are apart in one measure.

    Attributes:
        measure: Which.
        one: Of the first.
        other: Of the second.
        difference: The first less the second.
        interval: The 95 % bootstrap interval of `difference`.
    """

    measure: Measure
    one: float
    other: float
    difference: float
    interval: Interval

    @property
    def decided(self) -> bool:
        """Whether the interval leaves out 0, so that one of the two is better."""
        return self.interval.low > 0 or self.interval.high < 0


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Comparison(Shown):
    """Two rankings beside each other.

    Attributes:
        one: The name of the first.
        other: The name of the second.
        same_users: Whether both ranked the same users, who were drawn again together.
        users: How many each ranked.
        differences: In each measure.
        captured: At each hundredth of the users, the share of the outcome among them by the first ranking,
            less that by the second.
        band: The 95 % bootstrap band of `captured`.
    """

    one: str
    other: str
    same_users: bool
    users: tuple[int, int]
    differences: tuple[Difference, ...]
    captured: tuple[float, ...]
    band: Band

    def caption(self) -> str:
        """Say which of the two has the better best tenth, if that is known."""
        lift = self.differences[0]
        told = f"Lift of the best tenth: {self.one} {lift.one:.2f}, {self.other} {lift.other:.2f}"
        apart = f"{lift.difference:+.2f} [{lift.interval.low:+.2f}, {lift.interval.high:+.2f}]"
        return f"{told}; difference {apart}" + ("." if lift.decided else ", which chance alone may make.")

    def to_arrow(self) -> pa.Table:
        """Return one row a measure."""
        rows = [
            {
                "measure": one.measure,
                self.one: one.one,
                self.other: one.other,
                "difference": one.difference,
                "low": one.interval.low,
                "high": one.interval.high,
                "decided": one.decided,
            }
            for one in self.differences
        ]
        return pa.Table.from_pylist(rows)


def compare(one: Scored, other: Scored, *, same_users: bool, seed: int = 42) -> Comparison:
    """Compare two rankings.

    Args:
        one: The first.
        other: The second.
        same_users: Whether row for row both are about the same user: then users are drawn again with both
            of their scores, which takes out what both rankings owe to the same chance.
        seed: Makes the intervals repeatable.

    Raises:
        DataError: One can't be ranked, or outcomes of the same users differ.
    """
    for each in (one, other):
        refuse(each.scores, each.outcomes)
    if same_users and not np.array_equal(one.outcomes, other.outcomes):
        raise DataError(
            f"{one.name!r} and {other.name!r} are to be about the same users, but what happened differs; "
            "give both in the same order, or compare them as different users."
        )
    both = one.yes_or_no and other.yes_or_no
    found = [_measured(_curves(each), both) for each in (one, other)]
    drawn = list(_drawn(one, other, same_users, both, seed))
    differences = tuple(
        Difference(
            measure,
            found[0][0][measure],
            found[1][0][measure],
            found[0][0][measure] - found[1][0][measure],
            interval([first[0][measure] - second[0][measure] for first, second in drawn]),
        )
        for measure in found[0][0]
    )
    return Comparison(
        one=one.name,
        other=other.name,
        same_users=same_users,
        users=(len(one.scores), len(other.scores)),
        differences=differences,
        captured=tuple((found[0][1] - found[1][1]).tolist()),
        band=band(ranking.SHARES, [first[1] - second[1] for first, second in drawn]),
    )


#: Users and their outcome down to each distinct score, and the same of ranking them by the outcome.
_Curves = tuple[tuple["Floats", "Floats"], tuple["Floats", "Floats"]]
_Measured = tuple[dict[Measure, float], "Floats"]


def _curves(scored: Scored) -> _Curves:
    once = np.ones(len(scored.scores))
    return (
        cumulative(places(scored.scores), once, scored.outcomes),
        cumulative(places(scored.outcomes), once, scored.outcomes),
    )


def _measured(curves: _Curves, yes_or_no: bool) -> _Measured:
    (users, outcome), best = curves
    captured = ranking.captured(users, outcome)
    found: dict[Measure, float] = {
        "lift": float(captured[10] * 10),
        "gini": ranking.gini(users, outcome, best),
    }
    if yes_or_no:
        found |= {"auc": roc.area(users, outcome), "precision": precision.average(users, outcome)}
    return found, captured


def _drawn(
    one: Scored, other: Scored, same_users: bool, yes_or_no: bool, seed: int
) -> Iterator[tuple[_Measured, _Measured]]:
    """Measure both rankings on users drawn again, leaving out draws on which they can't be measured."""
    if same_users:
        together = cells([one.scores, other.scores, one.outcomes], one.outcomes)
        first, second, best = together.places
        for weights in resampled(together, seed):
            if _measurable(weights, together.outcomes, yes_or_no):
                yield (
                    _measured(_weighted((first, best), weights, together.outcomes), yes_or_no),
                    _measured(_weighted((second, best), weights, together.outcomes), yes_or_no),
                )
        return
    apart = [cells([each.scores, each.outcomes], each.outcomes) for each in (one, other)]
    draws = (resampled(each, seed + at) for at, each in enumerate(apart))
    for pair in zip(*draws, strict=True):
        drawn = list(zip(apart, pair, strict=True))
        if all(_measurable(weights, of.outcomes, yes_or_no) for of, weights in drawn):
            a, b = (_measured(_weighted(of.places, weights, of.outcomes), yes_or_no) for of, weights in drawn)
            yield a, b


def _measurable(weights: Floats, outcomes: Floats, yes_or_no: bool) -> bool:
    some = outcomes[weights > 0]
    return bool(some.any()) and not (yes_or_no and bool(some.all()))


def _weighted(by: tuple[Places, ...], weights: Floats, outcomes: Floats) -> _Curves:
    ours, best = by
    return cumulative(ours, weights, outcomes), cumulative(best, weights, outcomes)
