"""What a prediction rests on, told in three ways that each have their blind spots.

The weights of a linear model say which way a feature pulls, and are torn between features that go together. A
random forest sees curves and combinations, and favours features with many values. Permutation tells what
the prediction itself would lose on the holdout without a feature; features that go together are dealt out
together, as each would stand in for the other.

References:
    Breiman (2001), Random Forests. Fisher, Rudin & Dominici (2019), All Models are Wrong, but Many are
    Useful. Strobl et al. (2008), Conditional variable importance for random forests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coterie.features.shape import correlations
from coterie.predictions import columns, score
from coterie.predictions.measures import losses
from coterie.predictions.models import forest
from coterie.predictions.models.baseline import Baseline
from coterie.predictions.models.by_name import learn, loss
from coterie.predictions.models.hurdle import Hurdle
from coterie.predictions.prediction import Importance

if TYPE_CHECKING:
    import pyarrow as pa

    from coterie.features.values import Floats, Ints
    from coterie.predictions.columns import Column
    from coterie.predictions.examples import Examples
    from coterie.predictions.models.by_name import Learnt
    from coterie.predictions.models.linear import Linear
    from coterie.predictions.prediction import Prediction
    from coterie.progress import Progress

#: Examples that the two other models are fitted on at most, and that values are dealt out among.
ROWS, DEALT = 5_000, 2_000

#: How often values are dealt out.
TIMES = 3

#: Trees of the forest that tells importance.
TREES = 50

#: Rank correlation from which on features are taken together.
TOGETHER = 0.7


def importance(
    examples: Examples, prediction: Prediction, known: Ints, *, progress: Progress
) -> tuple[Importance, ...]:
    """Tell how much a prediction rests on each feature, the most important first.

    Args:
        examples: In an order of their own.
        prediction: As it was fitted and measured.
        known: Rows it was fitted on.
        progress: Told how far it is.

    Returns:
        One entry a feature that differs between users; nothing for the baseline, which looks at none.
    """
    model = prediction.model
    if isinstance(model, Baseline):
        return ()
    rng = np.random.default_rng(prediction.seed)
    rows = np.sort(rng.choice(known, ROWS, replace=False)) if len(known) > ROWS else known
    some, outcomes = examples.rows.take(rows), examples.outcomes[rows]
    if np.ptp(outcomes) == 0:
        return ()
    progress("importance", 0, 2)
    raw = columns.prepare(some, examples.features, scaled=False)
    of_linear = _linear(examples, some, outcomes, prediction.seed)
    of_forest = _forest(examples, raw, some, outcomes, prediction.seed)
    progress("importance", 1, 2)
    groups = together(raw, some)
    dealt = _dealt_out(examples, prediction, model, groups, rng)
    found = [
        Importance(name, group, of_linear.get(name, 0.0), of_forest.get(name, 0.0), dealt[group])
        for name, group in groups.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.permutation, -each.forest, each.feature)))


def _linear(examples: Examples, some: pa.Table, outcomes: Floats, seed: int) -> dict[str, float]:
    made = columns.prepare(some, examples.features, scaled=True)
    model = learn("linear", columns.matrix(made, some), outcomes, examples.kind, seed=seed)
    found: dict[str, float] = {}
    for column, weight in zip(made, _weights(model), strict=True):
        if abs(weight) >= abs(found.get(column.feature, 0.0)):
            found[column.feature] = weight
    return found


def _weights(model: object) -> tuple[float, ...]:
    part: Linear = model.amount if isinstance(model, Hurdle) else model  # type: ignore[assignment]
    return part.weights


def _forest(
    examples: Examples, made: tuple[Column, ...], some: pa.Table, outcomes: Floats, seed: int
) -> dict[str, float]:
    what = loss(outcomes, examples.kind) or "squared"
    model = forest.fitted(columns.matrix(made, some), outcomes, what, seed=seed, trees=TREES)
    found: dict[str, float] = {}
    for column, share in zip(made, model.feature_importances_.tolist(), strict=True):
        found[column.feature] = found.get(column.feature, 0.0) + share
    return found


def together(made: tuple[Column, ...], rows: pa.Table) -> dict[str, int]:
    """Number the groups of features that go together closely, from 1 on.

    Args:
        made: Columns that features become, as they are.
        rows: Users to correlate them on.
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform
    from scipy.stats import rankdata

    names = list(dict.fromkeys(column.feature for column in made))
    of_numbers = [column for column in made if column.words is None]
    labels = dict.fromkeys(names, 0)
    if len(of_numbers) > 1:
        ranks = np.apply_along_axis(rankdata, 0, columns.matrix(of_numbers, rows))
        apart = 1 - np.abs(correlations(ranks))
        np.fill_diagonal(apart, 0.0)
        found = fcluster(linkage(squareform(apart, checks=False), "average"), 1 - TOGETHER, "distance")
        labels |= {column.feature: int(label) for column, label in zip(of_numbers, found, strict=True)}
    numbers: dict[tuple[int, str], int] = {}
    return {
        name: numbers.setdefault((label, "" if label else name), len(numbers) + 1)
        for name, label in labels.items()
    }


def _dealt_out(
    examples: Examples,
    prediction: Prediction,
    model: Learnt,
    groups: dict[str, int],
    rng: np.random.Generator,
) -> dict[int, float]:
    held_out = np.flatnonzero(examples.held_out)
    rows = np.sort(rng.choice(held_out, DEALT, replace=False)) if len(held_out) > DEALT else held_out
    some, happened = examples.rows.take(rows), examples.outcomes[rows]
    matrix = columns.matrix(prediction.columns, some)
    signed = bool((examples.outcomes < 0).any())

    def lost(rows: Floats, times: int) -> Floats:
        predicted = score.mended(model, prediction.calibrator, rows)
        return losses(predicted, np.tile(happened, times), prediction.kind, signed=signed)

    whole = float(lost(matrix, 1).mean())
    places = _places(prediction.columns, groups)
    more = np.zeros(len(places))
    for _ in range(TIMES):
        order = rng.permutation(len(rows))
        dealt = np.concatenate([matrix] * len(places)) if places else matrix[:0]
        for at, own in enumerate(places.values()):
            part = dealt[at * len(rows) : (at + 1) * len(rows)]
            part[:, own] = matrix[order][:, own]
        more += lost(dealt, len(places)).reshape(len(places), len(rows)).mean(axis=1) - whole
    shares = more / TIMES / whole if whole > 0 else more * 0.0
    return dict.fromkeys(groups.values(), 0.0) | dict(zip(places, shares.tolist(), strict=True))


def _places(made: tuple[Column, ...], groups: dict[str, int]) -> dict[int, list[int]]:
    """Find the columns of each group among those of the model."""
    found: dict[int, list[int]] = {}
    for at, column in enumerate(made):
        if column.feature in groups:
            found.setdefault(groups[column.feature], []).append(at)
    return found
