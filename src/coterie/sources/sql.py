"""SQL as a tree: snippets are parsed once, values are bound as literals, names are quoted.

Every statement of coterie is made here and printed by the warehouse in its own dialect. Nothing is
ever pasted into text: a value becomes a literal node, a name becomes a quoted identifier.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import math
import re
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np
import sqlglot
from sqlglot import exp

from coterie.sources import dialects

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Node types, for those who look into a tree.
SELECT = exp.Select
TABLE = exp.Table

Value: TypeAlias = "str | float | int | bool | dt.date | dt.datetime | None"
Part: TypeAlias = "Value | exp.Expression | Sequence[Value]"

#: Snippets are written in this dialect and transpiled from it.
WRITTEN_IN = "duckdb"


def sql(text: str, **parts: Part) -> exp.Expression:
    """Parse `text` and put `parts` where it says ``:name``.

    Args:
        text: One statement or one expression, in DuckDB's dialect.
        **parts: For each ``:name`` a value (bound as a literal), a sequence of values (for ``in``) or an
            expression made elsewhere.

    Examples:
        >>> sql("select count(*) from events where kind in :kinds", kinds=["view", "it's"]).sql()
        "SELECT COUNT(*) FROM events WHERE kind IN ('view', 'it''s')"
        >>> sql(":total * 2", total=sql("a + b")).sql()
        '(a + b) * 2'
    """
    tree = _parsed(text)
    if not parts:
        return tree.copy()
    bound = {name: literal(part) for name, part in parts.items()}
    return cast("exp.Expression", exp.replace_placeholders(tree, **bound))  # which copies the tree


@functools.lru_cache(maxsize=1024)
def _parsed(text: str) -> exp.Expression:
    # sqlglot types its nodes by a base of Expression; what is parsed or made here is always one.
    return cast("exp.Expression", sqlglot.parse_one(text, dialect=WRITTEN_IN))


def select(*columns: exp.Expression) -> exp.Select:
    """Start a SELECT of these columns."""
    return exp.Select(expressions=list(columns))


def column(name: str, table: str | None = None) -> exp.Column:
    """A quoted column.

    Examples:
        >>> column('a "b" c', "t").sql(dialect="duckdb")
        '"t"."a ""b"" c"'
    """
    return exp.column(name, table=table, quoted=True)


def table(name: str, schema: str | None = None) -> exp.Table:
    """A quoted table, of `schema` if one is given.

    Examples:
        >>> table("events", "coterie").sql(dialect="bigquery")
        '`coterie`.`events`'
    """
    return exp.table_(name, db=schema, quoted=True)


def unqualified(tree: exp.Expression | exp.Query) -> list[exp.Table]:
    """The tables that a statement names without a schema, and that are none of its own steps.

    Examples:
        >>> tree = sql("with some as (select n from a) select n from some join b.c as c on c.n = some.n")
        >>> [one.name for one in unqualified(tree)]
        ['a']
    """
    steps = {step.alias for step in tree.find_all(exp.CTE)}
    tables = list(tree.find_all(exp.Table))
    return [one for one in tables if one.name and not one.args.get("db") and one.name not in steps]


def literal(part: Part) -> exp.Expression:
    """One value as a literal node; a sequence as a tuple of them; an expression as it is.

    Examples:
        >>> literal([1, None, "a'b"]).sql()
        "(1, NULL, 'a''b')"
    """
    if isinstance(part, exp.Expression):
        return part
    if isinstance(part, float) and not math.isfinite(part):
        return exp.cast(exp.Literal.string(str(part)), "double")
    if isinstance(part, str):
        return exp.Literal.string(part)
    if part is None or isinstance(part, bool | int | float | dt.date):  # a datetime is a date too
        return cast("exp.Expression", exp.convert(part))
    return exp.Tuple(expressions=[literal(value) for value in part])


def reading(tree: exp.Expression) -> list[tuple[exp.Select, exp.Table]]:
    """Find the SELECTs of a tree that read a table first, not a step of the tree, each with its table.

    Examples:
        >>> tree = sql("with a as (select n from numbers) select n from a union select 1")
        >>> [(inner.sql(), read.name) for inner, read in reading(tree)]
        [('SELECT n FROM numbers', 'numbers')]
    """
    steps = {step.alias for step in tree.find_all(exp.CTE)}
    firsts = ((inner, inner.args.get("from_")) for inner in tree.find_all(exp.Select))
    found = [(inner, first.this) for inner, first in firsts if first is not None]
    return [(inner, read) for inner, read in found if isinstance(read, exp.Table) and read.name not in steps]


def double(value: float) -> exp.Expression:
    """Write a number so that every engine reads a double: with an exponent, to the last digit.

    Examples:
        >>> double(0.5).sql(), double(-2.0).sql()
        ('5e-1', '-2e0')
    """
    text = np.format_float_scientific(abs(value), trim="-", exp_digits=1).replace("e+", "e")
    number = exp.Literal.number(text)
    return exp.Neg(this=number) if value < 0 else number


def named(expression: exp.Expr, name: str) -> exp.Expression:
    """``expression AS "name"``."""
    keeps_its_alias = (
        "alias" in expression.arg_types
    )  # a table, say: another name must not rename it elsewhere
    return cast("exp.Expression", exp.alias_(expression, name, quoted=True, copy=keeps_its_alias))


def pretty(tree: exp.Expression, dialect: str = WRITTEN_IN) -> str:
    """Text of a statement for a person to read."""
    return tree.sql(dialect=dialects.printer(dialect), pretty=True, identify=True)


def plain_name(text: str) -> str:
    """Make of any text a name that every engine takes as a column, the same each time, without clashes.

    A plain word stays what it is; where something had to be changed, a short digest of the text keeps two
    texts apart.

    Examples:
        >>> plain_name("view"), plain_name("COMMENT CREATED")
        ('view', 'comment_created_3c5e35')
    """
    plain = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:36]
    if plain == text and plain:
        return plain
    return "_".join(filter(None, [plain, hashlib.sha256(text.encode()).hexdigest()[:6]]))
