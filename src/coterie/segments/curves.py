"""Elbow, silhouette and gap by the number of segments: pictures to look at, with the evidence beside them."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.errors import SegmentationError, UsageError
from coterie.progress import quiet
from coterie.segments.agreement import distances, silhouette
from coterie.segments.choice.choose import drawn
from coterie.segments.partition import inertia, middles
from coterie.shown import Shown
from coterie.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from coterie.features.values import Floats, Ints
    from coterie.progress import Progress
    from coterie.segments.partition import Cut, Method

#: Rows that inertia and silhouettes are measured on, and rows that are compared with even data.
ROWS, ROWS_REFERRED = 4_000, 1_000

#: Even data sets that the gap statistic compares with.
REFERENCES = 20

#: An elbow is clear if the curve bends by this much more than that of even data, as logarithms: one more
#: segment takes off a quarter more than the next one. Clouds without clusters bend by up to 0.17 more,
#: three to eight planted groups by 0.4 to 1.8.
CLEAR = 0.25

_STARTS = 10
_STARTS_REFERRED = 4
_TINY = 1e-12


@dataclasses.dataclass(frozen=True, slots=True)
class Point:
    """One number of segments on the curves.

    Attributes:
        k: The number.
        inertia: Sum of squared distances of all rows to the mean of their segment.
        taken_off: The share of the inertia at ``k - 1`` that is gone; ``None`` where that wasn't asked for.
        silhouette: Mean silhouette width, -1..1; ``None`` for one segment.
        gap: How much lower the logarithm of inertia is than in even data.
        gap_error: Standard error of `gap`, with that of the simulation.
    """

    k: int
    inertia: float
    taken_off: float | None
    silhouette: float | None
    gap: float
    gap_error: float


@dataclasses.dataclass(frozen=True, slots=True)
class Elbow:
    """Where the curve of inertia bends most, and whether that is a bend at all.

    Attributes:
        k: The number of segments.
        taken_off: The share of inertia that the step to `k` takes off.
        taken_off_next: The share that the next step takes off.
        beyond: How much more the logarithm bends there than that of even data does.
    """

    k: int
    taken_off: float
    taken_off_next: float
    beyond: float

    @property
    def clear(self) -> bool:
        """Whether it is an elbow and not just the highest of small bends."""
        return self.beyond >= CLEAR


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Curves(Shown):
    """Inertia, silhouette and gap by the number of segments.

    Attributes:
        points: One a number of segments, ascending.
        elbow: The best knee of the inertia and its evidence; ``None`` without three numbers in a row.
        silhouette_k: The number with the highest silhouette; ``None`` if one segment alone was asked for.
        gap_k: The smallest number whose gap is no more than a standard error below the next one's; ``None``
            if the gap still rises at the last one.
        rows: Rows that inertia and silhouettes were measured on.
        of: Rows in all.
        references: Even data sets behind each gap.
    """

    points: tuple[Point, ...]
    elbow: Elbow | None
    silhouette_k: int | None
    gap_k: int | None
    rows: int
    of: int
    references: int

    def caption(self) -> str:
        """Say what each curve points at."""
        if self.elbow is not None and self.elbow.clear:
            bend = f"the inertia bends at {self.elbow.k}"
        else:
            bend = "the inertia has no elbow"
        width = (
            "no silhouette"
            if self.silhouette_k is None
            else f"the silhouette is highest at {self.silhouette_k}"
        )
        gap = "the gap still rises" if self.gap_k is None else f"the gap says {self.gap_k}"
        ks = f"k = {self.points[0].k} to {self.points[-1].k}"
        return f"{ks}: {bend}, {width}, {gap}; {self.rows:,} of {self.of:,} rows"

    def to_arrow(self) -> pa.Table:
        """Return one row a number of segments."""
        rows = [dataclasses.asdict(point) for point in self.points]
        return pa.Table.from_pylist(rows, schema=_COLUMNS)


_COLUMNS = pa.schema(
    [("k", pa.int64())]
    + [(name, pa.float64()) for name in ("inertia", "taken_off", "silhouette", "gap", "gap_error")]
)


def curves(
    matrix: Floats, method: Method, ks: Iterable[int], *, seed: int = 42, progress: Progress = quiet
) -> Curves:
    """Draw the curves of a method that can be asked for any number of segments.

    Inertia and silhouettes are measured on up to `ROWS` rows. The gap compares the inertia of up to
    `ROWS_REFERRED` rows with that of `REFERENCES` data sets that fill their box evenly, along their principal
    axes, grouped with the same effort.

    Args:
        matrix: Prepared rows, rows x coordinates.
        method: Groups rows.
        ks: The numbers to try, each >= 1; an elbow needs three in a row.
        seed: Makes it repeatable.
        progress: Told after each number and each even data set.

    Raises:
        UsageError: No number is given, one is below 1, or the method finds its own number.
        SegmentationError: There are fewer different rows than segments.

    References:
        Tibshirani, Walther & Hastie (2001), Estimating the number of clusters in a data set via the gap
        statistic. Rousseeuw (1987), Silhouettes.
    """
    wanted = sorted(set(ks))
    if not wanted or wanted[0] < 1:
        raise UsageError(f"Curves need numbers of segments from 1 on, not {wanted}; ask for 1 to 10, say.")
    rng = np.random.default_rng(seed)
    rows = drawn(matrix, ROWS, rng)
    referred = drawn(rows, ROWS_REFERRED, rng)
    _refuse_too_many(wanted[-1], referred)
    with one_thread():
        told = _Told(progress, len(wanted) + 1 + REFERENCES)
        sums, widths = _measured(rows, method, wanted, seed, told)
        mine = _sums(referred, method, wanted, seed)
        told.one_more()
        even = np.empty((REFERENCES, len(wanted)))
        for at, row in enumerate(even):
            row[:] = _sums(even_box(referred, rng), method, wanted, seed + at)
            told.one_more()
    gaps, errors = _gaps(mine, even)
    return Curves(
        points=_points(wanted, sums * (len(matrix) / len(rows)), widths, gaps, errors),
        elbow=_elbow(wanted, sums, even),
        silhouette_k=_widest(wanted, widths),
        gap_k=_one_error(wanted, gaps, errors),
        rows=len(rows),
        of=len(matrix),
        references=REFERENCES,
    )


class _Told:
    """Counts the steps that are done."""

    def __init__(self, progress: Progress, steps: int) -> None:
        self.progress, self.steps, self.done = progress, steps, 0

    def one_more(self) -> None:
        self.done += 1
        self.progress("drawing curves", self.done, self.steps)


def _refuse_too_many(k: int, rows: Floats) -> None:
    ways = len(np.unique(rows, axis=0))
    if k > ways:
        raise SegmentationError(
            f"k is {k}, but the {len(rows):,} rows that are compared differ in only {ways} "
            f"way{'s' * (ways != 1)}; ask for at most {ways} segments."
        )


def _labels(cut: Cut, k: int, rows: int) -> Ints:
    if k == 1:
        return np.zeros(rows, dtype=np.int64)
    found = cut(k)
    if found.k != k:
        raise UsageError(
            f"The method was asked for {k} segments and found {found.k}: it decides by itself. "
            "Curves are for methods that take a number, such as kmeans or ward."
        )
    return found.labels


def _sum(rows: Floats, labels: Ints, k: int) -> float:
    return inertia(rows, labels, middles(rows, labels, k))


def _measured(
    rows: Floats, method: Method, ks: list[int], seed: int, told: _Told
) -> tuple[Floats, list[float | None]]:
    """Measure inertia and silhouette at each k."""
    between: NDArray[np.float32] = distances(rows)
    cut = method(rows, seed=seed, starts=_STARTS, thorough=True)
    sums, widths = [], list[float | None]()
    for k in ks:
        labels = _labels(cut, k, len(rows))
        sums.append(_sum(rows, labels, k))
        widths.append(silhouette(between, labels) if k > 1 else None)
        told.one_more()
    return np.array(sums), widths


def _widest(ks: list[int], widths: list[float | None]) -> int | None:
    known = [(width, -k) for k, width in zip(ks, widths, strict=True) if width is not None]
    return -max(known)[1] if known else None


def _sums(rows: Floats, method: Method, ks: list[int], seed: int) -> Floats:
    cut = method(rows, seed=seed, starts=_STARTS_REFERRED, thorough=False)
    return np.array([_sum(rows, _labels(cut, k, len(rows)), k) for k in ks])


def even_box(rows: Floats, rng: np.random.Generator) -> Floats:
    """Fill the box of the rows evenly, its sides along their principal axes.

    Examples:
        >>> rows = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
        >>> made = even_box(rows, np.random.default_rng(1))
        >>> bool(np.allclose(made[:, 0], made[:, 1]))
        True
    """
    middle = rows.mean(axis=0)
    _, _, axes = np.linalg.svd(rows - middle, full_matrices=False)
    along = (rows - middle) @ axes.T
    made: Floats = rng.uniform(along.min(axis=0), along.max(axis=0), along.shape) @ axes + middle
    return made


def _logs(sums: Floats) -> Floats:
    """Take logarithms; where nothing is left, of next to nothing."""
    highest = sums.max(axis=-1, keepdims=True)
    result: Floats = np.log(np.maximum(sums, np.maximum(highest * _TINY, np.finfo(float).tiny)))
    return result


def _gaps(mine: Floats, even: Floats) -> tuple[Floats, Floats]:
    theirs = _logs(even)
    return theirs.mean(axis=0) - _logs(mine), theirs.std(axis=0) * math.sqrt(1 + 1 / len(even))


def _one_error(ks: list[int], gaps: Floats, errors: Floats) -> int | None:
    """Find the first k whose gap is at least the next one's, less its error."""
    reached = gaps[:-1] >= gaps[1:] - errors[1:]
    return ks[int(np.argmax(reached))] if reached.any() else None


