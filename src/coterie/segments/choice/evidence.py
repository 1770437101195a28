"""What speaks for a partition, whatever method made it: borders, crowds, fit and stability."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.agreement import adjusted_rand, adjusted_rands, distances, silhouette
from coterie.segments.choice.choose import spread_ties
from coterie.segments.choice.contenders import contenders, crowds
from coterie.segments.choice.density import density

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from coterie.features.values import Floats, Ints
    from coterie.segments.choice.contenders import Contender
    from coterie.segments.choice.density import Density

#: Rows that borders, fit and stability are measured on.
ROWS = 1_500

#: The neighbour that tells how crowded it is where narrow gaps are looked for.
CLOSE = 4

#: Rows that contenders are compared with each other on.
ROWS_COMPARED = 500

#: How many times these are split in halves that are grouped anew.
SPLITS = 2

_RIDGE = 1e-6


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What speaks for and against one contender.

    Attributes:
        contender: The partition.
        border: Depth of the valley along the shallowest border, as a logarithm of distance; see
            `coterie.segments.choice.density`.
        hidden: Depth of the deepest valley inside a group, in the same measure.
        hidden_mean: Its mean over groups, by their size.
        crowds: The best agreement (adjusted Rand index) with what HDBSCAN sees.
        peers: Agreement with contenders of other methods, the mean of the best of the two nearest methods.
        normal: Log likelihood of the rows if each group is normal, for each row and dimension, less the
            Bayesian penalty for free numbers.
        stability: Agreement with the same method and k on halves of the rows, mean and lowest.
        silhouette: Mean silhouette width.
        smallest: Share of the smallest group.
    """

    contender: Contender
    border: float
    hidden: float
    hidden_mean: float
    crowds: float
    peers: float
    normal: float
    stability: tuple[float, float]
    silhouette: float
    smallest: float


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Field:
    """All contenders on the same rows.

    Attributes:
        evidence: One entry a contender.
        dimensions: Of the space that rows fill near themselves.
        close: How crowded it is around these, by fewer neighbours: narrow gaps show, and chance ones too.
        places: Where these rows are among all.
    """

    evidence: tuple[Evidence, ...]
    dimensions: float
    close: Density
    places: Ints

    @property
    def rows(self) -> int:
        """How many rows borders, fit and stability are measured on."""
        return len(self.places)

    def gap(self, contender: Contender) -> float:
        """Measure the depth of the shallowest border of a contender by fewer neighbours."""
        return float(self.close.borders(contender.labels[self.places]).min())


