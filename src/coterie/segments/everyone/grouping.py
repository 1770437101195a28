"""Grouping all users by a method, in place of a sample of them: `fit: exact`."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.borders.mixture import Mixture
from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.everyone import lloyd, micro, mixture
from coterie.segments.everyone.users import coordinates, prepared
from coterie.segments.hierarchy.cuts import Cuts
from coterie.segments.methods import genie, ward
from coterie.segments.methods import mixture as of_rows
from coterie.segments.partition import Partition
from coterie.threads import one_thread

if TYPE_CHECKING:
    from coterie.features.values import Floats
    from coterie.project.settings import SegmentSettings
    from coterie.segments.everyone.users import Coordinates, Everyone
    from coterie.segments.partition import Method
    from coterie.segments.segmentation import Step


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """Groups users by a method: those of a sample, or all of them where the settings say so.

    Attributes:
        steps: How users are prepared.
        everyone: All users, where they lie; ``None`` where the rows are all there is.
        users: How many there are.
    """

    steps: tuple[Step, ...]
    everyone: Everyone | None
    users: int

    def __call__(self, matrix: Floats, way: Method, settings: SegmentSettings, k: int | None) -> Partition:
        """Group, with a sentence on how it was done where the rows are not everyone.

        Args:
            matrix: Prepared rows of the users, or of a sample of them.
            way: The method.
            settings: Those of the segmentation; their method is that of `way`.
            k: How many groups; ``None``: as many as the method finds.
        """
        if self.everyone is not None and settings.fit == "exact":
            return self._on_everyone(self.everyone, matrix, way, settings, k)
        found = _on_rows(matrix, way, settings, k)
        if self.everyone is None or self.users <= len(matrix):
            return found
        if settings.method == "kmeans" and found.k > 1 and matrix.any():
            return _with_note(found, _loss_said(coordinates(self.everyone, self.steps), found, len(matrix)))
        return found

    def _on_everyone(
        self, everyone: Everyone, matrix: Floats, way: Method, settings: SegmentSettings, k: int | None
    ) -> Partition:
        if settings.method in ("ward", "genie") and k != 1 and matrix.any():
            tree = ward.WAY if settings.method == "ward" else genie.way(settings.gini)
            with prepared(everyone, self.steps) as users, one_thread():
                small = micro.weighed(users, matrix, tree.micro, seed=settings.seed).small
            height = settings.height
            cut = Cuts(matrix, tree, seed=settings.seed, thorough=True, height=height, small=small)
            return cut(k)
        found = _on_rows(matrix, way, settings, k)
        if found.k == 1 or not matrix.any():
            return found
        if settings.method == "kmeans":
            with prepared(everyone, self.steps) as users:
                return _rested(users, found, matrix)
        if isinstance(found.borders, Mixture):
            with prepared(everyone, self.steps) as users, one_thread():
                return _settled(users, found, matrix, settings.seed)
        told = f"`fit: exact` is not there for {settings.method}; {len(matrix):,} users were fitted on."
        return _with_note(found, told)


def _on_rows(matrix: Floats, way: Method, settings: SegmentSettings, k: int | None) -> Partition:
    return way(matrix, seed=settings.seed, starts=settings.starts, thorough=True)(k)


def _with_note(found: Partition, note: str) -> Partition:
    return dataclasses.replace(found, notes=(*found.notes, note))


def _points(found: Partition) -> Floats:
    """The centres of k-means, a group each."""
    if not isinstance(found.borders, Prototypes):
        msg = "k-means gives prototypes"
        raise TypeError(msg)
    return np.array(found.borders.points)


def _loss_said(users: Coordinates, found: Partition, fitted: int) -> str:
    one = lloyd.one_round(users, _points(found))
    return (
        f"The centres were fitted on a sample of {fitted:,} of {int(one.sizes.sum()):,} users. Over all "
        f"of them the loss (the sum of squared distances) is {_part(one.loss, one.after)} above that "
        "of one round more with everyone; `fit: exact` goes on until the centres rest."
    )


def _rested(users: Coordinates, found: Partition, matrix: Floats) -> Partition:
    full = lloyd.rested(users, _points(found))
    borders = Prototypes.around(full.centres)
    rest = "until they rested" if full.settled else "and had not come to rest"
    note = (
        f"The centres were moved over all {full.users:,} users in the warehouse, {rest} "
        f"({full.rounds} rounds). The loss (the sum of squared distances) of those fitted on "
        f"{len(matrix):,} users was {_part(full.first, full.last)} above that."
    )
    return Partition(borders.places(matrix), borders, notes=(*found.notes, note))


def _settled(users: Coordinates, found: Partition, matrix: Floats, seed: int) -> Partition:
    start = found.borders
    if not isinstance(start, Mixture):
        msg = "a mixture gives components"
        raise TypeError(msg)
    full = mixture.settled(users, matrix, start, seed=seed)
    note = (
        f"The mixture was fitted on {full.groups:,} micro-clusters of {full.users:,} users, in "
        f"{full.rounds} rounds from one of a sample of {len(matrix):,}; the logarithm of a user's density "
        f"rose by {full.last - full.first:.4f} on average."
    )
    unsettled = None if full.settled else full.rounds
    return of_rows.partition(matrix, full.borders, [note], unsettled_after=unsettled)


def _part(higher: float, lower: float) -> str:
    """How far one loss is above another, as a percentage.

    Examples:
        >>> _part(1.01, 1.0), _part(1.0, 0.0)
        ('1.000%', '0.000%')
    """
    return f"{(higher - lower) / lower:.3%}" if lower > 0 else "0.000%"