def _elbow(ks: list[int], sums: Floats, even: Floats) -> Elbow | None:
    places = [at for at in range(1, len(ks) - 1) if ks[at + 1] - ks[at - 1] == 2]  # noqa: PLR2004
    if not places:
        return None
    beyond = _bends(sums) - _bends(even).mean(axis=0)
    best = max(places, key=lambda at: float(beyond[at - 1]))
    before, at, after = sums[best - 1 : best + 2].tolist()
    return Elbow(ks[best], _off(before, at), _off(at, after), float(beyond[best - 1]))


def _bends(sums: Floats) -> Floats:
    """Find by how much more a step takes off than the next, as logarithms."""
    result: Floats = np.diff(_logs(sums), 2, axis=-1)
    return result


def _off(before: float, after: float) -> float:
    return 1 - after / before if before > 0 else 0.0


def _points(
    ks: list[int], sums: Floats, widths: list[float | None], gaps: Floats, errors: Floats
) -> tuple[Point, ...]:
    found = []
    for at, k in enumerate(ks):
        follows = at > 0 and ks[at - 1] == k - 1
        taken_off = _off(float(sums[at - 1]), float(sums[at])) if follows else None
        found.append(Point(k, float(sums[at]), taken_off, widths[at], float(gaps[at]), float(errors[at])))
    return tuple(found)
