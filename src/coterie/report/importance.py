"""What a prediction rests on, told in three ways in one picture, and as the table behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from coterie.report import words
from coterie.report.figures import Figure
from coterie.report.vega_lite import layered, sized, specification, unchecked

if TYPE_CHECKING:
    from collections.abc import Mapping

    import altair as alt

    from coterie.predictions.prediction import Prediction
    from coterie.report.language import Language

#: Features that are drawn, the most important first; the table has them all.
MOST = 15

_ROW = 30
_WAYS = {"permutation": "Dealt out", "linear": "Linear model", "forest": "Random forest"}


def importance_data(found: Prediction, labels: Mapping[str, str]) -> pa.Table:
    """List the features of a prediction, the most important first.

    Args:
        found: The prediction.
        labels: The name of each feature for people, by its column.

    Returns:
        ``feature, label, group`` and the three ways ``permutation, linear, forest``, as
        `coterie.predictions.prediction.Importance` says.
    """
    told = found.importance
    return pa.table(
        {
            "feature": pa.array([each.feature for each in told], pa.string()),
            "label": pa.array([labels.get(each.feature, each.feature) for each in told], pa.string()),
            "group": pa.array([each.group for each in told], pa.int64()),
            **{way: pa.array([float(getattr(each, way)) for each in told], pa.float64()) for way in _WAYS},
        }
    )


def figure(found: Prediction, labels: Mapping[str, str], vocabulary: Language) -> Figure | None:
    """Draw how much a prediction rests on each feature; ``None`` for the baseline, which rests on none."""
    if not found.importance:
        return None
    say, table = vocabulary.say, importance_data(found, labels)
    caption = say(
        "Three ways to say how much a feature matters, each as a share of its largest. Dealt out: how much "
        "worse the prediction gets on later users when the feature's values, and those of features that go "
        "with it closely, are dealt out among them. Linear model: the weight of the standardised feature, "
        "with its sign in the table. Random forest: its part in what the trees explain. Where the three "
        "agree, believe it."
    )
    return Figure(
        "importance",
        say("What it rests on"),
        caption,
        specification(importance_chart(table, vocabulary)),
        _shown(table, vocabulary),
        text=1,
    )


def _shown(table: pa.Table, vocabulary: Language) -> pa.Table:
    say, rows = vocabulary.say, table.to_pylist()
    return pa.table(
        {
            say("Feature"): [row["label"] for row in rows],
            say("Goes with group"): [str(row["group"]) for row in rows],
            say(_WAYS["permutation"]): [f"{row['permutation']:+.1%}" for row in rows],
            say(_WAYS["linear"]): [f"{row['linear']:+.3f}" for row in rows],
            say(_WAYS["forest"]): [words.percent(row["forest"]) for row in rows],
        }
    )


@unchecked
def importance_chart(table: pa.Table, vocabulary: Language) -> alt.LayerChart:
    """Draw a row a feature with a mark for each of the three ways, as shares of the largest of each.

    Args:
        table: Of `importance_data`.
        vocabulary: The language.
    """
    import altair as alt

    say, rows = vocabulary.say, table.to_pylist()[:MOST]
    largest = {way: max(abs(row[way]) for row in rows) or 1.0 for way in _WAYS}
    long = [
        {
            "label": row["label"],
            "way": say(word),
            "share": max(abs(row[way]) if way == "linear" else row[way], 0.0) / largest[way],
            "value": row[way],
        }
        for row in rows
        for way, word in _WAYS.items()
    ]
    ways, labels = [say(word) for word in _WAYS.values()], [row["label"] for row in rows]
    domain = alt.Scale(domain=ways)
    base = alt.Chart().encode(
        x=alt.X(
            "share:Q",
            title=say("Share of the largest"),
            axis=alt.Axis(format=".0%", tickCount=5),
            scale=alt.Scale(domain=[0, 1]),
        ),
        y=alt.Y(
            "label:N",
            sort=labels,
            title=None,
            axis=alt.Axis(labelLimit=220, labelPadding=10, domain=False, ticks=False),
        ),
    )
    legend = alt.Legend(orient="bottom", columns=3)
    lines = base.mark_line(strokeWidth=1, opacity=0.5).encode(detail="label:N")
    points = base.mark_point(filled=True, size=80, opacity=0.9).encode(
        color=alt.Color("way:N", title=None, scale=domain, legend=legend),
        shape=alt.Shape("way:N", title=None, scale=domain),
        tooltip=[
            alt.Tooltip("label:N", title=say("Feature")),
            alt.Tooltip("way:N", title=say("Way")),
            alt.Tooltip("value:Q", format="+.3f", title=say("Value")),
        ],
    )
    return sized(layered(long, lines, points), _ROW * len(rows))
