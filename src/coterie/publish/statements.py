"""The statements that publish tables: build beside, describe, and swap the views that readers look at.

A view of a stable name, such as ``profiles``, shows a table whose name ends in a mark of what it was made
from. Readers see the views change together where the dialect allows it, and each view as a whole elsewhere.
"""

from __future__ import annotations

import dataclasses
import textwrap
from typing import TYPE_CHECKING, TypeAlias

from sqlglot import exp

from coterie.publish import ways
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from coterie.described import Column
    from coterie.sources.sql import Value

Rows: TypeAlias = "tuple[tuple[Value, ...], ...]"

#: Letters of a description; MySQL and BigQuery refuse longer ones.
_LONGEST = 1000
_ROWS_AT_ONCE = 200
_NEXT = "__next"
_LAST = "__last"


@dataclasses.dataclass(frozen=True, slots=True)
class Published:
    """A table that is published.

    Attributes:
        name: Of the view that readers look at.
        sentence: What a row is.
        columns: In order.
        rows: A SELECT of these columns over the tables of the project, or the rows themselves.
    """

    name: str
    sentence: str
    columns: tuple[Column, ...]
    rows: exp.Select | Rows


@dataclasses.dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a publication.

    Attributes:
        step: build, describe, swap or drop.
        table: The table or view it is about.
        tree: What runs.
    """

    step: str
    table: str
    tree: exp.Expression


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where it is published.

    Attributes:
        schema: The schema of views and tables.
        dialect: The dialect of SQL.
        mark: What the names of tables end in.
    """

    schema: str
    dialect: str
    mark: str

    @property
    def ways(self) -> ways.Ways:
        """What the dialect can do."""
        return ways.of(self.dialect)

    def view(self, name: str) -> exp.Table:
        """The view of that name."""
        return sql.table(name, self.schema) if self.ways.schemas else sql.table(f"{self.schema}_{name}")

    def built(self, name: str) -> str:
        """The name of the table that the view shows."""
        return f"{name}__{self.mark}"


def build(table: Published, place: Place) -> Iterator[Statement]:
    """Make a table beside the one that is shown, fill it and describe it."""
    name = place.built(table.name)
    built = place.view(name)
    yield Statement("build", name, sql.sql("drop table if exists :built", built=built.copy()))
    if isinstance(table.rows, exp.Select) and place.ways.comments in ("on", "none"):
        made = exp.Create(this=built, kind="TABLE", expression=table.rows)
        yield Statement("build", name, made)
    else:
        yield Statement("build", name, _created("TABLE", built, table, place, typed=True))
        for rows in _inserted(table.rows):
            names = [exp.to_identifier(column.name, quoted=True) for column in table.columns]
            into = exp.Schema(this=built.copy(), expressions=names)
            yield Statement("build", name, exp.Insert(this=into, expression=rows))
    if place.ways.comments == "on":
        yield from _comments(table, name, built, "TABLE")


def swap(tables: Sequence[Published], place: Place, shown: Iterable[str]) -> Iterator[Statement]:
    """Let the views show the tables that were built.

    Args:
        tables: What was built.
        place: Where.
        shown: Names of the views that there are already.
    """
    there = set(shown)
    for table in tables:
        name = table.name if place.ways.swap != "rename" else f"{table.name}{_NEXT}"
        view = place.view(name)
        if place.ways.swap == "transaction" and name in there:
            yield Statement("swap", name, sql.sql("drop view if exists :view", view=view.copy()))
        replace = place.ways.swap == "rename" or (place.ways.swap == "each" and name in there)
        yield Statement("swap", name, _created("VIEW", view, table, place, replace=replace))
        if place.ways.comments == "on":
            yield from _comments(table, name, view, "VIEW")
    if place.ways.swap == "rename":
        yield from _renamed(tables, place, there)
    for name in sorted(there - {table.name for table in tables}):
        yield Statement("drop", name, sql.sql("drop view if exists :view", view=place.view(name)))


