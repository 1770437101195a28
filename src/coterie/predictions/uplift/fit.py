"""From users with their arm and outcome to what a treatment changed, whom it moves, and whom to treat."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from coterie.errors import PredictionError, did_you_mean
from coterie.features.values import numbers, words
from coterie.predictions import columns
from coterie.predictions.uplift import balance, bases, groups, learner, policy, trial
from coterie.predictions.uplift.arms import check_split
from coterie.predictions.uplift.choice import choose
from coterie.predictions.uplift.effect import effect
from coterie.predictions.uplift.result import LeftOut, Treatment
from coterie.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coterie.features.feature import Feature, FeatureTable
    from coterie.features.values import Floats
    from coterie.predictions.columns import Column
    from coterie.predictions.uplift.assigned import Assigned
    from coterie.predictions.uplift.balance import Sizes
    from coterie.predictions.uplift.bases import BaseName
    from coterie.predictions.uplift.learner import Fitted, LearnerName
    from coterie.predictions.uplift.trial import Trial
    from coterie.project.uplifting import UpliftSettings

#: Columns whose balance is kept, the worst first.
_BALANCES = 30


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What is to be learnt of one treated arm.

    Attributes:
        name: What the result is called.
        entry: The name in coterie.yaml.
        arm: The treated arm.
        settings: What coterie.yaml says.
        assigned: Users with their arm and outcome.
        table: Features of users, as of before the treatment.
        hidden: Features that say who was treated or what happened, here or elsewhere: never learnt from.
        segments: For each segmentation the segment of each row of `table`, in words.
    """

    name: str
    entry: str
    arm: str
    settings: UpliftSettings
    assigned: Assigned
    table: FeatureTable
    hidden: frozenset[str] = frozenset()
    segments: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """What scores users.

    Attributes:
        columns: How features become numbers.
        learner: What tells effects; ``None`` where no learner ranks: then everyone has the average.
        average: The average effect.
    """

    columns: tuple[Column, ...]
    learner: Fitted | None
    average: float

    @property
    def features(self) -> tuple[str, ...]:
        """The features that scoring needs."""
        found = () if self.learner is None else self.columns
        return tuple(dict.fromkeys(one.feature for one in found))

    def scores(self, rows: pa.Table) -> Floats:
        """Tell by how much treating each user is expected to change their outcome."""
        if self.learner is None:
            return np.full(rows.num_rows, self.average)
        with one_thread():
            return self.learner.effects(columns.matrix(self.columns, rows))


def fit(asked: Asked) -> tuple[Treatment, Learnt]:
    """Measure what a treatment changed, choose a learner, and let it learn from everyone.

    Raises:
        PredictionError: Nothing is left to compare.
        DataError: An arm has hardly anybody, or the outcome is the same for everyone.
    """
    settings, arms = asked.settings, asked.assigned.arms
    rows, left_out = _compared(asked)
    chosen = _features(asked)
    made = columns.prepare(rows, chosen, scaled=True)
    both = trial.Trial(
        columns.matrix(made, rows),
        rows["outcome"].to_numpy(),
        pc.equal(rows["arm"], asked.arm).cast(pa.int64()).to_numpy().astype(np.float64),
    )
    trial.refuse(both, asked.arm, arms.control)
    choice = choose(both, *_candidates(settings), seed=settings.seed)
    worth = policy.policy(choice.measured, cost=settings.cost, benefit=settings.benefit)
    average = effect(both)
    found = Treatment(
        name=asked.name,
        entry=asked.entry,
        treated=asked.arm,
        control=arms.control,
        outcome=asked.assigned.outcome,
        yes_or_no=both.yes_or_no,
        before=arms.before,
        features=tuple(dict.fromkeys(one.feature for one in made)),
        left_out=left_out,
        effect=average,
        sizes=_sizes(asked),
        imbalances=balance.imbalances(both.matrix, [_called(one) for one in made], both.treated)[:_BALANCES],
        candidates=choice.candidates,
        ranks=choice.ranks,
        measured=choice.measured,
        policy=worth,
        verdict=policy.verdict(worth, ranks=choice.ranks),
        groups=_groups(asked, rows, both),
    )
    return found, Learnt(made, _learner(found, both, settings) if choice.ranks else None, average.difference)


def _learner(found: Treatment, both: Trial, settings: UpliftSettings) -> Fitted:
    best = found.candidates[0]
    made = bases.by_name(best.base, yes_or_no=both.yes_or_no, seed=settings.seed)
    with one_thread():
        return learner.fit(best.learner, both, made, seed=settings.seed)


def _compared(asked: Asked) -> tuple[pa.Table, tuple[LeftOut, ...]]:
    """Join the two arms to features, and account for everyone who is left out."""
    arms = asked.assigned.arms
    whole = asked.assigned.rows
    of_both = whole.filter(pc.is_in(whole["arm"], value_set=pa.array([asked.arm, arms.control])))
    known = of_both.filter(pc.is_valid(of_both["outcome"]))
    place = pa.array(np.arange(len(asked.table)), pa.int64())
    joined = known.join(asked.table.rows.append_column(_PLACE, place), "user_id", join_type="inner")
    joined = joined.sort_by("user_id")
    told = (
        ("their treatment is unknown", arms.unknown),
        ("they got the events of both arms", arms.both),
        ("their outcome is unknown", len(of_both) - len(known)),
        ("they have no features as of before", len(known) - len(joined)),
    )
    return joined, tuple(LeftOut(why, users) for why, users in told if users)


_PLACE = "coterie_place"


def _features(asked: Asked) -> tuple[Feature, ...]:
    """Pick the features to learn from: those that are named, or all but those that tell too much."""
    allowed = [one for one in asked.table.features if one.name not in asked.hidden]
    wanted = asked.settings.features
    if wanted is None:
        return tuple(allowed)
    there = {one.name for one in allowed} | {one.family for one in allowed}
    for name in wanted:
        if name not in there:
            raise PredictionError(
                f"`features` names {name!r}, which is not there. {did_you_mean(name, there)}"
            )
    return tuple(one for one in allowed if {one.name, one.family} & set(wanted))


def _candidates(settings: UpliftSettings) -> tuple[Sequence[LearnerName], Sequence[BaseName]]:
    learners = learner.LEARNERS if settings.learner == "auto" else (settings.learner,)
    return learners, bases.BASES if settings.base == "auto" else (settings.base,)


def _sizes(asked: Asked) -> Sizes | None:
    settings, users = asked.settings, asked.assigned.users
    if not settings.split and not isinstance(settings.treatment, str) and settings.control is None:
        return None
    check_split(settings, users)
    return balance.sizes(users, settings.split)


def _called(column: Column) -> str:
    if column.words is None:
        return column.feature
    return f"{column.feature}: {'other' if column.others else column.words[0]}"


def _groups(asked: Asked, rows: pa.Table, both: Trial) -> tuple[groups.By, ...]:
    place = rows[_PLACE].to_numpy()
    segments = {name: [of[at] for at in place] for name, of in asked.segments.items()}
    attributes, orders = {}, {}
    for feature in asked.table.features:
        if feature.behaviour or feature.name in asked.hidden:
            continue
        if feature.categorical:
            found = words(rows, feature.name)
            attributes[feature.name] = [found.values[code] for code in found.codes]
        else:
            told, orders[feature.name] = groups.ranges(numbers(rows, feature.name))
            attributes[feature.name] = told
    return groups.by_groups(both, segments, attributes, orders)
