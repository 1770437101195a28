"""A tree grown on rows, or on micro-clusters of many rows, and cut into groups that have borders."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Protocol

import numpy as np

from coterie.errors import SegmentationError
from coterie.segments.agreement import adjusted_rand
from coterie.segments.borders.chosen import prototypes_for
from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.hierarchy.distinct import row_draws
from coterie.segments.hierarchy.micro import micro_clusters
from coterie.segments.partition import Partition

if TYPE_CHECKING:
    from coterie.features.values import Floats, Ints
    from coterie.segments.hierarchy.micro import MicroClusters
    from coterie.segments.hierarchy.tree import Tree

#: Groups at most where the largest gap says how many.
K_MAX = 12

#: Groups at most where a height says how many.
MOST = 50

#: Rows that prototypes are sought on where it must be quick.
_QUICK_ROWS = 4_000

#: Rows that are put into groups at a time.
_BLOCK = 50_000


class Grows(Protocol):
    """Grows a tree on weighted points."""

    def __call__(self, points: Floats, weights: Ints | None = None) -> Tree:
        """Return a tree whose leaves are the points."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class Way:
    """A way to grow a tree, and on how many points.

    Attributes:
        name: As a sentence has it.
        grows: Grows it.
        exact: Up to how many different rows the tree is grown on the rows themselves.
        micro: How many micro-clusters there are of more.
        sample: On how many rows, at most, the tree of the micro-clusters is compared with an exact one.
    """

    name: str
    grows: Grows
    exact: int
    micro: int
    sample: int


class Cuts:
    """A tree on the rows of a matrix, to be cut into any number of groups.

    Args:
        matrix: Rows x coordinates.
        way: How the tree is grown.
        seed: Makes micro-clusters and borders repeatable.
        thorough: Whether to compare with the exact method, and to seek borders on more rows.
        height: Where it is cut without a k.
        small: Micro-clusters to grow it on, with the one of each row; by default those of the rows.
    """

    def __init__(
        self,
        matrix: Floats,
        way: Way,
        *,
        seed: int,
        thorough: bool,
        height: float | None = None,
        small: MicroClusters | None = None,
    ) -> None:
        self.matrix = matrix
        self.height = height
        self.way = way
        self.seed = seed
        self.thorough = thorough
        self.small = reduced(matrix, way, seed) if small is None else small
        self.tree = way.grows(self.small.centres, self.small.weights)
        self._exact: tuple[Ints, Tree] | None = None

    def __call__(self, k: int | None) -> Partition:
        """Cut the tree into `k` groups, or where it says itself, and draw borders around them.

        Without a k it is cut at `height`, or at its largest gap up to `K_MAX` groups.

        Raises:
            SegmentationError: The height gives more than `MOST` groups.
        """
        said: tuple[str, ...] = ()
        if k is None:
            k, told = self._by_itself()
            said = (told,)
        labels = self.tree.cut_k(k)[self.small.labels]
        rows = {} if self.thorough else {"rows": _QUICK_ROWS}
        borders = Prototypes.around(*prototypes_for(self.matrix, labels, k, seed=self.seed, **rows))
        right = sum(
            int((borders.places(self.matrix[start : start + _BLOCK]) == labels[start : start + _BLOCK]).sum())
            for start in range(0, len(labels), _BLOCK)
        )
        return Partition(
            labels, borders, right / len(labels), (*said, *self._notes(labels, k)), self.tree.top()
        )

    def _by_itself(self) -> tuple[int, str]:
        if self.height is None:
            gap = self.tree.largest_gap(K_MAX)
            return gap.k, gap.sentence()
        k = self.tree.groups_at(self.height)
        if k > MOST:
            least, top = self.tree.heights[-MOST], self.tree.heights[-1]
            raise SegmentationError(
                f"Cut at height {self.height:g}, the tree has {k:,} groups; at most {MOST} can be told "
                f"apart. Its merges go up to {top:,.4g}: give a `height` from {least:,.4g} on."
            )
        return k, f"Cut at height {self.height:g}, the tree has {k} group{'s' * (k != 1)}."

    def _notes(self, labels: Ints, k: int) -> tuple[str, ...]:
        if not self.thorough or self.small.exact:
            return ()
        if self._exact is None:
            self._exact = exact_on_sample(self.matrix, self.way, self.seed)
        return (agreement_said(self.way, self.small, labels, k, *self._exact)[0],)


def reduced(matrix: Floats, way: Way, seed: int) -> MicroClusters:
    """Take equal rows together, and if too many are left, rows that are close."""
    return micro_clusters(matrix, way.micro, exact=way.exact, seed=seed)


def exact_on_sample(matrix: Floats, way: Way, seed: int) -> tuple[Ints, Tree]:
    """Grow the exact tree on a sample of rows; returns the places of the rows, and the tree."""
    places = np.argsort(row_draws(matrix, seed), kind="stable")[: way.sample]
    return places, way.grows(matrix[places])


def agreement_said(
    way: Way, small: MicroClusters, labels: Ints, k: int, places: Ints, exact: Tree
) -> tuple[str, float]:
    """Measure how groups of micro-clusters agree with those that the exact method finds on a sample.

    The sample is a smaller set of users, so what differs is both the micro-clusters' and the draw's doing.

    Args:
        way: How both were grown.
        small: The micro-clusters.
        labels: The group of each row.
        k: How many groups there are.
        places: The rows of the sample.
        exact: The tree on them.

    Returns:
        A sentence, and the adjusted Rand index.
    """
    agreed = adjusted_rand(labels[places], exact.cut_k(min(k, exact.leaves)))
    sentence = (
        f"{way.name} was run on {len(small.weights):,} micro-clusters of {int(small.weights.sum()):,} users; "
        f"cut into {k}, it agrees with the exact method on {len(places):,} of them by {agreed:.2f} "
        "(adjusted Rand index: 1 is the same, 0 is chance)."
    )
    return sentence, agreed
