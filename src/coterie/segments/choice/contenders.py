"""Partitions of the same rows by several methods, and the crowds that HDBSCAN sees in them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.hierarchy import genie, ward
from coterie.segments.methods.kmeans import kmeans
from coterie.segments.methods.mixture import mixture

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from coterie.features.values import Floats, Ints

#: How unequal Genie's groups may grow: the values that are tried.
GINIS = (0.1, 0.3, 0.5)

#: Mixtures are tried for up to this many components: a component has many free numbers.
MOST_COMPONENTS = 12

#: The smallest crowd and the rank of the neighbour that tells the density, for each look of HDBSCAN.
LOOKS = ((5, 5), (10, 5), (15, 15), (25, 5), (50, 50))

_STARTS = 4
_STARTS_OF_A_MIXTURE = 2
_ROWS_A_COMPONENT = 5


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Contender:
    """One way to group some rows.

    Attributes:
        method: Its name in coterie.yaml.
        k: The number of groups.
        labels: The group of each row, 0..k-1.
        gini: How unequal groups may grow, if it is Genie.
    """

    method: str
    k: int
    labels: Ints
    gini: float | None = None

    @property
    def way(self) -> tuple[str, float | None, int]:
        """What tells it from other contenders."""
        return self.method, self.gini, self.k


def contenders(rows: Floats, ks: Iterable[int], *, seed: int) -> Iterator[Contender]:
    """Group rows in every way: each method of groups around centres, trees and mixtures for each k.

    Trees are grown once. Partitions that leave a group empty, as mixtures may, are left out.

    Args:
        rows: Prepared rows.
        ks: The numbers of groups, each >= 2 and at most the distinct rows.
        seed: Makes it repeatable.
    """
    tried = sorted(ks)
    for k in tried:
        yield Contender("kmeans", k, kmeans(rows, k, seed=seed, starts=_STARTS, thorough=False).labels)
    grown = ward.tree(rows)
    for k in tried:
        yield Contender("ward", k, grown.cut_k(k))
    for gini in GINIS:
        grown = genie.tree(rows, gini=gini)
        for k in tried:
            yield Contender("genie", k, grown.cut_k(k), gini)
    cut = mixture(rows, seed=seed, starts=_STARTS_OF_A_MIXTURE, thorough=False)
    for k in tried:
        if k <= min(MOST_COMPONENTS, len(rows) // _ROWS_A_COMPONENT):
            labels = cut(k).labels
            if len(np.unique(labels)) == k:
                yield Contender("mixture", k, labels)


def crowds(rows: Floats) -> list[Ints]:
    """Let HDBSCAN look at rows, for crowds of several sizes; rows outside go with the nearest inside.

    Returns:
        The labels of each look that saw at least two crowds; looks that saw the same are one.

    References:
        Campello, Moulavi & Sander (2013), Density-based clustering based on hierarchical density estimates.
    """
    from sklearn.cluster import HDBSCAN

    seen: dict[bytes, Ints] = {}
    for smallest, rank in LOOKS:
        if len(rows) < 2 * max(smallest, rank):
            continue
        model = HDBSCAN(smallest, min_samples=rank, copy=True)
        labels = _with_the_nearest(rows, model.fit(rows).labels_.astype(np.int64))
        if labels.max() > 0:
            seen.setdefault(labels.tobytes(), labels)
    return list(seen.values())


def _with_the_nearest(rows: Floats, labels: Ints) -> Ints:
    from sklearn.neighbors import NearestNeighbors

    inside, outside = np.flatnonzero(labels >= 0), np.flatnonzero(labels < 0)
    if not inside.size:
        return np.zeros_like(labels)
    if outside.size:
        nearest = NearestNeighbors(n_neighbors=1).fit(rows[inside])
        found = nearest.kneighbors(rows[outside], return_distance=False)[:, 0]
        labels = labels.copy()
        labels[outside] = labels[inside[found]]
    return labels
