"""What is printed of users to come: in which state they will be, and what they are worth."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from coterie.cli import terminal
from coterie.report import activity
from coterie.report.language import language

if TYPE_CHECKING:
    from coterie.outlook import Outlook
    from coterie.predictions.lifetime.lifetime import Lifetime
    from coterie.report.language import Language
    from coterie.report.tables import Table


def show(outlook: Outlook) -> None:
    """Print how many users are in each state and will be, who goes quiet, and who is worth most."""
    words = language()
    if (states := outlook.activity) is not None:
        _show(activity.table(states, words))
        told = [*activity.sentences(states, words), activity.most_likely(states, words)]
        terminal.say(*filter(None, told), "")
    if (worth := outlook.lifetime) is not None:
        from coterie.report import lifetime  # slow to import, and not every project has it

        _show(lifetime.table(worth, words))
        told = [lifetime.summary(worth, words), lifetime.factors(worth, words)]
        terminal.say(*told, *lifetime.sentences(worth, words), "")
    if outlook.notes:
        terminal.say(*outlook.notes, "")


def _show(table: Table) -> None:
    terminal.show_table(table)


def document(outlook: Outlook) -> dict[str, Any]:
    """Write what becomes of users, for programs."""
    words, states, worth = language(), outlook.activity, outlook.lifetime
    return {
        "activity": states
        and {
            "states": states.to_arrow().to_pylist(),
            "sentences": list(activity.sentences(states, words)),
            "going_quiet": activity.at_risk(states, words).to_pylist(),
            "facts": dataclasses.asdict(states.facts),
        },
        "lifetime": worth and _worth(worth, words),
        "notes": list(outlook.notes),
    }


def _worth(worth: Lifetime, words: Language) -> dict[str, Any]:
    from coterie.report import lifetime

    return {
        "customers": worth.customers.slice(0, lifetime.LISTED).to_pylist(),
        "ranking": worth.ranking.to_pylist(),
        "simple": worth.simple.to_pylist(),
        "models": worth.models.to_pylist(),
        "sentences": list(lifetime.sentences(worth, words)),
        "facts": dataclasses.asdict(worth.facts),
    }
