"""LookML views: one for each table that is published, with labels, descriptions, formats and measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.publish.lookml import text
from coterie.publish.lookml.text import Block, Sql, Text
from coterie.report import words
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coterie.described import Column
    from coterie.features.feature import Feature
    from coterie.publish.statements import Place, Published
    from coterie.report.language import Language

#: How numbers of a unit are written.
FORMATS = {
    "share": "0.0%",
    "money": "#,##0.00",
    "seconds": "#,##0",
    "days": "#,##0.0",
    "events": "#,##0",
    "items": "#,##0",
    "characters": "#,##0",
    "score": "0.00",
    "number": "#,##0.00",
    "per week": "#,##0.0",
}

#: How the mean of counts is written: with a digit more than the counts.
_MEANS = FORMATS | dict.fromkeys(("events", "items", "characters", "seconds"), "#,##0.0")

_TIMES = ["date", "week", "month", "quarter", "year"]

#: The columns that tell rows apart; where there are several, they are joined into a hidden key.
KEYS = {
    "profiles": ("user_id",),
    "membership": ("segmentation", "user_id"),
    "segments": ("segmentation", "segment"),
    "segment_summary": ("segmentation", "segment", "feature", "category"),
    "segment_sizes": ("run_id", "segmentation", "segment"),
    "migration": ("segmentation", "before_segment", "after_segment"),
    "runs": ("run_id",),
    "predictions": ("prediction", "user_id"),
    "data_dictionary": ("table_name", "column_name"),
}

#: Columns that others read better: the name stands for the id.
_HIDDEN = frozenset({"segment", "before_segment", "after_segment", "position"})

#: What is added up, averaged or counted of each table: name, how, of which column, format, label.
_MEASURES: Mapping[str, tuple[tuple[str, str, str, str, str], ...]] = {
    "profiles": (("users", "count_distinct", "user_id", "#,##0", "Users"),),
    "membership": (("users", "count_distinct", "user_id", "#,##0", "Users"),),
    "segments": (
        ("total_users", "sum", "users", "#,##0", "Users"),
        ("total_share", "sum", "share", "0.0%", "Share of users"),
        ("mean_engagement", "average", "engagement", "0.00", "Engagement"),
        ("mean_stability", "average", "stability", "0.00", "Stability"),
    ),
    "segment_summary": (
        ("mean_value", "average", "mean", "#,##0.00", "Mean"),
        ("median_value", "average", "median", "#,##0.00", "Median"),
    ),
    "segment_sizes": (
        ("total_users", "sum", "users", "#,##0", "Users"),
        ("total_share", "sum", "share", "0.0%", "Share of users"),
    ),
    "migration": (
        ("total_users", "sum", "users", "#,##0", "Users"),
        ("mean_share", "average", "share", "0.0%", "Share of the segment before"),
    ),
    "runs": (("run_count", "count_distinct", "run_id", "#,##0", "Runs"),),
    "predictions": (
        ("users", "count_distinct", "user_id", "#,##0", "Users"),
        ("mean_score", "average", "score", "0.000", "Mean score"),
    ),
}

_DETAIL = {
    "profiles": ("user_id", "*segment_name"),
    "membership": ("user_id", "segmentation", "segment_name"),
    "segments": ("name", "description", "total_users", "total_share"),
    "segment_sizes": ("name", "as_of_date", "total_users"),
    "migration": ("before_name", "after_name", "total_users", "mean_share"),
    "predictions": ("user_id", "prediction", "score"),
}


def view(table: Published, place: Place, features: Mapping[str, Feature], language: Language) -> Block:
    """Write the view of a table.

    Args:
        table: What is published.
        place: Where, and in which dialect.
        features: The features by name, for labels and groups.
        language: Of the labels.
    """
    entries = (
        ("label", Text(titled(table.name))),
        ("sql_table_name", Sql(place.view(table.name).sql(dialect=place.dialect, identify=True))),
    )
    columns = {column.name: column for column in table.columns}
    blocks = [
        *_key(table, place),
        *(_field(column, table, place, features, language) for column in table.columns),
        *_measures(table, columns),
        *_means(table, features, language),
        *_detail(table, columns),
    ]
    return Block("view", text.name(table.name), entries, tuple(blocks))


def titled(name: str) -> str:
    """Write the name of a table or column for people.

    Examples:
        >>> titled("segment_sizes")
        'Segment sizes'
    """
    return name.replace("_", " ").capitalize()


def _key(table: Published, place: Place) -> Iterator[Block]:
    """The hidden key of a table whose rows several columns tell apart."""
    keys = [one for one in KEYS.get(table.name, ()) if one in {column.name for column in table.columns}]
    if len(keys) > 1:
        parts = ", '/', ".join(_as_text(one, place) for one in keys)
        yield Block(
            "dimension",
            "key",
            (("primary_key", True), ("hidden", True), ("type", "string"), ("sql", Sql(f"concat({parts})"))),
        )


def _as_text(column: str, place: Place) -> str:
    quoted = sql.column(column).sql(dialect=place.dialect, identify=True)
    cast = sql.sql("coalesce(cast(:column as text), '')", column=sql.column(column))
    return cast.sql(dialect=place.dialect, identify=True).replace(quoted, f"${{TABLE}}.{quoted}")


def _field(
    column: Column, table: Published, place: Place, features: Mapping[str, Feature], language: Language
) -> Block:
    """A dimension; of a date or time, a group of them."""
    feature = features.get(column.name) if table.name == "profiles" else None
    quoted = sql.column(column.name).sql(dialect=place.dialect, identify=True)
    kind = kind_of(column.type)
    entries: list[tuple[str, text.Value]] = []
    if KEYS.get(table.name) == (column.name,):
        entries.append(("primary_key", True))
    if _is_hidden(column, table):
        entries.append(("hidden", True))
    label = words.label(feature, language) if feature else _label(column.name)
    entries += [("label", Text(label)), ("description", Text(column.sentence))]
    if feature:
        entries.append(("group_label", Text(words.family(feature.family, language))))
    elif table.name == "profiles" and column.name.endswith("_segment_name"):
        entries.append(("group_label", Text("Segments")))
    entries.append(("type", kind))
    if kind == "time":
        dated = column.type == "DATE"
        entries += [
            ("timeframes", _TIMES if dated else ["raw", "time", *_TIMES]),
            ("convert_tz", False),
            ("datatype", "date" if dated else "timestamp"),
        ]
    if kind == "number" and (form := FORMATS.get(column.unit or _unit(column.name))):
        entries.append(("value_format", Text(form)))
    entries.append(("sql", Sql(f"${{TABLE}}.{quoted}")))
    return Block("dimension_group" if kind == "time" else "dimension", text.name(column.name), tuple(entries))


def _is_hidden(column: Column, table: Published) -> bool:
    """Ids that a name stands for, and numbers that a measure stands for."""
    if table.name == "profiles":
        return column.name.endswith("_segment")
    summed = {of for _, how, of, _, _ in _MEASURES.get(table.name, ()) if how in ("sum", "average")}
    return column.name in _HIDDEN | summed


def kind_of(type_: str) -> str:
    """Looker's kind of a column of a type, as DuckDB calls it.

    Examples:
        >>> kind_of("DECIMAL(18,3)"), kind_of("TIMESTAMP WITH TIME ZONE")
        ('number', 'time')
    """
    if type_.startswith(("DATE", "TIMESTAMP")):
        return "time"
    if type_ == "BOOLEAN":
        return "yesno"
    return "string" if type_.startswith(("VARCHAR", "TEXT", "JSON")) else "number"


def _unit(column: str) -> str:
    return {"share": "share", "proportion": "share", "low": "", "high": "", "users": "items"}.get(column, "")


def _label(column: str) -> str:
    if column.endswith("_segment_name"):
        return f"Segment ({column.removesuffix('_segment_name')})"
    return {"as_of": "As of", "run_id": "Run"}.get(column, titled(column))


def _measures(table: Published, columns: Mapping[str, Column]) -> Iterator[Block]:
    """Counts, sums and means that dashboards are made of."""
    for name, how, of, form, label in _MEASURES.get(table.name, ()):
        if of in columns:
            yield _measure(table, name, (how, of, form), label)


def _means(table: Published, features: Mapping[str, Feature], language: Language) -> Iterator[Block]:
    """The mean of every number of profiles, so that segments can be compared by any of them."""
    for column in table.columns if table.name == "profiles" else ():
        feature = features.get(column.name)
        if kind_of(column.type) != "number" or column.name.endswith("_segment"):
            continue
        label = words.label(feature, language) if feature else _label(column.name)
        form = _MEANS.get(column.unit, "#,##0.000")
        group = words.family(feature.family, language) if feature else "Predictions"
        measure = _measure(table, f"mean_{column.name}", ("average", column.name, form), f"Mean: {label}")
        yield Block(
            measure.kind,
            measure.name,
            (*measure.entries[:1], ("group_label", Text(f"Means: {group}")), *measure.entries[1:]),
        )


def _measure(table: Published, name: str, of: tuple[str, str, str], label: str) -> Block:
    how, column, form = of
    said = next(one.sentence for one in table.columns if one.name == column)
    about = {"average": f"Mean over the rows. {said}", "sum": f"Sum over the rows. {said}"}
    entries: list[tuple[str, text.Value]] = [
        ("label", Text(label)),
        ("description", Text(about.get(how, f"How many there are. {said}"))),
        ("type", how),
        ("value_format", Text(form)),
        ("sql", Sql(f"${{{text.name(column)}}}")),
    ]
    if table.name in _DETAIL:
        entries.append(("drill_fields", ["detail*"]))
    return Block("measure", text.name(name), tuple(entries))


def _detail(table: Published, columns: Mapping[str, Column]) -> Iterator[Block]:
    """What is shown of the rows behind a number."""
    if table.name not in _DETAIL:
        return
    measures = {name for name, _, of, _, _ in _MEASURES.get(table.name, ()) if of in columns}
    fields = []
    for wanted in _DETAIL[table.name]:
        if wanted.startswith("*"):
            fields += [text.name(one) for one in columns if one.endswith(wanted[1:])]
        elif wanted in columns or wanted in measures or wanted.removesuffix("_date") in columns:
            fields.append(wanted)
    yield Block("set", "detail", (("fields", fields),))
