"""Trying again when a warehouse went away: after a pause that grows, a bounded number of times.

Which errors are passing is each adapter's to say: it raises `coterie.errors.WarehouseGoneError` for those and
nothing else. What is tried again is work that does the same if it is done twice: reading, making a table that
replaces another, or a whole run. A statement inside a transaction, or inside a run, never is: what came
before it is gone, or another may have written since.
"""

from __future__ import annotations

import contextlib
import dataclasses
import random
import sys
import time
from typing import TYPE_CHECKING, TypeVar

from sqlglot import exp

from coterie.errors import WarehouseGoneError, WarehouseStaysAwayError
from coterie.sources.around import Around

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from coterie.sources.estimate import Estimate
    from coterie.sources.warehouse import Warehouse

Result = TypeVar("Result")


def to_stderr(sentence: str) -> None:
    """Tell whoever looks at standard error."""
    sys.stderr.write(f"{sentence}\n")


@dataclasses.dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait between tries.

    Attributes:
        tries: How many there are, the first included.
        first: Seconds before the second, at most.
        longest: Seconds that no pause passes.
        tell: Told before each pause.
        sleep: Waits for so many seconds.
        draw: Gives a number from 0 to 1: half of each pause is left to chance, so that those who lost
            the same server don't all come back at once.
    """

    tries: int = 5
    first: float = 1.0
    longest: float = 30.0
    tell: Callable[[str], None] = to_stderr
    sleep: Callable[[float], None] = time.sleep
    draw: Callable[[], float] = random.random

    def pauses(self) -> Iterator[float]:
        """Seconds to wait after each try but the last: twice as long each time.

        Examples:
            >>> list(Backoff(tries=5, longest=5.0, draw=lambda: 1.0).pauses())
            [1.0, 2.0, 4.0, 5.0]
        """
        for tried in range(self.tries - 1):
            yield min(self.longest, self.first * 2.0**tried) * (1 + self.draw()) / 2


def again(work: Callable[[], Result], backoff: Backoff | None = None) -> Result:
    """Do some work, and do it again while the warehouse goes away.

    Args:
        work: What does the same if it is done twice.
        backoff: How often, and how long to wait; default: five times within a minute.

    Raises:
        WarehouseStaysAwayError: It went away each time.

    Examples:
        >>> left = [WarehouseGoneError("The server went away.")]
        >>> def work() -> str:
        ...     if left:
        ...         raise left.pop()
        ...     return "done"
        >>> again(work, Backoff(tell=print, sleep=lambda _: None, draw=lambda: 1.0))
        The server went away. Trying again in 1.0 s (2 of 5).
        'done'
    """
    how = backoff or Backoff()
    for tried, pause in enumerate(how.pauses(), start=2):
        try:
            return work()
        except WarehouseStaysAwayError:  # a part of the work was tried often enough
            raise
        except WarehouseGoneError as gone:
            how.tell(f"{gone} Trying again in {pause:.1f} s ({tried} of {how.tries}).")
            how.sleep(pause)
    try:
        return work()
    except WarehouseStaysAwayError:
        raise
    except WarehouseGoneError as gone:
        raise WarehouseStaysAwayError(f"{gone} It was tried {how.tries} times.") from gone


class Retrying(Around):
    """A warehouse that is connected to again when it went away, where that is safe.

    Reading, making or dropping a table and beginning a transaction are tried again. What may have been done
    is not: adding rows, say, for nobody can tell whether they arrived. Nor is anything inside a transaction,
    or while a temporary table is in use that went with the connection, or while the warehouse is held alone,
    for another may have written meanwhile: whoever holds it begins anew.

    Args:
        opens: Connects to the warehouse.
        backoff: How often, and how long to wait.
    """

    def __init__(self, opens: Callable[[], Warehouse], backoff: Backoff | None = None) -> None:
        super().__init__(opens())
        self._opens = opens
        self._backoff = backoff
        self._inside = 0
        self._temporary: set[str] = set()

    def estimate(self, statement: exp.Expression) -> Estimate:
        """How much a statement would read, asked without running it."""
        return self._tried(lambda warehouse: warehouse.estimate(statement))

    def query(self, statement: exp.Expression) -> pa.Table:
        """Run a SELECT and return all of its rows."""
        return self._tried(lambda warehouse: warehouse.query(statement))

    def create(self, table: str, rows: exp.Expression | pa.Table, *, temporary: bool = False) -> None:
        """Create or replace `table` from a SELECT or Arrow rows; a temporary one ends with the session."""
        if isinstance(rows, exp.Expression) and any(one.name == table for one in rows.find_all(exp.Table)):
            self._warehouse.create(table, rows, temporary=temporary)  # from itself, which it may be already
        else:
            self._tried(lambda warehouse: warehouse.create(table, rows, temporary=temporary))
        if temporary:
            self._temporary.add(table)

    def drop(self, table: str) -> None:
        """Drop a table if it is there."""
        self._tried(lambda warehouse: warehouse.drop(table))
        self._temporary.discard(table)

    def columns(self, table: str) -> dict[str, str]:
        """Names and types of a table's columns in order; empty if there is no such table."""
        return self._tried(lambda warehouse: warehouse.columns(table))

    def transaction(self) -> contextlib.AbstractContextManager[None]:
        """All statements inside become visible together, or none does; an inner one joins the outer."""
        return self._begun(lambda warehouse: warehouse.transaction())

    def alone(self, holder: str) -> contextlib.AbstractContextManager[None]:
        """Let no other run write into the schema meanwhile; a second one waits, then refuses by `holder`."""
        return self._begun(lambda warehouse: warehouse.alone(holder))

    @contextlib.contextmanager
    def _begun(
        self, begins: Callable[[Warehouse], contextlib.AbstractContextManager[None]]
    ) -> Iterator[None]:
        """Begin what must not be left and begun again in the middle."""
        with contextlib.ExitStack() as stack:
            self._tried(lambda warehouse: stack.enter_context(begins(warehouse)))
            self._inside += 1
            stack.callback(self._leave)
            yield

    def _leave(self) -> None:
        self._inside -= 1

    def _tried(self, work: Callable[[Warehouse], Result]) -> Result:
        if self._inside:
            return work(self._warehouse)
        if self._temporary:
            try:
                return work(self._warehouse)
            except WarehouseGoneError:
                self._temporary.clear()  # they went with it
                raise
        lost = False

        def once() -> Result:
            nonlocal lost
            if lost:
                self._open_again()
            lost = True
            return work(self._warehouse)

        return again(once, self._backoff)

    def _open_again(self) -> None:
        with contextlib.suppress(WarehouseGoneError):
            self._warehouse.close()
        self._warehouse = self._opens()
