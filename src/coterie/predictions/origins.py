"""Which examples a model may learn from to be judged by which: always later ones, or else other users.

An example of a date may be learnt from as of a later date only if its horizon has ended by then: nobody could
have known its outcome before.

References:
    Tashman (2000), Out-of-sample tests of forecasting accuracy: rolling origins. López de Prado (2018),
    Advances in Financial Machine Learning: why overlapping outcomes are purged.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import PredictionError

if TYPE_CHECKING:
    from coterie.features.values import Ints
    from coterie.predictions.examples import Examples

#: Dates before the holdout that models are judged as of, at most: the last ones.
MOST = 3

#: Parts that users are put into where there are no two dates to learn from and to be judged by.
FOLDS = 3

#: Examples that a model learns from when models are compared, at most, and that are enough to judge it by.
ROWS = 10_000


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """Examples to learn from, and others to be judged by.

    Attributes:
        learnt: Rows of the first.
        judged: Rows of the second.
    """

    learnt: Ints
    judged: Ints


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Origins:
    """How the examples before the holdout are used.

    Attributes:
        parts: To compare models by.
        out_of_time: Whether all are judged by dates later than those learnt from.
        known: Rows whose outcome was known as of the holdout: what the chosen model learns from.
    """

    parts: tuple[Origin, ...]
    out_of_time: bool
    known: Ints


def origins(examples: Examples, *, seed: int) -> Origins:
    """Decide what is learnt from and judged by what.

    Args:
        examples: In an order of their own, whatever order they came in.
        seed: Draws examples where there are more than `ROWS`.

    Raises:
        PredictionError: No outcome was known before the holdout.
    """
    last = len(examples.dates) - 1
    known = _known(examples, last)
    if not known.size:
        raise PredictionError(
            f"Nothing was known by {examples.dates[-1]}, the last date: {len(examples.dates)} dates, each "
            f"with {examples.horizon_days} days after it, leave none to learn from. Give more dates, or put "
            "them further apart."
        )
    rng = np.random.default_rng(seed)
    parts: list[Origin] = []
    for place in range(last - 1, 0, -1):
        learnt, judged = _known(examples, place), known[examples.date_of[known] == place]
        enough = len(parts) == MOST or sum(len(part.judged) for part in parts) >= ROWS
        if not enough and _telling(examples, learnt) and judged.size:
            parts.append(Origin(_some(rng, learnt), _some(rng, judged)))
    if parts:
        return Origins(tuple(parts), True, known)
    return Origins(_folds(_some(rng, known)), False, known)


def _known(examples: Examples, place: int) -> Ints:
    """Find the rows whose horizon had ended by a date."""
    ended = np.array(
        [(examples.dates[place] - date).days >= examples.horizon_days for date in examples.dates]
    )
    return np.flatnonzero(ended[examples.date_of] & (examples.date_of < place))


def _telling(examples: Examples, rows: Ints) -> bool:
    return rows.size > 1 and bool(np.ptp(examples.outcomes[rows]) > 0)


def _some(rng: np.random.Generator, rows: Ints) -> Ints:
    return np.sort(rng.choice(rows, ROWS, replace=False)) if len(rows) > ROWS else rows


def _folds(rows: Ints) -> tuple[Origin, ...]:
    fold = np.arange(len(rows)) % FOLDS
    return tuple(Origin(rows[fold != at], rows[fold == at]) for at in range(FOLDS))
