"""One writer at a time where a server has no lock to take: a note that is there while somebody writes.

The note says who writes and until when. It is renewed as statements run, and looked at again before anything
is published. One whose time is over is taken over, so a process that died keeps nobody out for longer than
`LASTS`; a process that only slept finds the note of another, and publishes nothing.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import secrets
import time
from typing import TYPE_CHECKING, Any, Protocol

from coterie import errors
from coterie.sources import server

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How long a note holds that nobody renews.
LASTS = dt.timedelta(hours=1)
#: It is renewed when this part of the time has gone by.
_EARLY = 10

#: Notes that this process could not take away, since the server had gone; it may take them over.
_LEFT: set[str] = set()


class Place(Protocol):
    """Where the note is kept. A version tells whether it was changed meanwhile."""

    def make(self, text: str) -> bool:
        """Make the note, unless there is one: of several who try at once, one alone succeeds."""
        ...

    def read(self) -> tuple[str, Any] | None:
        """The text of the note and its version; None if there is none."""
        ...

    def change(self, text: str, version: Any) -> bool:
        """Write the note anew, unless it was changed since that version."""
        ...

    def remove(self) -> None:
        """Take the note away."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class _Note:
    """Who writes, and until when that holds if it isn't renewed."""

    holder: str
    token: str
    until: dt.datetime

    def text(self) -> str:
        until = self.until.isoformat(timespec="seconds")
        return json.dumps({"holder": self.holder, "token": self.token, "until": until})

    @classmethod
    def of(cls, text: str) -> _Note:
        """Read a note; one that was written by hand holds for ever."""
        try:
            found = json.loads(text)
            return cls(found["holder"], found["token"], dt.datetime.fromisoformat(found["until"]))
        except (ValueError, KeyError, TypeError):
            return cls(text, "", dt.datetime.max.replace(tzinfo=dt.UTC))


class Lease:
    """The right to write, which one has at a time.

    Args:
        place: Where the note is kept.
        url: Of the warehouse, without secrets.
        called: What the note is, for those who must take it away by hand.
    """

    def __init__(self, place: Place, url: str, called: str) -> None:
        self._place = place
        self._url = url
        self._called = called
        self._note: _Note | None = None
        self._renewed = 0.0

    @contextlib.contextmanager
    def held(self, holder: str) -> Iterator[None]:
        """Have it meanwhile; wait for it, then refuse by the name of who has it.

        Raises:
            WarehouseError: Another has it.
        """
        token = secrets.token_hex(8)
        until = time.monotonic() + server.PATIENCE_S
        while (other := self._taken(holder, token)) is not None:
            if time.monotonic() > until:
                raise server.busy(self._url, other.holder, self._hint(other))
            time.sleep(server.PAUSE_S)
        try:
            yield
        finally:
            self._leave()

    def renew(self, *, at_once: bool = False) -> None:
        """Let it hold for longer, if that is due.

        Raises:
            WarehouseError: Another has taken it over.
        """
        note = self._note
        if note is None or not (at_once or time.monotonic() - self._renewed > LASTS.total_seconds() / _EARLY):
            return
        if self._taken(note.holder, note.token, anew=False) is not None:
            self._note = None
            raise errors.WarehouseError(
                f"The warehouse {self._url} was taken over by another run while this one was silent for"
                f" longer than {LASTS}; this one ends, and what it made is not shown. Run again."
            )

    def _taken(self, holder: str, token: str, *, anew: bool = True) -> _Note | None:
        """Take it, or take it over, or renew it; give the note of another that holds."""
        now = dt.datetime.now(dt.UTC)
        note = _Note(holder, token, now + LASTS)
        if anew and self._place.make(note.text()):
            self._mine(note)
            return None
        found = self._place.read()
        if found is None:
            return _Note("another", "", now)  # it went meanwhile: the next look takes it, unless it was ours
        other = _Note.of(found[0])
        is_mine = other.token == token
        if not is_mine and not (anew and (other.until < now or other.token in _LEFT)):
            return other
        if not self._place.change(note.text(), found[1]) and not is_mine:
            return other
        self._mine(note)
        return None

    def _mine(self, note: _Note) -> None:
        self._note = note
        self._renewed = time.monotonic()

    def _leave(self) -> None:
        note, self._note = self._note, None
        if note is None:
            return
        try:
            found = self._place.read()
            if found is not None and _Note.of(found[0]).token == note.token:
                self._place.remove()
        except errors.WarehouseGoneError:
            _LEFT.add(note.token)

    def _hint(self, other: _Note) -> str:
        until = "" if not other.token else f"wait until {other.until:%Y-%m-%d %H:%M} UTC, or "
        return f"If that process is no more, {until}drop {self._called}."
