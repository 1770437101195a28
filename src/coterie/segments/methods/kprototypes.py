"""k-prototypes: k-means for numbers and words together; a group's word is the most frequent one."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.choice.choose import drawn
from coterie.segments.methods import lloyd
from coterie.segments.partition import Partition, middles
from coterie.threads import one_thread

if TYPE_CHECKING:
    from coterie.features.values import Floats, Ints
    from coterie.segments.segmentation import Step

#: Rows that the starts are tried on; the best then converges on all rows.
ROWS_FOR_STARTS = 10_000

#: What two users are apart by who differ in a word, as part of the mean standard deviation of the numbers:
#: the middle of Huang's advice. Without numbers it is 1.
GAMMA = 0.5

_ROUNDS_TRIED = 4
_ROUNDS = 100
_PROMISING = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Attribute:
    """The coordinates that hold the words of one feature, one a word.

    Attributes:
        columns: Their places in the matrix.
        lows: What each is where the word is another.
        highs: What each is where it is this word.
        weight: Of the feature, as asked in the settings.
    """

    columns: tuple[int, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    weight: float = 1.0


def attributes(steps: tuple[Step, ...]) -> tuple[Attribute, ...]:
    """Tell which coordinates are indicators of words.

    Args:
        steps: How the coordinates were prepared.
    """
    places: dict[str, list[int]] = {}
    for at, step in enumerate(steps):
        if step.category is not None and step.weight > 0:
            places.setdefault(step.feature, []).append(at)
    return tuple(
        Attribute(
            columns=tuple(columns),
            lows=tuple(-steps[at].weight * steps[at].centre / steps[at].scale for at in columns),
            highs=tuple(steps[at].weight * (1.0 - steps[at].centre) / steps[at].scale for at in columns),
            weight=steps[columns[0]].weight,
        )
        for columns in places.values()
    )


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Mixed:
    """Rows in the space in which half of a difference in words is a squared distance.

    Attributes:
        rows: The numbers, then for each attribute one coordinate a word, and one for all others: `sizes`
            where it is the row's word, else 0.
        numbers: The places of the numbers in the matrix.
        starts: For each attribute the first of its coordinates; and where the last one ends.
        sizes: For each attribute.
    """

    rows: Floats
    numbers: Ints
    starts: Ints
    sizes: Floats


def kprototypes(
    matrix: Floats,
    k: int,
    *,
    seed: int,
    starts: int,
    thorough: bool,
    attributes: tuple[Attribute, ...] = (),
) -> Partition:
    """Group rows around prototypes: the means of numbers, and the most frequent word of each attribute.

    A row is as far from a prototype as the squared distance of their numbers, and `GAMMA` times the mean
    standard deviation of the numbers for each attribute in which their words differ, times the square of
    the weight that the settings give it. Rare words that have no coordinate of their own are one word.
    Each of `starts` is a set of rows drawn as by k-means++ and moved by a few rounds of k-means; the
    best goes on, or if `thorough` the best few, until no row changes its group.

    Args:
        matrix: Rows x coordinates.
        k: How many groups, at most the distinct rows.
        seed: Makes it repeatable.
        starts: How many times to start anew.
        thorough: Whether several starts go on to the end.
        attributes: Which coordinates hold words.

    References:
        Huang (1998), Extensions to the k-means algorithm for clustering large data sets with categorical
        values.

    Examples:
        >>> rows = np.array([[0.0, 0.0, 1.0], [0.1, 0.0, 1.0], [0.0, 1.0, 0.0], [0.1, 1.0, 0.0]])
        >>> words = Attribute((1, 2), (0.0, 0.0), (1.0, 1.0))
        >>> found = kprototypes(rows, 2, seed=1, starts=2, thorough=True, attributes=(words,))
        >>> found.labels[0] == found.labels[1] != found.labels[2] == found.labels[3]
        np.True_
    """
    with one_thread():
        mixed = _mixed(matrix, attributes)
        rng = np.random.default_rng(seed)
        small = dataclasses.replace(mixed, rows=drawn(mixed.rows, ROWS_FOR_STARTS, rng))
        tried = small.rows.astype(np.float32)
        sets = lloyd.rounds(tried, lloyd.first_centres(tried, k, starts, rng), _ROUNDS_TRIED)
        promising = sets.best(_PROMISING if thorough else 1).centres.astype(np.float64)
        best = min((_converged(small, centres) for centres in promising), key=lambda fit: fit[1])[0]
        if len(small.rows) < len(matrix):
            best, _ = _converged(mixed, best)
        borders = _borders(mixed, best, attributes, matrix.shape[1])
        home = np.unique(borders.places(matrix))
        notes: tuple[str, ...] = ()
        if len(home) < k:
            notes = (f"Only {len(home)} of {k} prototypes are the nearest of anybody.",)
            best = best[home]
            borders = _borders(mixed, best, attributes, matrix.shape[1])
        labels = lloyd.labels(mixed.rows, best)
        return Partition(labels, borders, float(np.mean(labels == borders.places(matrix))), notes=notes)


def _mixed(matrix: Floats, attributes: tuple[Attribute, ...]) -> _Mixed:
    inside = [at for attribute in attributes for at in attribute.columns]
    numbers = np.setdiff1d(np.arange(matrix.shape[1]), inside)
    deviations = matrix[:, numbers].std(axis=0)
    gamma = GAMMA * float(deviations[deviations > 0].mean()) if (deviations > 0).any() else 1.0
    sizes = np.array([attribute.weight * (gamma / 2.0) ** 0.5 for attribute in attributes])
    words = [
        size * np.eye(len(attribute.columns) + 1)[_codes(matrix, attribute)]
        for size, attribute in zip(sizes, attributes, strict=True)
    ]
    starts = np.cumsum([len(numbers), *(len(attribute.columns) + 1 for attribute in attributes)])
    return _Mixed(np.column_stack([matrix[:, numbers], *words]), numbers, starts, sizes)


def _codes(matrix: Floats, attribute: Attribute) -> Ints:
    """Tell each row's word: the place of its column, or the number of columns if it is another."""
    lows, highs = np.array(attribute.lows), np.array(attribute.highs)
    present = (matrix[:, attribute.columns] - lows) / (highs - lows)
    best = present.argmax(axis=1)
    found: Ints = np.where(2.0 * present.max(axis=1) > 1.0, best, len(lows)).astype(np.int64)
    return found


