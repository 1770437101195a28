"""The result of one treatment: what it changed, whom it moves, whom to treat; frozen, and stored as JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt  # noqa: TC003 - read when a stored result is checked
import json

import pyarrow as pa
from pydantic import TypeAdapter

from coterie.as_json import Form
from coterie.errors import PredictionError
from coterie.predictions.evaluation.uplift import Uplift  # noqa: TC001 - read when a stored result is checked
from coterie.predictions.uplift.balance import Imbalance, Sizes  # noqa: TC001 - the same
from coterie.predictions.uplift.choice import Candidate  # noqa: TC001 - the same
from coterie.predictions.uplift.effect import Effect  # noqa: TC001 - the same
from coterie.predictions.uplift.groups import By  # noqa: TC001 - the same
from coterie.predictions.uplift.policy import Policy, Verdict  # noqa: TC001 - the same
from coterie.shown import Shown

#: The version of the stored form that this coterie reads and writes.
VERSION = 1


@dataclasses.dataclass(frozen=True, slots=True)
class LeftOut:
    """Users who could not be compared.

    Attributes:
        why: The reason, in a few words.
        users: How many.
    """

    why: str
    users: int


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Treatment(Shown):
    """What one treatment changed, and for whom.

    Attributes:
        name: What it is called: the name in coterie.yaml, and the arm where there are several.
        entry: The name in coterie.yaml.
        treated: What the treated arm is called.
        control: What the other arm is called.
        outcome: What was to change.
        yes_or_no: Whether that either happens or doesn't.
        before: Features are of what users had done before this date.
        features: What was learnt from.
        left_out: Users who could not be compared, by reason.
        effect: What treating changes on average.
        sizes: The sizes of the arms against those that were meant; ``None`` where nothing was said of them.
        imbalances: How far the arms were apart before, the furthest first.
        candidates: The learners that were tried, the best first.
        ranks: Whether the best one ranks users better than chance does.
        measured: Uplift and Qini curves of the best one, on users held out.
        policy: What treating the best-scored share is worth.
        verdict: Whom it is best to treat.
        groups: Effects by segment and by attribute.
        version: Of this form.
        made_from: Fingerprint of the data and the settings.
    """

    name: str
    entry: str
    treated: str
    control: str
    outcome: str
    yes_or_no: bool
    before: dt.date
    features: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    effect: Effect
    sizes: Sizes | None
    imbalances: tuple[Imbalance, ...]
    candidates: tuple[Candidate, ...]
    ranks: bool
    measured: Uplift
    policy: Policy
    verdict: Verdict
    groups: tuple[By, ...]
    version: int = VERSION
    made_from: str = ""

    @property
    def column(self) -> str:
        """The column of `profiles` that holds its scores."""
        return f"{self.name}_uplift"

    def caption(self) -> str:
        """Say what treating changes on average."""
        found = self.effect
        return (
            f"{self.name}: {self.treated} changes {self.outcome} by {found.difference:+.4g} a user "
            f"[{found.low:+.4g}, {found.high:+.4g}]."
        )

    def to_arrow(self) -> pa.Table:
        """Return one row a group of users: who, how many, and the effect with its interval."""
        rows = [
            {
                "by": by.what,
                "group": one.name,
                "users": one.users,
                "effect": one.effect.difference,
                "low": one.effect.low,
                "high": one.effect.high,
            }
            for by in self.groups
            for one in by.groups
        ]
        whole = self.effect
        everyone = {
            "by": "",
            "group": "everyone",
            "users": whole.treated + whole.others,
            "effect": whole.difference,
            "low": whole.low,
            "high": whole.high,
        }
        return pa.Table.from_pylist([everyone, *rows])


@dataclasses.dataclass(frozen=True, slots=True)
class Unmeasured:
    """A treatment of which nothing could be learnt.

    Attributes:
        name: The name in coterie.yaml.
        why: One sentence.
    """

    name: str
    why: str


def to_json(found: Treatment | Unmeasured) -> str:
    """Write a result as JSON, to the last digit."""
    return TypeAdapter(type(found)).dump_json(found).decode()


def from_json(text: str) -> Treatment | Unmeasured:
    """Read a result from JSON.

    Raises:
        PredictionError: The text is of another version, or no result.
    """
    fields = json.loads(text)
    if "why" in fields:
        return Unmeasured(fields["name"], fields["why"])
    return Form(Treatment, "uplift", VERSION, PredictionError).load(text)
