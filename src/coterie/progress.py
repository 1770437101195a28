"""How long work tells its caller how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called now and then with what is being done, and how much of how much is done."""

    def __call__(self, what: str, done: int, of: int) -> None:
        """Take note; must be quick and must not raise."""
        ...


def quiet(what: str, done: int, of: int) -> None:
    """Tell nobody."""
