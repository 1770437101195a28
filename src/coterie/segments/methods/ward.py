"""Ward's hierarchical clustering as a method of segmentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.segments.hierarchy import ward as hierarchy
from coterie.segments.hierarchy.cuts import Cuts, Way

if TYPE_CHECKING:
    from coterie.features.values import Floats
    from coterie.segments.partition import Cut

#: Up to this many different users the tree is exact; more are grouped into `MICRO` micro-clusters first.
#: An exact tree of 10,000 takes about 2 seconds, and four times as long for twice as many.
EXACT = 10_000
MICRO = 4_000

WAY = Way("Ward's method", hierarchy.tree, EXACT, MICRO, EXACT)


def ward(matrix: Floats, *, seed: int, starts: int, thorough: bool, height: float | None = None) -> Cut:
    """Grow Ward's tree once, to be cut into any number of groups, at a height or at its largest gap.

    Args:
        matrix: Rows x coordinates.
        seed: Makes micro-clusters and borders repeatable; the tree itself leaves nothing to chance.
        starts: Has no say: there is one tree.
        thorough: Whether micro-clusters are compared with the exact method, and borders sought on more rows.
        height: Where the tree is cut without a k; ``None``: at its largest gap.

    Examples:
        >>> import numpy as np
        >>> rows = np.array([[0.0], [1.0], [10.0], [11.0], [30.0]])
        >>> cut = ward(rows, seed=1, starts=1, thorough=True)
        >>> sorted(np.bincount(cut(3).labels).tolist())
        [1, 2, 2]
    """
    del starts
    return Cuts(matrix, WAY, seed=seed, thorough=thorough, height=height)
