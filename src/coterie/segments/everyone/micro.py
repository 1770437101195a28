"""Micro-clusters of all users: thousands of small groups, of which the warehouse gives only the sums."""

from __future__ import annotations

import dataclasses
import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.segments import partition
from coterie.segments.everyone import lloyd
from coterie.segments.hierarchy.micro import MicroClusters, micro_clusters
from coterie.segments.methods.kmeans import kmeans
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from sqlglot import exp

    from coterie.features.values import Floats, Ints
    from coterie.segments.everyone.users import Coordinates

_CENTRES = "micro_centres"

#: Regions at most: their centres stand in the query itself.
_REGIONS = 64


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """Micro-clusters of all users.

    Attributes:
        small: Their centres, how many users each has, and the group of each row of the sample.
        products: For each group and each pair of `pairs`, the mean product of two coordinates.
        pairs: Pairs of places of coordinates.
    """

    small: MicroClusters
    products: Floats
    pairs: tuple[tuple[int, int], ...]

    @property
    def users(self) -> int:
        """How many users there are."""
        return int(self.small.weights.sum())


def weighed(
    users: Coordinates, matrix: Floats, most: int, *, seed: int, pairs: tuple[tuple[int, int], ...] = ()
) -> Weighed:
    """Put all users into micro-clusters around centres that a sample gives, and count and sum there.

    The centres are those of `coterie.segments.hierarchy.micro` on the sample. A user belongs to the nearest
    of up to `_REGIONS` regions, and there to the nearest of its centres: some dozens of distances a user
    in place of thousands. What comes back is one row a group.

    Args:
        users: Coordinates of all users.
        matrix: The sample, rows x steps.
        most: The number of groups at most.
        seed: Makes it repeatable.
        pairs: Pairs of coordinates whose products are summed, too.

    References:
        Zhang, Ramakrishnan & Livny (1996), BIRCH: sums are all that a group needs to keep.
    """
    sample = micro_clusters(matrix, most, seed=seed)
    regions = _regions(sample.centres, seed)
    belong = _nearest(sample.centres, regions)
    users.warehouse.create(_CENTRES, _rows(users, sample.centres, belong), temporary=True)
    try:
        found = users.warehouse.query(_statement(users, regions, pairs))
    finally:
        users.warehouse.drop(_CENTRES)
    return _read(users, found, sample.centres, _in_region(matrix, regions, sample.centres, belong), pairs)


def _regions(centres: Floats, seed: int) -> Floats:
    """Draw regions around the centres, at least one of which is in each."""
    count = min(_REGIONS, math.isqrt(len(centres)) + 1, len(centres))
    found = partition.middles(
        centres, kmeans(centres, count, seed=seed, starts=1, thorough=False).labels, count
    )
    return found[np.unique(_nearest(centres, found))]


def _nearest(rows: Floats, centres: Floats) -> Ints:
    away = rows @ centres.T - 0.5 * np.square(centres).sum(axis=1)
    found: Ints = away.argmax(axis=1).astype(np.int64)
    return found


def _in_region(matrix: Floats, regions: Floats, centres: Floats, belong: Ints) -> Ints:
    """Find each row's nearest centre of its region."""
    region_of = _nearest(matrix, regions)
    found = np.zeros(len(matrix), dtype=np.int64)
    for region in np.unique(region_of).tolist():
        rows, there = np.flatnonzero(region_of == region), np.flatnonzero(belong == region)
        found[rows] = there[_nearest(matrix[rows], centres[there])]
    return found


def _rows(users: Coordinates, centres: Floats, belong: Ints) -> pa.Table:
    """The centres as a table: one row each, with its region and half its square."""
    columns = {f"c_{name}": centres[:, place] for place, name in enumerate(users.names) if name}
    half = 0.5 * np.square(centres).sum(axis=1)
    return pa.table({"micro": np.arange(len(centres)), "place": belong, "half": half} | columns)


def _statement(users: Coordinates, regions: Floats, pairs: tuple[tuple[int, int], ...]) -> exp.Select:
    product = sql.sql("0e0 - centres.half")
    for name in users.used:
        product = sql.sql(
            ":so_far + :x * :c",
            so_far=product,
            x=sql.column(name, "placed"),
            c=sql.column(f"c_{name}", "centres"),
        )
    sums = [sql.named(sql.sql("sum(:x)", x=sql.column(name, "u")), f"sum_{name}") for name in users.used]
    for one, other in pairs:
        parts = {"x": sql.column(users.names[one], "u"), "y": sql.column(users.names[other], "u")}
        sums.append(sql.named(sql.sql("sum(:x * :y)", **parts), f"sum_{one}_{other}"))
    return users.select(
        **lloyd.placed(users, regions),
        near=select(
            """select placed.user_id as user_id, centres.micro as micro, :product as score
            from placed join :centres as centres on centres.place = placed.place""",
            product=product,
            centres=sql.table(_CENTRES),
        ),
        nearest=select("select user_id, max(score) as score from near group by user_id"),
        homes=select(
            """select near.user_id as user_id, min(near.micro) as micro from near join nearest
            on nearest.user_id = near.user_id and near.score >= nearest.score group by near.user_id"""
        ),
        summed=select(
            "select h.micro as micro, count(*) as n from homes as h join :users as u"
            " on u.user_id = h.user_id group by h.micro",
            users=sql.table(users.relation),
        ).select(*sums, copy=False),
    )


def _read(
    users: Coordinates, found: pa.Table, centres: Floats, labels: Ints, pairs: tuple[tuple[int, int], ...]
) -> Weighed:
    order = np.argsort(found.column("micro").to_numpy(), kind="stable")
    there = found.column("micro").to_numpy()[order].astype(np.int64)
    weights = found.column("n").to_numpy()[order].astype(np.int64)
    place_of = np.full(len(centres), -1)
    place_of[there] = np.arange(len(there))
    places = place_of[labels]
    if (places < 0).any():  # a row of the sample that ties goes where anybody is
        places = np.where(places < 0, _nearest_of(centres, labels, there), places)
    means = np.zeros((len(there), len(users.names)))
    for place, name in enumerate(users.names):
        if name:
            means[:, place] = found.column(f"sum_{name}").to_numpy()[order] / weights
    products = (
        np.column_stack(
            [found.column(f"sum_{one}_{other}").to_numpy()[order] / weights for one, other in pairs]
        )
        if pairs
        else np.zeros((len(there), 0))
    )
    return Weighed(MicroClusters(means, weights, places, exact=False), products, pairs)


def _nearest_of(centres: Floats, labels: Ints, there: Ints) -> Ints:
    return _nearest(centres[labels], centres[there])


def all_pairs(places: Ints) -> tuple[tuple[int, int], ...]:
    """List every pair of places, each with itself, too."""
    return tuple(itertools.combinations_with_replacement(places.tolist(), 2))
