"""Genie, outlier-resistant hierarchical clustering, as a method of segmentation."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

from coterie.segments.hierarchy import genie as hierarchy
from coterie.segments.hierarchy.cuts import Cuts, Way

if TYPE_CHECKING:
    from coterie.features.values import Floats
    from coterie.segments.partition import Cut

#: Up to this many different users the tree is exact; more are grouped into `MICRO` micro-clusters first.
EXACT = 100_000
MICRO = 10_000

#: Users that the tree of micro-clusters is compared with an exact one on.
SAMPLE = 30_000

WAY = Way("Genie", hierarchy.tree, EXACT, MICRO, SAMPLE)


def genie(
    matrix: Floats,
    *,
    seed: int,
    starts: int,
    thorough: bool,
    gini: float = hierarchy.GINI,
    height: float | None = None,
) -> Cut:
    """Grow Genie's tree once, to be cut into any number of groups, at a height or at its largest gap.

    Args:
        matrix: Rows x coordinates.
        seed: Makes micro-clusters and borders repeatable; the tree itself leaves nothing to chance.
        starts: Has no say: there is one tree.
        thorough: Whether micro-clusters are compared with the exact method, and borders sought on more rows.
        gini: How unequal the sizes of groups may grow; see `coterie.segments.hierarchy.genie.tree`.
        height: Where the tree is cut without a k; ``None``: at its largest gap.

    Examples:
        >>> import numpy as np
        >>> rows = np.array([[0.0], [1.0], [10.0], [11.0], [12.0]])
        >>> cut = genie(rows, seed=1, starts=1, thorough=True)
        >>> sorted(np.bincount(cut(2).labels).tolist())
        [2, 3]
    """
    del starts
    return Cuts(matrix, way(gini), seed=seed, thorough=thorough, height=height)


def way(gini: float) -> Way:
    """Tell how a tree is grown whose groups may be as unequal as that."""
    return dataclasses.replace(WAY, grows=functools.partial(hierarchy.tree, gini=gini))