def field(rows: Floats, ks: Iterable[int], *, seed: int, told: Callable[[int, int], None]) -> Field:
    """Let all methods group rows, and gather what speaks for each partition.

    Borders, fit and stability are measured on up to `ROWS` rows, all different, with values that repeat
    spread evenly to their neighbours: copies are no crowd, nor is a count of 0, 1, 2 for taking few values.

    Args:
        rows: Prepared rows, two different ones at least.
        ks: The numbers of groups to try.
        seed: Makes it repeatable.
        told: How many steps are done, and of how many.
    """
    tried = sorted(ks)
    rng = np.random.default_rng(seed)
    places = _different(rows, rng)
    spread = spread_ties(rows[places], rng)
    steps = 2 * SPLITS + 2
    told(0, steps)
    everyone = [each for each in contenders(rows, tried, seed=seed) if _all_seen(each, places)]
    around, close = density(spread), density(spread, CLOSE)
    if not everyone:
        return Field((), around.dimensions, close, places)
    told(1, steps)
    agreed = _agreements(everyone, crowds(rows), places)
    peers = _peers(everyone, places[:: -(-len(places) // ROWS_COMPARED)])
    told(2, steps)
    held: list[list[float]] = [[] for _ in everyone]
    halves = [half for _ in range(SPLITS) for half in _halves(len(places), rng)]
    for done, half in enumerate(halves, 3):
        again = {each.way: each.labels for each in contenders(spread[half], _fewer(tried, half), seed=seed)}
        for each, found in zip(everyone, held, strict=True):
            if each.way in again:
                found.append(adjusted_rand(each.labels[places][half], again[each.way]))
        told(min(done, steps), steps)
    measure = _Measure(spread, around)
    others = [_Others(*each) for each in zip(agreed, peers, held, strict=True)]
    evidence = tuple(
        measure.of(each, each.labels[places], said) for each, said in zip(everyone, others, strict=True)
    )
    return Field(evidence, around.dimensions, close, places)


def _different(rows: Floats, rng: np.random.Generator) -> Ints:
    """Draw the places of up to `ROWS` rows, no two of them equal, in their order."""
    places = np.sort(np.unique(rows, axis=0, return_index=True)[1])
    return places if len(places) <= ROWS else np.sort(rng.choice(places, ROWS, replace=False))


def _all_seen(contender: Contender, places: Ints) -> bool:
    """Tell whether each group has two rows at least among those that evidence is measured on."""
    return int(np.bincount(contender.labels[places], minlength=contender.k).min()) > 1


def _fewer(ks: list[int], rows: Ints) -> list[int]:
    return [k for k in ks if k <= len(rows) // 2]


def _halves(rows: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    order = rng.permutation(rows)
    return np.sort(order[: rows // 2]), np.sort(order[rows // 2 :])


def _agreements(everyone: list[Contender], seen: list[Ints], places: Ints) -> list[float]:
    looks = [labels[places] for labels in seen]
    return [
        max((adjusted_rand(each.labels[places], look) for look in looks), default=0.0) for each in everyone
    ]


def _peers(everyone: list[Contender], places: Ints) -> list[float]:
    """Average the best agreements with contenders of two other methods, those that agree most."""
    agreed = adjusted_rands([each.labels[places] for each in everyone])
    methods = np.array([each.method for each in everyone])
    names = np.unique(methods)
    best = np.stack([agreed[:, methods == name].max(axis=1) for name in names], axis=1)
    best[methods[:, None] == names] = -1.0
    nearest: Floats = np.sort(best, axis=1)[:, ::-1][:, : min(2, len(names) - 1)]
    return nearest.mean(axis=1).tolist() if len(names) > 1 else [0.0] * len(everyone)


@dataclasses.dataclass(frozen=True, slots=True)
class _Others:
    """What other looks, other methods and other rows say of a contender."""

    crowds: float
    peers: float
    held: list[float]


class _Measure:
    """Measures partitions of the same rows; what is known of a group is kept, as trees share groups."""

    def __init__(self, rows: Floats, around: Density) -> None:
        self.rows = rows
        self.around = around
        self.between = distances(rows)
        self.ridge = _RIDGE * float(rows.var(axis=0).mean()) * np.eye(rows.shape[1])
        self.known: dict[bytes, tuple[float, float]] = {}

    def of(self, contender: Contender, labels: Ints, others: _Others) -> Evidence:
        order = np.argsort(labels, kind="stable")
        sizes = np.bincount(labels, minlength=contender.k)
        groups = [self._group(members) for members in np.split(order, np.cumsum(sizes)[:-1])]
        hidden, extent = np.array(groups).T
        share = sizes / len(labels)
        return Evidence(
            contender=contender,
            border=float(self.around.borders(labels).min()),
            hidden=float(hidden.max()),
            hidden_mean=float(share @ hidden),
            crowds=others.crowds,
            peers=others.peers,
            normal=self._normal(share, extent),
            stability=(float(np.mean(others.held)), min(others.held)) if others.held else (0.0, 0.0),
            silhouette=silhouette(self.between, labels),
            smallest=float(share.min()),
        )

    def _group(self, members: Ints) -> tuple[float, float]:
        """Tell the deepest valley in a group, and the logarithm of the determinant of its covariance."""
        key = members.tobytes()
        if key not in self.known:
            covariance = np.atleast_2d(np.cov(self.rows[members].T)) + self.ridge
            extent = float(np.linalg.slogdet(covariance)[1])
            self.known[key] = (self.around.hidden(members), extent)
        return self.known[key]

    def _normal(self, share: Floats, extent: Floats) -> float:
        count, width = self.rows.shape
        likelihood = float(share @ (np.log(share) - 0.5 * extent))
        free = len(share) * (1 + width + width * (width + 1) / 2) - 1
        return float((likelihood - 0.5 * free * np.log(count) / count) / width)
