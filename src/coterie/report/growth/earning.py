"""Who and what brings the money in, with its tables."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from coterie.report import look, words
from coterie.report.chapter import Chapter, chapter
from coterie.report.figures import Figure
from coterie.report.growth import charts
from coterie.report.growth.charts import Picked, picked
from coterie.report.growth.speech import Speech, money, percent
from coterie.report.markup import Markup, element, join, table
from coterie.report.vega_lite import specification

if TYPE_CHECKING:
    from coterie.growth.concentration import Concentration
    from coterie.growth.growth import Growth
    from coterie.growth.profit import TopUsers

_EPOCH = dt.date(1970, 1, 1)


def earning(found: Growth, speech: Speech) -> Chapter | None:
    """Tell who and what brings the money in, net of refunds."""
    if not found.profit and found.concentration is None:
        return None
    say = speech.language.say
    told: list[Markup | None] = []
    if found.concentration is not None:
        told.append(element("p", concentrated(found.concentration, speech)))
    title = say("Who and what is most profitable")
    made = chapter("g-profit", title, told, profit_figures(found, speech), speech.language, called="growth")
    if found.top is None or not found.top.rows:
        return made
    return Chapter(made.ident, made.title, (*made.html, _top(found.top, speech)), made.charts)


def profit_figures(found: Growth, speech: Speech) -> list[Figure]:
    """Draw revenue, rates and concentration."""
    shown = _revenue(found, speech)
    return shown + ([_concentration(found.concentration, speech)] if found.concentration is not None else [])


def concentrated(found: Concentration, speech: Speech) -> str:
    """Say how much of the revenue the best tenth of payers brings in."""
    return speech.language.say(
        "{payers} users brought in {revenue}, net of refunds; the best tenth of them {share} of it.",
        payers=f"{found.payers:,}",
        revenue=words.number(found.revenue, "money"),
        share=percent(found.top.value, found.top.low, found.top.high),
    )


def profit_data(found: Growth, speech: Speech) -> pa.Table:
    """List what each value brought in: ``by, value``, counts, money, and rates with their intervals."""
    rows = [
        {"by": speech.dimension(one.dimension), **row, "few": earned.few}
        for one in found.profit
        for row, earned in zip(one.to_arrow().to_pylist(), one.rows, strict=True)
    ]
    return pa.Table.from_pylist(rows)


def _revenue(found: Growth, speech: Speech) -> list[Figure]:
    if not found.profit:
        return []
    say = speech.language.say
    data = profit_data(found, speech).to_pylist()
    sums = [
        {
            "by": row["by"], "name": row["value"], "number": row["revenue"],
            "told": f"{words.number(row['revenue'], 'money')}"
            + (f" ({percent(row['share'])})" if row["share"] is not None else ""),
        }
        for row in data
    ]  # fmt: skip
    offered = (picked(say("By"), "by", sums),)
    spec, choices = charts.choosing(
        charts.bars(sums, offered, say("Revenue")), offered, charts.tall(sums, "by", "name")
    )
    table_ = pa.table({
        say("By"): [row["by"] for row in data],
        say("Value"): [row["value"] for row in data],
        **{head: [row[key] for row in data] for key, head in (
            ("payers", say("Payers")), ("orders", say("Orders")), ("spend", say("Spend")),
            ("refunded", say("Refunded")), ("revenue", say("Revenue")))},
        say("Share"): [percent(row["share"]) for row in data],
    })  # fmt: skip
    caption = say("Money of orders less money given back, the most profitable first.")
    first = Figure("revenue", say("Revenue"), caption, spec, table_, choices, text=2)
    rates = _rates(found, speech)
    return [first, rates] if rates else [first]


def _rates(found: Growth, speech: Speech) -> Figure | None:
    say = speech.language.say
    measures = {
        say("A user"): "per_user", say("An active user"): "per_active", say("An event"): "per_event",
    }  # fmt: skip
    every = [(speech.dimension(one.dimension), row) for one in found.profit for row in one.rows]
    drawn = [(by, row) for by, row in every if not row.few and row.users >= speech.fewest]
    rows = []
    for measure, key in measures.items():
        for by, row in drawn:
            rate = getattr(row, key)
            label = f"{row.value}: {words.number(rate.value, 'money')}"
            rows.append({
                "by": by, "measure": measure, "name": row.value, "number": rate.value, "low": rate.low,
                "high": rate.high, "told": money(rate), "label": label,
            })  # fmt: skip
    if not rows:
        return None
    offered = (picked(say("By"), "by", rows), Picked(say("Revenue of"), "measure", tuple(measures)))
    chart = charts.intervals(rows, offered, say("Revenue"), look.NUMBERS)
    spec, choices = charts.choosing(chart, offered, charts.tall(rows, "by", "name"))
    shown = pa.table({
        say("By"): [by for by, _ in every],
        say("Value"): [row.value for _, row in every],
        say("Users"): [row.users for _, row in every],
        **{name: [money(getattr(row, key)) for _, row in every] for name, key in measures.items()},
    })  # fmt: skip
    caption = say(
        "What a user, an active user and an event bring in, with 95% bootstrap intervals over users."
    )
    if len(every) > len(drawn):
        caption += " " + say(
            "Not drawn, as fewer than {payers} paid or there are fewer than {fewest} users: {count}; the "
            "table has them.",
            payers=5,
            fewest=speech.fewest,
            count=len(every) - len(drawn),
        )
    return Figure("rates", say("Revenue a user and an event"), caption, spec, shown, choices, text=2)


def concentration_data(found: Concentration) -> pa.Table:
    """List ``payers, revenue, revenue_low, revenue_high``: shares of payers, and of the revenue."""
    return found.to_arrow()


def _concentration(found: Concentration, speech: Speech) -> Figure:
    say = speech.language.say
    across, up = say("Best payers"), say("Their share of the revenue")
    rows: list[dict[str, Any]] = [
        {"share": part.payers, "number": part.revenue.value, "low": part.revenue.low,
         "high": part.revenue.high, "told": percent(part.revenue.value, part.revenue.low, part.revenue.high)}
        for part in found.parts
    ]  # fmt: skip
    shown = pa.table({
        across: [percent(part.payers) for part in found.parts],
        up: [row["told"] for row in rows],
    })  # fmt: skip
    ends = [
        dict.fromkeys(("share", "number", "low", "high"), end) | {"told": percent(end)} for end in (0.0, 1.0)
    ]
    spec = specification(charts.band([ends[0], *rows, ends[1]], (across, up)))
    caption = say(
        "How much of the revenue the best payers bring in, with 95% bootstrap intervals; on the dashed line "
        "all would pay the same. Payers are users whose revenue is above zero."
    )
    return Figure("concentration", say("Concentration"), caption, spec, shown)


def _top(found: TopUsers, speech: Speech) -> Markup:
    say = speech.language.say
    names = list(found.rows[0].by)
    head = [say("User"), *map(speech.dimension, names), say("Last seen"), say("Orders"), say("Events"),
            say("Refunded"), say("Revenue")]  # fmt: skip
    rows = [
        [
            one.user_id, *one.by.values(), (_EPOCH + dt.timedelta(days=one.last_day)).isoformat(),
            f"{one.orders:,}", f"{one.events:,}", words.number(one.refunded, "money"),
            words.number(one.revenue, "money"),
        ]
        for one in found.rows
    ]  # fmt: skip
    title = say("The {count} most profitable users", count=len(rows))
    warning = say("This file holds the ids of these users: mind who gets it.")
    inner = element("details", element("summary", title), table(title, head, rows, text=2 + len(names)))
    return join(element("h3", say("Most profitable users")), element("p", warning), inner)
