"""The steps of a run, one by one, for Python and notebooks. `coterie.run` takes them all at once."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Literal

from coterie import predicted, profiles
from coterie.events import days, load
from coterie.features import build
from coterie.making import write_report as write_page
from coterie.predictions import foretell, scored
from coterie.project.file import read as read_project
from coterie.project.growing import GrowthSettings
from coterie.project.settings import FeatureSettings, SegmentSettings
from coterie.report import gather, names
from coterie.run import run as run_project
from coterie.segments import fit as fitting
from coterie.segments import within

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from coterie.events.loading import Loading
    from coterie.features.feature import FeatureTable
    from coterie.growth.growth import Growth
    from coterie.predictions.foretold import Foretold
    from coterie.profiles import Named
    from coterie.project.predicting import PredictionSettings
    from coterie.project.settings import Project
    from coterie.sources.warehouse import Warehouse

__all__ = [
    "build_features",
    "fit",
    "fit_prediction",
    "load_events",
    "measure_growth",
    "read_project",
    "run_project",
    "write_profiles",
    "write_report",
]

#: What rows are marked with that no run of a whole project has made.
BY_HAND = "by hand"


def load_events(warehouse: Warehouse, project: Project, *, now: dt.datetime | None = None) -> Loading:
    """Read what is new in the sources of a project.

    Args:
        warehouse: Where events are kept.
        project: Its sources say what is read.
        now: Events after it are set aside as being in the future; default: the clock.

    Returns:
        Rows read, used and set aside with reasons, of each file.

    Raises:
        SourceError: A source can't be read.
    """
    loading = load.load(warehouse, project, run_id=BY_HAND, now=now or dt.datetime.now(dt.UTC))
    days.refresh(warehouse)
    return loading


def build_features(
    warehouse: Warehouse,
    settings: FeatureSettings | None = None,
    *,
    as_of: dt.date | Literal["latest"] = "latest",
) -> FeatureTable:
    """Compute users x features as of a date; events at or after it are not seen.

    Args:
        warehouse: Where events were loaded.
        settings: Which families; default: every one that the data can feed.
        as_of: A date, or the day after the last event.

    Raises:
        SourceError: The data can feed no family.
    """
    return build.build(warehouse, settings or FeatureSettings(), as_of, run_id=BY_HAND)


def fit(
    features: FeatureTable,
    settings: SegmentSettings | None = None,
    *,
    name: str = "segments",
    language: str = "en",
    others: Sequence[Named] = (),
    warehouse: Warehouse | None = None,
) -> Named:
    """Group users into segments, audit them and name them after what their users do.

    Args:
        features: Users x features.
        settings: Method, number of segments, which features; default: k-means, k found.
        name: The name of the segmentation.
        language: Of the names.
        others: Segmentations of the same users, where this one is to be within a segment of one.
        warehouse: Where `features` were built; needed for `fit: exact`.

    Raises:
        UsageError: It is to be within a segment that isn't there, or `fit: exact` without a warehouse.
        SegmentationError: These users can't be grouped in that way.
    """
    asked = settings or SegmentSettings()
    inside = profiles.inside(asked.within, others, name)
    parents = [one.segmentation for one in others]
    about = within.members(features, inside, parents, name)
    everyone = within.everyone(warehouse, inside, parents) if warehouse is not None else None
    fitted = fitting.fit(about, asked, name=name, everyone=everyone)
    segmentation = dataclasses.replace(fitted, within=inside)
    return profiles.Named(segmentation, names.segment_names(segmentation, features.features, language))


def measure_growth(
    warehouse: Warehouse,
    project: Project,
    settings: GrowthSettings | None = None,
    *,
    as_of: dt.date | Literal["latest"] = "latest",
) -> Growth:
    """Answer the questions about growth: who comes, pays and returns, and what lifted what.

    Segments tell users apart, too, where `write_profiles` came before.

    Args:
        warehouse: Where events were loaded.
        project: Its sources say which of them hold users.
        settings: What is asked; default: `growth` of the project, and its defaults.
        as_of: A date, or the day after the last event.

    Raises:
        UsageError: The settings name something that isn't there.
    """
    date = build.latest(warehouse) if as_of == "latest" else as_of
    return gather.growth(warehouse, project, settings or project.growth or GrowthSettings(), date)


def fit_prediction(
    warehouse: Warehouse,
    settings: PredictionSettings,
    features: FeatureSettings | None = None,
    *,
    name: str = "prediction",
    as_of: dt.date | Literal["latest"] = "latest",
    segmentations: Sequence[Named] = (),
) -> Foretold:
    """Learn from the past what users will do, and foretell it of the users of today.

    Scores go to the table `predictions`; those of other predictions made by hand stay.

    Args:
        warehouse: Where features were built, as of the same date and with the same settings.
        settings: What is foretold; only the target must be given.
        features: As given to `build_features`.
        name: The name of the prediction.
        as_of: The date of the features.
        segmentations: Target becomes: the segmentations there are.

    Raises:
        PredictionError: There is nothing to learn from.
        UsageError: The settings name a feature, segment or library that isn't there.
    """
    planned = build.plan(warehouse, features or FeatureSettings(), as_of)
    basis = predicted.Basis(planned, segmentations, "", BY_HAND)
    asked = predicted.asked_of(name, settings, features or FeatureSettings(), basis)
    others = [each for each in scored.names(warehouse) if each != name]
    scored.begin(warehouse, others, BY_HAND)
    return foretell.foretell(warehouse, asked, run_id=BY_HAND)


def write_profiles(
    warehouse: Warehouse,
    features: FeatureTable,
    segmentations: Sequence[Named],
    predictions: Sequence[Foretold] = (),
) -> None:
    """Write membership, segments and profiles: every user with features, segments and scores in one row."""
    named = profiles.write_segments(warehouse, features, segmentations, run_id=BY_HAND)
    profiles.put_together(warehouse, features, named, predicted.beside(predictions), run_id=BY_HAND)


def write_report(
    warehouse: Warehouse, project: Project, features: FeatureTable, segmentations: Sequence[Named]
) -> Path:
    """Write report.html into the folder of the project; `write_profiles` comes before.

    Returns:
        The file.
    """
    about = gather.Circumstances(dt.datetime.now(dt.UTC))
    return write_page(project, gather.gather(warehouse, project, features, segmentations, about))
