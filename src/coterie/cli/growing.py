"""What `coterie report --growth` prints: tables and sentences for people, a document for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coterie.cli import terminal
from coterie.export import plain
from coterie.report import words
from coterie.report.growth import chapters, lifting
from coterie.report.growth.speech import money, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.growth.growth import Growth
    from coterie.report.growth.speech import Speech

#: Periods of a cohort that have room in a terminal.
_PERIODS = 8


def document(found: Growth) -> dict[str, Any]:
    """Everything that was found, for programs."""
    told: dict[str, Any] = plain({**found.to_dict(), "unanswered": dict(found.unanswered)})
    return told


def show(found: Growth) -> None:
    """Print the answers, one table a question, and why the others have none."""
    speak = chapters.speech(found)
    terminal.say(found.caption(), "", *chapters.in_short(found, speak), "")
    _counts(found, speak)
    _profit(found, speak)
    _retention(found, speak)
    _funnel(found, speak)
    _lifts(found, speak)
    for name, why in found.unanswered:
        terminal.say(f"Not answered: {chapters.question(name, speak)}: {why}.")


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[Any]], text: int) -> None:
    terminal.show(title, head, rows, right=head[text:], whole=head)


def _counts(found: Growth, speak: Speech) -> None:
    for one in found.counts:
        rows = [
            (
                row.value, f"{row.users:,}", f"{row.active:,}", f"{row.events:,}", f"{row.goals:,}",
                percent(row.share, row.low, row.high),
            )
            for row in one.rows
        ]  # fmt: skip
        head = (
            speak.dimension(one.dimension),
            "Users",
            "With events",
            "Events",
            speak.goals,
            speak.achievers,
        )
        _table("", head, rows, 1)


def _profit(found: Growth, speak: Speech) -> None:
    for one in found.profit:
        rows = [
            (
                row.value, f"{row.payers:,}", words.number(row.revenue, "money"), percent(row.share),
                money(row.per_user), money(row.per_event),
            )
            for row in one.rows
        ]  # fmt: skip
        head = (speak.dimension(one.dimension), "Payers", "Revenue", "Share", "A user", "An event")
        _table("", head, rows, 1)
    if found.top is not None and found.top.rows:
        users = [
            (one.user_id, f"{one.orders:,}", words.number(one.revenue, "money")) for one in found.top.rows
        ]
        _table(found.top.caption(), ("User", "Orders", "Revenue"), users, 1)


def _retention(found: Growth, speak: Speech) -> None:
    back = found.retention
    if back is None:
        return
    unit = back.calendar.unit.capitalize()
    shown = range(1, min(_PERIODS, back.calendar.most) + 1)
    rows = [
        (one.start.isoformat(), f"{one.users:,}", *(_share(one.periods[at].share) for at in shown))
        for one in back.cohorts
    ]
    head = ("First event", "Users", *(f"{unit} {at}" for at in shown))
    _table(back.caption(), head, rows, 1)
    by_value = [
        (
            speak.dimension(one.dimension), one.value,
            *(_share(one.periods[at].share if at < len(one.periods) else None) for at in shown),
        )
        for one in back.curves
        if one.periods[0].of >= found.fewest
    ]  # fmt: skip
    _table("", ("By", "Value", *head[2:]), by_value, 2)


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def _funnel(found: Growth, speak: Speech) -> None:
    if found.funnel is None:
        return
    rows = [
        (
            "" if path.dimension == "all" else speak.dimension(path.dimension),
            "Everyone" if path.dimension == "all" else path.value,
            f"{step.step}. {speak.kind(step.kind)}", f"{step.users:,}",
            percent(step.of_first, step.of_first_low, step.of_first_high),
            words.number(step.waited_seconds, "seconds"),
        )
        for path in found.funnel.paths
        if path.steps[0].users >= found.fewest or path.dimension == "all"
        for step in path.steps
    ]  # fmt: skip
    head = ("By", "Value", "Step", "Users", "Of the first step", "Median wait")
    _table(found.funnel.caption(), head, rows, 3)


def _lifts(found: Growth, speak: Speech) -> None:
    if found.lifts is None:
        return
    terminal.say(*lifting.campaigns(found.lifts, speak), "")
    rows = lifting.lifts_data(found.lifts, speak).to_pylist()
    told = [
        row for row, one in zip(rows, (*found.lifts.between, *found.lifts.within), strict=True) if not one.few
    ]
    if told:
        _table(found.lifts.caption(), tuple(told[0]), [tuple(row.values()) for row in told], 3)
    if len(told) < len(rows):
        terminal.say(
            f"{len(rows) - len(told)} more lifts rest on fewer than five users; --json has them.", ""
        )
