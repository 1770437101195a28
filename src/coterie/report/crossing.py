"""The part of the report that lays segmentations side by side: who is where in both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from coterie.report import drawn, shares, words
from coterie.report.chapter import Chapter
from coterie.report.figures import Figure
from coterie.report.markup import element, join
from coterie.report.vega_lite import sized, specification, unchecked

if TYPE_CHECKING:
    from collections.abc import Mapping

    import altair as alt

    from coterie.report.words import Wording
    from coterie.segments.crossed import Crossed

#: Cramer's V from which two segmentations go closely together, go together, or have something in common; they
#: say much the same where the adjusted Rand index is as high: few segments may follow from many.
_SAME, _TOGETHER, _SOMETHING = 0.7, 0.4, 0.1
_ROW, _COLUMN, _LABELS = 30, 60, 260


def chapter(prefix: str, found: tuple[Crossed, ...], wordings: Mapping[str, Wording]) -> Chapter:
    """Tell how every two segmentations cross.

    Args:
        prefix: The id of the section, which sets the ids of its charts apart.
        found: The pairs; at least one.
        wordings: Each segmentation in words, by its name.
    """
    say = wordings[found[0].one].language.say
    parts, charts = [], []
    for at, crossed in enumerate(found, start=1):
        figure = drawn.drawn(
            _figure(crossed, wordings),
            f"{prefix}-{at}",
            wordings[crossed.one].language,
            titled=False,
            called=f"{crossed.one}-{crossed.other}",
        )
        title = say("{one} and {other}", one=crossed.one, other=crossed.other)
        parts.append(join(element("h3", title), element("p", sentence(crossed, wordings)), figure.html))
        charts.append(figure)
    title = say("How the segmentations cross")
    return Chapter(prefix, title, tuple(parts), tuple(charts), short=say("How they cross"))


def sentence(found: Crossed, wordings: Mapping[str, Wording]) -> str:
    """Say how far two segmentations say the same, and where they meet most clearly."""
    say = wordings[found.one].language.say
    if min(found.cramers_v, found.adjusted_rand) >= _SAME:
        told = "“{one}” and “{other}” say much the same"
    elif found.cramers_v >= _SAME:
        told = "“{one}” and “{other}” go closely together"
    elif found.cramers_v >= _TOGETHER:
        told = "“{one}” and “{other}” go together"
    elif found.cramers_v >= _SOMETHING:
        told = "“{one}” and “{other}” have a little to do with each other"
    else:
        told = "“{one}” and “{other}” have next to nothing to do with each other"
    first = say(told, one=found.one, other=found.other)
    numbers = say(
        "Cramer's V {v}, adjusted Rand index {rand}, {users} users",
        v=f"{found.cramers_v:.2f}",
        rand=f"{found.adjusted_rand:.2f}",
        users=f"{found.users:,}",
    )
    return f"{first} ({numbers}). {_meeting(found, wordings)}".rstrip()


def _meeting(found: Crossed, wordings: Mapping[str, Wording]) -> str:
    """Name the two segments that meet far more often than by chance."""
    of_other = {cell.other: 0 for cell in found.cells}
    for cell in found.cells:
        of_other[cell.other] += cell.users
    overall = {ident: count / max(found.users, 1) for ident, count in of_other.items()}
    if found.cramers_v < _SOMETHING:
        return ""
    cell = max(found.cells, key=lambda each: each.users * (each.share_of_one - overall[each.other]))
    return wordings[found.one].language.say(
        "Of “{segment}” {share} are in “{other}”, against {all} of everyone.",
        segment=wordings[found.one].name(cell.one),
        share=words.percent(cell.share_of_one),
        other=wordings[found.other].name(cell.other),
        all=words.percent(overall[cell.other]),
    )


def crossed_data(found: Crossed, wordings: Mapping[str, Wording]) -> pa.Table:
    """List every pair of segments: ``one, other`` (names), ``users``, ``share_of_one, share_of_other``."""
    one, other = wordings[found.one], wordings[found.other]
    return pa.table({
        "one": pa.array([one.name(cell.one) for cell in found.cells], pa.string()),
        "other": pa.array([other.name(cell.other) for cell in found.cells], pa.string()),
        "users": pa.array([cell.users for cell in found.cells], pa.int64()),
        "share_of_one": pa.array([cell.share_of_one for cell in found.cells], pa.float64()),
        "share_of_other": pa.array([cell.share_of_other for cell in found.cells], pa.float64()),
    })  # fmt: skip


def _figure(found: Crossed, wordings: Mapping[str, Wording]) -> Figure:
    say = wordings[found.one].language.say
    data = crossed_data(found, wordings)
    columns = len(set(data.column("other").to_pylist()))
    told = data.to_pylist()
    shown = pa.table({
        found.one: [row["one"] for row in told],
        found.other: [row["other"] for row in told],
        say("Users"): [row["users"] for row in told],
        say("Of {name}", name=found.one): [words.percent(row["share_of_one"]) for row in told],
        say("Of {name}", name=found.other): [words.percent(row["share_of_other"]) for row in told],
    })  # fmt: skip
    return Figure(
        "crossed",
        say("{one} and {other}", one=found.one, other=found.other),
        say(
            "Each row is a segment of {one}, and tells how its users spread over the segments of {other}.",
            one=found.one,
            other=found.other,
        ),
        specification(crossed_chart(data, wordings[found.one], (found.one, found.other))),
        shown,
        least_width=_LABELS + _COLUMN * columns,
        text=2,
    )


@unchecked
def crossed_chart(table: pa.Table, wording: Wording, titles: tuple[str, str]) -> alt.LayerChart:
    """Draw who is where: a row a segment of the one, a column a segment of the other.

    Args:
        table: Of `crossed_data`.
        wording: Of the first segmentation, for its language.
        titles: What the rows and the columns are segments of.
    """
    import altair as alt

    say, rows = wording.language.say, table.to_pylist()
    down, across = (list(dict.fromkeys(row[side] for row in rows)) for side in ("one", "other"))
    base = alt.Chart().encode(
        x=alt.X("other:N", sort=across, title=titles[1], axis=shares.axis(240, orient="top", labelAngle=-60)),
        y=alt.Y("one:N", sort=down, title=titles[0], axis=shares.axis(240)),
        tooltip=[
            alt.Tooltip("one:N", title=titles[0]),
            alt.Tooltip("other:N", title=titles[1]),
            alt.Tooltip("users:Q", format=",", title=say("Users")),
            alt.Tooltip("share_of_one:Q", format=".1%", title=say("Of {name}", name=titles[0])),
            alt.Tooltip("share_of_other:Q", format=".1%", title=say("Of {name}", name=titles[1])),
        ],
    )
    text = alt.Text("share_of_one:Q", format=".0%")
    layers = shares.cells(rows, base, text, field="share_of_one", written="datum.users > 0")
    room = {"left": 5, "top": 5, "bottom": 5, "right": 60}
    return sized(layers.properties(padding=room), _ROW * len(down))
