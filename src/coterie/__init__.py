"""coterie: from raw events of users to segments that are true.

A **warehouse** holds **events** of **users**; SQL turns events into **features**; features group users into
**segments** and give **predictions**; a **profile** is all we know of one user, in one row.

- `coterie.sources`: the world in and out; a URL becomes a warehouse
- `coterie.events`: one row is one act of one user; mapping, loading, `user_days`, synthetic data
- `coterie.features`: numbers about a user, as of a date, by family
- `coterie.segments`: who belongs together; methods, choice of k, audit, assignment as SQL
- `coterie.growth`: who comes from where, what they do and bring in, who returns, and what lifted what
- `coterie.predictions`: what users will do, learnt from the past and checked on later dates
- `coterie.profiles`: one row a user, one row a segment
- `coterie.report`: words, tables, pictures and the page
- `coterie.run`, `coterie.steps`: all of it at once, or step by step
- `coterie.project`, `coterie.cli`: coterie.yaml and the command line
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coterie.errors import CoterieError, DataError, ProjectError, UsageError
    from coterie.events.loading import Loading
    from coterie.events.synthetic.newsroom import make_newsroom
    from coterie.features.feature import Feature, FeatureTable
    from coterie.predictions.foretold import Foretold
    from coterie.project.growing import GrowthSettings
    from coterie.project.predicting import PredictionSettings
    from coterie.project.settings import FeatureSettings, Project, SegmentSettings
    from coterie.run_result import RunResult
    from coterie.segments.segmentation import Segmentation
    from coterie.sources.connect import connect
    from coterie.steps import (
        build_features,
        fit,
        fit_prediction,
        load_events,
        measure_growth,
        read_project,
        run_project,
        write_profiles,
        write_report,
    )

__all__ = [
    "CoterieError",
    "DataError",
    "Feature",
    "FeatureSettings",
    "FeatureTable",
    "Foretold",
    "GrowthSettings",
    "Loading",
    "PredictionSettings",
    "Project",
    "ProjectError",
    "RunResult",
    "SegmentSettings",
    "Segmentation",
    "UsageError",
    "build_features",
    "connect",
    "fit",
    "fit_prediction",
    "load_events",
    "make_newsroom",
    "measure_growth",
    "read_project",
    "run_project",
    "write_profiles",
    "write_report",
]

# Importing coterie must cost next to nothing, so each word is fetched when it is first used.
_HOMES = {
    "errors": ("CoterieError", "DataError", "ProjectError", "UsageError"),
    "events.loading": ("Loading",),
    "events.synthetic.newsroom": ("make_newsroom",),
    "features.feature": ("Feature", "FeatureTable"),
    "project.growing": ("GrowthSettings",),
    "predictions.foretold": ("Foretold",),
    "project.predicting": ("PredictionSettings",),
    "project.settings": ("FeatureSettings", "Project", "SegmentSettings"),
    "run_result": ("RunResult",),
    "segments.segmentation": ("Segmentation",),
    "sources.connect": ("connect",),
    "steps": (
        "build_features",
        "fit",
        "fit_prediction",
        "load_events",
        "measure_growth",
        "read_project",
        "run_project",
        "write_profiles",
        "write_report",
    ),
}
_HOME_OF = {word: home for home, words in _HOMES.items() for word in words}


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'coterie' has no attribute {name!r}")
    return getattr(importlib.import_module(f"coterie.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
