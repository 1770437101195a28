"""Independent pieces of work on all processors: what comes out doesn't depend on how many there are."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_Piece = TypeVar("_Piece")
_Found = TypeVar("_Found")

#: Threads at most: each holds a tile of distances.
_MOST = 8


def in_threads(work: Callable[[_Piece], _Found], pieces: Iterable[_Piece]) -> list[_Found]:
    """Do each piece of work in a thread of a few; numpy lets others go on while it computes.

    Examples:
        >>> in_threads(abs, [-1, 2])
        [1, 2]
    """
    with ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST)) as threads:
        return list(threads.map(work, pieces))
