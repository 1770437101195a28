"""The methods of segmentation, by the name that coterie.yaml gives them: one file each."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from coterie.errors import SegmentationError
from coterie.segments.methods import rfm, rules
from coterie.segments.methods.dbscan import dbscan
from coterie.segments.methods.genie import genie
from coterie.segments.methods.hdbscan import hdbscan
from coterie.segments.methods.kmeans import kmeans
from coterie.segments.methods.kprototypes import attributes, kprototypes
from coterie.segments.methods.mixture import mixture
from coterie.segments.methods.ward import ward

if TYPE_CHECKING:
    from collections.abc import Callable

    from coterie.features.feature import FeatureTable
    from coterie.features.values import Floats
    from coterie.project.settings import SegmentSettings
    from coterie.segments.methods.grouped import Grouped
    from coterie.segments.partition import Cut, Method, Partition
    from coterie.segments.segmentation import Step

#: Methods that find the number of groups by themselves, whatever is asked.
FINDING_K = ("dbscan", "hdbscan")

#: Methods that group users by conditions on features, in place of coordinates.
CONDITIONS: dict[str, Callable[[FeatureTable, SegmentSettings], Grouped]] = {
    "rfm": rfm.grouped,
    "rules": rules.grouped,
}


def method(settings: SegmentSettings, steps: tuple[Step, ...], users: int | None = None) -> Method:
    """Return the method that the settings name, with what it needs of them.

    Args:
        settings: Those of the segmentation.
        steps: How the coordinates of its rows are prepared.
        users: How many there are, where the rows are a sample of them.

    Raises:
        SegmentationError: The method doesn't group the rows of a matrix.
    """
    if settings.method == "dbscan":
        crowd = functools.partial(dbscan, radius=settings.radius, neighbours=settings.neighbours, users=users)
        return finds_k(crowd)
    if settings.method == "hdbscan":
        return finds_k(functools.partial(hdbscan, neighbours=settings.neighbours, users=users))
    if settings.method == "genie":
        return functools.partial(genie, gini=settings.gini, height=settings.height)
    if settings.method == "ward":
        return functools.partial(ward, height=settings.height)
    if settings.method == "kprototypes":
        return each_k("kprototypes", functools.partial(kprototypes, attributes=attributes(steps)))
    if settings.method not in METHODS:
        known = ", ".join(METHODS)
        raise SegmentationError(f"Method {settings.method} doesn't group rows; choose one of {known}.")
    return METHODS[settings.method]


def each_k(name: str, fit: Callable[..., Partition]) -> Method:
    """Make a method of a function that fits anew for each k."""

    def looked_at(matrix: Floats, *, seed: int, starts: int, thorough: bool) -> Cut:
        def cut(k: int | None) -> Partition:
            if k is None:
                raise SegmentationError(f"Method {name} finds no k by itself; give `k`, or `k: auto`.")
            return fit(matrix, k, seed=seed, starts=starts, thorough=thorough)

        return cut

    return looked_at


def finds_k(fit: Callable[..., Partition]) -> Method:
    """Make a method of a function that finds k by itself, from one start."""

    def looked_at(matrix: Floats, *, seed: int, **_: object) -> Cut:
        found = fit(matrix, seed=seed)
        return lambda _: found

    return looked_at


#: Methods that group the rows of a matrix, with nothing but these to go by.
METHODS: dict[str, Method] = {
    "kmeans": each_k("kmeans", kmeans),
    "ward": ward,
    "genie": genie,
    "mixture": mixture,
    "dbscan": finds_k(dbscan),
    "hdbscan": finds_k(hdbscan),
    "kprototypes": each_k("kprototypes", kprototypes),
}
