"""Gaussian mixture: groups of any extent and tilt, each a normal distribution."""

from __future__ import annotations

import dataclasses
import math
import warnings
from typing import TYPE_CHECKING, Literal

import numpy as np

from coterie.segments.borders.mixture import Mixture
from coterie.segments.choice.choose import drawn
from coterie.segments.methods import lloyd
from coterie.segments.partition import Partition
from coterie.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.features.values import Floats, Ints
    from coterie.segments.partition import Cut

#: Rows that a mixture is fitted on at most, and rows that its starts are tried on.
ROWS = 20_000
ROWS_FOR_STARTS = 4_000

#: Full covariances are tried in up to this many dimensions, and where a component has this many rows for
#: each dimension on average.
FULL_DIMENSIONS = 16
ROWS_A_DIMENSION = 5

#: Added to every variance, as part of the variance of all rows in that coordinate: no component is thinner.
REGULARISATION = 1e-3

#: Components that are tried where none are asked for, at most, and the rows that each must have on average.
MOST_COMPONENTS = 10
ROWS_A_COMPONENT = 10

_Form = Literal["full", "diag"]
_ROUNDS_TRIED = 10
_ROUNDS = 300


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Normals:
    """Weighted normal distributions: `factors` are k x d x d, or if diagonal k x d."""

    form: _Form
    weights: Floats
    means: Floats
    factors: Floats
    settled: bool = True

    @property
    def k(self) -> int:
        return len(self.weights)


def mixture(matrix: Floats, *, seed: int, starts: int, thorough: bool) -> Cut:
    """Fit mixtures of normal distributions; a row belongs to the component that it is most likely of.

    Full covariances compete with diagonal ones by the Bayesian information criterion (BIC), within
    `FULL_DIMENSIONS` and `ROWS_A_DIMENSION`. Starts are sets of distant rows: the better half of them after a
    few rounds of k-means, and others as they are. A few rounds of expectation and maximisation on up to
    `ROWS_FOR_STARTS` rows show the best, which converges on up to `ROWS` rows.
    Constant coordinates have no say. Without a k, the number of components up to `MOST_COMPONENTS` with the
    lowest BIC is taken.

    Args:
        matrix: Rows x coordinates.
        seed: Makes it repeatable.
        starts: How many times to start anew.
        thorough: Whether to go on with all starts, and both forms, in place of the most promising alone.

    References:
        Fraley & Raftery (2002), Model-based clustering, discriminant analysis, and density estimation.

    Examples:
        >>> rows = np.array([[0.0], [1.0], [2.0], [50.0], [51.0], [52.0]])
        >>> labels = mixture(rows, seed=1, starts=2, thorough=True)(2).labels
        >>> sorted([labels[:3].tolist(), labels[3:].tolist()])
        [[0, 0, 0], [1, 1, 1]]
    """
    some = drawn(matrix, ROWS, np.random.default_rng(seed))
    live = np.flatnonzero(np.ptp(some, axis=0) > 0.0)
    live = live if len(live) else np.array([0])
    centre, scale = some.mean(axis=0)[live], some.std(axis=0)[live]
    scale[scale == 0.0] = 1.0
    rows = (some[:, live] - centre) / scale

    def cut(k: int | None) -> Partition:
        with one_thread():
            ks = [min(k, len(rows))] if k else range(1, _most_components(rows) + 1)
            fits = [_best(rows, each, seed, starts, thorough=thorough) for each in ks]
            best = min(fits, key=lambda normals: _bic(normals, rows))
            spread = dataclasses.replace(
                best,
                means=centre + best.means * scale,
                factors=best.factors / (scale[:, None] if best.form == "full" else scale),
            )
            return _partition(
                matrix, _borders(spread, live, matrix.shape[1]), len(some), settled=best.settled
            )

    return cut