def _converged(mixed: _Mixed, centres: Floats) -> tuple[Floats, float]:
    """Move centres to means and most frequent words until no row changes; return them and the cost."""
    labels = lloyd.labels(mixed.rows, _typical(mixed, centres))
    for _ in range(_ROUNDS):
        centres = _typical(mixed, middles(mixed.rows, labels, len(centres)))
        away = np.square(mixed.rows - centres[labels]).sum(axis=1)
        empty = np.flatnonzero(np.bincount(labels, minlength=len(centres)) == 0)
        centres[empty] = mixed.rows[np.argsort(-away, kind="stable")[: len(empty)]]
        moved = lloyd.labels(mixed.rows, centres)
        if np.array_equal(moved, labels):
            break
        labels = moved
    return centres, float(np.square(mixed.rows - centres[labels]).sum())


def _typical(mixed: _Mixed, centres: Floats) -> Floats:
    """Put the most frequent word of each attribute in place of the shares of words."""
    result = centres.copy()
    each = np.arange(len(centres))
    for start, end, size in zip(mixed.starts[:-1], mixed.starts[1:], mixed.sizes, strict=True):
        word = start + centres[:, start:end].argmax(axis=1)
        result[:, start:end] = 0.0
        result[each, word] = size
    return result


def _borders(mixed: _Mixed, centres: Floats, attributes: tuple[Attribute, ...], width: int) -> Prototypes:
    """Write the distances, which are linear in the coordinates but for the row's own squares, as scores."""
    points = np.zeros((len(centres), width))
    points[:, mixed.numbers] = centres[:, : len(mixed.numbers)]
    biases = -0.5 * np.square(points).sum(axis=1)
    for attribute, start, size in zip(attributes, mixed.starts[:-1], mixed.sizes, strict=True):
        lows, gaps = np.array(attribute.lows), np.subtract(attribute.highs, attribute.lows)
        # A row's coordinate for a word is (x - low) / gap; for words without one, 1 less all of these.
        match = np.square(size) / gaps
        shown = centres[:, start : start + len(gaps)] > 0.0
        slopes = np.where(shown.any(axis=1, keepdims=True), shown, -1.0) * match
        points[:, attribute.columns] = slopes
        biases -= slopes @ lows + np.where(shown.any(axis=1), np.square(size), 0.0)
    return Prototypes(tuple(map(tuple, points.tolist())), tuple(biases.tolist()), tuple(range(len(centres))))