def drop(names: Iterable[str], place: Place) -> Iterator[Statement]:
    """Drop tables that no view shows any more."""
    for name in names:
        yield Statement("drop", name, sql.sql("drop table if exists :old", old=place.view(name)))


def _created(
    kind: str,
    target: exp.Table,
    table: Published,
    place: Place,
    *,
    typed: bool = False,
    replace: bool = False,
) -> exp.Create:
    """CREATE, with descriptions where the dialect has them there; a view shows the table that was built."""
    columns = [_defined(column, place, typed=typed) for column in table.columns]
    listed = typed or (place.ways.columns_of_views and place.ways.comments in ("inline", "options"))
    expression = None
    if kind == "VIEW":
        expression = sql.select(*(sql.column(column.name) for column in table.columns))
        expression = expression.from_(place.view(place.built(table.name)))
    about = textwrap.shorten(table.sentence, _LONGEST)
    properties = {
        "inline": exp.SchemaCommentProperty(this=exp.Literal.string(about)),
        "options": _described(about),
    }.get(place.ways.comments)
    on_views = place.dialect != "mysql" or kind == "TABLE"
    return exp.Create(
        this=exp.Schema(this=target, expressions=columns) if listed else target,
        kind=kind,
        replace=replace,
        expression=expression,
        properties=exp.Properties(expressions=[properties]) if properties and on_views else None,
    )


def _defined(column: Column, place: Place, *, typed: bool) -> exp.ColumnDef:
    text = textwrap.shorten(column.sentence, _LONGEST)
    constraint: exp.Expression | None = {
        "inline": exp.CommentColumnConstraint(this=exp.Literal.string(text)),
        "options": exp.Properties(expressions=[_described(text)]),
    }.get(place.ways.comments)
    constraints = [exp.ColumnConstraint(kind=constraint)] if constraint is not None and text else []
    return exp.ColumnDef(
        this=exp.to_identifier(column.name, quoted=True),
        kind=exp.DataType.build(column.type, dialect=sql.WRITTEN_IN) if typed else None,
        constraints=constraints,
    )


def _described(text: str) -> exp.Property:
    return exp.Property(this=exp.var("description"), value=exp.Literal.string(text))


def _inserted(rows: exp.Select | Rows) -> Iterator[exp.Expression]:
    if isinstance(rows, exp.Select):
        yield rows
        return
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        batch = rows[start : start + _ROWS_AT_ONCE]
        yield exp.Values(expressions=[sql.literal(list(row)) for row in batch])


def _comments(table: Published, name: str, target: exp.Table, kind: str) -> Iterator[Statement]:
    about = exp.Literal.string(textwrap.shorten(table.sentence, _LONGEST))
    yield Statement("describe", name, exp.Comment(this=target.copy(), kind=kind, expression=about))
    schema = target.args.get("db")
    for column in table.columns:
        place = exp.column(column.name, table=target.this, db=schema, quoted=True)
        text = exp.Literal.string(textwrap.shorten(column.sentence, _LONGEST))
        yield Statement("describe", name, exp.Comment(this=place, kind="COLUMN", expression=text))


def _renamed(tables: Sequence[Published], place: Place, there: set[str]) -> Iterator[Statement]:
    """Let the next views take the names of the last ones, all in one statement."""
    moves = [
        move
        for table in tables
        for move in (
            *([(table.name, f"{table.name}{_LAST}")] if table.name in there else []),
            (f"{table.name}{_NEXT}", table.name),
        )
    ]
    text = ", ".join(
        " TO ".join(place.view(name).sql(dialect=place.dialect) for name in move) for move in moves
    )
    yield Statement(
        "swap",
        ", ".join(table.name for table in tables),
        exp.Command(this="RENAME", expression=f"TABLE {text}"),
    )
    for table in tables:
        if table.name in there:
            last = place.view(f"{table.name}{_LAST}")
            yield Statement("drop", table.name, sql.sql("drop view if exists :last", last=last))
