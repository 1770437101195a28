"""Which campaign and which channel lifted what: lifts with their denominators, intervals and table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from coterie.growth.lift import MEASURES
from coterie.report import words
from coterie.report.chapter import Chapter, chapter
from coterie.report.figures import Figure
from coterie.report.growth import charts
from coterie.report.growth.charts import picked
from coterie.report.growth.speech import Speech, capital, times
from coterie.report.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.growth.growth import Growth
    from coterie.growth.lift import Lift, Lifts, Side


def lifting(found: Growth, speech: Speech) -> Chapter | None:
    """Tell which campaign and which channel lifted what."""
    lifts = found.lifts
    if lifts is None or not (lifts.between or lifts.within):
        return None
    say = speech.language.say
    told: list[Markup | None] = [
        element(
            "p",
            say(
                "A lift divides the rate of some users by that of others: 1 is no difference. Each names "
                "what stands above and below the line, as its sign may depend on that. Intervals are 95% by "
                "the delta method over users (Katz's for shares of users), each for itself. Where users were "
                "not split by chance, a lift is a difference and not yet an effect."
            ),
        ),
        listed(campaigns(lifts, speech)),
    ]
    return chapter(
        "g-lift", say("What lifted what"), told, lift_figures(found, speech), speech.language, called="growth"
    )


def lift_figures(found: Growth, speech: Speech) -> list[Figure]:
    """Draw campaigns against the baseline, and channels and the like against everyone."""
    lifts = found.lifts
    if lifts is None:
        return []
    return [one for one in (_between(lifts, speech), _within(lifts, speech)) if one]


#: Measures that are told in short.
MAIN = (("achievers", "users"), ("goals", "events"), ("revenue", "users"))


def campaigns(lifts: Lifts, speech: Speech, measures: Sequence[tuple[str, str]] = MEASURES) -> list[str]:
    """Say of each campaign how it compares with the baseline, by some measures."""
    say = speech.language.say
    return [
        say(
            "{value} over {against} by {measure}: {lift}{sure}.",
            value=capital(one.value),
            against=lifts.baseline,
            measure=speech.measure(one.above, one.below).lower(),
            lift=times(one.ratio),
            sure="" if _sure(one) else say(", which may be chance"),
        )
        for one in lifts.between
        if one.ratio.low is not None and (one.above, one.below) in measures
    ]


def listed(sentences: Sequence[str]) -> Markup | None:
    """Write sentences as a list, if there are any."""
    return element("ul", *(element("li", one) for one in sentences)) if sentences else None


def _sure(one: Lift) -> bool:
    """Whether the interval leaves 1 out."""
    low, high = one.ratio.low, one.ratio.high
    return low is not None and high is not None and not low <= 1 <= high


def lifts_data(lifts: Lifts, speech: Speech) -> pa.Table:
    """List every lift in words: who, against whom, measure, both rates as fractions, ratio, difference."""
    return _table([*lifts.between, *lifts.within], speech)


def _table(found: Sequence[Lift], speech: Speech) -> pa.Table:
    say = speech.language.say
    rows: list[dict[str, Any]] = [
        {
            say("Who"): one.value,
            say("Against"): one.against if one.within is None else f"{one.against}, {one.within}",
            say("Measure"): speech.measure(one.above, one.below),
            say("Rate"): _fraction(one.one),
            say("Against the rate"): _fraction(one.other),
            say("Lift"): times(one.ratio) + (" ▲" if one.few else ""),
            say("Difference"): _difference(one),
        }
        for one in found
    ]
    return pa.Table.from_pylist(rows)


def _fraction(side: Side) -> str:
    return f"{words.number(side.above, 'money')} / {side.below:,.0f} = {words.number(side.rate, 'number')}"


def _difference(one: Lift) -> str:
    found = one.difference
    if found.value is None or found.low is None or found.high is None:
        return words.NOTHING
    if one.above == "achievers":
        return percent_points(found.value, found.low, found.high)
    return f"{found.value:+.3g} ({found.low:+.3g} to {found.high:+.3g})"


def percent_points(value: float, low: float, high: float) -> str:
    """Write a difference of shares.

    Examples:
        >>> percent_points(0.0027, -0.0214, 0.0271)
        '+0.27 points (-2.14 to +2.71)'
    """
    return f"{value * 100:+.2f} points ({low * 100:+.2f} to {high * 100:+.2f})"


def _rows(found: Sequence[Lift], speech: Speech, name: str) -> list[dict[str, Any]]:
    rows = []
    for one in found:
        if one.few or one.ratio.low is None:
            continue
        told = {"measure": speech.measure(one.above, one.below), "value": one.value}
        rows.append({
            **told, "name": told[name], "by": speech.dimension(one.dimension),
            "within": one.within or speech.language.say("everyone"), "number": one.ratio.value,
            "low": one.ratio.low, "high": one.ratio.high, "told": times(one.ratio),
            "label": f"{told[name]}: {one.ratio.value:.2f}",
        })  # fmt: skip
    return rows


def _few(found: Sequence[Lift], drawn: Sequence[Any], speech: Speech) -> str:
    say = speech.language.say
    if len(found) == len(drawn):
        return ""
    return " " + say(
        "▲ Not drawn, as a side has fewer than five {achievers}: {count}; the table has them.",
        achievers=speech.achievers.lower(),
        count=len(found) - len(drawn),
    )


def _between(lifts: Lifts, speech: Speech) -> Figure | None:
    if not lifts.between:
        return None
    say = speech.language.say
    rows = _rows(lifts.between, speech, "measure")
    if not rows:
        return None
    offered = (picked(say("Campaign"), "value", rows),)
    title = say("Times the rate of {baseline}", baseline=lifts.baseline)
    spec, choices = charts.choosing(
        charts.intervals(rows, offered, title, charts.TIMES, against=1.0),
        offered,
        charts.tall(rows, "value", "name"),
    )
    heading = say("Campaigns against {baseline}", baseline=lifts.baseline)
    if len(offered[0].values) == 1:
        heading = say("{one} against {baseline}", one=capital(rows[0]["value"]), baseline=lifts.baseline)
    caption = say(
        "The rate of a campaign divided by that of {baseline}, by every measure; the dashed line is no "
        "difference.",
        baseline=lifts.baseline,
    )
    caption += _few(lifts.between, rows, speech)
    return Figure(
        "campaigns", heading, caption, spec, _table(lifts.between, speech), choices, text=3, opened=True
    )


def _within(lifts: Lifts, speech: Speech) -> Figure | None:
    if not lifts.within:
        return None
    say = speech.language.say
    rows = _rows(lifts.within, speech, "value")
    if not rows:
        return None
    for row in rows:
        row["of"] = f"{row['by']}, {row['within']}" if lifts.campaigns else row["by"]
    offered = (picked(say("Of"), "of", rows), picked(say("Measure"), "measure", rows))
    title = say("Times the rate of everyone")
    spec, choices = charts.choosing(
        charts.intervals(rows, offered, title, charts.TIMES, against=1.0),
        offered,
        charts.tall(rows, "of", "name"),
    )
    caption = say("The rate of a channel and the like divided by that of everyone, those users among them.")
    caption += _few(lifts.within, rows, speech)
    return Figure("lifts", say("Channels and the like against everyone"), caption, spec,
        _table(lifts.within, speech), choices, text=3)  # fmt: skip
