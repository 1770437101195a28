"""Who goes from step to step: the funnel, with its table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from coterie.report import words
from coterie.report.chapter import Chapter, chapter
from coterie.report.figures import Figure
from coterie.report.growth import charts
from coterie.report.growth.charts import LABELS, picked
from coterie.report.growth.counting import too_few
from coterie.report.growth.speech import Speech, percent
from coterie.report.markup import element
from coterie.report.vega_lite import specification

if TYPE_CHECKING:
    from coterie.growth.funnel import Funnel, Path, Step
    from coterie.growth.growth import Growth

_CELL = 90


def converting(found: Growth, speech: Speech) -> Chapter | None:
    """Tell how many users go from step to step."""
    path = found.funnel
    if path is None:
        return None
    say = speech.language.say
    how = (
        say("one after the other (others may come between, and any beginning counts)")
        if path.strict
        else say("in any order")
    )
    told = say(
        "Users with {steps}, {how}, within {days} days.",
        steps=", ".join(speech.kind(kind).lower() for kind in path.kinds),
        how=how,
        days=path.window_days,
    )
    sentences = [told]
    if path.paths and path.paths[0].still_open:
        sentences.append(
            say(
                "{users} of them are short of the last step and still have time.",
                users=f"{path.paths[0].still_open:,}",
            )
        )
    told_all = [element("p", " ".join(sentences))]
    shown = funnel_figures(found, speech)
    return chapter("g-funnel", say("From step to step"), told_all, shown, speech.language, called="growth")


def funnel_figures(found: Growth, speech: Speech) -> list[Figure]:
    """Draw the funnel, of everyone and of each value."""
    path = found.funnel
    if path is None or not path.paths:
        return []
    return [one for one in (_steps(path, speech), _apart(path, speech)) if one]


def funnel_data(path: Funnel, speech: Speech) -> pa.Table:
    """List ``by, value, step, kind, users``, shares with intervals and median seconds, a row a step."""
    rows = path.to_arrow().to_pylist()
    told = [
        {"by": speech.dimension(row.pop("dimension")), **row, "kind": speech.kind(row["kind"])}
        for row in rows
    ]
    return pa.Table.from_pylist(told)


def _steps(path: Funnel, speech: Speech) -> Figure | None:
    say = speech.language.say
    every = path.paths[0]
    if every.steps[0].users < speech.fewest:
        return None
    rows = [
        {
            "name": f"{step.step}. {speech.kind(step.kind)}", "number": step.users,
            "told": _bar(step),
        }
        for step in every.steps
    ]  # fmt: skip
    spec = specification(charts.bars(rows, (), say("Users")))
    spec["height"] = charts.BAND * len(rows)
    caption = say("How many users reach each step: of all who began, with Wilson's 95% interval.")
    return Figure("funnel", say("The funnel"), caption, spec, _table([("", "", every)], speech), opened=True)


def _bar(step: Step) -> str:
    if step.step == 1:
        return f"{step.users:,}"
    return f"{step.users:,} ({words.percent(step.of_first)})"


def _table(paths: list[tuple[str, str, Path]], speech: Speech) -> pa.Table:
    say = speech.language.say
    rows: list[dict[str, Any]] = []
    for by, value, path in paths:
        for step in path.steps:
            told: dict[str, Any] = {say("By"): by, say("Value"): value} if by else {}
            rows.append(
                told
                | {
                    say("Step"): f"{step.step}. {speech.kind(step.kind)}",
                    say("Users"): step.users,
                    say("Of the first step"): percent(step.of_first, step.of_first_low, step.of_first_high),
                    say("Of the step before"): percent(
                        step.of_previous, step.of_previous_low, step.of_previous_high
                    )
                    if step.step > 1
                    else words.NOTHING,
                    say("Median time since the step before"): words.number(step.waited_seconds, "seconds"),
                    say("Median time since the first"): words.number(step.taken_seconds, "seconds"),
                }
            )
    return pa.Table.from_pylist(rows)


def _apart(path: Funnel, speech: Speech) -> Figure | None:
    say = speech.language.say
    apart = path.paths[1:]
    drawn = [one for one in apart if one.steps[0].users >= speech.fewest]
    rows = [
        {
            "by": speech.dimension(one.dimension),
            "name": f"{one.value}: {one.steps[0].users:,}",
            "column": f"{step.step}. {speech.kind(step.kind)}",
            "share": step.of_first,
            "label": words.percent(step.of_first),
            "told": f"{percent(step.of_first, step.of_first_low, step.of_first_high)}, {step.users:,}",
        }
        for one in drawn
        for step in one.steps
    ]
    if not rows:
        return None
    offered = (picked(say("By"), "by", rows),)
    spec, choices = charts.choosing(
        charts.grid(rows, offered, (say("Value"), say("Step"), say("Of the first step"))),
        offered,
        charts.tall(rows, "by", "name", charts.ROW),
    )
    caption = say("Each row tells how many users began, and which share of them reached each step.")
    caption += too_few(len(apart) - len(drawn), speech)
    shown = _table([(speech.dimension(one.dimension), one.value, one) for one in apart], speech)
    width = LABELS + _CELL * len(path.kinds)
    title = say("The funnel by channel, segment and the like")
    return Figure("funnels", title, caption, spec, shown, choices, least_width=width, text=3)
