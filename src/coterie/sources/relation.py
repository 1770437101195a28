"""What a source offers to be read: units (a file, a table) and the SELECT that reads several at once."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from sqlglot import exp

from coterie import errors
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coterie.sources.warehouse import Warehouse

#: Parts of a SELECT that leave out rows at most.
_AS_THEY_STAND = frozenset({"expressions", "from_", "where"})

#: Columns that a relation adds to those of the source; no source names a column so.
UNIT = "coterie_unit"
ROW = "coterie_row"


@dataclasses.dataclass(frozen=True)
class Unit:
    """A file or a table: what is loaded, skipped or replaced as a whole.

    Attributes:
        name: As the ledger knows it: a path relative to the project, or a table's name.
        fingerprint: Changes when the content does; None where nobody can tell.
    """

    name: str
    fingerprint: str | None


@dataclasses.dataclass(frozen=True)
class Counted:
    """How many rows there are, found without regard to what becomes of them.

    Attributes:
        readable: For each unit the rows that `Relation.rows` yields.
        unreadable: For each unit the rows that it can't yield.
    """

    readable: Mapping[str, int]
    unreadable: Mapping[str, int]


@dataclasses.dataclass(frozen=True)
class Relation:
    """Units of the same shape, read by one SELECT.

    Attributes:
        units: Names of the units in order.
        rows: Yields the columns of the source and `UNIT`; `ROW` too where `numbered`.
        columns: Names of the columns of the source.
        record: A row as JSON text, over `rows`.
        whole: Equal for rows that are equal in every column, over `rows`.
        typed: The source knows numbers from text.
        numbered: Rows carry their number in the unit, from 1.
        complete: True of rows that could be read; None where all can be.
        known: Rows of each unit where the source says so itself.
        scan: Reads every value and notes what can't be read in the tables of `unreadable`.
        unreadable: `UNIT`, `ROW` and record of what can't be read, after `scan` ran.
        misread: Path and byte of the first thing in each file that is not UTF-8, after `scan` ran.
        forget: Clears the notes of an earlier scan.
        dialect: Of where it is read.
    """

    units: tuple[str, ...]
    rows: exp.Select
    columns: tuple[str, ...]
    record: exp.Expression
    whole: exp.Expression
    typed: bool
    numbered: bool
    complete: exp.Expression | None = None
    known: Mapping[str, int] | None = None
    scan: exp.Select | None = None
    unreadable: exp.Select | None = None
    misread: exp.Select | None = None
    forget: tuple[exp.Expression, ...] = ()
    dialect: str = sql.WRITTEN_IN

    def count(self, warehouse: Warehouse) -> Counted:
        """Count the rows of each unit.

        Raises:
            SourceError: A text file is not UTF-8.
        """
        none = dict.fromkeys(self.units, 0)
        if self.known is not None:
            return Counted(dict(self.known), none)
        warehouse.execute(*self.forget)
        readable = none | _by_unit(warehouse, self.scan or self.rows)
        if self.unreadable is None:
            return Counted(readable, none)
        for found in warehouse.query(self.misread).to_pylist() if self.misread else ():
            raise not_utf8(found["path"], found["byte"])
        return Counted(readable, none | _by_unit(warehouse, self.unreadable))

    def with_numbers(self, counted: Counted) -> Relation:
        """Give each row its number in its unit, where it has none yet; costs a scan in order."""
        if self.numbered:
            return self
        before: dict[str, int] = {}
        for name in self.units:
            before[name] = sum(counted.readable[earlier] for earlier in before)
        return dataclasses.replace(self, rows=_numbered(self.rows, before), numbered=True)


def not_utf8(path: str, byte: int) -> errors.SourceError:
    """Say that a file is in another encoding."""
    return errors.SourceError(
        f"{path} is not UTF-8 (byte {byte:,}); save it as UTF-8, for example with:"
        f" iconv -f latin1 -t utf-8 {path!r}."
    )


def select(text: str, **parts: sql.Part) -> exp.Select:
    """Parse a SELECT as `coterie.sources.sql.sql` does.

    Examples:
        >>> select("select a from :rows", rows=select("select 1 as a").subquery("rows", copy=False)).sql()
        'SELECT a FROM (SELECT 1 AS a) AS rows'
    """
    tree = sql.sql(text, **parts)
    if not isinstance(tree, exp.Select):
        msg = f"expected a SELECT, got {text!r}"
        raise TypeError(msg)
    return tree


def over(rows: exp.Select, *columns: exp.Expression) -> exp.Select:
    """Select from rows: of their table itself where they are its rows as they stand, and not of a step.

    Examples:
        >>> over(select("select * from t where a > 1"), sql.sql("sum(a)")).sql()
        'SELECT SUM(a) FROM t WHERE a > 1'
        >>> over(select("select distinct a from t"), sql.sql("sum(a)")).sql()
        'SELECT SUM(a) FROM (SELECT DISTINCT a FROM t) AS found'
    """
    first = rows.args.get("from_")
    parts = {name for name, part in rows.args.items() if part}
    is_plain = all(
        isinstance(one, exp.Star) or (isinstance(one, exp.Column) and not one.table) for one in rows.selects
    )
    if first is not None and isinstance(first.this, exp.Table) and is_plain and parts <= _AS_THEY_STAND:
        return rows.select(*columns, append=False)
    return sql.select(*columns).from_(rows.subquery("found"))


def _numbered(rows: exp.Select, before: Mapping[str, int]) -> exp.Select:
    """Number rows as they come, less the rows of the units before."""
    starts = exp.values(list(before.items()), alias="starts", columns=["unit", "rows_before"])
    return select(
        """select placed.* exclude (place), placed.place - starts.rows_before as coterie_row
        from (select *, row_number() over () as place from :rows) as placed
        join :starts on starts.unit = placed.coterie_unit""",
        rows=rows.subquery("unplaced", copy=False),
        starts=starts,
    )


def _by_unit(warehouse: Warehouse, rows: exp.Select) -> dict[str, int]:
    """Count rows, reading every column, so that a value that can't be read is noticed."""
    grouped = select(
        "select coterie_unit, count(*) as n, count(columns(*)) from :rows group by coterie_unit",
        rows=rows.subquery("counted", copy=False),
    )
    found = warehouse.query(grouped)
    return dict(zip(found.column(0).to_pylist(), found.column(1).to_pylist(), strict=True))
