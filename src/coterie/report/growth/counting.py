"""Who comes from where and what they do there: counts, histograms and acts, with their tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from coterie.report.chapter import Chapter, chapter
from coterie.report.figures import Figure
from coterie.report.growth import charts
from coterie.report.growth.charts import LABELS, Picked, picked
from coterie.report.growth.speech import Speech, percent
from coterie.report.markup import element

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.growth.actions import Actions
    from coterie.growth.growth import Growth

#: Bins, kinds or categories take this much of the width each.
_CELL = 62


def counting(found: Growth, speech: Speech) -> Chapter | None:
    """Tell how many users, events and goals there are by channel and the like."""
    if not found.counts:
        return None
    say = speech.language.say
    told = say(
        "{users} users, {active} of them with events: {events} events. Where an event has a channel or a "
        "category of its own, a user is counted with each; the events add up all the same.",
        users=f"{found.users:,}",
        active=f"{found.active:,}",
        events=f"{found.events:,}",
    )
    title = say("Who comes, and from where")
    return chapter(
        "g-counts",
        title,
        [element("p", told)],
        count_figures(found, speech),
        speech.language,
        called="growth",
    )


def count_figures(found: Growth, speech: Speech) -> list[Figure]:
    """Draw counts, shares and histograms."""
    if not found.counts:
        return []
    shown = [_counts(found, speech), _shares(found, speech), *_histograms(found, speech)]
    return [one for one in shown if one is not None]


def counts_data(found: Growth, speech: Speech) -> pa.Table:
    """List ``by, value, users, active, events, goals, achievers, share, low, high``, a row a value."""
    rows = [
        {"by": speech.dimension(one.dimension), **row}
        for one in found.counts
        for row in one.to_arrow().to_pylist()
    ]
    return pa.Table.from_pylist(rows)


def _counts(found: Growth, speech: Speech) -> Figure:
    say = speech.language.say
    data = counts_data(found, speech)
    measures = {say("Users"): "users", say("Events"): "events", speech.goals: "goals"}
    rows = [
        {"by": row["by"], "measure": name, "name": row["value"], "number": row[key], "told": f"{row[key]:,}"}
        for name, key in measures.items()
        for row in data.to_pylist()
    ]
    offered = (picked(say("By"), "by", rows), Picked(say("Count"), "measure", tuple(measures)))
    spec, choices = charts.choosing(
        charts.bars(rows, offered, say("Count")), offered, charts.tall(rows, "by", "name")
    )
    shown = data.select(["by", "value", "users", "active", "events", "goals", "achievers"])
    shown = shown.rename_columns(
        [
            say("By"),
            say("Value"),
            say("Users"),
            say("With events"),
            say("Events"),
            speech.goals,
            speech.achievers,
        ]
    )
    caption = say("Users, events and {goals} of each channel, category, segment and the like.",
        goals=speech.goals.lower())  # fmt: skip
    return Figure("counts", say("Counts"), caption, spec, shown, choices, text=2)


def _shares(found: Growth, speech: Speech) -> Figure | None:
    say = speech.language.say
    data = counts_data(found, speech).to_pylist()
    drawn = [row for row in data if row["users"] >= speech.fewest]
    if not drawn or not any(row["goals"] for row in data):
        return None
    rows = [
        {
            "by": row["by"], "name": row["value"], "number": row["share"], "low": row["low"],
            "high": row["high"], "told": percent(row["share"], row["low"], row["high"]),
            "label": f"{row['value']}: {percent(row['share'])}",
        }
        for row in drawn
    ]  # fmt: skip
    offered = (picked(say("By"), "by", rows),)
    chart = charts.intervals(rows, offered, speech.achievers, charts.PERCENT)
    spec, choices = charts.choosing(chart, offered, charts.tall(rows, "by", "name"))
    shown = pa.table({
        say("By"): [row["by"] for row in data],
        say("Value"): [row["value"] for row in data],
        say("Users"): [row["users"] for row in data],
        speech.achievers: [row["achievers"] for row in data],
        say("Share"): [percent(row["share"], row["low"], row["high"]) for row in data],
    })  # fmt: skip
    caption = say("The share of users with {goals}, with Wilson's 95% interval.", goals=speech.goals.lower())
    caption += too_few(len(data) - len(drawn), speech)
    return Figure("shares", speech.achievers, caption, spec, shown, choices, text=2)


def too_few(count: int, speech: Speech) -> str:
    """Say how many rows are in the table alone."""
    if not count:
        return ""
    return " " + speech.language.say(
        "Not drawn, as they are of fewer than {fewest} users: {count}; the table has them.",
        fewest=speech.fewest,
        count=count,
    )


def histogram_data(found: Growth, speech: Speech) -> pa.Table:
    """List ``by, counted, value, label, users, share, low, high``, a row a bar."""
    rows = [
        {
            "by": speech.dimension(one.dimension),
            "counted": _counted(one.counted, speech),
            **{key: getattr(bar, key) for key in ("value", "label", "users", "share", "low", "high")},
        }
        for one in found.histograms
        for bar in one.bars
    ]
    return pa.Table.from_pylist(rows)


def _counted(what: str, speech: Speech) -> str:
    return speech.language.say("Events") if what == "events" else speech.kind(what)


def _histograms(found: Growth, speech: Speech) -> Iterator[Figure]:
    every = speech.dimension("all")
    told = [
        {
            **row, "told": f"{row['users']:,}, {percent(row['share'], row['low'], row['high'])}",
            "column": row["label"], "number": row["share"], "name": row["value"],
        }
        for row in histogram_data(found, speech).to_pylist()
    ]  # fmt: skip
    of_all = [row for row in told if row["by"] == every]
    if found.users >= found.fewest:
        yield _histogram(of_all, speech)
    apart = [row for row in told if row["by"] != every]
    users: dict[tuple[str, str], int] = {}
    for row in apart:
        users[row["by"], row["value"]] = users.get((row["by"], row["value"]), 0) + row["users"]
    # Each user is counted twice: by events and by goals.
    drawn = [row for row in apart if users[row["by"], row["value"]] >= 2 * speech.fewest]
    if drawn:
        few = sum(count < 2 * speech.fewest for count in users.values())
        yield _by_value(drawn, apart, few, speech)


def _histogram(of_all: list[dict[str, Any]], speech: Speech) -> Figure:
    say = speech.language.say
    offered = (picked(say("Counted"), "counted", of_all),)
    chart = charts.columns(of_all, offered, (say("How many a user has"), say("Users")))
    spec, choices = charts.choosing(chart, offered)
    shown = _histogram_table(of_all, speech, several=False)
    caption = say("How many users have how many events, with Wilson's 95% interval.")
    return Figure("histogram", say("Histogram"), caption, spec, shown, choices, text=2)


def _by_value(drawn: list[dict[str, Any]], apart: list[dict[str, Any]], few: int, speech: Speech) -> Figure:
    say = speech.language.say
    rows = [row | {"label": percent(row["share"]) if row["users"] else ""} for row in drawn]
    offered = (picked(say("By"), "by", rows), picked(say("Counted"), "counted", rows))
    chart = charts.grid(rows, offered, (say("Value"), say("How many a user has"), say("Users")))
    spec, choices = charts.choosing(chart, offered, charts.tall(rows, "by", "name", charts.ROW))
    caption = say("Each row is a histogram: how many of its users have how many events.")
    caption += too_few(few, speech)
    shown = _histogram_table(apart, speech, several=True)
    width = LABELS + _CELL * len({row["column"] for row in rows})
    title = say("Histograms by channel and the like")
    return Figure("histograms", title, caption, spec, shown, choices, least_width=width, text=4)


def _histogram_table(rows: list[dict[str, Any]], speech: Speech, *, several: bool) -> pa.Table:
    say = speech.language.say
    heads = {"by": say("By"), "value": say("Value")} if several else {}
    heads |= {"counted": say("Counted"), "label": say("How many"), "users": say("Users")}
    columns = {head: [row[key] for row in rows] for key, head in heads.items()}
    columns[say("Share")] = [percent(row["share"], row["low"], row["high"]) for row in rows]
    return pa.table(columns)


def acting(found: Growth, speech: Speech) -> Chapter | None:
    """Tell which acts come from where."""
    if not found.actions:
        return None
    title = speech.language.say("What they do, and where")
    return chapter("g-actions", title, [], act_figures(found, speech), speech.language, called="growth")


def act_figures(found: Growth, speech: Speech) -> list[Figure]:
    """Draw which acts come from where."""
    if not found.actions:
        return []
    shown = [_acts([one for one in found.actions if one.other is None], speech)]
    return shown + [_crossed(one, speech) for one in found.actions if one.other is not None]


def actions_data(found: Growth, speech: Speech) -> pa.Table:
    """List ``by, value, other, kind, events, users, share``, a row a kind and value."""
    return pa.Table.from_pylist([row for one in found.actions for row in _act_rows(one, speech)])


def _act_rows(one: Actions, speech: Speech) -> list[dict[str, Any]]:
    by = speech.dimension(one.dimension)
    if one.other is not None:
        by = speech.language.say("{one} and {other}", one=by, other=speech.dimension(one.other).lower())
    return [
        {
            "by": by, "value": act.value, "other": act.other, "kind": speech.kind(act.kind),
            "events": act.events, "users": act.users, "share": act.share,
        }
        for act in sorted(one.acts, key=lambda act: -act.events)
    ]  # fmt: skip


def _acts(one_by_one: list[Actions], speech: Speech) -> Figure:
    say = speech.language.say
    data = [row for one in one_by_one for row in _act_rows(one, speech)]
    rows = [
        {
            **row,
            "name": row["value"],
            "column": row["kind"],
            "label": f"{row['events']:,}",
            "told": _told(row),
        }
        for row in data
    ]
    offered = (picked(say("By"), "by", rows),)
    chart = charts.grid(rows, offered, (say("Value"), say("Kind"), say("Events")))
    spec, choices = charts.choosing(chart, offered, charts.tall(rows, "by", "name", charts.ROW))
    caption = say("How often each kind of event happened; the darker, the larger its share of the row.")
    width = LABELS + _CELL * len({row["kind"] for row in rows})
    shown, title = _act_table(data, speech), say("Acts by channel and the like")
    return Figure("acts", title, caption, spec, shown, choices, least_width=width, text=3)


def _crossed(both: Actions, speech: Speech) -> Figure:
    say = speech.language.say
    data = _act_rows(both, speech)
    largest: dict[str, int] = {}
    for row in data:
        largest[row["kind"]] = max(largest.get(row["kind"], 0), row["events"])
    rows = [
        {**row, "name": row["value"], "column": row["other"], "label": f"{row['events']:,}",
         "told": _told(row), "share": row["events"] / largest[row["kind"]]}
        for row in data
    ]  # fmt: skip
    goal = speech.kind(speech.goal)
    rows.sort(key=lambda row: row["kind"] != goal)
    offered = (picked(say("Kind"), "kind", rows),)
    one, other = speech.dimension(both.dimension), speech.dimension(both.other or "")
    spec, choices = charts.choosing(
        charts.grid(rows, offered, (one, other, say("Events"))),
        offered,
        charts.tall(rows, "kind", "name", charts.ROW),
    )
    title = say("Acts by {one} and {other}", one=one.lower(), other=other.lower())
    caption = say("How often a kind of event happened; the darker, the nearer to the most of any cell.")
    width = LABELS + _CELL * len({row["other"] for row in rows})
    return Figure("channel-category", title, caption, spec, _act_table(data, speech, both=True), choices,
        least_width=width, text=4)  # fmt: skip


def _told(row: dict[str, Any]) -> str:
    return f"{row['events']:,} / {row['users']:,} users / {percent(row['share'])}"


def _act_table(rows: list[dict[str, Any]], speech: Speech, *, both: bool = False) -> pa.Table:
    say = speech.language.say
    heads = {"by": say("By"), "value": say("Value")}
    heads |= {"other": say("And")} if both else {}
    heads |= {"kind": say("Kind"), "events": say("Events"), "users": say("Users")}
    columns = {head: [row[key] for row in rows] for key, head in heads.items()}
    columns[say("Share of all its events")] = [percent(row["share"]) for row in rows]
    return pa.table(columns)
