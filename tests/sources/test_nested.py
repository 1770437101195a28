from __future__ import annotations

import pytest

from coterie.sources.nested import Nested


class Noted(Nested):
    """Notes what is begun and how it ends."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def _begin(self) -> None:
        self.told.append("begin")

    def _commit(self) -> None:
        self.told.append("commit")

    def _undo(self) -> None:
        self.told.append("undo")


def test_an_inner_transaction_joins_the_outer() -> None:
    one = Noted()
    with one.transaction(), one.transaction():
        pass
    with one.transaction():
        pass
    assert one.told == ["begin", "commit", "begin", "commit"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_breaks_off_leaves_nothing_and_the_next_begins_anew(error: type[BaseException]) -> None:
    one = Noted()
    with pytest.raises(error), one.transaction(), one.transaction():
        raise error
    with one.transaction():
        pass
    assert one.told == ["begin", "undo", "begin", "commit"]


def test_a_commit_that_fails_is_not_undone_twice() -> None:
    class Failing(Noted):
        def _commit(self) -> None:
            raise ZeroDivisionError

    one = Failing()
    with pytest.raises(ZeroDivisionError), one.transaction():
        pass
    assert one.told == ["begin"]
