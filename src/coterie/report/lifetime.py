"""The part of the report that tells what users are worth: who, which groups, and how well that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from coterie.predictions.lifetime.candidates import NAIVE
from coterie.predictions.lifetime.tables import CATEGORY, EVERYONE
from coterie.report import chapter, lifetime_charts, words
from coterie.report.figures import Choice, Figure, Option, worded
from coterie.report.markup import element
from coterie.report.tables import Table
from coterie.report.vega_lite import specification

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.predictions.lifetime.lifetime import Lifetime
    from coterie.report.chapter import Chapter
    from coterie.report.language import Language

#: Customers of the list, in the report and in a terminal.
LISTED, NAMED = 20, 5

_MODELS = {
    "bg_nbd": "BG/NBD",
    "mbg_nbd": "MBG/NBD",
    "pareto_nbd": "Pareto/NBD",
    "gamma_gamma": "Gamma-Gamma",
    "two_stage": "two-stage model",
    "simple": "past money alone",
    NAIVE: "past money alone",
}


def chapter_of(ident: str, found: Lifetime, vocabulary: Language) -> Chapter:
    """Tell what users are worth.

    Args:
        ident: The id of the section.
        found: What a run found.
        vocabulary: The language.
    """
    told = [
        element("p", summary(found, vocabulary)),
        element("ul", *(element("li", one) for one in sentences(found, vocabulary))),
    ]
    title = vocabulary.say("What users are worth")
    return chapter.chapter(ident, title, told, figures(found, vocabulary), vocabulary)


def model(name: str, vocabulary: Language) -> str:
    """Name a model of buying."""
    return vocabulary.say(_MODELS.get(name, name))


def summary(found: Lifetime, vocabulary: Language) -> str:
    """Say what all customers are worth."""
    facts = found.facts
    return vocabulary.say(
        "{customers} customers as of {date}, {repeat} of whom bought again: worth {past} so far and "
        "{future} more within {days} days, by {model}.",
        customers=f"{facts.customers:,}",
        date=found.as_of,
        repeat=f"{facts.repeat_customers:,}",
        past=words.number(facts.past_value),
        future=words.number(facts.future_value),
        days=facts.horizon_days,
        model=model(facts.model, vocabulary),
    )


def sentences(found: Lifetime, vocabulary: Language) -> Iterator[str]:
    """Say how the models did, which groups are worth most, and what a reader should know."""
    yield from _compared(found, vocabulary)
    yield from _best(found, vocabulary)
    yield from found.notes


def _compared(found: Lifetime, vocabulary: Language) -> Iterator[str]:
    say = vocabulary.say
    rows = {row["model"]: row for row in found.models.to_pylist()}
    own, naive = rows.get(found.facts.model), rows.get(NAIVE)
    if own is None or naive is None:
        return
    if own["purchases"] is not None:
        yield say(
            "On the last {days} days, which it did not know, {model} foretold {told} purchases where "
            "{happened} happened; it was off by {off} a customer, past money alone by {naive}. {inside} of "
            "customers lay inside their intervals.",
            days=found.facts.holdout_days,
            model=model(found.facts.model, vocabulary),
            told=f"{own['purchases']:,.0f}",
            happened=f"{own['happened']:,.0f}",
            off=words.number(own["off"]),
            naive=words.number(naive["off"]),
            inside=words.percent(own["inside"]),
        )
    if own["gini"] is not None:
        yield _ranked(own, naive, vocabulary)


def _ranked(own: dict[str, Any], naive: dict[str, Any], vocabulary: Language) -> str:
    """Say which ranks customers by money better, by both measures."""
    say = vocabulary.say
    told = say(
        "As a ranking by money its normalised Gini is {gini} (past money alone: {naive_gini}) and its "
        "Spearman correlation {spearman} ({naive_spearman}).",
        gini=f"{own['gini']:.3f}",
        naive_gini=f"{naive['gini']:.3f}",
        spearman=f"{own['spearman']:.3f}",
        naive_spearman=f"{naive['spearman']:.3f}",
    )
    wins = [name for name in ("gini", "spearman") if own[name] > naive[name]]
    if not wins:
        return told + " " + say("Past money alone ranks customers better by both: rank by it.")
    if wins == ["spearman"]:
        return (
            told + " " + say("Past money alone picks the best customers better; the model orders the others.")
        )
    if wins == ["gini"]:
        return (
            told + " " + say("The model picks the best customers better; past money alone orders the others.")
        )
    return told


def _best(found: Lifetime, vocabulary: Language) -> Iterator[str]:
    """Name the most profitable group of each kind, with its interval and the next one's."""
    say = vocabulary.say
    for name in dict.fromkeys(found.ranking.column("dimension").to_pylist()):
        rows = [row for row in found.ranking.to_pylist() if row["dimension"] == name]
        if len(rows) > 1:
            yield _leading(name, rows, "mean", vocabulary)
    rows = [row for row in found.simple.to_pylist() if row["dimension"] == CATEGORY]
    if len(rows) > 1:
        yield _leading(CATEGORY, rows, "lifetime", vocabulary)
        most = max(rows, key=lambda row: row["money"])
        yield say(
            "Most money comes in by {group}: {money}.", group=most["group"], money=words.number(most["money"])
        )


