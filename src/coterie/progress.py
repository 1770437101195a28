"""How long work tells its caller how far it is."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class Progress(Protocol):
    """Called now and then with what is being done, and how much of how much is done."""

    def __call__(self, what: str, done: int, of: int) -> None:
        """Take note; must be quick and must not raise."""
        ...


def quiet(what: str, done: int, of: int) -> None:
    """Tell nobody."""


@dataclasses.dataclass
class Clock:
    """Notes what takes how long."""

    spent: list[tuple[str, float]] = dataclasses.field(default_factory=list)

    @contextlib.contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Note how long what is done inside takes."""
        start = time.perf_counter()
        yield
        self.spent.append((what, time.perf_counter() - start))
