"""Which columns of a source its mapping asks for, found and typed before anything is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from coterie import errors
from coterie.events.fields import Field
from coterie.project.sourcing import FieldMapping
from coterie.sources import dialects, sql
from coterie.sources.relation import ROW, UNIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa

    from coterie.project.sourcing import Source
    from coterie.sources.relation import Relation
    from coterie.sources.warehouse import Warehouse

_USER_FIELDS = ("user_id", "since", "since_us", "acquisition_channel")


def fields(source: Source) -> dict[str, FieldMapping]:
    """List the mapped fields of a source by their name in coterie; attributes have the names of columns.

    Raises:
        ProjectError: An attribute has no name, or the name of something else.
    """
    mapping = source.events or source.users
    if mapping is None:  # a Source has one of the two
        return {}
    found = {
        name: value
        for name in type(mapping).model_fields
        if isinstance(value := getattr(mapping, name), FieldMapping)
    }
    if source.users is not None:
        for attribute in source.users.attributes:
            found[_attribute_name(source, attribute, found)] = attribute
    return found


def _attribute_name(source: Source, attribute: FieldMapping, taken: Iterable[str]) -> str:
    name = attribute.name or attribute.column
    if name is None:
        raise errors.ProjectError(
            [f"Source {source.name!r}: the attribute {attribute.sql or attribute.value!r} needs a `name`."]
        )
    if name.lower() in {*map(str.lower, taken), *_USER_FIELDS, UNIT, ROW}:
        raise errors.ProjectError(
            [f"Source {source.name!r}: two fields are named {name!r}; give the attribute another `name`."]
        )
    return name


def wanted(source: Source) -> tuple[str, ...]:
    """List the columns of the source that its mapping asks for."""
    asked = {column: None for mapping in fields(source).values() for column in _columns(source, mapping)}
    properties = source.events.properties if source.events else ()
    return tuple(asked | dict.fromkeys(properties))


def _columns(source: Source, mapping: FieldMapping) -> list[str]:
    if mapping.column is not None:
        return [mapping.column]
    if mapping.sql is None:
        return []
    return [
        column.name for column in _expression(source, mapping.sql).find_all(exp.Column) if not column.table
    ]


def _expression(source: Source, text: str) -> exp.Expression:
    try:
        tree = sqlglot.parse_one(text, dialect=sql.WRITTEN_IN)
    except sqlglot.ParseError as error:
        raise errors.ProjectError(
            [f"Source {source.name!r}: the expression {text!r} is not SQL that can be understood."]
        ) from error
    if (
        not isinstance(tree, exp.Condition)
        or isinstance(tree, exp.Query)
        or tree.find(exp.AggFunc, exp.Window)
    ):
        raise errors.ProjectError(
            [f"Source {source.name!r}: {text!r} must be an expression over the columns of one row."]
        )
    return exp.paren(tree)


def resolve(warehouse: Warehouse, source: Source, relation: Relation) -> dict[str, Field]:
    """Find each mapped field in the columns of the source, and its type.

    Raises:
        ProjectError: A column is not there, or an expression is wrong; every mistake at once.
    """
    mistakes = [
        f"Source {source.name!r} has no column {name!r} in {relation.units[0]!r}."
        f" {errors.did_you_mean(name, relation.columns)}"
        for name in wanted(source)
        if actual(name, relation) is None
    ]
    if mistakes:
        raise errors.ProjectError(mistakes)
    origins = {name: _origin(source, mapping, relation) for name, mapping in fields(source).items()}
    types = _types(warehouse, source, relation, origins)
    found = {
        name: Field(mapping, origins[name], types[name], relation.dialect)
        for name, mapping in fields(source).items()
    }
    _check_times(source, found)
    return found


def _check_times(source: Source, found: Mapping[str, Field]) -> None:
    """Let an engine that can't read a time as the mapping says it say so before anything runs."""
    for name in ("at", "since"):
        if name in found and found[name].dialect != sql.WRITTEN_IN:
            try:
                dialects.printed(found[name].microseconds(), found[name].dialect)
            except errors.UsageError as error:
                raise errors.ProjectError(
                    [f"Source {source.name!r}: `{name}` can't be mapped: {error}."]
                ) from error


def actual(name: str, relation: Relation) -> str | None:
    """The column as the source spells it: exactly so, or differing in case alone."""
    if name in relation.columns:
        return name
    alike = [column for column in relation.columns if column.lower() == name.lower()]
    return alike[0] if len(alike) == 1 else None


def _origin(source: Source, mapping: FieldMapping, relation: Relation) -> exp.Expression:
    if mapping.column is not None:
        return sql.column(actual(mapping.column, relation) or mapping.column)
    if mapping.sql is not None:
        return _expression(source, mapping.sql)
    return sql.literal(mapping.value)


def _types(
    warehouse: Warehouse, source: Source, relation: Relation, origins: Mapping[str, exp.Expression]
) -> dict[str, pa.DataType]:
    """Ask the warehouse for the types, and so whether it understands the expressions, zones and formats."""
    chosen = [sql.named(origin, name) for name, origin in origins.items()]
    probe = sql.select(*chosen).from_(relation.rows.subquery("source_rows")).limit(0)
    try:
        schema = warehouse.query(probe).schema
        for mapping in fields(source).values():
            if mapping.timezone is not None and relation.dialect == sql.WRITTEN_IN:
                warehouse.query(
                    sql.sql("select timezone(:zone, timestamp '2000-01-01')", zone=mapping.timezone)
                )
            if mapping.format is not None and relation.dialect == sql.WRITTEN_IN:
                warehouse.query(sql.sql("select try_strptime('', :format)", format=mapping.format))
    except errors.WarehouseError as error:
        raise errors.ProjectError([f"Source {source.name!r}: its mapping can't be read. {error}"]) from error
    return {name: schema.field(name).type for name in origins}
