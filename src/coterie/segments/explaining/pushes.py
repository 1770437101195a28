"""What keeps a user in a segment and what pulls them to the nearest other, coordinate by coordinate."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.borders.mixture import Mixture

if TYPE_CHECKING:
    from coterie.features.values import Floats
    from coterie.segments.borders.prototypes import Prototypes


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Pushes:
    """How far a user is from the own group and from the nearest other.

    Attributes:
        nearest: The place of the nearest other group.
        distance: To the own group: to its nearest prototype, or in standard deviations of its component.
            Outside a radius, the radius.
        distance_to_nearest: To the nearest other group.
        each: For each coordinate how much nearer it brings the user to the own group than to the other, as a
            difference of squared distances; they sum to ``distance_to_nearest ** 2 - distance ** 2``.
        probability: That the user is of the own group, as a mixture sees it.
    """

    nearest: int
    distance: float
    distance_to_nearest: float
    each: Floats
    probability: float | None = None


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Reach:
    """What it takes to reach a group: a term a coordinate, and what groups are ranked by (less is nearer)."""

    terms: Floats
    rank: float

    @property
    def distance(self) -> float:
        return float(np.sqrt(max(self.terms.sum(), 0.0)))


def pushes(borders: Prototypes | Mixture, point: Floats, heard: Floats, own: int) -> Pushes | None:
    """Compare the own group of a point with the nearest other, where there is one.

    Args:
        borders: Of the groups.
        point: One coordinate a step.
        heard: For each coordinate 1 if it has a say, else 0.
        own: The place of the group that the point is in.

    Examples:
        >>> from coterie.segments.borders.prototypes import Prototypes
        >>> borders = Prototypes.around(np.array([[0.0, 0.0], [4.0, 0.0]]))
        >>> found = pushes(borders, np.array([1.0, 2.0]), np.ones(2), own=0)
        >>> found.each.tolist(), round(found.distance_to_nearest**2 - found.distance**2, 9)
        ([8.0, 0.0], 8.0)
    """
    if isinstance(borders, Mixture):
        reached, probabilities = _components(borders, point)
    else:
        reached, probabilities = _prototypes(borders, point, heard), {}
    others = [place for place in reached if place != own]
    if own not in reached or not others:
        return None
    nearest = min(others, key=lambda place: (reached[place].rank, place))
    return Pushes(
        nearest=nearest,
        distance=reached[own].distance,
        distance_to_nearest=reached[nearest].distance,
        each=reached[nearest].terms - reached[own].terms,
        probability=probabilities.get(own),
    )


def _prototypes(borders: Prototypes, point: Floats, heard: Floats) -> dict[int, _Reach]:
    """Reach each group by its best prototype; a group outside a radius begins at the radius everywhere.

    What doesn't depend on the point is spread evenly over the coordinates: the radius, and by how much a bias
    puts a prototype further away than it is.
    """
    points = np.array(borders.points, dtype=float).reshape(len(borders.points), len(point))
    biases = np.array(borders.biases)
    share = heard / max(float(heard.sum()), 1.0)
    further = -2.0 * biases - np.square(points).sum(axis=1)
    terms = np.square(points - point) + further[:, None] * share
    scores = points @ point + biases
    found: dict[int, _Reach] = {}
    for group in dict.fromkeys(borders.groups):
        mine = [at for at, each in enumerate(borders.groups) if each == group]
        best = mine[int(np.argmax(scores[mine]))]
        found[group] = _Reach(terms[best], float(terms[best].sum()))
    if borders.radius is not None and borders.outside is not None:
        square = borders.radius**2
        found[borders.outside] = _Reach(share * square, square)
    return found


def _components(borders: Mixture, point: Floats) -> tuple[dict[int, _Reach], dict[int, float]]:
    """Reach each group by its likeliest component, and tell the probability of each group."""
    densities = borders.log_densities(point[None, :])[0]
    weights = np.exp(densities - densities.max())
    found: dict[int, _Reach] = {}
    probabilities: dict[int, float] = {}
    for group in dict.fromkeys(borders.groups):
        mine = [at for at, each in enumerate(borders.groups) if each == group]
        best = mine[int(np.argmax(densities[mine]))]
        found[group] = _Reach(_squares(borders, best, point), -float(densities[best]))
        probabilities[group] = float(weights[mine].sum() / weights.sum())
    return found, probabilities


def _squares(borders: Mixture, at: int, point: Floats) -> Floats:
    """Split the squared Mahalanobis distance into a term a coordinate: ``(x - m)_j (P (x - m))_j``."""
    away = point - np.array(borders.means[at])
    if borders.scales is not None:
        spread: Floats = np.square(away * np.array(borders.scales[at]))
        return spread
    factor = np.array(borders.factors[at] if borders.factors else (), dtype=float).T
    terms: Floats = away * (factor @ (away @ factor))
    return terms
