"""Who comes back: cohorts and curves of retention, with their tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from coterie.report.chapter import Chapter, chapter
from coterie.report.figures import Figure
from coterie.report.growth import charts
from coterie.report.growth.charts import LABELS, picked
from coterie.report.growth.counting import too_few
from coterie.report.growth.speech import Speech, percent
from coterie.report.markup import element
from coterie.report.vega_lite import specification

if TYPE_CHECKING:
    from coterie.growth.growth import Growth
    from coterie.growth.retention import Retention, Returned

#: Cohorts that are drawn: the latest.
MOST_COHORTS = 26
_CELL = 46


def returning(found: Growth, speech: Speech) -> Chapter | None:
    """Tell who comes back, by cohort and by what users are told apart by."""
    back = found.retention
    if back is None:
        return None
    say = speech.language.say
    length = {"day": say("a day"), "week": say("seven days"), "month": say("30 days")}[back.calendar.unit]
    seen = (
        say("A user counts who was seen in a period or in any later one (unbounded).")
        if back.unbounded
        else say("A user counts who was seen in just that period (bounded).")
    )
    told = say(
        "A period is {length}, counted from each user's first event; period 0 holds that event, so everyone "
        "is in it. {seen} What is not over for a whole cohort is empty, and not zero.",
        length=length,
        seen=seen,
    )
    title = say("Who comes back")
    return chapter(
        "g-retention",
        title,
        [element("p", told)],
        retention_figures(found, speech),
        speech.language,
        called="growth",
    )


def retention_figures(found: Growth, speech: Speech) -> list[Figure]:
    """Draw cohorts and curves."""
    back = found.retention
    if back is None:
        return []
    return [one for one in (_cohorts(back, speech), _curves(back, speech)) if one]


def cohorts_data(back: Retention) -> pa.Table:
    """List ``cohort`` (its first day), ``period, of, users, share, low, high``; null where it is not over."""
    return back.to_arrow()


def _cohorts(back: Retention, speech: Speech) -> Figure | None:
    say = speech.language.say
    drawn = [one for one in back.cohorts if one.users >= speech.fewest][-MOST_COHORTS:]
    rows = [
        {
            "name": say("{start}: {users}", start=cohort.start.isoformat(), users=f"{cohort.users:,}"),
            "column": str(one.period), "share": one.share, "told": _told(one),
            "label": "" if one.share is None else f"{one.share:.0%}",
        }
        for cohort in drawn
        for one in cohort.periods
    ]  # fmt: skip
    if not rows:
        return None
    unit = {"day": say("day"), "week": say("week"), "month": say("month")}[back.calendar.unit]
    period = {"day": say("Day"), "week": say("Week"), "month": say("Month")}[back.calendar.unit]
    spec = specification(charts.grid(rows, (), (say("Cohort"), period, say("Seen again")), angle=0))
    spec["height"] = charts.ROW * len(drawn)
    caption = say("Each row holds the users whose first event fell into the same {unit}.", unit=unit)
    caption += too_few(sum(one.users < speech.fewest for one in back.cohorts), speech)
    left = sum(one.users >= speech.fewest for one in back.cohorts) - len(drawn)
    if left:
        caption += " " + say("The latest {drawn} are drawn, the table has all.", drawn=len(drawn))
    width = LABELS + _CELL * (back.calendar.most + 1)
    shown = _cohort_table(back, speech, period)
    return Figure("cohorts", say("Cohorts"), caption, spec, shown, least_width=width, text=1)


def _told(one: Returned) -> str:
    if one.users is None:
        return ""
    return f"{percent(one.share, one.low, one.high)}, {one.users:,} / {one.of:,}"


def _cohort_table(back: Retention, speech: Speech, period: str) -> pa.Table:
    """Write a row a cohort, and a column a period with its interval."""
    say = speech.language.say
    columns: dict[str, list[Any]] = {
        say("Cohort"): [one.start.isoformat() for one in back.cohorts],
        say("Users"): [one.users for one in back.cohorts],
    }
    for at in range(back.calendar.most + 1):
        cells = [one.periods[at] for one in back.cohorts]
        columns[f"{period} {at}"] = [
            "" if cell.share is None else percent(cell.share, cell.low, cell.high) for cell in cells
        ]
    return pa.table(columns)


def curves_data(back: Retention, speech: Speech) -> pa.Table:
    """List ``by, value, period, of, users, share, low, high``, a row a value and period."""
    rows = back.curves_arrow().to_pylist()
    told = [{"by": speech.dimension(row.pop("dimension")), **row} for row in rows]
    return pa.Table.from_pylist(told)


def _curves(back: Retention, speech: Speech) -> Figure | None:
    say = speech.language.say
    data = curves_data(back, speech).to_pylist()
    enough = [row for row in data if row["of"] >= speech.fewest]
    every = speech.dimension("all")
    rows = [
        {
            "by": row["by"], "name": every if row["by"] == every else row["value"], "period": row["period"],
            "number": row["share"], "low": row["low"], "high": row["high"],
            "told": f"{percent(row['share'], row['low'], row['high'])}, {row['users']:,} / {row['of']:,}",
        }
        for row in enough
    ]  # fmt: skip
    if not rows:
        return None
    period = {"day": say("Day"), "week": say("Week"), "month": say("Month")}[back.calendar.unit]
    offered = (picked(say("By"), "by", rows),)
    spec, choices = charts.choosing(charts.lines(rows, offered, (period, say("Seen again"))), offered)
    caption = say(
        "The share of those who are seen again, among users who have lived through the period, whenever they "
        "began; with Wilson's 95% intervals. Segments and first channels follow in part from what users do."
    )
    caption += too_few(len(data) - len(enough), speech)
    shown = pa.table({
        say("By"): [row["by"] for row in data],
        say("Value"): [row["value"] if row["by"] != every else "" for row in data],
        period: [row["period"] for row in data],
        say("Of"): [row["of"] for row in data],
        say("Seen again"): [row["users"] for row in data],
        say("Share"): [percent(row["share"], row["low"], row["high"]) for row in data],
    })  # fmt: skip
    return Figure(
        "curves", say("Retention by channel, segment and the like"), caption, spec, shown, choices, text=2
    )
