"""A mixture fitted on micro-clusters of all users: each stands for its users with their mean and spread."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.borders.mixture import Mixture
from coterie.segments.everyone import micro
from coterie.segments.methods.mixture import REGULARISATION

if TYPE_CHECKING:
    from coterie.features.values import Floats, Ints
    from coterie.segments.everyone.micro import Weighed
    from coterie.segments.everyone.users import Coordinates

#: Micro-clusters at most.
MICRO = 4_000

_ROUNDS = 300

#: Settled once a round makes a user likelier by less than this, as a difference of logarithms.
_SETTLED = 1e-7


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """A mixture after rounds of expectation and maximisation.

    Attributes:
        borders: The mixture.
        first: The mean logarithm of a user's density with the mixture given, bounded from below.
        last: The same with the mixture returned, before its last round.
        rounds: How many rounds it took.
        settled: Whether it has settled.
        users: How many users there are.
        groups: How many micro-clusters they are in.
    """

    borders: Mixture
    first: float
    last: float
    rounds: int
    settled: bool
    users: int
    groups: int


def settled(users: Coordinates, matrix: Floats, start: Mixture, *, seed: int, most: int = MICRO) -> Settled:
    """Go on with expectation and maximisation over micro-clusters of all users.

    The users of a micro-cluster share their parts in the components, which bounds the likelihood from below;
    their spread inside it counts. With a micro-cluster for each user it is the plain algorithm.

    Args:
        users: Coordinates of all users.
        matrix: The sample that `start` was fitted on, rows x steps.
        start: The mixture to start from.
        seed: Makes it repeatable.
        most: The number of micro-clusters at most.

    References:
        Verbeek, Nunnink & Vlassis (2006), Accelerated EM-based clustering of large data sets.
    """
    live = _live(start)
    full = start.factors is not None
    pairs = micro.all_pairs(live) if full else tuple((at, at) for at in live.tolist())
    found = micro.weighed(users, matrix, most, seed=seed, pairs=pairs)
    blocks = _Blocks.of(found, live, full=full)
    least = REGULARISATION * np.maximum(matrix[:, live].var(axis=0), 1e-300)
    normals = _Normals.of(start, live)
    before = first = -math.inf
    rounds, rests = 0, False
    while rounds < _ROUNDS and not rests:
        parts, now = normals.parts(blocks)
        first = now if rounds == 0 else first
        rests = rounds > 0 and now - before < _SETTLED
        before = now
        normals = normals.moved(blocks, parts, least)
        rounds += 1
    borders = normals.borders(live, matrix.shape[1])
    return Settled(borders, first, before, rounds, rests, found.users, len(found.small.weights))


def _live(start: Mixture) -> Ints:
    """Find the coordinates that have a say."""
    numbers = np.array(start.scales if start.factors is None else start.factors, dtype=float)
    return np.flatnonzero(np.abs(numbers).reshape(-1, numbers.shape[-1]).max(axis=0) > 0)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Blocks:
    """Micro-clusters: `squares` are the mean products of coordinates, blocks x d x d, or blocks x d."""

    weights: Floats
    means: Floats
    squares: Floats
    spreads: Floats

    @classmethod
    def of(cls, found: Weighed, live: Ints, *, full: bool) -> _Blocks:
        means = found.small.centres[:, live]
        weights = found.small.weights.astype(np.float64)
        if not full:
            spreads = np.maximum(found.products - np.square(means), 0.0)
            return cls(weights, means, found.products, spreads)
        squares = np.empty((len(means), len(live), len(live)))
        place = {at: i for i, at in enumerate(live.tolist())}
        for column, (one, other) in zip(found.products.T, found.pairs, strict=True):
            squares[:, place[one], place[other]] = squares[:, place[other], place[one]] = column
        return cls(weights, means, squares, squares - means[:, :, None] * means[:, None, :])


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Normals:
    """Weighted normal distributions: `factors` of their precisions are k x d x d, or k x d."""

    weights: Floats
    means: Floats
    factors: Floats

    @classmethod
    def of(cls, start: Mixture, live: Ints) -> _Normals:
        means = np.array(start.means)[:, live]
        if start.factors is None:
            factors = np.array(start.scales)[:, live]
        else:
            factors = np.array(start.factors)[:, :, live].transpose(0, 2, 1)
        weights = np.exp(np.array(start.constants) - _heights(factors))
        return cls(weights / weights.sum(), means, factors)

    def parts(self, blocks: _Blocks) -> tuple[Floats, float]:
        """Tell how much of each block belongs to each component, and the mean logarithm of the density."""
        found = np.empty((len(blocks.means), len(self.means)))
        with np.errstate(divide="ignore"):
            constants = np.log(self.weights) + _heights(self.factors)
        for at, (constant, mean, factor) in enumerate(zip(constants, self.means, self.factors, strict=True)):
            away = blocks.means - mean
            if factor.ndim == 1:
                squares = np.square(away * factor).sum(axis=1) + blocks.spreads @ np.square(factor)
            else:
                inside = np.einsum("mij,ij->m", blocks.spreads, factor @ factor.T)
                squares = np.square(away @ factor).sum(axis=1) + inside
            found[:, at] = constant - 0.5 * squares
        whole = np.logaddexp.reduce(found, axis=1)
        return np.exp(found - whole[:, None]), float(blocks.weights @ whole / blocks.weights.sum())

    def moved(self, blocks: _Blocks, parts: Floats, least: Floats) -> _Normals:
        """Describe the parts of all blocks in each component anew; one that nobody is in stays."""
        shares = parts * blocks.weights[:, None]
        sizes = shares.sum(axis=0)
        means, factors = self.means.copy(), self.factors.copy()
        for at in np.flatnonzero(sizes > 0):
            share = shares[:, at] / sizes[at]
            mean = share @ blocks.means
            square = np.tensordot(share, blocks.squares, axes=1)
            means[at] = mean
            if square.ndim == 1:
                factors[at] = (np.maximum(square - np.square(mean), 0.0) + least) ** -0.5
            else:
                covariance = square - np.outer(mean, mean) + np.diag(least)
                factors[at] = np.linalg.inv(np.linalg.cholesky(covariance)).T
        return _Normals(sizes / sizes.sum(), means, factors)

    def borders(self, live: Ints, width: int) -> Mixture:
        """Write them as borders over all coordinates."""
        k = len(self.means)
        means = np.zeros((k, width))
        means[:, live] = self.means
        with np.errstate(divide="ignore"):
            constants = np.log(self.weights) + _heights(self.factors)
        full = self.factors.ndim > 2  # noqa: PLR2004 - k x d x d
        factors = np.zeros((k, len(live), width) if full else (k, width))
        factors[..., live] = self.factors.transpose(0, 2, 1) if full else self.factors
        kept = np.flatnonzero(np.isfinite(constants))
        return Mixture(
            constants=tuple(constants[kept].tolist()),
            means=tuple(map(tuple, means[kept].tolist())),
            factors=tuple(tuple(map(tuple, one)) for one in factors[kept].tolist()) if full else None,
            scales=None if full else tuple(map(tuple, factors[kept].tolist())),
            groups=tuple(range(len(kept))),
        )


def _heights(factors: Floats) -> Floats:
    """The logarithm of the height of each density."""
    diagonals = np.diagonal(factors, axis1=1, axis2=2) if factors.ndim > 2 else factors  # noqa: PLR2004
    width = factors.shape[-1]
    found: Floats = np.log(np.abs(diagonals)).sum(axis=1) - 0.5 * width * math.log(2.0 * math.pi)
    return found
