"""The note of who writes (see `coterie.sources.lease`) as a view, for catalogues that know nothing else.

Of several who make a view of one name, one alone succeeds, in every catalogue. So the note is made by that,
and changed by whoever has made a second view first, whose name follows from the version to be replaced.
"""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from coterie import errors
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Callable

#: The name of the view.
VIEW = "writer"


@dataclasses.dataclass(frozen=True, slots=True)
class Writer:
    """A view as a `coterie.sources.lease.Place`; its version is its text.

    Attributes:
        dialect: The name of the engine's SQL dialect.
        run: Runs a statement that returns nothing.
        definition: Gives the text of a view; None if there is none of that name.
    """

    dialect: str
    run: Callable[[exp.Expression], None]
    definition: Callable[[str], str | None]

    def make(self, text: str) -> bool:
        """Make the note, unless there is one: of several who try at once, one alone succeeds."""
        return self._made(VIEW, text)

    def read(self) -> tuple[str, str] | None:
        """The text of the note and its version; None if there is none."""
        found = self.definition(VIEW)
        if found is None:
            return None
        word = sqlglot.parse_one(found, dialect=self.dialect).find(exp.Literal)
        text = "" if word is None else str(word.this)
        return text, text

    def change(self, text: str, version: str) -> bool:
        """Write the note anew, unless it was changed since that version."""
        claim = f"{VIEW}_{hashlib.blake2b(version.encode(), digest_size=6).hexdigest()}"
        if not self._made(claim, text):
            return False
        try:
            found = self.read()
            if found is None or found[1] != version:
                return False
            self.run(_view(VIEW, text, replace=True))
            return True
        finally:
            self._drop(claim)

    def remove(self) -> None:
        """Take the note away."""
        self._drop(VIEW)

    def _made(self, name: str, text: str) -> bool:
        try:
            self.run(_view(name, text, replace=False))
        except errors.WarehouseGoneError:
            raise
        except errors.WarehouseError:
            if self.definition(name) is None:
                raise
            return False
        return True

    def _drop(self, name: str) -> None:
        self.run(sql.sql("drop view if exists :view", view=sql.table(name)))


def _view(name: str, text: str, *, replace: bool) -> exp.Create:
    rows = sql.select(sql.named(sql.literal(text), "note"))
    return exp.Create(this=sql.table(name), kind="VIEW", replace=replace, expression=rows)
