"""Training tables: users as of several past dates, each with what happened to them afterwards.

Without leakage by construction: the features of an example are computed as of its date, by the SQL that
computes them today; its outcome is made of the days from the date on. Which columns there are is decided by
what there was before the last date, on which a model is checked. The one thing that is not of the date are
attributes of users: they are those of today, since no source says when they changed.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import PredictionError, UsageError, did_you_mean
from coterie.features import build, past
from coterie.features.as_of import AsOf
from coterie.features.values import numbers
from coterie.predictions import targets
from coterie.predictions.examples import Examples
from coterie.predictions.outcomes import labelled
from coterie.progress import quiet
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator, Sequence

    import pyarrow as pa
    from sqlglot import exp

    from coterie.features.build import Plan
    from coterie.features.feature import Feature
    from coterie.predictions.outcomes import Labels, Membership
    from coterie.predictions.population import Counted
    from coterie.progress import Progress
    from coterie.project.predicting import PredictionSettings
    from coterie.project.settings import FeatureSettings
    from coterie.sources.warehouse import Warehouse

#: A model learns from about this many examples at most: the libraries hold them in memory several times.
MOST_EXAMPLES = 200_000
#: About so many events of theirs are gathered at most, each once for every example it belongs to.
MOST_EVENTS = 20_000_000

_ASKED, _FEATURES = "training_asked", "training_features"
#: No feature is called so: a name of a feature begins with its family.
_DAY, _OUTCOME, _NAIVE = "as_of_day", "outcome", "naive"


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What is to be foretold, and from what.

    Attributes:
        name: Of the prediction.
        settings: What coterie.yaml says of it.
        features: Which features the project has.
        planned: What the table `features` was built from; nothing from its date on is known.
        membership: Target becomes: how users get into the segment.
    """

    name: str
    settings: PredictionSettings
    features: FeatureSettings
    planned: Plan
    membership: Membership | None = None


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Training:
    """Examples, and of whom they are.

    Attributes:
        examples: What a model learns from, and is checked on.
        counted: For each date how many users there were, who belonged and who was too new.
        notes: What a reader should know of how they came about, one sentence each.
    """

    examples: Examples
    counted: tuple[Counted, ...]
    notes: tuple[str, ...]


def chosen(settings: PredictionSettings, features: Sequence[Feature]) -> tuple[Feature, ...]:
    """Pick the features that a model may use: those the settings name, or all.

    Raises:
        UsageError: The settings name a feature or family that isn't there.
    """
    if settings.features is None:
        return tuple(features)
    allowed = {word for feature in features for word in (feature.name, feature.family)}
    for name in settings.features:
        if name not in allowed:
            raise UsageError(f"`features` names {name!r}, which is not there. {did_you_mean(name, allowed)}")
    wanted = set(settings.features)
    return tuple(feature for feature in features if {feature.name, feature.family} & wanted)


def training(
    warehouse: Warehouse,
    asked: Asked,
    dates: Sequence[dt.date],
    horizon_days: int,
    progress: Progress = quiet,
) -> Training:
    """Build the training tables as of past dates, and read them.

    Args:
        warehouse: Where `events`, `users` and `user_days` lie.
        asked: What is to be foretold.
        dates: The dates, ascending; the last is the holdout.
        horizon_days: How many days from a date on the outcome is of.
        progress: Told how far it is.

    Raises:
        PredictionError: There is nothing to learn from.
        UsageError: The settings name a feature that isn't there.
    """
    names = {one.name for one in chosen(asked.settings, asked.planned.catalogue.features)}
    planned = _of_both(warehouse, asked, names, dates[-1])
    most = _most(warehouse) // len(dates)
    progress(asked.name, 0, 2)
    with labelled(warehouse, asked.settings, dates, horizon_days, most, asked.membership) as (table, labels):
        progress(asked.name, 1, 2)
        rows = _rows(warehouse, planned, table, [one.date for one in labels])
    warehouse.release()
    progress(asked.name, 2, 2)
    date_of = np.searchsorted([AsOf.of(one.date).day for one in labels], numbers(rows, _DAY))
    rates = np.array([math.nan if one.rate_before is None else one.rate_before for one in labels])[date_of]
    examples = Examples(
        kind=targets.kind_of(asked.settings.target),
        horizon_days=horizon_days,
        dates=tuple(one.date for one in labels),
        features=planned.catalogue.features,
        rows=rows.drop_columns([_DAY, _OUTCOME, _NAIVE]),
        date_of=date_of,
        outcomes=numbers(rows, _OUTCOME),
        naive=np.where(np.isnan(rates), numbers(rows, _NAIVE), rates),
    )
    return Training(examples, tuple(one.counted for one in labels), tuple(_notes(asked, labels)))


def _most(warehouse: Warehouse) -> int:
    """How many examples are learnt from: fewer where users have very many events."""
    sums = sql.sql("select sum(events) as events, count(distinct user_id) as users from user_days")
    (found,) = warehouse.query(sums).to_pylist()
    events_each = int(found["events"] or 0) / max(found["users"], 1)
    return int(min(MOST_EXAMPLES, MOST_EVENTS / max(events_each, 1)))


def _of_both(warehouse: Warehouse, asked: Asked, names: Collection[str], date: dt.date) -> Plan:
    """Plan the features that are the same today and as of the last past date, and no others.

    Raises:
        PredictionError: There are none.
    """
    now = {one.name: one.sql for one in asked.planned.catalogue.features}
    planned = build.plan(warehouse, asked.features, date)
    same = {one.name for one in planned.catalogue.features if now.get(one.name) == one.sql} & set(names)
    if not same:
        raise PredictionError(f"No feature that was asked for could be computed as of {date}; name others.")
    return past.narrowed(planned, same)


def _rows(warehouse: Warehouse, planned: Plan, labelled: str, dates: Sequence[dt.date]) -> pa.Table:
    """Read the examples as of these dates: features and outcome, in order of date and user."""
    those = [AsOf.of(date).day for date in dates]
    asked = select(
        "select number, user_id, as_of_day from :labelled where as_of_day in :those",
        labelled=sql.table(labelled),
        those=those,
    )
    warehouse.create(_ASKED, asked, temporary=True)
    past.write_each(warehouse, planned, _ASKED, _FEATURES)
    columns: list[exp.Expression] = [sql.column("user_id", labelled)]
    columns += [sql.column(one.name, _FEATURES) for one in planned.catalogue.features]
    columns += [sql.column(name, labelled) for name in (_DAY, _OUTCOME, _NAIVE)]
    same = sql.column("user_id", _FEATURES).eq(sql.column("number", labelled))
    query = sql.select(*columns).from_(sql.table(labelled)).join(sql.table(_FEATURES), on=same)
    rows = warehouse.query(query.order_by(sql.column("number", labelled)))
    for table in (_ASKED, _FEATURES):
        warehouse.drop(table)
    return rows


def _notes(asked: Asked, labels: Sequence[Labels]) -> Iterator[str]:
    wanted = asked.settings.dates
    if len(labels) < wanted:
        yield f"Learnt as of {len(labels)} past dates in place of {wanted}: no more fit into the data."
    users, belong = sum(one.users for one in labels), sum(one.counted.predicted for one in labels)
    if users < belong and asked.membership is None:
        yield f"Learnt from a sample of {users:,} of {belong:,} examples."
    below = sum(one.below for one in labels)
    if below:
        yield (
            f"In {below:,} of {users:,} examples more was given back than bought; these count as nothing "
            "bought."
        )
