"""As of which past dates users are learnt from, so that no outcome reaches into the check."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from coterie.errors import PredictionError

if TYPE_CHECKING:
    from coterie.project.predicting import PredictionSettings

#: Two dates at least: one to learn from, a later one to be checked on.
_FEWEST = 2


def past_dates(
    settings: PredictionSettings, horizon_days: int, first: dt.date, as_of: dt.date
) -> tuple[dt.date, ...]:
    """Choose the dates, ascending: what happened after each is known by `as_of`.

    The last one, the holdout, is a horizon before `as_of`, and the one before it at least a horizon earlier:
    what a model learns from is over when what it is checked on begins.

    Args:
        settings: How many dates are wanted, how far apart, and how long a history must be.
        horizon_days: How many days are foretold.
        first: The day of the first event.
        as_of: The date of the features; nothing from it on is known.

    Returns:
        As many of them as fit into the data.

    Raises:
        PredictionError: Not even two fit.

    Examples:
        >>> from coterie.project.predicting import PredictionSettings
        >>> found = past_dates(PredictionSettings(target="none"), 7, dt.date(2026, 1, 1), dt.date(2026, 3, 1))
        >>> [str(date) for date in found]
        ['2026-02-01', '2026-02-08', '2026-02-15', '2026-02-22']
    """
    every = settings.every_days or horizon_days
    earliest = first + dt.timedelta(days=max(settings.min_history_days, 1))
    found = [as_of - dt.timedelta(days=horizon_days)]
    step = max(every, horizon_days)
    while len(found) < settings.dates and found[0] - dt.timedelta(days=step) >= earliest:
        found.insert(0, found[0] - dt.timedelta(days=step))
        step = every
    if len(found) < _FEWEST:
        raise PredictionError(_too_long(settings, horizon_days, first, as_of))
    return tuple(found)


def longest(settings: PredictionSettings, first: dt.date, as_of: dt.date, dates: int = _FEWEST) -> int:
    """Tell the longest horizon, in days, for which so many dates fit into the data; below 1: none.

    Examples:
        >>> from coterie.project.predicting import PredictionSettings
        >>> longest(PredictionSettings(target="none"), dt.date(2026, 1, 1), dt.date(2026, 3, 1))
        26
    """
    return ((as_of - first).days - max(settings.min_history_days, 1)) // dates


def _too_long(settings: PredictionSettings, horizon_days: int, first: dt.date, as_of: dt.date) -> str:
    there, history = (as_of - first).days, max(settings.min_history_days, 1)
    every = max(settings.every_days or horizon_days, horizon_days)
    most = longest(settings, first, as_of)
    told = (
        f"A horizon of {horizon_days} days needs {horizon_days + every + history} days of data (a history of "
        f"{history}, {every} to learn from and {horizon_days} to be checked on), and there are {there}, "
        f"from {first} to {as_of - dt.timedelta(days=1)}"
    )
    return f"{told}; give `horizon_days` of at most {most}." if most > 0 else f"{told}; wait for more."