def _leading(name: str, rows: list[dict[str, Any]], column: str, vocabulary: Language) -> str:
    first, second = rows[0], rows[1]
    sure = None not in (first["low"], second["high"]) and first["low"] > second["high"]
    told = vocabulary.say(
        "By {name}, {group} is worth most: {mean} a user ({low} to {high}), against {next_mean} of {next}",
        name=name.replace("_", " "),
        group=first["group"],
        mean=words.number(first[column]),
        low=words.number(first["low"]),
        high=words.number(first["high"]),
        next_mean=words.number(second[column]),
        next=second["group"],
    )
    return f"{told}." if sure else f"{told}{vocabulary.say(', which may be chance.')}"


def figures(found: Lifetime, vocabulary: Language) -> Iterator[Figure]:
    """Draw the rankings, the simple formula, the forecast against what happened, and who holds the value."""
    yield _customers(found, vocabulary)
    if found.ranking.num_rows:
        yield _ranking(found, vocabulary)
    yield _simple(found, vocabulary)
    if found.tracking.num_rows:
        yield _tracking(found, vocabulary)
    if found.deciles.num_rows:
        yield _deciles(found, vocabulary)
    yield _concentration(found, vocabulary)
    if found.retention.num_rows:
        yield _retention(found, vocabulary)


def _customers(found: Lifetime, vocabulary: Language) -> Figure:
    say = vocabulary.say
    rows = found.customers.slice(0, LISTED).to_pylist()
    shown = worded(
        rows,
        (say("Customer"), "user_id"),
        (say("Value"), "value", words.number),
        (say("So far"), "past_value", words.number),
        (say("To come"), "future_value", words.number),
        (say("At least"), "future_value_low", words.number),
        (say("At most"), "future_value_high", words.number),
        (say("Still a customer"), "alive", _share),
    )
    caption = say(
        "The most valuable customers: what they have been worth, and will be within {days} days. The line "
        "is the 95% interval of what is to come. Their ids are in this file: mind who gets it.",
        days=found.facts.horizon_days,
    )
    spec = specification(lifetime_charts.customers(found.customers.slice(0, LISTED), vocabulary))
    return Figure("customers", say("Most valuable customers"), caption, spec, shown)


def _ranking(found: Lifetime, vocabulary: Language) -> Figure:
    say = vocabulary.say
    rows = found.ranking.to_pylist()
    names = list(dict.fromkeys(row["dimension"] for row in rows))
    shown = worded(
        rows,
        (say("Told apart by"), "dimension", _spaced),
        (say("Group"), "group"),
        (say("Users"), "users"),
        (say("Customers"), "customers"),
        (say("Value a user"), "mean", words.number),
        (say("At least"), "low", words.number),
        (say("At most"), "high", words.number),
        (say("Value of all"), "total", words.number),
    )
    caption = say(
        "Value of a user of each group, so far and to come, with its 95% interval; who never bought counts "
        "with 0."
    )
    spec = specification(lifetime_charts.ranking(found.ranking, names[0], vocabulary))
    choices = (_dimensions(names, names[0], vocabulary),)
    return Figure("worth", say("Which groups are worth most"), caption, spec, shown, choices, text=2)


