"""How coterie speaks in a terminal: results on standard output, progress and errors on standard error."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
from typing import TYPE_CHECKING, Any, Literal

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from coterie.errors import CoterieError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from coterie.progress import Progress
    from coterie.report.tables import Table as Told

#: Where there is no terminal, there is no width to keep to.
_WIDE = 200


def out() -> Console:
    """Standard output for people; plain text in a pipe."""
    return _console(stderr=False)


def err() -> Console:
    """Standard error for people."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else _WIDE
    # Names come from data: they are never read as markup, emoji codes or links.
    return Console(stderr=stderr, width=width, markup=False, emoji=False, highlight=False, soft_wrap=True)


def visible(value: Any) -> str:
    r"""Text of a value from data, with nothing in it that a terminal would obey.

    Examples:
        >>> visible("a\x1b[31mb")
        'a\\x1b[31mb'
    """
    text = "" if value is None else str(value)
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def say(*sentences: str) -> None:
    """Print sentences, each on a line of its own; in a terminal long ones are broken between words."""
    console = out()
    for sentence in sentences:
        lines = [visible(line) for line in sentence.split("\n")]
        fits = all(cell_len(word) <= console.width for line in lines for word in line.split())
        # What has no room on a line, such as a path, stays whole, so that it can be copied.
        console.print("\n".join(lines), soft_wrap=not (console.is_terminal and fits))


def complain(*sentences: str) -> None:
    """Print sentences to standard error."""
    for sentence in sentences:
        err().print("\n".join(map(visible, sentence.split("\n"))))


def show(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    right: Sequence[str] = (),
    whole: Sequence[str] = (),
) -> None:
    """Print a table.

    Args:
        title: What it shows; none if empty.
        columns: The heads.
        rows: Values, one a column.
        right: The heads of columns that are numbers.
        whole: The heads of columns whose cells are never broken into lines.
    """
    console = out()
    table = Table(
        title=visible(title) or None,
        title_justify="left",
        title_style="bold",
        header_style="bold",
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        safe_box=False,
    )
    for column in columns:
        justify: Literal["left", "right"] = "right" if column in right else "left"
        table.add_column(column, justify=justify, overflow="fold", no_wrap=column in whole)
    for row in rows:
        table.add_row(*map(visible, row))
    console.print(table)
    console.print()


def show_table(table: Told) -> None:
    """Print a table of the report."""
    show(table.title, table.head, table.rows, right=table.right, whole=table.whole)


def document(value: Any) -> None:
    """Print one JSON document for programs."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
    sys.stdout.flush()


@contextlib.contextmanager
def progress_bar() -> Iterator[Progress]:
    """Show progress on standard error while the block runs; nothing where that is no terminal."""
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    console = err()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        tasks: dict[str, Any] = {}

        def tell(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(visible(what), total=of)
            bars.update(tasks[what], completed=done, total=of)

        yield tell


def verdict(error: BaseException) -> tuple[int, str]:
    """Tell the exit code of whatever went wrong, and one clear sentence about it.

    Examples:
        >>> verdict(KeyboardInterrupt())
        (130, 'Stopped; nothing is half written.')
    """
    if isinstance(error, KeyboardInterrupt):
        return 130, "Stopped; nothing is half written."
    if isinstance(error, CoterieError):
        return error.exit_code, str(error)
    if isinstance(error, MemoryError):
        less = "warehouse: duckdb:///coterie.duckdb?memory_limit=2GB"
        return 1, f"The memory of this machine is not enough; let DuckDB spill to the disk earlier: `{less}`."
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return 1, f"{where}the disk is full. Nothing is half written; free some space and try again."
        return 1, f"{where}{(error.strerror or str(error)).lower()}."
    return 1, f"Something unexpected went wrong: {type(error).__name__}: {error}. See where with --debug."


def leave_closed_pipe() -> None:
    """Let Python end in peace when whoever read standard output has had enough."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
