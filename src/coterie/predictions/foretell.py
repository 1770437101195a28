"""From a question to scores: horizon, dates, training tables, a fitted model, and every user of today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.features.as_of import date_of
from coterie.predictions import dates, fit, scored, totals, training
from coterie.predictions.foretold import Circumstances, Foretold
from coterie.predictions.gaps import gaps
from coterie.predictions.outcomes import naive_is_a_rate, refuse_kind
from coterie.progress import quiet
from coterie.project.predicting import HORIZONS
from coterie.sources import sql

if TYPE_CHECKING:
    import datetime as dt

    from coterie.predictions.gaps import Gaps
    from coterie.predictions.training import Asked
    from coterie.progress import Progress
    from coterie.sources.warehouse import Warehouse

#: An inactivity that is read from the pauses leaves room for so many dates.
_DATES_AT_LEAST = 3


def foretell(
    warehouse: Warehouse, asked: Asked, *, run_id: str, made_from: str = "", progress: Progress = quiet
) -> Foretold:
    """Fit a prediction, and add the scores of the users of today to the table `predictions`.

    Args:
        warehouse: Where `features`, `events`, `users` and `user_days` lie.
        asked: What is to be foretold, and from what.
        run_id: The run that each row is marked with.
        made_from: Fingerprint of the data and the settings.
        progress: Told how far it is.

    Raises:
        PredictionError: There is nothing to learn from.
        UsageError: The settings name a feature or a library that isn't there.
    """
    first = _first_day(warehouse, asked)
    horizon_days, pauses = horizon(warehouse, asked, first)
    asked_dates = dates.past_dates(asked.settings, horizon_days, first, asked.planned.as_of)
    learnt = training.training(warehouse, asked, asked_dates, horizon_days, progress)
    prediction = fit.fit(learnt.examples, asked.settings, name=asked.name, progress=progress)
    notes = learnt.notes
    if pauses is not None and horizon_days < pauses.horizon:
        notes += (
            f"The pauses between active days say {pauses.horizon} days, and the data allow {horizon_days}.",
        )
    held_out = learnt.examples.held_out
    happened = learnt.examples.outcomes[held_out]
    rate = float(happened.mean()) if naive_is_a_rate(asked.settings, horizon_days) else None
    today = scored.write(warehouse, asked, prediction, rate, run_id=run_id)
    past_levels, then = totals.levels(prediction, learnt.examples)
    about = Circumstances(
        settings=asked.settings,
        counted=today.counted,
        trained=learnt.counted,
        expected=totals.total(prediction, today.scores, past_levels),
        on_holdout=totals.total(prediction, then, past_levels[:-1]),
        levels=past_levels,
        gaps=pauses,
        notes=notes,
    )
    return Foretold(prediction, about, asked.planned.as_of, made_from)


def horizon(warehouse: Warehouse, asked: Asked, first: dt.date) -> tuple[int, Gaps | None]:
    """Decide how many days are foretold; for an inactivity that is to fit the data, from its pauses.

    Args:
        warehouse: Where `user_days` lies.
        asked: What is to be foretold.
        first: The day of the first event.
    """
    settings = asked.settings
    if settings.horizon_days != "auto":
        return settings.horizon_days, None
    if settings.target != "inactive":
        return HORIZONS[settings.target], None
    found = gaps(warehouse, asked.planned.as_of, settings.about)
    most = dates.longest(settings, first, asked.planned.as_of, _DATES_AT_LEAST)
    return max(min(found.horizon, most), 1), found


def _first_day(warehouse: Warehouse, asked: Asked) -> dt.date:
    refuse_kind(warehouse, asked.settings)
    return date_of(warehouse.query(sql.sql("select min(day) as day from user_days"))["day"][0].as_py())
