"""What a report works out from the features: rule twins, and what explains what."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from coterie.segments.between.compare import difference, differences, together
from coterie.segments.borders.predicates import Predicates
from coterie.segments.twin.twin import twin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coterie.features.feature import Feature, FeatureTable
    from coterie.report.material import Grouping
    from coterie.segments.between.difference import Difference
    from coterie.segments.twin.twin import Twin

#: Users that rules are looked for and measured on, and that groups are compared by, at most.
USERS_OF_A_TWIN, USERS_COMPARED = 100_000, 30_000

#: Values that an attribute has at most to group users by, and attributes and outcomes that are told at most.
VALUES, ATTRIBUTES, OUTCOMES = 12, 4, 12


def worked_out(grouping: Grouping, table: FeatureTable) -> Grouping:
    """Add the rule twin of a segmentation, and what its segments say of features they were not made from.

    Args:
        grouping: The segmentation and its users.
        table: Users x features.
    """
    segments = grouping.segmentation.segments
    if len(segments) == 1:
        return grouping
    about = np.flatnonzero(grouping.membership)
    inside = dataclasses.replace(table, rows=table.rows.take(about), everyone=None)
    whole = dataclasses.replace(grouping, membership=grouping.membership[about])
    return dataclasses.replace(
        grouping, twin=_twin(whole, inside), differences=tuple(_by_segment(whole, inside))
    )


def _twin(grouping: Grouping, table: FeatureTable) -> Twin | None:
    found = grouping.segmentation
    if isinstance(found.borders, Predicates):
        return None
    some, members = _some(table, grouping, USERS_OF_A_TWIN)
    ids = [segment.id for segment in found.segments]
    place = {ident: at for at, ident in enumerate(ids)}
    labels = np.array([place[ident] for ident in members.tolist()], dtype=np.int64)
    return twin(some, labels, ids, name=found.name, seed=found.seed)


def _by_segment(grouping: Grouping, table: FeatureTable) -> Sequence[Difference]:
    """Compare segments by what they were not made from: features they were made from differ anyway."""
    found = grouping.segmentation
    used = {step.feature for step in found.steps if step.weight > 0}
    if isinstance(found.borders, Predicates):
        used = {*found.borders.numbers, *found.borders.words}
    outcomes = [feature for feature in table.features if feature.name not in used and _telling(feature)]
    if not outcomes:
        return ()
    some, members = _some(table, grouping, USERS_COMPARED)
    names = [grouping.names[ident] for ident in members.tolist()]
    told = [outcome.name for outcome in outcomes[:OUTCOMES]]
    return differences(some, names, told, name=found.name, seed=found.seed)


def _telling(feature: Feature) -> bool:
    """Whether a feature is one that people ask about: a fact about them, or one that speaks of engagement."""
    return not feature.behaviour or feature.higher_is != 0


def _some(table: FeatureTable, grouping: Grouping, most: int) -> tuple[FeatureTable, np.ndarray]:
    """Pick up to `most` users by chance, but always the same."""
    if len(table) <= most:
        return table, grouping.membership
    draw = np.random.default_rng(grouping.segmentation.seed)
    places = np.sort(draw.choice(len(table), most, replace=False))
    return dataclasses.replace(table, rows=table.rows.take(places), everyone=None), grouping.membership[
        places
    ]


def explained(table: FeatureTable, groupings: Sequence[Grouping]) -> tuple[tuple[Difference, ...], ...]:
    """Tell what each attribute of few values explains: of what users do, and of the segments they are in.

    Args:
        table: Users x features.
        groupings: The segmentations.
    """
    step = max(1, -(-len(table) // USERS_COMPARED))
    some = dataclasses.replace(table, rows=table.rows.take(np.arange(0, len(table), step)), everyone=None)
    members = [(each, each.membership[::step]) for each in groupings if len(each.names) > 1]
    outcomes = [each for each in table.features if each.behaviour and each.higher_is and not each.categorical]
    return tuple(
        _explained(some, attribute, [each.name for each in outcomes[:OUTCOMES]], members)
        for attribute in list(_attributes(some))[:ATTRIBUTES]
    )


def _attributes(table: FeatureTable) -> Iterator[str]:
    """List the attributes by which users fall into a few groups."""
    for feature in table.features:
        if not feature.behaviour and feature.categorical:
            values = pc.count_distinct(table.rows.column(feature.name), mode="only_valid").as_py()
            if 1 < values <= VALUES:
                yield feature.name


def _explained(
    table: FeatureTable,
    attribute: str,
    outcomes: Sequence[str],
    members: Sequence[tuple[Grouping, np.ndarray]],
) -> tuple[Difference, ...]:
    found = [
        difference(
            pa.array([grouping.names.get(ident) for ident in ids.tolist()], pa.string()),
            table.rows.column(attribute),
            outcome_name=grouping.segmentation.name,
            grouping_name=attribute,
            seed=grouping.segmentation.seed,
        )
        for grouping, ids in members
    ]
    if outcomes:
        found += differences(table, attribute, outcomes)
    ranked = sorted(together(found), key=lambda each: -each.explained)
    return tuple(ranked)
