"""The most likely parameters of a model, found along its gradient, with their errors."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from coterie.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.features.values import Floats

#: Parameters beyond this say that the data has no optimum: the likelihood rises forever.
LARGEST = 1e6

_STEP = 1e-4
#: How near the top each of the starts goes, and then the best of them.
_ROUGH, _EXACT = 1e-5, 1e-14


class Likelihood(Protocol):
    """The logarithm of a likelihood, and its gradient."""

    def __call__(self, parameters: Floats, /) -> tuple[float, Floats]:
        """Return both at positive parameters."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class Optimum:
    """The most likely parameters.

    Attributes:
        parameters: All positive.
        errors: The standard error of each, from the curvature at the optimum; NaN where it is flat.
        log_likelihood: At the optimum.
    """

    parameters: tuple[float, ...]
    errors: tuple[float, ...]
    log_likelihood: float

    def in_units(self, scales: Sequence[float], shift: float) -> Optimum:
        """Return the same optimum in other units.

        Args:
            scales: What each parameter is multiplied by.
            shift: What the logarithm of the likelihood loses.
        """
        return Optimum(
            tuple(value * scale for value, scale in zip(self.parameters, scales, strict=True)),
            tuple(error * scale for error, scale in zip(self.errors, scales, strict=True)),
            self.log_likelihood - shift,
        )


def maximise(likelihood: Likelihood, start: Floats, name: str) -> Optimum:
    """Find the most likely positive parameters by quasi-Newton steps on their logarithms.

    Args:
        likelihood: With its gradient by the parameters.
        start: Where to begin.
        name: Of the model, for errors.

    Raises:
        DataError: The likelihood has no optimum: the data doesn't fit the model.
    """
    from scipy.optimize import minimize

    def downhill(logarithms: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logarithms)
        value, gradient = likelihood(parameters)
        return -value, -gradient * parameters

    bound = np.log(LARGEST)
    bounds = [(-bound, bound)] * len(start)

    def descended(origin: Floats, tolerance: float) -> Any:
        return minimize(downhill, origin, jac=True, method="L-BFGS-B", bounds=bounds, tol=tolerance)

    roughly = (descended(np.log(start * scale), _ROUGH) for scale in (1.0, 4.0, 0.25))
    best = descended(min(roughly, key=lambda found: float(found.fun)).x, _EXACT)
    parameters = np.exp(best.x)
    if not np.isfinite(best.fun) or (np.abs(best.x) > bound - _STEP).any():
        told = ", ".join(f"{value:.3g}" for value in parameters)
        raise DataError(
            f"The {name} model has no optimum on these customers (parameters run to {told}): they are too "
            "few or too much alike for it; compare with the plain average."
        )
    return Optimum(tuple(parameters.tolist()), _errors(likelihood, parameters), -float(best.fun))


def _errors(likelihood: Likelihood, parameters: Floats) -> tuple[float, ...]:
    """Take the curvature from differences of the gradient."""
    size = len(parameters)
    curvature = np.empty((size, size))
    for at in range(size):
        step = np.zeros(size)
        step[at] = _STEP * parameters[at]
        ahead, behind = likelihood(parameters + step)[1], likelihood(parameters - step)[1]
        curvature[at] = (behind - ahead) / (2 * step[at])
    try:
        variances = np.diag(np.linalg.inv((curvature + curvature.T) / 2))
    except np.linalg.LinAlgError:
        variances = np.full(size, np.nan)
    return tuple(np.sqrt(np.where(variances > 0, variances, np.nan)).tolist())
