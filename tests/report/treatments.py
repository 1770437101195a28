"""A treatment measured on users with a planted effect."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools

import numpy as np
from tests.predictions.uplift import trials

from coterie.predictions.uplift import balance, choice, groups, policy
from coterie.predictions.uplift.effect import effect
from coterie.predictions.uplift.result import LeftOut, Treatment


@functools.cache
def treatment(kind: str = "shares") -> Treatment:
    both, _ = trials.planted(1_500) if kind == "shares" else trials.amounts(1_500)
    chosen = choice.choose(both, ("t", "x"), ("linear",))
    worth = policy.policy(chosen.measured, cost=0.1)
    words, order = groups.ranges(both.matrix[:, 0])
    by = groups.by_groups(both, {"engagement": list(np.where(both.matrix[:, 1] > 0.5, "Frequent", "Rare"))},
                          {"attributes_age": words}, {"attributes_age": order})  # fmt: skip
    return Treatment(
        name="mail",
        entry="mail",
        treated="mail",
        control="none",
        outcome="visit",
        yes_or_no=both.yes_or_no,
        before=dt.date(2026, 1, 1),
        features=("attributes_age",),
        left_out=(LeftOut("their outcome is unknown", 12),),
        effect=effect(both),
        sizes=balance.sizes({"mail": 750, "none": 750}, {}),
        imbalances=balance.imbalances(
            both.matrix, ["attributes_age", "attributes_town: x", "b"], both.treated
        ),
        candidates=chosen.candidates,
        ranks=chosen.ranks,
        measured=chosen.measured,
        policy=worth,
        verdict=policy.verdict(worth, ranks=chosen.ranks),
        groups=by,
    )


def broken() -> Treatment:
    """One whose arms were not drawn at random, and that no learner tells users apart by."""
    found = treatment()
    worst = balance.Imbalance("attributes_age", 1.0, 0.0, 0.4)
    return dataclasses.replace(
        found,
        sizes=balance.sizes({"mail": 900, "none": 600}, {}),
        imbalances=(worst, *found.imbalances),
        ranks=False,
        verdict="everyone",
        groups=tuple(dataclasses.replace(one, adjusted=1.0) for one in found.groups),
    )
