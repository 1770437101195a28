"""Elbow, silhouette and gap by the number of segments: sentence, charts and the table behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from coterie.report import words

if TYPE_CHECKING:
    from collections.abc import Callable

    import altair as alt

    from coterie.report.language import Language
    from coterie.segments.curves import Curves

_HEIGHT = 260
_DATA = pa.schema(
    [("k", pa.int64())]
    + [(name, pa.float64()) for name in ("inertia", "taken_off", "silhouette", "gap", "gap_low", "gap_high")]
    + [(name, pa.bool_()) for name in ("elbow", "widest", "first_gap")]
)


def curves_data(found: Curves) -> pa.Table:
    """List the curves, one row a number of segments.

    Returns:
        ``k, inertia, taken_off`` (share of the inertia before), ``silhouette, gap, gap_low, gap_high`` (a
        standard error to both sides), and what points at a number: ``elbow`` (if it is clear), ``widest``
        (highest silhouette), ``first_gap`` (the gap's choice).
    """
    clear = found.elbow.k if found.elbow is not None and found.elbow.clear else None
    rows = [
        {
            "k": point.k,
            "inertia": point.inertia,
            "taken_off": point.taken_off,
            "silhouette": point.silhouette,
            "gap": point.gap,
            "gap_low": point.gap - point.gap_error,
            "gap_high": point.gap + point.gap_error,
            "elbow": point.k == clear,
            "widest": point.k == found.silhouette_k,
            "first_gap": point.k == found.gap_k,
        }
        for point in found.points
    ]
    return pa.Table.from_pylist(rows, schema=_DATA)


def sentences(found: Curves, vocabulary: Language) -> list[str]:
    """Say what each curve points at, with its evidence; a curve that was not measured is not spoken of."""
    told = [_elbow(found, vocabulary), _silhouette(found, vocabulary), _gap(found, vocabulary)]
    return [sentence for sentence in told if sentence]


def _elbow(found: Curves, vocabulary: Language) -> str:
    if found.elbow is None:
        return ""
    facts = {
        "k": found.elbow.k,
        "off": words.percent(found.elbow.taken_off),
        "next": words.percent(found.elbow.taken_off_next),
    }
    if found.elbow.clear:
        return vocabulary.say(
            "Elbow: the step to {k} segments takes off {off} of the squared distances, the next one only "
            "{next}.",
            **facts,
        )
    return vocabulary.say(
        "There is no elbow: the curve bends most at {k} segments, where the step takes off {off} of the "
        "squared distances and the next one {next}, much as it would in data without segments.",
        **facts,
    )


def _silhouette(found: Curves, vocabulary: Language) -> str:
    if found.silhouette_k is None:
        return ""
    width = next(point.silhouette for point in found.points if point.k == found.silhouette_k)
    facts = {"k": found.silhouette_k, "width": f"{width:.2f}"}
    if found.silhouette_k == found.points[-1].k:
        return vocabulary.say(
            "The silhouette is highest at {k} segments ({width}), the most that were tried: it has no top.",
            **facts,
        )
    return vocabulary.say("The silhouette is highest at {k} segments ({width}).", **facts)


def _gap(found: Curves, vocabulary: Language) -> str:
    if found.gap_k is not None:
        return vocabulary.say(
            "The gap to evenly spread data speaks for {k}: no further segment adds more than chance.",
            k=found.gap_k,
        )
    return vocabulary.say("The gap to evenly spread data still rises at the most segments that were tried.")


def elbow(table: pa.Table, vocabulary: Language) -> alt.LayerChart:
    """Draw the inertia by the number of segments; a clear elbow is marked."""
    say = vocabulary.say
    return _line(table, ("inertia", say("Sum of squared distances"), "~s"), ("elbow", say("elbow")), say)


def silhouettes(table: pa.Table, vocabulary: Language) -> alt.LayerChart:
    """Draw the silhouette by the number of segments; its top is marked."""
    say = vocabulary.say
    return _line(table, ("silhouette", say("Silhouette"), ".2f"), ("widest", say("highest")), say)


def gaps(table: pa.Table, vocabulary: Language) -> alt.LayerChart:
    """Draw the gap by the number of segments with its standard errors; the number it chooses is marked."""
    say = vocabulary.say
    return _line(
        table, ("gap", say("Gap to evenly spread data"), ".2f"), ("first_gap", say("chosen by the gap")), say
    )


def _line(
    table: pa.Table, curve: tuple[str, str, str], mark: tuple[str, str], say: Callable[[str], str]
) -> alt.LayerChart:
    """Draw one curve: its column, title and format, and the column and word of what points at a number."""
    import altair as alt
    from altair.utils.schemapi import debug_mode

    (field, title, form), (marked, word) = curve, mark
    rows = table.to_pylist()
    with debug_mode(False):  # checking each piece against the schema takes longer than all the rest
        # Rows without a value are left out by each layer, so that all layers share the numbers below.
        base = alt.Chart().encode(
            x=alt.X("k:O", title=say("Number of segments"), axis=alt.Axis(labelAngle=0))
        )
        known = base.transform_filter(f"isValid(datum.{field})")
        y = alt.Y(f"{field}:Q", title=title, axis=alt.Axis(format=form), scale=alt.Scale(zero=field != "gap"))
        # The word stands where the curve is not: an elbow is low, the others point at a top.
        height = alt.value(20 if field == "inertia" else _HEIGHT)
        at = base.transform_filter(f"datum.{marked}")
        layers = [
            at.mark_rule(strokeDash=[4, 3]),
            at.mark_text(dx=5, dy=-4, align="left", baseline="bottom", text=word).encode(y=height),
            known.mark_line(strokeWidth=2).encode(y=y),
            known.mark_point(filled=True, size=60).encode(
                y=y,
                tooltip=[
                    alt.Tooltip("k:O", title=say("Number of segments")),
                    alt.Tooltip(f"{field}:Q", title=title, format=".4~g"),
                ],
            ),
        ]
        if field == "gap":
            layers.append(known.mark_rule().encode(y=alt.Y("gap_low:Q"), y2="gap_high:Q"))
        chart = alt.LayerChart(data=alt.InlineData(values=rows), layer=layers)
        return chart.properties(width="container", height=_HEIGHT)