def _most_components(rows: Floats) -> int:
    distinct = len(np.unique(rows, axis=0))
    return max(1, min(MOST_COMPONENTS, distinct, len(rows) // ROWS_A_COMPONENT))


def _best(rows: Floats, k: int, seed: int, starts: int, *, thorough: bool) -> _Normals:
    """Fit k components in each form that the rows allow, and take the one of the lower BIC."""
    forms: list[_Form] = ["diag"]
    width = rows.shape[1]
    if 1 < width <= FULL_DIMENSIONS and len(rows) >= k * width * ROWS_A_DIMENSION:
        forms.append("full")
    near, *others = _starts(rows, k, seed, starts)
    firsts = {form: [_of_groups(rows, near, k, form)] for form in forms}
    if not thorough:
        firsts = dict([min(firsts.items(), key=lambda of_form: _bic(of_form[1][0], rows))])
        others = []
    fits = [
        _converged(rows, [*first, *(_of_groups(rows, labels, k, form) for labels in others)])
        for form, first in firsts.items()
    ]
    return min(fits, key=lambda normals: _bic(normals, rows))


def _starts(rows: Floats, k: int, seed: int, starts: int) -> list[Ints]:
    """Group rows around distant ones, in as many ways as there are starts: every other as k-means does."""
    rng = np.random.default_rng([seed, k])
    # Single precision is enough: rows are centred, in units of their deviation.
    small = rows.astype(np.float32)
    sets = lloyd.first_centres(small[:: -(-len(small) // ROWS_FOR_STARTS)], k, starts, rng)
    settled = lloyd.rounds(small, sets, _ROUNDS_TRIED).best((starts + 1) // 2).centres
    return [lloyd.labels(small, centres) for centres in (*settled, *sets[len(settled) :])]


def _converged(rows: Floats, firsts: list[_Normals]) -> _Normals:
    """Go on to the end with the one that is the likeliest after a few rounds."""
    if firsts[0].k == 1:
        return firsts[0]
    if len(firsts) > 1:
        some = rows[:: -(-len(rows) // ROWS_FOR_STARTS)]
        tried = [_maximised(some, first, _ROUNDS_TRIED) for first in firsts]
        firsts = [max(tried, key=lambda normals: _likelihood(normals, some))]
    return _maximised(rows, firsts[0], _ROUNDS)


def _of_groups(rows: Floats, labels: Ints, k: int, form: _Form) -> _Normals:
    """Describe each group of rows by a normal distribution; all rows, for a group without any."""
    weights = np.maximum(np.bincount(labels, minlength=k), 1.0)
    members = [rows[labels == group] if (labels == group).any() else rows for group in range(k)]
    means = np.stack([inside.mean(axis=0) for inside in members])
    if form == "diag":
        factors = np.stack([(inside.var(axis=0) + REGULARISATION) ** -0.5 for inside in members])
    else:
        ridge = REGULARISATION * np.eye(rows.shape[1])
        covariances = [np.cov(inside.T, bias=True) + ridge for inside in members]
        factors = np.linalg.inv(np.linalg.cholesky(np.stack(covariances))).transpose(0, 2, 1)
    return _Normals(form, weights / weights.sum(), means, factors)


def _maximised(rows: Floats, start: _Normals, rounds: int) -> _Normals:
    """Go on with expectation and maximisation until it has settled, or for so many rounds."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    precisions = start.factors**2
    if start.form == "full":
        precisions = start.factors @ start.factors.transpose(0, 2, 1)
    model = GaussianMixture(
        start.k,
        covariance_type=start.form,
        reg_covar=REGULARISATION,
        max_iter=rounds,
        weights_init=start.weights,
        means_init=start.means,
        precisions_init=precisions,
    )
    with one_thread(), warnings.catch_warnings():
        # Whether it has settled is told by the result.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(rows)
    return _Normals(
        start.form, model.weights_, model.means_, model.precisions_cholesky_, settled=model.converged_
    )


def _borders(normals: _Normals, live: Ints, width: int) -> Mixture:
    """Write the distributions over the coordinates that have a say as borders over all."""
    means = np.zeros((normals.k, width))
    means[:, live] = normals.means
    with np.errstate(divide="ignore"):
        weights = np.log(normals.weights)
    full = normals.form == "full"
    diagonals = np.diagonal(normals.factors, axis1=1, axis2=2) if full else normals.factors
    constants = weights + np.log(diagonals).sum(axis=1) - 0.5 * len(live) * math.log(2.0 * math.pi)
    kept = np.flatnonzero(np.isfinite(constants))
    factors = np.zeros((normals.k, len(live), width) if full else (normals.k, width))
    factors[..., live] = normals.factors.transpose(0, 2, 1) if full else normals.factors
    return Mixture(
        constants=tuple(constants[kept].tolist()),
        means=_tuples(means[kept]),
        factors=tuple(map(_tuples, factors[kept])) if full else None,
        scales=None if full else _tuples(factors[kept]),
        groups=tuple(range(len(kept))),
    )


def _tuples(numbers: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(map(tuple, numbers.tolist()))


def _partition(matrix: Floats, borders: Mixture, fitted: int, *, settled: bool) -> Partition:
    notes = []
    if fitted < len(matrix):
        notes.append(f"The mixture was fitted on {fitted:,} of {len(matrix):,} users, drawn at random.")
    return partition(matrix, borders, notes, unsettled_after=None if settled else _ROUNDS)


def partition(
    matrix: Floats, borders: Mixture, notes: Sequence[str], *, unsettled_after: int | None
) -> Partition:
    """Group users by a mixture, without components that are the most likely of nobody.

    Args:
        matrix: A row a user.
        borders: The mixture.
        notes: What is to be said of how it was fitted.
        unsettled_after: After how many rounds it had not settled; ``None`` where it had.
    """
    home = np.unique(borders.places(matrix)).tolist()
    told = list(notes)
    if unsettled_after is not None:
        told.append(f"The mixture had not settled after {unsettled_after} rounds.")
    if len(home) < borders.k:
        told.append(f"Only {len(home)} of {borders.k} components are the most likely of anybody.")
        borders = borders.only(home)
    labels = borders.log_densities(matrix).argmax(axis=1).astype(np.int64)
    agreement = float(np.mean(labels == borders.places(matrix)))
    return Partition(labels, borders, agreement, notes=tuple(told))


def _log_likelihoods(normals: _Normals, rows: Floats) -> Floats:
    borders = _borders(normals, np.arange(rows.shape[1]), rows.shape[1])
    found: Floats = np.logaddexp.reduce(borders.log_densities(rows), axis=1)
    return found


def _likelihood(normals: _Normals, rows: Floats) -> float:
    return float(_log_likelihoods(normals, rows).mean())


def _bic(normals: _Normals, rows: Floats) -> float:
    width = rows.shape[1]
    extent = width * (width + 1) / 2 if normals.form == "full" else width
    free = normals.k * (1 + width + extent) - 1
    return float(free * math.log(len(rows)) - 2.0 * _log_likelihoods(normals, rows).sum())
