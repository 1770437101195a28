"""Segment the users of a features table: prepare, choose k, fit, describe, audit."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import SegmentationError
from coterie.progress import quiet
from coterie.project.settings import SegmentSettings
from coterie.segments import assign
from coterie.segments.audit.checks import audit
from coterie.segments.audit.material import Material
from coterie.segments.choose import USERS_A_SEGMENT, candidates, choose
from coterie.segments.engagement import engagement
from coterie.segments.methods import METHODS
from coterie.segments.partition import one_thread
from coterie.segments.prepare import chosen, matrix, measured, prepare
from coterie.segments.segmentation import Candidate, Segment, Segmentation, Step
from coterie.segments.stability import stability
from coterie.segments.summary import summaries
from coterie.segments.traits import traits

if TYPE_CHECKING:
    import pyarrow as pa

    from coterie.features.feature import Feature, FeatureTable
    from coterie.progress import Progress
    from coterie.segments.stability import Stability
    from coterie.segments.values import Floats, Ints

#: Users that a method is fitted on at most; all are assigned.
ROWS_FITTED = 200_000


@dataclasses.dataclass(frozen=True, slots=True)
class _Choice:
    k: int
    candidates: tuple[Candidate, ...]
    clustered: bool
    verdict: str


def fit(
    table: FeatureTable, settings: SegmentSettings, *, name: str = "segments", progress: Progress = quiet
) -> Segmentation:
    """Group the users of a table.

    The result depends on the users, the settings and the seed alone: not on the order of rows or columns,
    nor on the number of threads. Users beyond `ROWS_FITTED` are assigned without being fitted on. If the
    evidence says that users form no clusters, or they are all alike, there is one segment.

    Args:
        table: Users x features.
        settings: The method, k, and how features are prepared.
        name: What the segmentation is called in coterie.yaml.
        progress: Told how far it is.

    Returns:
        The segmentation, with its audit.

    Raises:
        UsageError: The settings name features that aren't there.
        SegmentationError: There are no users, or fewer different ones than segments were asked for.
    """
    if not len(table):
        raise SegmentationError(
            "There are no users to segment; check that the sources have rows before `as_of`."
        )
    with one_thread():
        return _fit(dataclasses.replace(table, rows=table.rows.sort_by("user_id")), settings, name, progress)


def _fit(table: FeatureTable, settings: SegmentSettings, name: str, progress: Progress) -> Segmentation:
    progress("preparing features", 0, 1)
    features = chosen(table, settings)
    steps = prepare(table, features, settings)
    fitted = matrix(steps, _some(table, settings.seed))
    choice = _choice(fitted, settings, progress)
    progress("fitting segments", 0, 1)
    method = METHODS[settings.method]
    by_themselves = measured(table, table.features, SegmentSettings())
    engaged = engagement(table, features, by_themselves)
    centres = method(fitted, choice.k, seed=settings.seed, starts=settings.starts, thorough=True).centres
    centres = _ordered(centres, assign.labels(steps, centres, table.rows), engaged)
    labels = assign.labels(steps, centres, table.rows)
    progress("drawing users again", 0, 1)
    held = stability(method, fitted, centres, seed=settings.seed)
    progress("auditing", 0, 1)
    material = Material(
        table=table,
        settings=settings,
        features=_with_a_say(features, steps),
        steps=steps,
        matrix=fitted,
        labels=labels,
        k=choice.k,
        candidates=choice.candidates,
        stability=held,
    )
    return Segmentation(
        name=name,
        method=settings.method,
        as_of=table.as_of,
        seed=settings.seed,
        steps=steps,
        segments=_segments(table, by_themselves, _Found(labels, centres, engaged, held), settings.seed),
        candidates=choice.candidates,
        clustered=choice.clustered,
        verdict=choice.verdict,
        inertia=_inertia(steps, centres, labels, table),
        findings=audit(material),
    )


def _some(table: FeatureTable, seed: int) -> pa.Table:
    if len(table) <= ROWS_FITTED:
        return table.rows
    rng = np.random.default_rng(seed)
    return table.rows.take(np.sort(rng.choice(len(table), ROWS_FITTED, replace=False)))


def _with_a_say(features: tuple[Feature, ...], steps: tuple[Step, ...]) -> tuple[Feature, ...]:
    heard = {step.feature for step in steps if step.weight > 0}
    return tuple(feature for feature in features if feature.name in heard)


def _choice(fitted: Floats, settings: SegmentSettings, progress: Progress) -> _Choice:
    distinct = _distinct(fitted, 2 * max(settings.k_max, settings.k if settings.k != "auto" else 0) + 1)
    if settings.k == "auto":
        return _automatic(fitted, distinct, settings, progress)
    if settings.k > distinct:
        raise SegmentationError(
            f"k is {settings.k}, but {_count(len(fitted), 'user')} differ in only {_count(distinct, 'way')}; "
            f"ask for at most {distinct} segments, or give more features."
        )
    return _asked(fitted, distinct, settings.k, settings, progress)


def _automatic(fitted: Floats, distinct: int, settings: SegmentSettings, progress: Progress) -> _Choice:
    if distinct == 1:
        told = "There is one user" if len(fitted) == 1 else f"All {len(fitted):,} users are alike"
        return _Choice(1, (), False, f"{told} in these features, so there is one segment.")
    ks = range(2, min(settings.k_max, len(fitted) // USERS_A_SEGMENT, distinct - 1) + 1)
    if not ks:
        verdict = f"{len(fitted):,} users are too few to find clusters in, so there is one segment."
        return _Choice(1, (), False, verdict)
    found, k = choose(_evidence(fitted, ks, settings, progress), len(fitted))
    if k == 1:
        verdict = (
            f"These users form no clusters: however they are cut into 2 to {ks[-1]}, a cut runs through a "
            "crowd or falls elsewhere when users are drawn again. They are one segment; give `k` to cut them "
            "anyway."
        )
        return _Choice(1, found, False, verdict)
    best = next(candidate for candidate in found if candidate.k == k)
    verdict = (
        f"{k} segments are the most that hold together: halves of the users agree on them by "
        f"{best.stability:.2f}, and every border runs through a gap."
    )
    return _Choice(k, found, True, verdict)


def _asked(fitted: Floats, distinct: int, k: int, settings: SegmentSettings, progress: Progress) -> _Choice:
    if k == 1:
        return _Choice(1, (), False, "One segment was asked for.")
    highest = min(max(settings.k_max, 2 * k - 2), distinct - 1, len(fitted) // 4)
    found, best = choose(_evidence(fitted, range(2, highest + 1), settings, progress), len(fitted))
    found = tuple(dataclasses.replace(candidate, chosen=candidate.k == k) for candidate in found)
    verdict = f"{k} segments were asked for."
    if best == k:
        verdict += " The evidence agrees: they are the most that hold together."
    elif found:
        verdict += (
            f" The evidence would choose {best}."
            if best > 1
            else " The evidence says that users form no clusters."
        )
    return _Choice(k, found, True, verdict)


def _evidence(
    fitted: Floats, ks: range, settings: SegmentSettings, progress: Progress
) -> tuple[Candidate, ...]:
    if not ks:
        return ()
    return candidates(
        METHODS[settings.method], fitted, ks, seed=settings.seed, starts=settings.starts, progress=progress
    )


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def _distinct(fitted: Floats, enough: int) -> int:
    """Count distinct rows, up to `enough`."""
    some = len(np.unique(fitted[: 20 * enough], axis=0))
    return some if some >= enough else len(np.unique(fitted, axis=0))


def _ordered(centres: Floats, labels: Ints, engaged: Floats) -> Floats:
    """Order centres by the mean engagement of their users, least first; the larger first where equal."""
    sizes = np.bincount(labels, minlength=len(centres))
    means = np.bincount(labels, weights=engaged, minlength=len(centres)) / np.maximum(sizes, 1)
    order = sorted(
        range(len(centres)),
        key=lambda place: (round(float(means[place]), 9), -sizes[place], centres[place].tolist()),
    )
    return centres[order]


def _inertia(steps: tuple[Step, ...], centres: Floats, labels: Ints, table: FeatureTable) -> float:
    total = 0.0
    for start in range(0, len(table), assign.CHUNK):
        part = matrix(steps, table.rows.slice(start, assign.CHUNK))
        total += float(np.square(part - centres[labels[start : start + assign.CHUNK]]).sum())
    return total


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Found:
    labels: Ints
    centres: Floats
    engaged: Floats
    stability: Stability


def _segments(table: FeatureTable, steps: tuple[Step, ...], found: _Found, seed: int) -> tuple[Segment, ...]:
    k = len(found.centres)
    sizes = np.bincount(found.labels, minlength=k)
    means = np.bincount(found.labels, weights=found.engaged, minlength=k) / np.maximum(sizes, 1)
    apart = traits(table, steps, found.labels, k)
    summed = summaries(table, found.labels, k, seed=seed)
    return tuple(
        Segment(
            id=place + 1,
            users=int(sizes[place]),
            share=float(sizes[place] / len(table)),
            engagement=float(means[place]),
            traits=apart[place],
            stability=found.stability.overlaps[place],
            centre=tuple(found.centres[place].tolist()),
            summary=summed[place],
        )
        for place in range(k)
    )
