"""Does a single user carry the mean of a segment?"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.audit.material import listed, number
from coterie.segments.segmentation import Finding

if TYPE_CHECKING:
    from coterie.features.values import Floats, Ints
    from coterie.segments.audit.material import Material
    from coterie.segments.segmentation import Level

#: A user carries a mean who moves it by this part, and holds this part of the segment's sum.
MOVES, HOLDS = 0.2, 0.1

#: It misleads where it moves by this part of everyone's spread and stands this far from everyone's mean, with
#: or without that user, or ranks highest because of him.
NOTICED, APART = 0.2, 0.5

#: Spread is that of everyone but the outer hundredths, and means are read where this share of users is away
#: from the median: a number that is the same for nearly all has no mean to speak of.
OUTER, AWAY = 1, 0.05

#: Segments with fewer users are tiny, and every user of them moves the mean.
FEWEST = 10

#: The worst are told, not all.
MOST = 8


@dataclasses.dataclass(frozen=True, slots=True)
class _Carried:
    feature: str
    segment: int
    value: float
    mean: float
    without: float
    everyone: float
    dethroned_by: int | None = None

    @property
    def moved(self) -> float:
        return abs(self.mean - self.without) / max(abs(self.mean), 1e-12)

    def misleads(self, spread: float) -> bool:
        apart = max(abs(self.mean - self.everyone), abs(self.without - self.everyone))
        noticed = abs(self.mean - self.without) >= NOTICED * spread
        return noticed and (self.dethroned_by is not None or apart >= APART * spread)


def one_row(material: Material) -> tuple[Finding, ...]:
    """Leave the most extreme user of each segment out and see whether a mean, or the ranking, falls.

    Told are those that would mislead a reader: see `NOTICED`, `APART` and `AWAY`.
    """
    carried = [
        found
        for feature in material.table.features
        if not feature.categorical
        for found in _carried(feature.name, material.filled(feature.name), material)
    ]
    carried.sort(key=lambda found: (found.dethroned_by is None, -found.moved))
    well = Finding("one_row", "good", "No single user carries the mean of a segment.", 0.0)
    return listed([_finding(found) for found in carried[:MOST]], well)


def _carried(name: str, values: Floats, material: Material) -> list[_Carried]:
    present = ~np.isnan(values)
    labels, values = material.labels[present], values[present]
    spread = _spread(values)
    if spread == 0.0:
        return []
    counts = np.bincount(labels, minlength=material.k)
    sums = np.bincount(labels, weights=values, minlength=material.k)
    sizes = np.bincount(labels, weights=np.abs(values), minlength=material.k)
    means = sums / np.maximum(counts, 1)
    found = []
    for segment in range(material.k):
        if counts[segment] < FEWEST or sizes[segment] == 0:
            continue
        extreme = _most_extreme(values, labels, segment, means[segment])
        without = float((sums[segment] - extreme) / (counts[segment] - 1))
        carried = _Carried(
            name,
            segment + 1,
            value=extreme,
            mean=float(means[segment]),
            without=without,
            everyone=float(values.mean()),
            dethroned_by=_dethroned(means, counts, segment, without),
        )
        holds = abs(extreme) > HOLDS * sizes[segment]
        if carried.moved > MOVES and holds and carried.misleads(spread):
            found.append(carried)
    return found


def _spread(values: Floats) -> float:
    """Standard deviation without the outer hundredths; 0 where nearly all are equal."""
    if not values.size:
        return 0.0
    low, median, high = np.percentile(values, [OUTER, 50, 100 - OUTER])
    spread = float(np.clip(values, low, high).std())
    away = float(np.mean(np.abs(values - median) > spread / 10))
    return spread if away >= AWAY else 0.0


def _most_extreme(values: Floats, labels: Ints, segment: int, mean: float) -> float:
    members = values[labels == segment]
    return float(members[np.argmax(np.abs(members - mean))])


def _dethroned(means: Floats, counts: Ints, segment: int, without: float) -> int | None:
    """The segment that ranks highest in its place, if it ranked highest because of that user."""
    ranked = np.where(counts > 0, means, -np.inf)
    if int(np.argmax(ranked)) != segment:
        return None
    ranked[segment] = without
    highest = int(np.argmax(ranked))
    return None if highest == segment else highest + 1


def _finding(found: _Carried) -> Finding:
    sentence = (
        f"One user with {number(found.value)} carries the mean of {{feature:{found.feature}}} in "
        f"{{segment:{found.segment}}}: {number(found.mean)} with that user, {number(found.without)} without"
    )
    if found.dethroned_by is not None:
        sentence += f", and then {{segment:{found.dethroned_by}}} ranks highest"
    level: Level = "note" if found.dethroned_by is None else "warning"
    return Finding("one_row", level, f"{sentence}.", found.without, found.segment, found.feature)
