"""Transactions of which an inner one joins the outer: the one way in which every adapter has them."""

from __future__ import annotations

import abc
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Nested(abc.ABC):
    """Mixin for adapters, which say how a transaction begins and how it ends."""

    _depth = 0

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements inside become visible together, or none does; an inner one joins the outer."""
        if self._depth == 0:
            self._begin()
        self._depth += 1
        try:
            yield
        except BaseException:  # Ctrl-C too must leave nothing half written
            self._depth -= 1
            if self._depth == 0:
                self._undo()
            raise
        self._depth -= 1
        if self._depth == 0:
            self._commit()

    @abc.abstractmethod
    def _begin(self) -> None:
        """Begin the outermost transaction."""

    @abc.abstractmethod
    def _commit(self) -> None:
        """Let what was done become visible."""

    @abc.abstractmethod
    def _undo(self) -> None:
        """Leave nothing of what was done."""