def _simple(found: Lifetime, vocabulary: Language) -> Figure:
    say = vocabulary.say
    rows = found.simple.to_pylist()
    names = list(dict.fromkeys(row["dimension"] for row in rows))
    shown = worded(
        rows,
        (say("Told apart by"), "dimension", _spaced),
        (say("Group"), "group"),
        (say("Buyers"), "buyers"),
        (say("Average order"), "average_order", words.number),
        (say("Orders a month"), "repeat_rate", "{:.4f}".format),
        (say("Months"), "months", "{:.4g}".format),
        (say("Value of a buyer"), "lifetime", words.number),
        (say("At least"), "low", words.number),
        (say("At most"), "high", words.number),
    )
    caption = say(
        "Average order value x orders in a month with an order x months with an order, over the buyers of "
        "each group. It tells of the past: who came lately has had fewer months."
    )
    shows = CATEGORY if CATEGORY in names else names[-1]
    spec = specification(lifetime_charts.simple(found.simple, shows, vocabulary))
    choices = (_dimensions(names, shows, vocabulary),)
    return Figure(
        "simple", say("The simple formula, factor by factor"), caption, spec, shown, choices, text=2
    )


def _dimensions(names: list[str], shown: str, vocabulary: Language) -> Choice:
    options = tuple(Option(_spaced(name), ((("params", 0, "value"), name),)) for name in names)
    return Choice(vocabulary.say("Told apart by"), options, names.index(shown))


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _share(value: float | None) -> str:
    return words.number(value, "share")


def _tracking(found: Lifetime, vocabulary: Language) -> Figure:
    say = vocabulary.say
    caption = say(
        "All purchases since the models' last day, foretold and happened, of customers known by then."
    )
    spec = specification(lifetime_charts.tracking(found.tracking, vocabulary))
    return Figure("tracking", say("Purchases so far, foretold and happened"), caption, spec, found.tracking)


def _deciles(found: Lifetime, vocabulary: Language) -> Figure:
    say = vocabulary.say
    caption = say(
        "Customers in tenths by what was foretold of them, from the least to the most: purchases of each."
    )
    data = found.deciles.add_column(
        0, "tenth", pa.array([str(at + 1) for at in range(found.deciles.num_rows)])
    )
    spec = specification(lifetime_charts.deciles(data, vocabulary))
    return Figure("tenths", say("Purchases of customers, foretold and happened"), caption, spec, data)


def _concentration(found: Lifetime, vocabulary: Language) -> Figure:
    say = vocabulary.say
    caption = say(
        "What part of all value the most valuable customers hold; on the straight line all are worth the "
        "same."
    )
    rows = found.concentration.to_pylist()
    shown = worded(
        rows,
        (say("Customers"), "share", words.percent),
        (say("Of all value"), "value_share", words.percent),
        (say("Of value so far"), "past_share", words.percent),
    )
    spec = specification(lifetime_charts.concentration(found.concentration, vocabulary))
    return Figure("concentration", say("Who holds the value"), caption, spec, shown)


def _retention(found: Lifetime, vocabulary: Language) -> Figure:
    say = vocabulary.say
    caption = say("Of the subscriptions that came to each renewal, the share that was renewed.")
    rows = found.retention.to_pylist()
    shown = worded(
        rows,
        (say("Renewal"), "renewal", str),
        (say("Subscriptions"), "subscribers"),
        (say("Happened"), "happened", words.percent),
        (say("Expected"), "expected", words.percent),
    )
    spec = specification(lifetime_charts.retention(found.retention, vocabulary))
    return Figure("renewals", say("Renewals of subscriptions"), caption, spec, shown)


def table(found: Lifetime, vocabulary: Language) -> Table:
    """Show the most valuable customers in a terminal."""
    say, rows = vocabulary.say, found.customers.slice(0, NAMED).to_pylist()
    head = (
        say("Customer"), say("Orders"), say("So far"), say("To come"), say("At least"), say("At most"),
        say("Still a customer"),
    )  # fmt: skip
    cells = tuple(
        (
            row["user_id"],
            f"{row['orders']:,}",
            *(
                words.number(row[name])
                for name in ("past_value", "future_value", "future_value_low", "future_value_high")
            ),
            words.number(row["alive"], "share"),
        )
        for row in rows
    )
    return Table(say("Lifetime value"), head, cells, head[1:], head)


def factors(found: Lifetime, vocabulary: Language) -> str:
    """Say the simple formula for everyone, each factor shown."""
    row = next(row for row in found.simple.to_pylist() if row["dimension"] == EVERYONE)
    return vocabulary.say(
        "Simple formula, all buyers: {order} an order x {rate} orders a month x {months} months = {value}.",
        order=words.number(row["average_order"]),
        rate=f"{row['repeat_rate']:.4f}",
        months=f"{row['months']:.4g}",
        value=words.number(row["lifetime"]),
    )
