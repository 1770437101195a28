"""Segment the users of a features table: prepare, choose k, fit, describe, audit."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import SegmentationError, UsageError
from coterie.progress import quiet
from coterie.project.settings import SegmentSettings
from coterie.segments import assign
from coterie.segments.audit.checks import audit
from coterie.segments.audit.material import Material
from coterie.segments.borders.predicates import Predicates
from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.choice.deciding import decided
from coterie.segments.engagement import engagement
from coterie.segments.everyone.grouping import Grouping
from coterie.segments.levels import levels
from coterie.segments.methods.by_name import CONDITIONS, FINDING_K, method
from coterie.segments.partition import inertia
from coterie.segments.prepare import chosen, matrix, measurable, measured, prepare
from coterie.segments.segmentation import Candidate, Segment, Segmentation, Step
from coterie.segments.stability import Stability, stability
from coterie.segments.summary import summaries
from coterie.segments.traits import traits
from coterie.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from coterie.features.feature import Feature, FeatureTable
    from coterie.features.values import Floats, Ints
    from coterie.progress import Progress
    from coterie.segments.borders.mixture import Mixture
    from coterie.segments.choice.auto import Choice
    from coterie.segments.everyone.users import Everyone
    from coterie.segments.hierarchy.tree import Tree
    from coterie.segments.partition import Method
    from coterie.segments.segmentation import Borders, Finding

#: Users that a method is fitted on at most; all are assigned.
ROWS_FITTED = 200_000


def fit(
    table: FeatureTable,
    settings: SegmentSettings,
    *,
    name: str = "segments",
    progress: Progress = quiet,
    everyone: Everyone | None = None,
) -> Segmentation:
    """Group the users of a table.

    The result depends on the users, the settings and the seed alone: not on the order of rows or columns,
    nor on the number of threads. Users beyond `ROWS_FITTED`, or that `table` is a sample of, are assigned
    without being fitted on, unless the settings say `fit: exact`. If the evidence says that users form no
    clusters, or they are all alike, there is one segment.

    Args:
        table: Users x features.
        settings: The method, k, and how features are prepared.
        name: What the segmentation is called in coterie.yaml.
        progress: Told how far it is.
        everyone: All users where they lie, of whom `table` holds some or all; needed for `fit: exact`.

    Returns:
        The segmentation, with its audit.

    Raises:
        UsageError: The settings name features that aren't there, or `fit: exact` without `everyone`.
        SegmentationError: There are no users, or fewer different ones than segments were asked for.
    """
    if not len(table):
        raise SegmentationError(
            "There are no users to segment; check that the sources have rows before `as_of`."
        )
    if settings.fit == "exact" and everyone is None:
        raise UsageError("`fit: exact` is done by the warehouse; give it, or leave `fit` out.")
    with one_thread():
        ordered = dataclasses.replace(table, rows=table.rows.sort_by("user_id"))
        return _fit(ordered, settings, name, progress, everyone)


def _fit(
    table: FeatureTable,
    settings: SegmentSettings,
    name: str,
    progress: Progress,
    everyone: Everyone | None,
) -> Segmentation:
    progress("preparing features", 0, 1)
    features = chosen(table, settings)
    steps = prepare(table, features, settings)
    fitted = matrix(steps, _some(table, settings.seed))
    by_themselves = measured(table, table.features, SegmentSettings())
    engaged = engagement(table, features, by_themselves)
    drawn_up = _by_conditions(table, settings)
    if drawn_up is None:
        users = len(table) if table.everyone is None else table.everyone
        grouping = Grouping(steps, everyone, users)
        drawn_up = _by_method(measurable(fitted, steps), grouping, settings, len(table), progress)
    placed = assign.places(steps, drawn_up.borders, table.rows)
    order = _least_engaged_first(placed, drawn_up.borders.k, engaged)
    borders = drawn_up.borders.renumbered(np.argsort(order).tolist())
    labels = assign.places(steps, borders, table.rows)
    progress("drawing users again", 0, 1)
    held = _held(fitted, borders, drawn_up, settings.seed)
    progress("auditing", 0, 1)
    material = Material(
        table=table,
        settings=settings,
        features=_with_a_say(features, steps),
        steps=steps,
        matrix=fitted,
        labels=labels,
        k=borders.k,
        candidates=drawn_up.candidates,
        stability=held,
    )
    found = _Found(labels, _middles(steps, labels, borders.k, table), engaged, held)
    segments = _segments(table, by_themselves, found, settings.seed)
    return Segmentation(
        name=name,
        method=drawn_up.method,
        as_of=table.as_of,
        seed=settings.seed,
        steps=steps,
        borders=borders,
        segments=_called(
            segments,
            [drawn_up.given[place] for place in order] if drawn_up.given else levels(settings, len(order)),
        ),
        candidates=drawn_up.candidates,
        clustered=drawn_up.clustered,
        verdict=drawn_up.verdict,
        inertia=_inertia(steps, found.centres, labels, table),
        findings=audit(material, drawn_up.findings),
        agreement=drawn_up.agreement,
        notes=drawn_up.notes,
        tree=drawn_up.tree,
        branches=tuple(np.argsort(order).tolist()) if drawn_up.tree is not None else (),
    )


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _DrawnUp:
    """Borders between groups, and how they came about.

    Attributes:
        asked: The k that was asked of the method; ``None`` where it finds that by itself.
        again: Groups rows that are drawn again in the same way; ``None`` for conditions, which stay the same.
        given: The name of each group, if they have names.
    """

    method: str
    borders: Prototypes | Mixture | Predicates
    candidates: tuple[Candidate, ...]
    clustered: bool
    verdict: str
    asked: int | None = None
    again: Method | None = None
    agreement: float = 1.0
    notes: tuple[str, ...] = ()
    tree: Tree | None = None
    given: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def _by_conditions(table: FeatureTable, settings: SegmentSettings) -> _DrawnUp | None:
    """Group users by conditions on features, if that is the method."""
    if settings.method not in CONDITIONS:
        return None
    grouped = CONDITIONS[settings.method](table, settings)
    return _DrawnUp(
        method=settings.method,
        borders=grouped.borders,
        candidates=(),
        clustered=True,
        verdict=grouped.verdict,
        given=grouped.given,
        findings=grouped.findings,
    )


def _by_itself(
    fitted: Floats, grouping: Grouping, way: Method, settings: SegmentSettings, progress: Progress
) -> _DrawnUp:
    """Group users by a method that says how many groups there are."""
    progress("fitting segments", 0, 1)
    partition = grouping(fitted, way, settings, None)
    borders = partition.borders
    clustered = borders.k > 1
    alone = isinstance(borders, Prototypes) and borders.outside is not None
    if partition.tree is not None:
        verdict = partition.notes[0]
    elif clustered:
        verdict = f"{settings.method} finds {borders.k - alone} crowds by itself"
        verdict += "; those outside of every crowd are one more segment." if alone else "."
    else:
        verdict = f"{settings.method} finds no two crowds among these users: they are one segment."
    return _DrawnUp(
        method=settings.method,
        borders=borders,
        candidates=(),
        clustered=clustered,
        verdict=verdict,
        again=way,
        agreement=partition.agreement,
        notes=partition.notes if partition.tree is None else partition.notes[1:],
        tree=partition.tree,
    )


def _by_method(
    fitted: Floats, grouping: Grouping, settings: SegmentSettings, users: int, progress: Progress
) -> _DrawnUp:
    if settings.method == "auto":
        choice = decided(fitted, None, settings, progress)
        gini = settings.gini if choice.gini is None else choice.gini
        settings = settings.model_copy(update={"method": choice.method, "k": choice.k, "gini": gini})
        way = method(settings, grouping.steps, users)
        return _fitted(fitted, grouping, way, choice, settings, progress)
    way = method(settings, grouping.steps, users)
    if settings.method in FINDING_K or settings.k == "gap" or settings.height is not None:
        return _by_itself(fitted, grouping, way, settings, progress)
    return _fitted(fitted, grouping, way, decided(fitted, way, settings, progress), settings, progress)


def _fitted(
    fitted: Floats,
    grouping: Grouping,
    way: Method,
    choice: Choice,
    settings: SegmentSettings,
    progress: Progress,
) -> _DrawnUp:
    progress("fitting segments", 0, 1)
    partition = grouping(fitted, way, settings, choice.k)
    return _DrawnUp(
        method=choice.method,
        borders=partition.borders,
        candidates=choice.candidates,
        clustered=choice.clustered,
        verdict=choice.verdict,
        asked=choice.k,
        again=way,
        agreement=partition.agreement,
        notes=partition.notes,
        tree=partition.tree,
    )


def _held(fitted: Floats, borders: Borders, drawn_up: _DrawnUp, seed: int) -> Stability:
    """Draw users again; conditions stay what they are whoever is drawn."""
    if drawn_up.again is None or isinstance(borders, Predicates):
        return Stability(1.0, 1.0, (1.0,) * borders.k)
    return stability(drawn_up.again, fitted, borders, borders.k, seed=seed)


def _some(table: FeatureTable, seed: int) -> pa.Table:
    if len(table) <= ROWS_FITTED:
        return table.rows
    rng = np.random.default_rng(seed)
    return table.rows.take(np.sort(rng.choice(len(table), ROWS_FITTED, replace=False)))


def _with_a_say(features: tuple[Feature, ...], steps: tuple[Step, ...]) -> tuple[Feature, ...]:
    heard = {step.feature for step in steps if step.weight > 0}
    return tuple(feature for feature in features if feature.name in heard)


def _least_engaged_first(labels: Ints, k: int, engaged: Floats) -> list[int]:
    """Order groups by the mean engagement of their users; the larger first where equal."""
    sizes = np.bincount(labels, minlength=k)
    means = np.bincount(labels, weights=engaged, minlength=k) / np.maximum(sizes, 1)
    return sorted(range(k), key=lambda at: (round(float(means[at]), 9), -sizes[at], at))


def _called(segments: tuple[Segment, ...], given: Sequence[str]) -> tuple[Segment, ...]:
    if not given:
        return segments
    return tuple(
        dataclasses.replace(segment, given=name) for segment, name in zip(segments, given, strict=True)
    )


def _chunks(steps: tuple[Step, ...], labels: Ints, table: FeatureTable) -> Iterator[tuple[Floats, Ints]]:
    for start in range(0, len(table), assign.CHUNK):
        rows = slice(start, start + assign.CHUNK)
        yield matrix(steps, table.rows.slice(start, assign.CHUNK)), labels[rows]


def _middles(steps: tuple[Step, ...], labels: Ints, k: int, table: FeatureTable) -> Floats:
    """Return the mean of each segment's users, k x steps."""
    sums = np.zeros((k, len(steps)))
    for part, inside in _chunks(steps, labels, table):
        for at, column in enumerate(part.T):
            sums[:, at] += np.bincount(inside, weights=column, minlength=k)
    return sums / np.maximum(np.bincount(labels, minlength=k), 1)[:, None]


def _inertia(steps: tuple[Step, ...], centres: Floats, labels: Ints, table: FeatureTable) -> float:
    return sum(inertia(part, inside, centres) for part, inside in _chunks(steps, labels, table))


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
