from __future__ import annotations

import datetime as dt
import threading

import pytest

from coterie.errors import WarehouseError, WarehouseGoneError
from coterie.sources import lease, server
from coterie.sources.lease import Lease


class InMemory:
    """A note with a version, which one thread at a time may make or change; its server may go away."""

    def __init__(self) -> None:
        self.note: tuple[str, int] | None = None
        self.is_gone = False
        self._lock = threading.Lock()

    def make(self, text: str) -> bool:
        with self._lock:
            if self.note is not None:
                return False
            self.note = (text, 1)
            return True

    def read(self) -> tuple[str, int] | None:
        if self.is_gone:
            raise WarehouseGoneError("The server went away.")
        return self.note

    def change(self, text: str, version: int) -> bool:
        with self._lock:
            if self.note is None or self.note[1] != version:
                return False
            self.note = (text, version + 1)
            return True

    def remove(self) -> None:
        self.note = None


@pytest.fixture(autouse=True)
def _in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "PATIENCE_S", 0.02)
    monkeypatch.setattr(server, "PAUSE_S", 0.001)


@pytest.fixture
def over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notes are over as soon as they are written."""
    monkeypatch.setattr(lease, "LASTS", dt.timedelta(microseconds=-1))


def held_by(place: InMemory) -> Lease:
    return Lease(place, "bigquery://shop", "the table 'writer'")


def test_a_second_waits_and_then_refuses_by_name_until_the_first_has_left() -> None:
    place = InMemory()
    with held_by(place).held("run 1"):
        with (
            pytest.raises(
                WarehouseError,
                match=r"bigquery://shop is being written by run 1; wait until that ends, then run again. "
                r"If that process is no more, wait until \d{4}-\d\d-\d\d \d\d:\d\d UTC, "
                r"or drop the table 'writer'.",
            ),
            held_by(place).held("run 2"),
        ):
            pass
        assert place.note is not None
    assert place.note is None
    with held_by(place).held("run 3"):
        assert place.note is not None


def test_who_waits_gets_it_when_the_first_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "PATIENCE_S", 30.0)
    place = InMemory()
    first = held_by(place).held("run 1")
    first.__enter__()
    threading.Timer(0.02, lambda: first.__exit__(None, None, None)).start()
    with held_by(place).held("run 2"):
        assert place.note is not None
        assert "run 2" in place.note[0]


@pytest.mark.usefixtures("over")
def test_what_is_over_is_taken_over_and_who_lost_it_is_told_before_publishing() -> None:
    place = InMemory()
    slept, other = held_by(place), held_by(place)
    with slept.held("run 1"):
        with other.held("run 2"), pytest.raises(WarehouseError, match="taken over by another run while this"):
            slept.renew()
        slept.renew(at_once=True)  # it is told once, and has nothing to renew then
    assert place.note is None


@pytest.mark.usefixtures("over")
def test_who_lost_it_does_not_take_it_from_the_next() -> None:
    place = InMemory()
    second = held_by(place).held("run 2")
    with held_by(place).held("run 1"):
        second.__enter__()
    assert place.note is not None
    assert "run 2" in place.note[0]


@pytest.mark.usefixtures("over")
def test_of_many_who_take_it_over_at_once_one_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    place = InMemory()
    dead = held_by(place).held("dead")
    dead.__enter__()
    monkeypatch.setattr(lease, "LASTS", dt.timedelta(hours=1))
    inside: list[int] = []
    most: list[int] = []
    gate = threading.Barrier(8)

    def tries(number: int) -> None:
        gate.wait()
        try:
            with held_by(place).held(f"run {number}"):
                inside.append(number)
                most.append(len(inside))
                threading.Event().wait(0.05)
                inside.remove(number)
        except WarehouseError:
            pass

    threads = [threading.Thread(target=tries, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(most) == {1}
    dead.__exit__(None, None, None)


def test_it_is_renewed_when_that_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    place = InMemory()
    mine = held_by(place)
    mine.renew()
    assert place.note is None
    with mine.held("run 1"):
        before = place.note
        mine.renew()
        assert place.note == before
        mine.renew(at_once=True)
        assert place.note is not None
        assert before is not None
        assert place.note[1] == before[1] + 1
        place.remove()
        monkeypatch.setattr(lease, "LASTS", dt.timedelta(0))
        with pytest.raises(WarehouseError, match="Run again"):
            mine.renew()


def test_what_could_not_be_left_is_taken_again_by_the_same_process() -> None:
    place = InMemory()
    with held_by(place).held("run 1"):
        place.is_gone = True
    place.is_gone = False
    assert place.note is not None
    with held_by(place).held("run 2"):
        assert "run 2" in place.note[0]
    assert place.note is None


def test_a_note_by_hand_holds() -> None:
    place = InMemory()
    place.note = ("Ada mends the tables", 1)
    with (
        pytest.raises(
            WarehouseError, match=r"by Ada mends the tables; .* If that process is no more, drop the"
        ),
        held_by(place).held("run 1"),
    ):
        pass
