"""The evidence behind the number of segments and the method: a chart, and every candidate in a table."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from coterie.report import look, words
from coterie.report.figures import Choice, Figure, Option
from coterie.report.vega_lite import drawing, layered, sized, specification, unchecked
from coterie.segments.segmentation import Candidate

if TYPE_CHECKING:
    import altair as alt

    from coterie.report.language import Language
    from coterie.report.words import Wording

#: Measures with names of their own, in the order in which they are told; others come after them.
_MEASURES = {
    "stability": "Stability",
    "stability_low": "10th percentile",
    "separation": "Separation",
    "silhouette": "Silhouette",
    "valley": "Crowd at a border",
    "smallest": "Smallest segment",
}
#: What is a share of users, and what can't be compared between methods or numbers of segments.
_SHARES = frozenset({"smallest"})
_UNTOLD = frozenset({"inertia"})
_ROW = 34
_SEVERAL = 2


def evidence_data(wording: Wording) -> pa.Table:
    """List every candidate with its evidence: ``method, k, chosen, reason`` and a column a measure."""
    found = wording.segmentation.candidates
    return pa.table({
        "method": pa.array([words.method(c.method, wording.language) for c in found], pa.string()),
        "k": pa.array([c.k for c in found], pa.int64()),
        "chosen": pa.array([c.chosen for c in found], pa.bool_()),
        "reason": pa.array([c.reason for c in found], pa.string()),
        **{name: pa.array([_number(c, name) for c in found], pa.float64()) for name in _measures()},
    })  # fmt: skip


def _number(candidate: Candidate, name: str) -> float | None:
    value: float | None = getattr(candidate, name)
    return value


def _measures() -> list[str]:
    """Name what is measured of each candidate."""
    told = {"method", "k", "chosen", "reason"} | _UNTOLD
    names = [field.name for field in dataclasses.fields(Candidate) if field.name not in told]
    return [
        *(name for name in _MEASURES if name in names),
        *(name for name in names if name not in _MEASURES),
    ]


def _title(name: str, vocabulary: Language) -> str:
    return vocabulary.say(_MEASURES.get(name, name.replace("_", " ").capitalize()))


def figure(wording: Wording) -> Figure | None:
    """Draw the evidence, if several candidates were tried: lines by k, or for several methods a grid."""
    found = wording.segmentation.candidates
    if len(found) < _SEVERAL:
        return None
    say = wording.language.say
    how = say(
        "Stability: how alike the segments are when they are made again from part of the users. "
        "Separation: how much clearer they are than in data without clusters."
    )
    several = len({candidate.method for candidate in found}) > 1
    if not several:
        title = say("Stability and separation by number of segments")
        return Figure(
            "choice", title, how, specification(by_number(wording)), _table(wording), text=2, opened=True
        )
    shown = [name for name in _measures() if any(_number(c, name) is not None for c in found)]
    options = tuple(
        Option(_title(name, wording.language), ((("params", 0, "value"), name),)) for name in shown
    )
    return Figure(
        "choice",
        say("The evidence for each method and number of segments"),
        how + " " + say("The candidate that won is marked ✓."),
        specification(by_method(wording, shown[0])),
        _table(wording),
        (Choice(say("Evidence"), options, 0),),
        least_width=520,
        text=3,
        opened=True,
    )


def _table(wording: Wording) -> pa.Table:
    """Write the evidence for people, the candidate that won marked."""
    say, found = wording.language.say, wording.segmentation.candidates
    several = len({candidate.method for candidate in found}) > 1
    rows = []
    for candidate in found:
        row = {say("Segments"): f"{candidate.k} ✓" if candidate.chosen else str(candidate.k)}
        if several:
            row[say("Method")] = words.method(candidate.method, wording.language)
        row[say("Outcome")] = candidate.reason or words.NOTHING
        for name in _measures():
            row[_title(name, wording.language)] = _written(_number(candidate, name), name)
        rows.append(row)
    return pa.Table.from_pylist(rows)


def _written(value: float | None, name: str) -> str:
    if value is None:
        return words.NOTHING
    return words.percent(value) if name in _SHARES else f"{value:.2f}"


@unchecked
def by_number(wording: Wording) -> alt.LayerChart:
    """Draw stability and separation by the number of segments; the chosen number is marked."""
    import altair as alt

    say = wording.language.say
    rows = evidence_data(wording).to_pylist()
    measures = {"stability": say("Stability"), "separation": say("Separation")}
    long = [{"k": r["k"], "measure": word, "value": r[key]} for r in rows for key, word in measures.items()]
    x = alt.X("k:O", title=say("Number of segments"), axis=alt.Axis(labelAngle=0))
    domain = list(measures.values())
    colour = alt.Color(
        "measure:N", title=None, scale=alt.Scale(domain=domain), legend=alt.Legend(orient="top")
    )
    shape = alt.Shape("measure:N", title=None, scale=alt.Scale(domain=domain))
    lines = drawing(long).encode(x=x, y=alt.Y("value:Q", title=say("From 0 to 1, more is better")))
    chosen = drawing([{"k": r["k"], "word": say("chosen")} for r in rows if r["chosen"]])
    return sized(
        alt.LayerChart(
            layer=[
                chosen.mark_rule(strokeDash=[4, 3]).encode(x=x),
                chosen.mark_text(dx=5, dy=-2, align="left", baseline="top").encode(
                    x=x, y=alt.value(0), text="word:N"
                ),
                lines.mark_line(strokeWidth=2).encode(
                    color=colour,
                    strokeDash=alt.StrokeDash("measure:N", title=None, scale=alt.Scale(domain=domain)),
                ),
                lines.mark_point(filled=True, size=60).encode(
                    color=colour,
                    shape=shape,
                    tooltip=["k:O", "measure:N", alt.Tooltip("value:Q", format=".2f")],
                ),
            ]
        ),
        260,
    )


@unchecked
def by_method(wording: Wording, measure: str) -> alt.LayerChart:
    """Draw a grid of methods and numbers of segments; each cell tells one measure of a candidate.

    Args:
        wording: The segmentation.
        measure: The measure that is shown; the chart holds all.
    """
    import altair as alt

    say = wording.language.say
    rows: list[dict[str, Any]] = evidence_data(wording).to_pylist()
    methods = list(dict.fromkeys(row["method"] for row in rows))
    shown = alt.param(name="measure", value=measure)
    base = alt.Chart().transform_calculate(
        value="datum[measure]",
        written="(isValid(datum[measure]) ? format(datum[measure], '.2f') : '') + (datum.chosen ? ' ✓' : '')",
    )
    base = base.encode(
        x=alt.X("k:O", title=say("Number of segments"), axis=alt.Axis(labelAngle=0)),
        y=alt.Y(
            "method:N", sort=methods, title=None, axis=alt.Axis(domain=False, ticks=False, labelLimit=200)
        ),
        tooltip=[
            alt.Tooltip("method:N", title=say("Method")),
            alt.Tooltip("k:O", title=say("Number of segments")),
            alt.Tooltip("reason:N", title=say("Outcome")),
        ],
    )
    scale = alt.Scale(domain=[-1, 0, 1], range="diverging", clamp=True, interpolate="rgb")
    cells = base.mark_rect().encode(color=alt.Color("value:Q", scale=scale, legend=None))
    weak = base.transform_filter(f"!(abs(datum.value) >= {look.STRONG})").mark_text(fontSize=12)
    bold = base.transform_filter(f"abs(datum.value) >= {look.STRONG}").mark_text(fontSize=12, color="#ffffff")
    layers = layered(rows, cells, weak.encode(text="written:N"), bold.encode(text="written:N"))
    return sized(layers.add_params(shown), _ROW * len(methods))
