"""What is wrong with the predictions of a coterie.yaml, as far as a sample of the sources shows."""

from __future__ import annotations

import datetime as dt
import importlib.util
from typing import TYPE_CHECKING

from coterie import extras
from coterie.errors import PredictionError, did_you_mean
from coterie.predictions.dates import past_dates
from coterie.project.predicting import ANY, HORIZONS, INSTEAD, MOST_ENGAGED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from coterie.cli.preview import Preview
    from coterie.project.predicting import PredictionSettings
    from coterie.project.settings import Project


def mistakes(project: Project, found: Preview, kinds: Collection[str], *, whole: bool) -> Iterator[str]:
    """Say what is wrong, one sentence each.

    Args:
        project: Its predictions.
        found: What a sample of the sources shows.
        kinds: The kinds of events that there are, or are mapped to.
        whole: Whether the sample holds every row, so that what it doesn't show isn't there.
    """
    for name, settings in project.predictions.items():
        where = f"coterie.yaml, predictions.{name}"
        told = [*_model(settings), *_segment(project, settings)]
        if whole:
            told += [*_kind(settings, kinds), *_dates(project, found, settings)]
        yield from (f"{where}: {one}" for one in told)


def _model(settings: PredictionSettings) -> Iterator[str]:
    if settings.model in ("xgboost", "lightgbm") and importlib.util.find_spec(settings.model) is None:
        yield extras.missing(f"`model: {settings.model}`", settings.model, INSTEAD)


def _kind(settings: PredictionSettings, kinds: Collection[str]) -> Iterator[str]:
    if settings.about != ANY and settings.about not in kinds:
        yield f"no event is of kind {settings.about!r}. {did_you_mean(settings.about, kinds)}"


def _segment(project: Project, settings: PredictionSettings) -> Iterator[str]:
    """Say which segment isn't there, where the segments are named in coterie.yaml."""
    if settings.segment is None:
        return
    about = project.segments[settings.segment.segmentation]
    names = [*(rule.name for rule in about.rules), about.rest]
    wanted = str(settings.segment.segment).strip().lower()
    ids = [str(number) for number in range(1, len(names) + 1)]
    if about.method == "rules" and wanted not in (*ids, MOST_ENGAGED, *(name.lower() for name in names)):
        yield (
            f"segment {settings.segment.segment!r} of {settings.segment.segmentation} is not there. "
            f"{did_you_mean(wanted, names)}"
        )


def _dates(project: Project, found: Preview, settings: PredictionSettings) -> Iterator[str]:
    """Say that the data are too short for the horizon; one that follows from the data fits them."""
    seen = [
        (look.first, look.last) for look in found.looks if look.what == "events" and look.first and look.last
    ]
    horizon = settings.horizon_days
    if horizon == "auto":
        horizon = HORIZONS.get(settings.target, 1)
    if not seen:
        return
    last = max(last for _, last in seen).date() + dt.timedelta(days=1)
    as_of = last if project.as_of == "latest" else min(project.as_of, last)
    try:
        past_dates(settings, horizon, min(first for first, _ in seen).date(), as_of)
    except PredictionError as error:
        yield str(error)
