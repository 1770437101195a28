"""Everything that coterie raises on purpose.

::

    CoterieError              something a person can mend; its text is one clear sentence
    ├── DataError             the data or the run failed                       exit code 1
    │   ├── SourceError       a file, table or connection can't be read
    │   ├── WarehouseError    the warehouse refused a statement, is locked or is full
    │   │   └── WarehouseGoneError    the connection to it broke; running again may do
    │   │       └── WarehouseStaysAwayError    it was tried again, often enough
    │   ├── SegmentationError these users can't be segmented that way
    │   └── PredictionError   that can't be foretold of these users
    └── UsageError            the command or the call is wrong                 exit code 2
        └── ProjectError      coterie.yaml is wrong; carries every mistake at once

A message says what is wrong, where, the value, what is allowed and what to do next.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable


class CoterieError(Exception):
    """Something went wrong that a person can mend."""

    exit_code: ClassVar[int] = 1


class DataError(CoterieError):
    """The data or the run failed."""


class SourceError(DataError):
    """A file, a table or a connection can't be read."""


class WarehouseError(DataError):
    """The warehouse refused a statement, is locked by another process, or is full."""


class WarehouseGoneError(WarehouseError):
    """The connection to the warehouse broke, or could not be made again; running again may do."""


class WarehouseStaysAwayError(WarehouseGoneError):
    """The warehouse went away however often it was tried again."""


class SegmentationError(DataError):
    """These users can't be segmented in the way that was asked."""


class PredictionError(DataError):
    """What was asked can't be foretold of these users."""


class UsageError(CoterieError):
    """The command line or a call is wrong."""

    exit_code: ClassVar[int] = 2


class ProjectError(UsageError):
    """coterie.yaml is wrong.

    Attributes:
        mistakes: Every mistake found, one sentence each, in the order of the file.
    """

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(self.mistakes))


def did_you_mean(word: str, allowed: Iterable[str], most: int = 12) -> str:
    """Say what is allowed in place of `word`, the closest match first.

    Examples:
        >>> did_you_mean("recencey", ["activity", "recency"])
        "Did you mean 'recency'? Allowed: activity, recency."
        >>> did_you_mean("x", [])
        'Nothing is allowed here.'
    """
    names = sorted(set(allowed))
    if not names:
        return "Nothing is allowed here."
    shown = ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
    close = difflib.get_close_matches(word.lower(), [name.lower() for name in names], n=1)
    hint = next((name for name in names if close and name.lower() == close[0]), None)
    return f"Did you mean {hint!r}? Allowed: {shown}." if hint else f"Allowed: {shown}."
