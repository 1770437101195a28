"""The part of the report that tells in which state users are, how many will be, and who goes quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.predictions.activity.moves import RARE
from coterie.predictions.activity.states import STATES
from coterie.report import activity_charts, chapter, words
from coterie.report.figures import Choice, Figure, Option, worded
from coterie.report.markup import element
from coterie.report.tables import Table
from coterie.report.vega_lite import specification

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.predictions.activity.activity import Activity
    from coterie.report.chapter import Chapter
    from coterie.report.language import Language

#: Users of the list, in the report and in a terminal.
LISTED, NAMED = 20, 3

_ROW, _COLUMN, _LABELS = 30, 80, 140
_SEVERAL = 2

#: Why somebody is likely to go quiet, by the sign.
_REASONS = {
    "silence": "{silence} without an event, where {rest} are usual",
    "fewer_days": "active on {lately} days lately, where {usual} are usual",
    "missed_weeks": "active in only {weeks} of the last weeks",
    "long_rests": "comes only every {rest}",
    "unevenness": "comes at irregular times",
    "short_history": "known for {age} weeks only",
}


def chapter_of(ident: str, found: Activity, vocabulary: Language) -> Chapter:
    """Tell of the states of users.

    Args:
        ident: The id of the section.
        found: What a run found.
        vocabulary: The language.
    """
    say = vocabulary.say
    told = [
        element("p", found_caption(found, vocabulary)),
        element("p", definition(found, vocabulary)),
        element("ul", *(element("li", one) for one in sentences(found, vocabulary))),
    ]
    title = say("How active users are, and will be")
    return chapter.chapter(ident, title, told, figures(found, vocabulary), vocabulary)


def found_caption(found: Activity, vocabulary: Language) -> str:
    """Say how many users are in each state."""
    say = vocabulary.say
    counts = ", ".join(f"{users:,} {say(state)}" for state, users in found.now().items())
    return say("Users as of {date}: {counts}.", date=found.as_of, counts=counts)


def definition(found: Activity, vocabulary: Language) -> str:
    """Say what the states mean."""
    facts = found.facts
    return vocabulary.say(
        "New: first seen within {new} weeks. Frequent: active in at least {frequent} of the last {window} "
        "weeks; infrequent: in fewer. Dormant: in none of them. Dead: without an event for {dead} weeks.",
        new=facts.new_weeks,
        frequent=facts.frequent_weeks,
        window=facts.window_weeks,
        dead=facts.dead_weeks,
    )


def sentences(found: Activity, vocabulary: Language) -> Iterator[str]:
    """Say what is expected, how that went before, what changes, and who goes quiet."""
    yield _expected(found, vocabulary)
    yield _checked(found, vocabulary)
    yield _drifted(found, vocabulary)
    yield from _quiet(found, vocabulary)


def _expected(found: Activity, vocabulary: Language) -> str:
    rows = found.forecast.to_pylist()
    last = max(row["date"] for row in rows)
    of = {row["state"]: row for row in rows if row["date"] == last}
    frequent, arrivals = of["frequent"], sum(row["arrivals"] for row in of.values())
    arrived = found.arrived.column("users").to_pylist()[-found.facts.arrival_weeks :]
    return vocabulary.say(
        "By {date}, {users} users are expected to be frequent (95% interval {low} to {high}; now {now}). New "
        "users are taken to arrive as in the last {weeks} weeks, {rate} a week; the forecast holds "
        "{arrivals} of them.",
        date=last,
        users=f"{frequent['users']:,.0f}",
        low=f"{frequent['low']:,.0f}",
        high=f"{frequent['high']:,.0f}",
        now=f"{found.now()['frequent']:,}",
        weeks=len(arrived),
        rate=words.number(float(np.mean(arrived))),
        arrivals=f"{arrivals:,.0f}",
    )


def _checked(found: Activity, vocabulary: Language) -> str:
    say, rows = vocabulary.say, found.checks.to_pylist()
    if not rows:
        return say("There are too few weeks to check such a forecast on the past; take it with care.")
    off = float(np.mean([abs(row["users"] - row["happened"]) for row in rows]))
    naive = float(np.mean([abs(row["naive"] - row["happened"]) for row in rows]))
    inside = float(np.mean([row["low"] <= row["happened"] <= row["high"] for row in rows]))
    told = say(
        "Made as of {dates} past dates, the forecast was off by {off} users a state and week on average; "
        "saying that all stays as it is was off by {naive}.",
        dates=len({row["made"] for row in rows}),
        off=words.number(off),
        naive=words.number(naive),
    )
    if naive <= off:
        told += " " + say("The forecast is no better than that: go by the numbers of last week.")
    held = say("Its intervals held {inside} of what happened", inside=words.percent(inside))
    if found.facts.widened > 1:
        more = say("so they were widened {times} times", times=f"{found.facts.widened:.1f}")
        return f"{told} {held}, {more}."
    return f"{told} {held}."


def _drifted(found: Activity, vocabulary: Language) -> str:
    say, rows = vocabulary.say, found.shifts.to_pylist()
    if not rows:
        return say("There are too few weeks to tell whether users come back as they used to.")
    moved = [row for row in rows if row["chance"] < RARE / len(STATES)]
    if not moved:
        return say("Users of each state come back as they used to: weeks differ no more than by chance.")
    told = "; ".join(
        say(
            "{state} {before} before, {lately} lately",
            state=say(row["state"]),
            before=words.percent(row["before"]),
            lately=words.percent(row["lately"]),
        )
        for row in moved
    )
    return say(
        "Not all come back in the next week as they used to: {told}. A forecast lags behind that.", told=told
    )


def _quiet(found: Activity, vocabulary: Language) -> Iterator[str]:
    say, facts = vocabulary.say, found.facts
    if facts.note:
        yield say("Who goes quiet can't be told: {why}", why=facts.note)
        return
    risk = found.at_risk.column("going_quiet").to_numpy()
    yield say(
        "Of {frequent} frequent users, {expected} are expected to go quiet: no event for {weeks} weeks.",
        frequent=f"{len(risk):,}",
        expected=f"{float(risk.sum()):,.0f}",
        weeks=facts.quiet_weeks,
    )
    if facts.brier is None or facts.brier_of_rate is None or facts.brier_of_silence is None:
        return
    told = say(
        "On the last date that could be checked, {predicted} were foretold and {happened} went quiet; the "
        "mean squared error is {brier} (everyone the same: {rate}; by days of silence alone: {silence}).",
        predicted=words.percent(facts.mean_predicted or 0.0),
        happened=words.percent(facts.mean_happened or 0.0),
        brier=f"{facts.brier:.4f}",
        rate=f"{facts.brier_of_rate:.4f}",
        silence=f"{facts.brier_of_silence:.4f}",
    )
    if min(facts.brier_of_rate, facts.brier_of_silence) <= facts.brier:
        told += " " + say("The simpler way was no worse: mind the order of the list, not its numbers.")
    yield told


def figures(found: Activity, vocabulary: Language) -> Iterator[Figure]:
    """Draw the flow of states, the moves between them, the forecast, and who goes quiet."""
    yield _flow(found, vocabulary)
    yield _moves(found, vocabulary)
    yield _forecast(found, vocabulary)
    if not found.facts.note and found.at_risk.num_rows:
        yield _list(found, vocabulary)
    if found.calibration.num_rows >= _SEVERAL:
        yield _calibration(found, vocabulary)


def _flow(found: Activity, vocabulary: Language) -> Figure:
    say = vocabulary.say
    caption = say(
        "Users in each state at the end of each week, stacked: the height is everyone known by then."
    )
    wide: dict[object, dict[str, object]] = {}
    for row in found.weeks.to_pylist():
        wide.setdefault(row["date"], {"date": row["date"]})[say(row["state"])] = row["users"]
    spec = specification(activity_charts.flow(found.weeks, vocabulary))
    return Figure("flow", say("States by week"), caption, spec, pa.Table.from_pylist(list(wide.values())))


def _moves(found: Activity, vocabulary: Language) -> Figure:
    say = vocabulary.say
    caption = say(
        "Each row is a state, and tells where its users are a week later, on average over {weeks} weeks. The "
        "table has the 95% interval of each share.",
        weeks=found.facts.moves,
    )
    told = found.moves.to_pylist()
    shown = pa.table({
        say("State"): [say(row["state"]) for row in told],
        say("A week later"): [say(row["next_state"]) for row in told],
        say("Users"): [row["users"] for row in told],
        **{
            say(title): [words.number(row[name], "share") for row in told]
            for name, title in (("share", "Share"), ("low", "At least"), ("high", "At most"))
        },
    })  # fmt: skip
    spec = specification(activity_charts.moves(found.moves, vocabulary))
    width = _LABELS + _COLUMN * len(STATES)
    return Figure(
        "moves", say("From state to state in a week"), caption, spec, shown, least_width=width, text=2
    )


def _forecast(found: Activity, vocabulary: Language) -> Figure:
    say = vocabulary.say
    caption = say(
        "What was, what is expected, and the band in which it lies with 95%: who of those there now comes "
        "and who stays away, how sure that is, good weeks and bad ones, and new users."
    )
    options = tuple(
        Option(say(state).capitalize(), ((("params", 0, "value"), say(state)),)) for state in STATES
    )
    told = found.forecast.to_pylist()
    shown = pa.table({
        say("Date"): [str(row["date"]) for row in told],
        say("State"): [say(row["state"]) for row in told],
        **{
            say(title): [f"{row[name]:,.0f}" for row in told]
            for name, title in (
                ("users", "Expected users"), ("low", "At least"), ("high", "At most"),
                ("arrivals", "Of them arriving"),
            )
        },
    })  # fmt: skip
    spec = specification(activity_charts.forecast(found.weeks, found.forecast, "frequent", vocabulary))
    choices = (Choice(say("State"), options, STATES.index("frequent")),)
    return Figure("forecast", say("Users in each state, foretold"), caption, spec, shown, choices, text=2)


def at_risk(found: Activity, vocabulary: Language, most: int = LISTED) -> pa.Table:
    """List the frequent users most likely to go quiet: ``user, probability, low, high, why``."""
    rows = found.at_risk.slice(0, most).to_pylist()
    return pa.table({
        "user": pa.array([row["user_id"] for row in rows], pa.string()),
        "probability": pa.array([row["going_quiet"] for row in rows], pa.float64()),
        "low": pa.array([row["low"] for row in rows], pa.float64()),
        "high": pa.array([row["high"] for row in rows], pa.float64()),
        "why": pa.array([_why(row, vocabulary) for row in rows], pa.string()),
    })  # fmt: skip


def _why(row: dict[str, object], vocabulary: Language) -> str:
    numbers = {name: value for name, value in row.items() if isinstance(value, float)}
    told = {
        "silence": words.number(numbers["silence_days"], "days"),
        "rest": words.number(numbers["usual_rest_days"], "days"),
        "lately": words.number(numbers["days_lately"]),
        "usual": words.number(numbers["days_usual"]),
        "weeks": words.number(numbers["active_weeks"]),
        "age": words.number(numbers["age_weeks"]),
    }
    signs = [sign for sign in str(row["reasons"]).split(",") if sign]
    return "; ".join(vocabulary.say(_REASONS[sign], **told) for sign in signs) or words.NOTHING


def _list(found: Activity, vocabulary: Language) -> Figure:
    say, data = vocabulary.say, at_risk(found, vocabulary)
    caption = say(
        "The frequent users most likely to have no event for {weeks} weeks, each with the 95% interval of "
        "the probability. Their ids are in this file: mind who gets it.",
        weeks=found.facts.quiet_weeks,
    )
    rows = data.to_pylist()
    shown = worded(
        rows,
        (say("User"), "user"),
        (say("Why"), "why"),
        (say("Probability"), "probability", words.percent),
        (say("At least"), "low", words.percent),
        (say("At most"), "high", words.percent),
    )
    title = say("Frequent users about to go quiet")
    spec = specification(activity_charts.at_risk(data, vocabulary))
    return Figure("quiet", title, caption, spec, shown, text=2, opened=True)


def _calibration(found: Activity, vocabulary: Language) -> Figure:
    say = vocabulary.say
    caption = say(
        "Frequent users of the last date that could be checked, in groups by what was foretold of them. On "
        "the line it happens as often as foretold; the bars are 95% intervals."
    )
    rows = found.calibration.to_pylist()
    shown = worded(
        rows,
        (say("Foretold"), "predicted", words.percent),
        (say("Happened"), "happened", words.percent),
        (say("At least"), "low", words.percent),
        (say("At most"), "high", words.percent),
        (say("Users"), "users"),
    )
    spec = specification(activity_charts.calibration(found.calibration, vocabulary))
    return Figure("calibration", say("Going quiet, foretold and happened"), caption, spec, shown, text=0)


def table(found: Activity, vocabulary: Language) -> Table:
    """Show the states in a terminal: users now, and expected at the end of the forecast."""
    say, rows = vocabulary.say, found.to_arrow().to_pylist()
    last = max(found.forecast.column("date").to_pylist())
    head = (say("State"), say("Users"), say("Expected by {date}", date=last), say("At least"), say("At most"))
    cells = tuple(
        (
            say(row["state"]),
            f"{row['users']:,}",
            *(f"{row[name]:,.0f}" for name in ("expected", "low", "high")),
        )
        for row in rows
    )
    return Table(say("Activity"), head, cells, head[1:], head)


def most_likely(found: Activity, vocabulary: Language) -> str:
    """Name the frequent users most likely to go quiet."""
    rows = [row for row in at_risk(found, vocabulary, NAMED).to_pylist() if row["probability"] is not None]
    if not rows:
        return ""
    told = "; ".join(f"{row['user']} ({words.percent(row['probability'])}: {row['why']})" for row in rows)
    return vocabulary.say("Most likely to go quiet: {told}.", told=told)
