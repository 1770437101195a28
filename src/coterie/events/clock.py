"""Notice that a time column counts in another unit than the mapping says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from coterie import errors
from coterie.events import mapping
from coterie.events.fields import PER_SECOND, Field
from coterie.sources import sql

if TYPE_CHECKING:
    from sqlglot import exp

    from coterie.project.sourcing import Source
    from coterie.sources.relation import Relation
    from coterie.sources.warehouse import Warehouse


def check_unit(warehouse: Warehouse, source: Source, relation: Relation, at: Field, latest_us: int) -> None:
    """Raise if most times are out of bounds as they are mapped, and inside as counts of another unit.

    Args:
        warehouse: Where the rows are read.
        source: The source.
        relation: Its rows.
        at: The field of the time.
        latest_us: The end of the bounds; they begin with `coterie.events.mapping.EARLIEST`.

    Raises:
        SourceError: It names the unit that would fit.
    """
    if at.mapping.format is not None or not (at.is_number or pa.types.is_string(at.kind)):
        return
    for unit in PER_SECOND:
        if unit == at.mapping.unit:
            continue
        inside, given, first, last = _inside(warehouse, relation, _counted_in(at, unit), latest_us)
        if given and inside * 2 > given:
            said = f"counts of {at.mapping.unit}" if at.mapping.unit else "they are mapped"
            named = f"column: {at.mapping.column}" if at.mapping.column else f"sql: {at.mapping.sql}"
            raise errors.SourceError(
                f"Source {source.name!r}: most times can't be right as {said};"
                f" as counts of {unit} they lie between {first} and {last}."
                f" Write `at: {{{named}, unit: {unit}}}`."
            )


def _counted_in(at: Field, unit: str) -> exp.Expression:
    counting = at.mapping.model_copy(update={"unit": unit})
    return Field(counting, at.origin, at.kind).microseconds()


def _inside(
    warehouse: Warehouse, relation: Relation, at_us: exp.Expression, latest_us: int
) -> tuple[int, int, str, str]:
    times = sql.select(sql.named(at_us, "at_us")).from_(relation.rows.subquery("source_rows"))
    found = warehouse.query(
        sql.sql(
            """select count(case when inside then 1 end) as inside, count(*) as given,
            cast(make_timestamp(min(case when inside then at_us end)) as text) as first,
            cast(make_timestamp(max(case when inside then at_us end)) as text) as last
            from (select at_us, at_us between :earliest and :latest as inside from :times) as bounded""",
            earliest=mapping.microseconds(mapping.EARLIEST),
            latest=latest_us,
            times=times.subquery("times"),
        )
    ).to_pylist()[0]
    return found["inside"], found["given"], found["first"], found["last"]
