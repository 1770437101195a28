"""k-means on all users: each of Lloyd's rounds is one aggregate query, and only its sums are read."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from coterie.segments.borders import scores
from coterie.segments.borders.prototypes import linear, square
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from coterie.features.values import Floats, Ints
    from coterie.segments.everyone.users import Coordinates

#: Rounds at most.
ROUNDS = 300

#: Centres are at rest when no coordinate moves by more than this part of the longest centre (or of 1).
#: One user in a billion who changes the segment moves a centre farther.
_REST = 1e-11


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Round:
    """What one pass over all users finds.

    Attributes:
        sizes: How many users are nearest to each centre.
        means: k x steps: their means; the centre itself where nobody is.
        loss: The sum of squared distances of users to the centres.
        after: The same to the means of the same groups.
    """

    sizes: Ints
    means: Floats
    loss: float
    after: float


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Rested:
    """Centres that Lloyd's rounds have moved.

    Attributes:
        centres: k x steps.
        first: The loss with the centres given.
        last: The loss with those returned, before their last move.
        rounds: How many rounds it took.
        settled: Whether they are at rest.
        users: How many users there are.
    """

    centres: Floats
    first: float
    last: float
    rounds: int
    settled: bool
    users: int


def rested(users: Coordinates, centres: Floats, most: int = ROUNDS) -> Rested:
    """Move centres to the mean of the users nearest to them until they rest.

    As `coterie.segments.methods.lloyd.rounds` does in memory: of centres that tie, the first wins, and a
    centre that nobody is nearest to is put on the user farthest from the own centre.

    Args:
        users: Coordinates of all users; those that are 0 everywhere stay so in the centres.
        centres: k x steps, to start from.
        most: The number of rounds at most, >= 1.

    References:
        Lloyd (1982), Least squares quantization in PCM.
    """
    first, done = 0.0, 0
    settled = False
    sizes: Ints | None = None
    found = one_round(users, centres)
    while True:
        done += 1
        first = found.loss if done == 1 else first
        after = _with_the_lonely(users, centres, found)
        moved = float(np.abs(after - centres).max(initial=0.0))
        bound = _REST * max(1.0, float(np.abs(centres).max(initial=0.0)))
        settled = moved <= bound and (sizes is None or bool((sizes == found.sizes).all()))
        centres, sizes = after, found.sizes
        if settled or done >= most:
            return Rested(centres, first, found.loss, done, settled, int(found.sizes.sum()))
        found = one_round(users, centres)


def one_round(users: Coordinates, centres: Floats) -> Round:
    """Count the users nearest to each centre, and sum their coordinates, in one query."""
    sums = [sql.named(sql.sql("sum(:x)", x=sql.column(name)), f"sum_{name}") for name in users.used]
    grouped = select(
        "select place, count(*) as n, sum(square) as squares, sum(top) as tops from placed group by place"
    ).select(*sums, copy=False)
    rows = users.warehouse.query(users.select(**placed(users, centres), summed=grouped)).to_pylist()
    sizes = np.zeros(len(centres), dtype=np.int64)
    means = centres.copy()
    squares = tops = 0.0
    for row in rows:
        place, n = int(row["place"]), int(row["n"])
        sizes[place] = n
        squares += float(row["squares"])
        tops += float(row["tops"])
        means[place] = [float(row[f"sum_{name}"]) / n if name else 0.0 for name in users.names]
    loss = max(squares - 2.0 * tops, 0.0)
    after = max(squares - float(sizes @ np.square(means).sum(axis=1)), 0.0)
    return Round(sizes, means, loss, after)


def placed(users: Coordinates, centres: Floats) -> dict[str, exp.Select]:
    """Write the steps to ``user_id``, coordinates, their square, the highest score and its ``place``."""
    kept = [sql.column("user_id"), *map(sql.column, users.used)]
    columns = [f"s{place}" for place in range(1, len(centres) + 1)]
    biases = (-0.5 * np.square(centres).sum(axis=1)).tolist()
    each = [
        sql.named(linear(bias, centre, users.names), column)
        for bias, centre, column in zip(biases, centres.tolist(), columns, strict=True)
    ]
    whole = sql.named(square(users.names), "square")
    top = sql.named(scores.highest(columns), "top")
    close = scores.tolerance(float(np.square(centres).sum(axis=1).max(initial=0.0)))
    place = scores.chosen(columns, range(len(centres)), sql.column("top"), close)
    kept_too = [*kept, sql.column("square")]
    return {
        "scores": sql.select(*kept, whole, *each).from_(sql.table(users.relation), copy=False),
        "best": sql.select(*kept_too, *map(sql.column, columns), top).from_(sql.table("scores"), copy=False),
        "placed": sql.select(*kept_too, sql.column("top"), sql.named(place, "place")).from_(
            sql.table("best"), copy=False
        ),
    }


def _with_the_lonely(users: Coordinates, centres: Floats, found: Round) -> Floats:
    """Put each centre that nobody is nearest to on one of the users who are farthest from their own."""
    lonely = np.flatnonzero(found.sizes == 0)
    if not lonely.size:
        return found.means
    columns = list(map(sql.column, users.used))
    far = sql.select(*columns).from_(sql.table("placed"), copy=False)
    farthest = exp.Ordered(this=sql.sql("square - 2e0 * top"), desc=True)
    far = far.order_by(farthest, sql.column("user_id"), copy=False)
    rows = users.warehouse.query(users.select(**placed(users, centres), far=far.limit(len(lonely))))
    means = found.means.copy()
    for place, row in zip(lonely.tolist(), rows.to_pylist(), strict=False):
        means[place] = [float(row[name]) if name else 0.0 for name in users.names]
    return means
