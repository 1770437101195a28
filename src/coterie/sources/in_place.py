"""Views of several tables, read in their place: of each table only the columns and rows that are wanted.

MySQL and MariaDB copy every column of every row of such a view before a SELECT sees the first one. Written
in place of the view's name, each of its tables is asked for what the SELECT names, and one that has nothing
of it (no searches have an item) is not read at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Mapping


def union(rows: exp.Expr | None) -> exp.SetOperation | None:
    """A view's SELECT if it reads the rows of several tables as they stand, one after the other; else None.

    Examples:
        >>> union(sql.sql("select a from t union all select a from u")) is None
        False
        >>> union(sql.sql("select a from t union select a from u")) is None
        True
    """
    if not isinstance(rows, exp.Union) or rows.args.get("distinct"):
        return None
    for branch in _branches(rows):
        read = branch.args.get("from_")
        parts = {name for name, part in branch.args.items() if part}
        if read is None or not isinstance(read.this, exp.Table) or not parts <= {"expressions", "from_"}:
            return None
    return rows


def read_back(definition: str, schema: str) -> exp.SetOperation | None:
    """The same of a view as MySQL tells it, every name with that of its schema.

    Examples:
        >>> told = "select `s`.`t`.`a` AS `a` from `s`.`t` union all select 1 AS `a` from `s`.`u`"
        >>> read_back(told, "s").sql("mysql")
        'SELECT `a` AS `a` FROM `t` UNION ALL SELECT 1 AS `a` FROM `u`'
    """
    try:
        rows = union(sqlglot.parse_one(definition, dialect="mysql"))
    except sqlglot.ParseError:
        return None
    if rows is not None:
        for column in list(rows.find_all(exp.Column)):
            column.replace(sql.column(column.name))
        for table in rows.find_all(exp.Table):
            if table.db != schema:
                return None
            table.set("db", None)
    return rows


def inlined(statement: exp.Expression, views: Mapping[str, exp.SetOperation]) -> exp.Expression:
    """Write views in the place of their names, with the columns and rows that each SELECT wants of them.

    A SELECT that joins, or wants every column, is left as it is.

    Examples:
        >>> view = union(sql.sql("select a, null as b from t union all select a, b from u"))
        >>> print(inlined(sql.sql("select a from v where b > 1"), {"v": view}).sql(pretty=True))
        SELECT
          a
        FROM (
          SELECT
            a AS "a"
          FROM t
          WHERE
            NULL > 1
          UNION ALL
          SELECT
            a AS "a"
          FROM u
          WHERE
            b > 1
        ) AS "v"
    """
    if not any(table.name in views for _, table in sql.reading(statement)):
        return statement
    tree = statement.copy()
    for select, table in sql.reading(tree):
        view = None if table.db else views.get(table.name)
        if view is not None and not select.args.get("joins"):
            _write(select, table, view)
    return tree


def _write(select: exp.Select, table: exp.Table, view: exp.SetOperation) -> None:
    tables = _branches(view)
    branches = [{one.alias_or_name: one.unalias() for one in branch.selects} for branch in tables]
    known = {*branches[0], *select.named_selects}
    if any(one.is_star for one in select.selects) or not _own(select) <= known:
        return
    conditions = _conditions(select)
    pushed = [condition for condition in conditions if not _looks_elsewhere(condition)]
    left = [condition for condition in conditions if _looks_elsewhere(condition)]
    select.set("where", exp.Where(this=exp.and_(*left, copy=False)) if left else None)
    own = _own(select)  # without what only those conditions named that go to the tables
    wanted = [name for name in branches[0] if name in own] or list(branches[0])[:1]
    rows = [_branch(values, of, wanted, pushed) for values, of in zip(branches, tables, strict=True)]
    alias = exp.TableAlias(this=exp.to_identifier(table.alias_or_name, quoted=True))
    table.replace(exp.Subquery(this=exp.union(*rows, distinct=False, copy=False), alias=alias))


def _branch(
    values: Mapping[str, exp.Expr],
    of: exp.Select,
    wanted: list[str],
    conditions: list[exp.Expr],
) -> exp.Select:
    """Ask one table of a view for some columns of some rows."""

    def told(node: exp.Expr) -> exp.Expr:
        return values[node.name].copy() if isinstance(node, exp.Column) else node

    rows = sql.select(*(sql.named(values[name].copy(), name) for name in wanted))
    rows.set("from_", of.args["from_"].copy())
    return rows.where(*(condition.transform(told) for condition in conditions), copy=False)


def _branches(view: exp.Expr) -> list[exp.Select]:
    """The SELECTs of a union, in order."""
    if isinstance(view, exp.SetOperation):
        return [*_branches(view.this), *_branches(view.expression)]
    return [view] if isinstance(view, exp.Select) else []


def _own(select: exp.Select) -> set[str]:
    """What a SELECT names itself, not one within it: columns of its table, and its own to order by."""
    return {one.name for one in select.find_all(exp.Column) if one.find_ancestor(exp.Select) is select}


def _conditions(select: exp.Select) -> list[exp.Expr]:
    where = select.args.get("where")
    return (
        []
        if where is None
        else list(where.this.flatten() if isinstance(where.this, exp.And) else [where.this])
    )


def _looks_elsewhere(condition: exp.Expr) -> bool:
    """Whether a condition is about more than the row."""
    return condition.find(exp.Query, exp.Window, exp.AggFunc) is not None
