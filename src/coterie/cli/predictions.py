"""What the verbs print of predictions."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from coterie.cli import terminal
from coterie.predictions.foretold import Failed, Foretold
from coterie.report import foretelling, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.explained import Explained


def show(made: Sequence[Foretold | Failed]) -> None:
    """Print what is foretold of users, how good that is beside the naive baseline, and what failed."""
    told = [one for one in made if isinstance(one, Foretold)]
    if told:
        terminal.show_table(foretelling.table(made))
    for one in told:
        terminal.say(f"{one.name}: {' '.join(foretelling.sentences(one))}", "")
    terminal.say(
        *(f"{one.name} could not be foretold. {one.sentence}" for one in made if isinstance(one, Failed))
    )


def show_of_one(found: Explained) -> None:
    """Print what is foretold of a user, and by which features most."""
    labels = {feature.name: words.label(feature) for feature in found.features}
    told = ((one.foretold, one.score, (one.low, one.high), one.reasons) for one in found.foretold)
    terminal.say(*(foretelling.of_one(*one, labels) for one in told))
    without = [one.name for one in found.not_foretold]
    if without:
        terminal.say(
            f"Not foretold: {', '.join(without)}; this user is not among those it is about, or too new."
        )
    if found.foretold or without:
        terminal.say("")


def document(one: Foretold | Failed) -> dict[str, Any]:
    """A prediction, or why it could not be made, for programs."""
    if isinstance(one, Failed):
        return {"name": one.name, "failed": one.sentence}
    return {
        "name": one.name,
        "target": one.about.settings.target,
        "horizon_days": one.prediction.horizon_days,
        "method": one.prediction.method,
        "expected": dataclasses.asdict(one.about.expected),
        "counted": dataclasses.asdict(one.about.counted),
        "holdout": one.prediction.holdout,
        "foretold_on_holdout": one.about.on_holdout.total,
        "happened_on_holdout": one.about.happened,
        "measures": [dataclasses.asdict(measure) for measure in one.prediction.measures],
        "baseline_wins": one.baseline_wins,
        "sentences": foretelling.sentences(one),
    }
