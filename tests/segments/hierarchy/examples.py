from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from coterie.features.values import Floats, Ints


def points(most: int = 40) -> SearchStrategy[Floats]:
    """Rows of whole numbers, many of them equal, and many distances too."""
    shapes = st.tuples(st.integers(1, most), st.integers(1, 3))
    return shapes.flatmap(lambda shape: arrays(float, shape, elements=st.integers(-4, 4).map(float)))


def drawn(rows: int, width: int = 3, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(size=(rows, width))


def blobs(rows: int, k: int, width: int = 3, seed: int = 0) -> tuple[Floats, Ints]:
    rng = np.random.default_rng(seed)
    labels = np.arange(rows) % k
    return rng.normal(size=(rows, width)) + 20.0 * rng.normal(size=(k, width))[labels], labels


def same(one: Ints, other: Ints) -> bool:
    """Tell whether two partitions are the same but for the numbers of their groups."""
    return len(set(zip(one.tolist(), other.tolist(), strict=True))) == len(set(one)) == len(set(other))
