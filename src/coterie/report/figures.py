"""The charts of a report in their order, each with its words, its text alternative and its choices."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from coterie.report import chart_data, charts, words
from coterie.report.vega_lite import specification

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pyarrow as pa

    from coterie.report.chart_data import Sample
    from coterie.report.material import Grouping
    from coterie.report.words import Wording

    #: The heading of a column, where its values stand, and how they are written.
    Worded: TypeAlias = tuple[str, str, Callable[[Any], str]]

#: Where in a chart's specification something is: keys and places, outermost first.
Path = tuple[str | int, ...]

_ROW = 30
_COLUMN = 46
_LABELS = 330


@dataclasses.dataclass(frozen=True, slots=True)
class Option:
    """One entry of a drop-down: what it is called, and what it changes in the specification."""

    label: str
    changes: tuple[tuple[Path, Any], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """A drop-down beside a chart.

    Attributes:
        label: What is chosen.
        options: The entries.
        chosen: The place of the entry that the chart shows at first.
    """

    label: str
    options: tuple[Option, ...]
    chosen: int


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """One chart of a report.

    Attributes:
        key: Its file name without ending, such as ``sizes``.
        title: Its heading.
        caption: How to read it.
        spec: The Vega-Lite specification, without colours.
        data: What it shows, as a table for those who don't see it.
        choices: Drop-downs.
        points: In place of the data in `spec`, where choices need more columns than the first picture.
        least_width: Pixels below which it scrolls in its box; 0 for any width.
        text: How many leading columns of `data` hold words.
        opened: Whether the table is shown at once.
    """

    key: str
    title: str
    caption: str
    spec: dict[str, Any]
    data: pa.Table
    choices: tuple[Choice, ...] = ()
    points: pa.Table | None = None
    least_width: int = 0
    text: int = 1
    opened: bool = False


def worded(rows: Sequence[Mapping[str, Any]], *columns: tuple[str, str] | Worded) -> pa.Table:
    """Write rows as a table for people.

    Args:
        rows: What is told.
        *columns: For each column its heading, where the value stands in a row, and how that is written, if it
            isn't shown as it is.

    Examples:
        >>> rows = [{"name": "a", "share": 0.5}]
        >>> worded(rows, ("Name", "name"), ("Share", "share", "{:.0%}".format)).to_pylist()
        [{'Name': 'a', 'Share': '50%'}]
    """
    import pyarrow as pa

    return pa.table(
        {
            heading: [how[0](row[place]) if how else row[place] for row in rows]
            for heading, place, *how in columns
        }
    )


def figures(grouping: Grouping, rows: pa.Table, wording: Wording) -> Iterator[Figure]:
    """Draw everything there is to draw of a segmentation.

    Charts that would show nothing are left out: no weeks without events, no choice where k was given.
    """
    about = np.flatnonzero(grouping.membership)
    rows, membership = rows.take(about), grouping.membership[about]
    some = chart_data.sample(rows, membership)
    many = chart_data.sample(rows, membership, chart_data.MANY)
    several = len(wording.segmentation.segments) > 1
    numeric = [feature.name for feature in chart_data.numeric(wording)]
    spread = chart_data.distributions_data(wording, many)
    if several:
        yield _sizes(wording)
    if grouping.weekly.num_rows:
        yield _weekly(wording, grouping.weekly)
    if several:
        yield _differences(wording, many)
    yield _map(wording, some)
    if len(numeric) > 1:
        yield _scatter(wording, some, numeric, _medians(wording, spread))
    if numeric:
        yield _distributions(wording, many, numeric, spread)
    correlations = chart_data.correlations_data(wording, many)
    if correlations.num_rows > 1:
        yield _correlations(wording, correlations)


def _sizes(wording: Wording) -> Figure:
    say = wording.language.say
    data = chart_data.sizes_data(wording).drop_columns(["segment"])
    return Figure(
        "sizes",
        say("Sizes"),
        say("How many users each segment has."),
        specification(charts.sizes(wording)),
        data,
    )


def _differences(wording: Wording, many: Sample) -> Figure:
    say = wording.language.say
    caption = say(
        "How far each segment's mean is from everyone's, in standard deviations: +1.0 (blue) is well above, "
        "-1.0 (orange) well below. The features that differ most come first."
    )
    data = chart_data.differences_data(wording, many)
    width = _LABELS + _COLUMN * len(wording.names)
    spec = specification(charts.differences(wording, many, data))
    return Figure(
        "differences", say("What sets each segment apart"), caption, spec, _wide(data), least_width=width
    )


def _wide(data: pa.Table) -> pa.Table:
    """Turn one row a feature and segment into one row a feature and one column a segment."""
    import pyarrow as pa

    found: dict[str, dict[str, float | None]] = {}
    for row in data.to_pylist():
        found.setdefault(row["label"], {})[row["name"]] = row["difference"]
    names = dict.fromkeys(name for cells in found.values() for name in cells)
    columns = {name: pa.array([cells[name] for cells in found.values()], pa.float64()) for name in names}
    return pa.table({"feature": pa.array(list(found), pa.string()), **columns})


def _map(wording: Wording, some: Sample) -> Figure:
    say = wording.language.say
    plane = chart_data.map_data(wording, some)
    mainly = [", ".join(map(wording.label, names)) or words.NOTHING for names in plane.features]
    caption = say(
        "The two directions in which users differ most: across mainly {across}; up mainly {up}. They show "
        "{share} of all differences; segments that overlap here may be apart in others.",
        across=mainly[0],
        up=mainly[1],
        share=words.percent(sum(plane.shares)),
    )
    caption = _shown(wording, some) + " " + caption
    means = plane.points.group_by("name", use_threads=False).aggregate(
        [("across", "mean"), ("up", "mean"), ("name", "count")]
    )
    means = means.rename_columns(["name", "mean across", "mean up", "users shown"])
    return Figure("map", say("Map of users"), caption, specification(charts.user_map(wording, plane)), means)


def _shown(wording: Wording, some: Sample) -> str:
    shown, everyone = f"{some.rows.num_rows:,}", f"{some.of:,}"
    if shown == everyone:
        return wording.language.say("All {all} users.", all=everyone)
    return wording.language.say("{shown} of {all} users, picked by chance.", shown=shown, all=everyone)


def _scatter(wording: Wording, some: Sample, numeric: list[str], medians: pa.Table) -> Figure:
    say = wording.language.say
    across, up = _telling(wording, numeric, 2)
    scales = {name: charts.scale_of(wording, some, name) for name in numeric}
    options = {
        axis: [
            Option(wording.label(name), ((("encoding", axis), _channel(scales[name], name)),))
            for name in numeric
        ]
        for axis in ("x", "y")
    }
    chosen = (
        Choice(say("Across"), tuple(options["x"]), numeric.index(across)),
        Choice(say("Up"), tuple(options["y"]), numeric.index(up)),
    )
    caption = " ".join((
        _shown(wording, some),
        say("Choose the two features to see them by."),
        say(
            "This file holds the numbers of these {count} users, without their ids: mind who gets it.",
            count=f"{some.rows.num_rows:,}",
        ),
    ))  # fmt: skip
    return Figure(
        "scatter",
        say("Any two features"),
        caption,
        specification(charts.scatter(wording, some, across, up)),
        medians,
        chosen,
        chart_data.scatter_data(wording, some, tuple(numeric)),
    )


def _telling(wording: Wording, numeric: list[str], most: int) -> list[str]:
    """Pick the features that set segments apart most."""
    traits = [trait for segment in wording.segmentation.segments for trait in segment.traits]
    traits.sort(key=lambda trait: -abs(trait.effect))
    named = [trait.feature for trait in traits if trait.feature in numeric]
    return list(dict.fromkeys([*named, *numeric]))[:most]


def _medians(wording: Wording, spread: pa.Table) -> pa.Table:
    """Give the median of each feature in each segment, one row a feature."""
    import pyarrow as pa

    found: dict[str, dict[str, str]] = {}
    for row in spread.to_pylist():
        cells = found.setdefault(row["feature"], {})
        cells[row["name"]] = words.number(row["median"], wording.features[row["feature"]].unit)
    titles = [words.axis(wording.features[name], wording.language) for name in found]
    columns = {
        name: pa.array([cells.get(name, words.NOTHING) for cells in found.values()], pa.string())
        for name in wording.names.values()
    }
    return pa.table({"median": pa.array(titles, pa.string()), **columns})


def _channel(about: dict[str, Any], column: str) -> dict[str, Any]:
    """Write the horizontal or vertical channel of a column, as it stands in a specification."""
    return {"field": column, **about}


def _distributions(wording: Wording, many: Sample, numeric: list[str], spread: pa.Table) -> Figure:
    say = wording.language.say
    first = _telling(wording, numeric, 1)[0]
    layers = ("p5", "p25", "median")
    scales = {name: charts.scale_of(wording, many, name) for name in numeric}
    options = tuple(
        Option(
            wording.label(name),
            (
                (("params", 0, "value"), name),
                *(
                    (("layer", at, "encoding", "x"), _channel(scales[name], column))
                    for at, column in enumerate(layers)
                ),
            ),
        )
        for name in numeric
    )
    caption = say(
        "The bar holds the middle half of a segment's users, the thin line nine tenths of them; "
        "the mark is the median."
    )
    spec = specification(charts.distributions(wording, many, first, spread))
    choices = (Choice(say("Feature"), options, numeric.index(first)),)
    data = _medians(wording, spread)
    return Figure("distributions", say("How features are spread"), caption, spec, data, choices)


def _weekly(wording: Wording, table: pa.Table) -> Figure:
    say = wording.language.say
    data = chart_data.weekly_data(wording, table)
    partial = not all(data.column("complete").to_pylist())
    data = data.select(["week_start", "name", "days", "events", "users", "events_per_user"])
    caption = say("Events a user of the segment, week by week.")
    if partial:
        caption += " " + say("Hollow points are incomplete weeks: the data begins or ends within them.")
    return Figure(
        "weekly", say("Activity by week"), caption, specification(charts.weekly(wording, table)), data, text=2
    )


def _correlations(wording: Wording, data: pa.Table) -> Figure:
    say = wording.language.say
    labels = list(dict.fromkeys(data.column("label").to_pylist()))
    caption = say(
        "How strongly prepared features go together: +1 (blue) rise together, -1 (orange) one falls as the "
        "other rises, 0 neither. Features that say the same count twice."
    )
    wide = _wide(
        data.select(["label", "other_label", "correlation"]).rename_columns(["label", "name", "difference"])
    )
    spec = specification(charts.correlations(wording, data))
    width = _LABELS + _ROW * len(labels)
    return Figure("correlations", say("Correlations"), caption, spec, wide, least_width=width)
