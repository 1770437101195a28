"""What a run does with the segmentations of the last one: keep them, fit anew and match, or start over."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pyarrow as pa

from coterie import history, runs
from coterie.as_json import AGAIN
from coterie.errors import ProjectError, SegmentationError, UsageError
from coterie.history import Lineage
from coterie.profiles import Named
from coterie.progress import quiet
from coterie.report import names
from coterie.segments import assign, fit
from coterie.segments.over_time import evidence, matching, migration
from coterie.segments.over_time.decision import decide, needed
from coterie.segments.over_time.distribution import distribution
from coterie.segments.over_time.drift import drifts
from coterie.segments.over_time.refreshed import refreshed
from coterie.segments.over_time.renumber import renumbered
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from coterie.features.feature import FeatureTable
    from coterie.history import Past
    from coterie.progress import Progress
    from coterie.project.settings import SegmentSettings
    from coterie.segments.everyone.users import Everyone
    from coterie.segments.over_time.drift import Drift
    from coterie.segments.over_time.matching import Matching
    from coterie.segments.segmentation import Segmentation
    from coterie.sources.warehouse import Warehouse

#: Which user of the features is in which segment of a new fit, by its place; for the time of matching.
_FRESH = "fresh_membership"


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What a run asks of one segmentation.

    Attributes:
        name: Its name in coterie.yaml.
        settings: How users are grouped, and how that is kept up to date.
        language: Of the names of segments.
        made_from: Fingerprint of the data and the settings.
        run_id: The run.
    """

    name: str
    settings: SegmentSettings
    language: str
    made_from: str
    run_id: str


@dataclasses.dataclass(frozen=True, slots=True)
class Updated:
    """A segmentation of a run, and where it comes from."""

    named: Named
    lineage: Lineage


def updated(
    warehouse: Warehouse,
    table: FeatureTable,
    asked: Asked,
    *,
    progress: Progress = quiet,
    everyone: Everyone | None = None,
) -> Updated:
    """Keep the segmentation of the last run, fit it anew and match, or start over, as the settings say.

    Args:
        warehouse: Where the history is.
        table: The users to group, with their features.
        asked: What is asked for.
        progress: Told how far it is.
        everyone: All users where they lie, if `table` may be a sample of them.

    Raises:
        UsageError: The settings name features that aren't there.
        SegmentationError: These users can't be grouped that way, or a frozen segmentation can't be kept.
    """
    last, unread = _last(warehouse, asked)
    if last is not None and last.lineage.made_from == asked.made_from:
        named = Named(last.segmentation, last.names, asked.made_from)
        told = "Data and settings are those of the last run, so it was taken from there."
        return Updated(named, dataclasses.replace(last.lineage, reason=told, changes=(), called={}))
    settings = runs.fingerprint(asked.settings.model_dump(mode="json", exclude={"update", "drift"}))
    decision = decide(
        asked.settings,
        last.segmentation if last else None,
        _drift(warehouse, table, last, asked.settings),
        {feature.name for feature in table.features},
        changed=last is not None and last.lineage.settings != settings,
    )
    if last is not None and decision.what == "keep":
        named = Named(refreshed(last.segmentation, table), last.names, asked.made_from)
        kept = dataclasses.replace(
            last.lineage, made_from=asked.made_from, reason=decision.reason, changes=(), called={}
        )
        return Updated(named, kept)
    fitted = _fitted(table, asked, progress, everyone)
    lineage = Lineage(
        begun=asked.run_id,
        fitted=asked.run_id,
        last_id=max(segment.id for segment in fitted.segments),
        made_from=asked.made_from,
        settings=settings,
        reason=unread or decision.reason,
    )
    if last is None or decision.what == "fit_anew":
        called = names.segment_names(fitted, table.features, asked.language)
        return Updated(Named(fitted, called, asked.made_from), lineage)
    return _matched(warehouse, table, last, fitted, asked, lineage)


def _fitted(table: FeatureTable, asked: Asked, progress: Progress, everyone: Everyone | None) -> Segmentation:
    """Fit; where that can't be done, say which of the segmentations it is about."""
    try:
        return fit.fit(table, asked.settings, name=asked.name, progress=progress, everyone=everyone)
    except ProjectError as error:
        raise ProjectError(f"coterie.yaml, segments.{asked.name}: {one}" for one in error.mistakes) from error
    except (SegmentationError, UsageError) as error:
        raise type(error)(f"coterie.yaml, segments.{asked.name}: {error}") from error


def _last(warehouse: Warehouse, asked: Asked) -> tuple[Past | None, str]:
    """Find the last fit, or say why it can't be read; ids then start over, which is said, too."""
    try:
        return history.last(warehouse, asked.name), ""
    except SegmentationError as error:
        why = str(error).removesuffix(f" {AGAIN}")
        if asked.settings.update == "freeze":
            raise SegmentationError(
                f"The frozen segmentation {asked.name!r} can't be kept; fit it again with `update: match`. "
                f"{why}"
            ) from error
        return None, f"The last fit can't be matched with, so ids start over at 1. {why}"


def _drift(
    warehouse: Warehouse, table: FeatureTable, last: Past | None, settings: SegmentSettings
) -> tuple[Drift, ...]:
    """How far the features of a frozen segmentation have moved since its fit, where that is asked for."""
    if last is None or settings.drift is None:
        return ()
    used = set(needed(last.segmentation))
    now = [distribution(table.rows, feature) for feature in table.features if feature.name in used]
    return drifts(history.distributions(warehouse, last.lineage.fitted), now)


def _matched(
    warehouse: Warehouse,
    table: FeatureTable,
    last: Past,
    fitted: Segmentation,
    asked: Asked,
    lineage: Lineage,
) -> Updated:
    found = _match(warehouse, table, last, fitted)
    segmentation = renumbered(fitted, found.ids)
    old = last.names
    kept = {one.id: old[one.id] for one in segmentation.segments if one.id in old and one.given is None}
    called = names.segment_names(segmentation, table.features, asked.language, kept)
    lineage = dataclasses.replace(
        lineage, begun=last.lineage.begun, last_id=found.last_id, changes=found.changes, called=old
    )
    return Updated(Named(segmentation, called, asked.made_from), lineage)


def _match(warehouse: Warehouse, table: FeatureTable, last: Past, fitted: Segmentation) -> Matching:
    """Match by who was where at the last run, and is where in the new fit."""
    labels = assign.places(fitted.steps, fitted.borders, table.rows)
    fresh = pa.table({"user_id": table.rows.column("user_id"), "segment": labels})
    warehouse.create(_FRESH, fresh, temporary=True)
    counts = migration.counted(
        warehouse,
        history.members(last.run_id, fitted.name),
        select("select user_id, segment from :fresh", fresh=sql.table(_FRESH)),
    )
    warehouse.drop(_FRESH)
    shared = evidence.common(last.segmentation, fitted, counts, range(len(fitted.segments)))
    return matching.match(shared, last.lineage.last_id)
