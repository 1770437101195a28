"""How many threads sums are taken by."""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING

from threadpoolctl import ThreadpoolController

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


#: Modules that are loaded when they are needed, and that bring threads of their own.
_WITH_THREADS = ("scipy.linalg", "sklearn.utils", "sklearn.cluster", "sklearn.ensemble")


@functools.cache
def _threads(_libraries: tuple[bool, ...]) -> ThreadpoolController:
    # Finding the libraries that have threads takes milliseconds; numpy's is loaded by now.
    return ThreadpoolController()


def one_thread() -> AbstractContextManager[object]:
    """Let sums be taken by one thread, so that their last digits don't depend on the machine."""
    loaded = tuple(name in sys.modules for name in _WITH_THREADS)
    limited: AbstractContextManager[object] = _threads(loaded).limit(limits=1)
    return limited
