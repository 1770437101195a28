"""A newsroom with a shop: raw files, a coterie.yaml that reads them, and the truth about them."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.errors import UsageError
from coterie.events.synthetic.draw import Period, draw
from coterie.events.synthetic.groups import NEWSROOM
from coterie.events.synthetic.raw_files import writer
from coterie.events.synthetic.shapes import SHAPES, user_ids
from coterie.progress import Progress, quiet

if TYPE_CHECKING:
    from pathlib import Path

    from coterie.events.synthetic.draw import Integers
    from coterie.events.synthetic.raw_files import Writer
    from coterie.events.synthetic.shapes import Shape

#: The day after the last one, whenever it is made.
END = dt.date(2026, 3, 1)
_BATCH = 10_000
_HEAD = 10


@dataclasses.dataclass(frozen=True, slots=True)
class RawFile:
    """One file that was written.

    Attributes:
        source: Its name in coterie.yaml.
        path: Where it is.
        rows: Rows in it, those that are set aside included, a header not.
        dirty: Rows that are set aside, by reason.
    """

    source: str
    path: Path
    rows: int
    dirty: tuple[tuple[str, int], ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Newsroom:
    """What was written, and what a segmentation should find in it.

    Attributes:
        folder: The project; it holds coterie.yaml and ``data/``.
        files: The raw files, in the order of coterie.yaml.
        planted: ``user_id`` and ``group``, one row a user that any file knows.
    """

    folder: Path
    files: tuple[RawFile, ...]
    planted: pa.Table

    @property
    def events(self) -> int:
        """Count the rows that make an event."""
        acts = [file for file in self.files if file.source != "people"]
        return sum(file.rows - sum(rows for _, rows in file.dirty) for file in acts)


def make_newsroom(
    folder: Path, *, users: int = 3000, days: int = 120, seed: int = 7, progress: Progress = quiet
) -> Newsroom:
    """Write the raw files of a newsroom with a shop, and the coterie.yaml that reads them.

    The same arguments give the same files, byte for byte. Users come in batches, so that memory does not
    grow with their number.

    Args:
        folder: Where to write; made if it isn't there. Files of an earlier call are replaced.
        users: How many people to draw. Those who neither came nor signed up are in no file.
        days: Length of the period that ends with February 2026.
        seed: What makes it repeatable.
        progress: Told after each batch.

    Examples:
        >>> import tempfile, pathlib
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     newsroom = make_newsroom(pathlib.Path(folder), users=200, days=30)
        >>> [file.source for file in newsroom.files]
        ['clicks', 'searches', 'articles', 'reactions', 'orders', 'videos', 'opens', 'people']
    """
    if users < 1 or days < 1:
        raise UsageError(f"A newsroom of {users} users over {days} days is empty; give at least 1 of each.")
    (folder / "data").mkdir(parents=True, exist_ok=True)
    period = Period(END, days)
    sheets = {shape.source: _Sheet(folder / shape.path) for shape in SHAPES}
    planted = []
    with contextlib.ExitStack() as opened:
        for sheet in sheets.values():
            opened.callback(sheet.close)
        for first in range(0, users, _BATCH):
            numbers = np.arange(first, min(first + _BATCH, users))
            planted.append(_write_batch(sheets, numbers, period, np.random.default_rng([seed, first])))
            progress("writing raw files", int(numbers[-1]) + 1, users)
        dirty = {shape.source: _write_wrong(sheets[shape.source], shape) for shape in SHAPES}
    text = resources.files("coterie.events.synthetic").joinpath("newsroom.yaml").read_text(encoding="utf-8")
    (folder / "coterie.yaml").write_text(text, encoding="utf-8")
    files = (RawFile(name, sheet.path, sheet.rows, dirty[name]) for name, sheet in sheets.items())
    return Newsroom(folder, tuple(files), pa.concat_tables(planted))


class _Sheet:
    """A raw file while it is written; it counts its rows and remembers the first of them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self.head: pa.Table | None = None
        self._writer: Writer | None = None

    def add(self, table: pa.Table) -> None:
        if self._writer is None:
            self._writer = writer(self.path, table.schema)
            self.head = table.slice(0, _HEAD)
        self._writer.write(table)
        self.rows += table.num_rows

    def add_lines(self, lines: tuple[str, ...]) -> None:
        if self._writer is not None:
            self._writer.write_lines(lines)
            self.rows += len(lines)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def _write_batch(
    sheets: dict[str, _Sheet], numbers: Integers, period: Period, rng: np.random.Generator
) -> pa.Table:
    """Write what these users did, and return the group of each."""
    drawn = draw(NEWSROOM, numbers, period, rng)
    for shape in SHAPES:
        sheets[shape.source].add(shape.rows(drawn, rng))
    people = drawn.people
    known = people.take(np.flatnonzero(people.registered | np.isin(people.number, drawn.acts.number)))
    names = pa.array([group.name for group in NEWSROOM])
    return pa.table({"user_id": user_ids(known.number), "group": names.take(pa.array(known.group))})


def _write_wrong(sheet: _Sheet, shape: Shape) -> tuple[tuple[str, int], ...]:
    """Add the rows that will be set aside, and count them by reason."""
    counts = []
    for wrong in shape.wrong:
        sheet.add_lines(wrong.lines)
        counts.append((wrong.reason, len(wrong.lines)))
    if shape.repeated and sheet.head is not None and sheet.head.num_rows:
        again = sheet.head.slice(0, shape.repeated)
        sheet.add(again)
        counts.append((shape.repeated_reason, again.num_rows))
    return tuple(counts)
