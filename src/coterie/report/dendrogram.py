"""The tree of a hierarchical segmentation: a chart with the cut and the segments below it, and its table."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pyarrow as pa

from coterie.report import colours, words
from coterie.report.figures import Figure
from coterie.report.vega_lite import drawing, sized, specification, unchecked
from coterie.segments.hierarchy import dendrogram

if TYPE_CHECKING:
    from collections.abc import Iterator

    import altair as alt

    from coterie.report.words import Wording
    from coterie.segments.hierarchy.dendrogram import Bracket, Dendrogram

#: Merges that the table tells, if no more are above the cut.
_TOLD = 12
_HEIGHT = 320
_LINES = pa.schema(
    [(name, pa.float64()) for name in ("x", "x_end", "y", "y_end")]
    + [("name", pa.string()), ("users", pa.int64())]
)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A drawn tree and where it is cut.

    Attributes:
        drawn: The tree.
        height: Of the cut; ``None`` if there is none, as there is one segment.
        owners: For each leaf, from left to right, the id of its segment.
    """

    drawn: Dendrogram
    height: float | None
    owners: tuple[int, ...]

    def owner(self, bracket: Bracket) -> int | None:
        """Tell the id of the segment that a merge is within; ``None`` if it joins several."""
        inside = set(self.owners[bracket.leaves[0] : bracket.leaves[1] + 1])
        return inside.pop() if len(inside) == 1 else None


def cut(wording: Wording) -> Cut | None:
    """Lay out the tree of a segmentation, if it has one with something to see."""
    found = wording.segmentation
    if found.tree is None or found.tree.leaves <= 1:
        return None
    drawn = dendrogram.dendrogram(found.tree)
    groups, ids = len(found.branches), [segment.id for segment in found.segments]
    if groups > len(drawn.leaves):
        return None
    owners = tuple(ids[found.branches[group]] for group in drawn.groups(found.tree, groups))
    below = len(drawn.leaves) - groups
    if groups == 1:
        return Cut(drawn, None, owners)
    lower = drawn.brackets[below - 1].height if below else 0.0
    return Cut(drawn, (lower + drawn.brackets[below].height) / 2, owners)


def lines_data(found: Cut, wording: Wording) -> pa.Table:
    """List the lines of the tree.

    Returns:
        From ``x, y`` to ``x_end, y_end``; ``name`` of the segment, null above the cut; ``users`` of the
        merge.
    """
    rows = [line for bracket in found.drawn.brackets for line in _lines(bracket, found, wording)]
    return pa.Table.from_pylist(rows, schema=_LINES)


def _lines(bracket: Bracket, found: Cut, wording: Wording) -> Iterator[dict[str, object]]:
    """Draw two upright lines, in two parts where the cut runs through them, and the one that joins them."""
    owner, top = found.owner(bracket), bracket.height
    about = {"users": bracket.size, "name": None if owner is None else wording.name(owner)}
    yield {"x": bracket.left, "x_end": bracket.right, "y": top, "y_end": top, **about}
    for x, base in ((bracket.left, bracket.left_from), (bracket.right, bracket.right_from)):
        line = {"x": x, "x_end": x}
        if owner is None and found.height is not None and base <= found.height:
            # What hangs on this line is one segment: the nearest leaf tells which.
            mine = wording.name(found.owners[round(x)])
            yield {**line, "y": base, "y_end": found.height, "users": bracket.size, "name": mine}
            yield {**line, "y": found.height, "y_end": top, **about}
        else:
            yield {**line, "y": base, "y_end": top, **about}


def figure(wording: Wording) -> Figure | None:
    """Draw the tree of a segmentation, if it has one."""
    found = cut(wording)
    if found is None:
        return None
    say = wording.language.say
    caption = say(
        "Users who are alike are joined low, groups that differ high up; each line at the bottom stands for "
        "up to {most} users.",
        most=f"{max(found.drawn.sizes):,}",
    )
    if found.height is not None:
        caption += " " + say(
            "Cut at height {height}, the tree falls into {count} segments.",
            height=words.number(found.height),
            count=len(wording.segmentation.branches),
        )
    return Figure(
        "dendrogram",
        say("The tree of users"),
        caption,
        specification(tree(lines_data(found, wording), found, wording)),
        merges_data(found, wording),
        text=2,
        least_width=480,
    )


def merges_data(found: Cut, wording: Wording) -> pa.Table:
    """Tell the highest merges: all above the cut, and a few below it."""
    say = wording.language.say
    above = sum(found.owner(bracket) is None for bracket in found.drawn.brackets)
    told = found.drawn.brackets[::-1][: max(above, _TOLD)]
    return pa.table({
        say("Joined"): pa.array([_joined(bracket, found, wording) for bracket in told], pa.string()),
        say("Where"): pa.array(
            [say("above the cut") if found.owner(b) is None else say("below the cut") for b in told],
            pa.string(),
        ),
        say("Height"): pa.array([words.number(bracket.height) for bracket in told], pa.string()),
        say("Users"): pa.array([bracket.size for bracket in told], pa.int64()),
    })  # fmt: skip


def _joined(bracket: Bracket, found: Cut, wording: Wording) -> str:
    owner = found.owner(bracket)
    if owner is not None:
        return wording.language.say("parts of “{segment}”", segment=wording.name(owner))
    ids = dict.fromkeys(found.owners[bracket.leaves[0] : bracket.leaves[1] + 1])
    return ", ".join(f"“{wording.name(ident)}”" for ident in ids)


@unchecked
def tree(table: pa.Table, found: Cut, wording: Wording) -> alt.LayerChart:
    """Draw the lines of a tree in the colours of the segments, and the cut.

    Args:
        table: Of `lines_data`.
        found: Where the tree is cut.
        wording: The segmentation.
    """
    import altair as alt

    say = wording.language.say
    ids = {segment.id for segment in wording.segmentation.segments}
    names = [wording.name(ident) for ident in dict.fromkeys(found.owners) if ident in ids]
    columns, limit = alt.ExprRef("width < 520 ? 1 : 2"), alt.ExprRef("width < 520 ? width - 24 : 280")
    legend = alt.Legend(orient="bottom", columns=columns, labelLimit=limit, values=names, symbolType="stroke")
    base = alt.Chart().encode(
        x=alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.5, len(found.owners) - 0.5], nice=False)),
        x2="x_end:Q",
        y=alt.Y("y:Q", title=say("Height at which they are joined"), axis=alt.Axis(tickCount=5)),
        y2="y_end:Q",
        tooltip=[
            alt.Tooltip("name:N", title=say("Segment")),
            alt.Tooltip("users:Q", format=",", title=say("Users")),
            alt.Tooltip("y_end:Q", format=".3~g", title=say("Height")),
        ],
    )
    colour = alt.Color(
        "name:N", title=None, scale=alt.Scale(domain=colours.domain(wording.names)), legend=legend
    )
    layers = [
        base.transform_filter("datum.name === null").mark_rule(strokeWidth=1.5),
        base.transform_filter("datum.name !== null").mark_rule(strokeWidth=2).encode(color=colour),
    ]
    if found.height is not None:
        once, at = drawing([{}]), alt.Y(datum=found.height)
        layers += [
            once.mark_rule(strokeDash=[6, 4]).encode(y=at),
            once.mark_text(align="right", dy=-6, text=say("the cut")).encode(
                x=alt.value(alt.ExprRef("width")), y=at
            ),
        ]
    chart = alt.LayerChart(data=alt.InlineData(values=table.to_pylist()), layer=layers)
    return sized(chart, _HEIGHT)
