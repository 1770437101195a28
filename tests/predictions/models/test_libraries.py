"""What is kept of a library's model foretells what the library foretells."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from coterie.errors import UsageError
from coterie.predictions.models import boosting, forest, lightgbm, linear, xgboost
from coterie.predictions.models.link import LINKS

if TYPE_CHECKING:
    from coterie.features.values import Floats
    from coterie.predictions.models.link import Loss

RNG = np.random.default_rng(7)
MATRIX = np.asfortranarray(RNG.normal(size=(300, 4)).round(2))
NEW = RNG.normal(size=(200, 4)).round(2)
SUMS = MATRIX[:, 0] - MATRIX[:, 1] * MATRIX[:, 2]
OUTCOMES: dict[Loss, Floats] = {
    "logistic": (RNG.random(300) < 1 / (1 + np.exp(-2 * SUMS))).astype(float),
    "poisson": RNG.poisson(np.exp(SUMS / 2)).astype(float),
    "gamma": RNG.gamma(3, np.exp(SUMS / 2)) + 0.1,
    "squared": SUMS + RNG.normal(size=300),
}


def _probabilities(model: Any, loss: Loss) -> Floats:
    found: Floats = model.predict_proba(NEW)[:, 1] if loss == "logistic" else model.predict(NEW)
    return found


@pytest.mark.parametrize("loss", OUTCOMES)
def test_boosting_is_that_of_the_library(loss: Loss) -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    losses = {"poisson": "poisson", "gamma": "gamma", "squared": "squared_error"}
    model = (
        HistGradientBoostingClassifier(random_state=3)
        if loss == "logistic"
        else HistGradientBoostingRegressor(loss=losses[loss], random_state=3)
    )
    expected = _probabilities(model.fit(MATRIX, OUTCOMES[loss]), loss)
    found = boosting.fit(MATRIX, OUTCOMES[loss], loss, seed=3)
    bound = _within(found.low, found.high, expected, loss)
    assert np.allclose(found.predicted(NEW), bound, rtol=1e-12)


def _within(low: float, high: float, foretold: Floats, loss: Loss) -> Floats:
    """New users are not foretold more than any of those fitted on."""
    if loss == "logistic":
        return foretold
    ends = np.exp([low, high]) if LINKS[loss] == "log" else np.array([low, high])
    return np.clip(foretold, *ends)


@pytest.mark.parametrize("loss", ["logistic", "squared"])
def test_a_forest_is_that_of_the_library(loss: Loss) -> None:
    model = forest.fitted(MATRIX, OUTCOMES[loss], loss, seed=3, trees=20)
    found = forest.kept(model, yes_or_no=loss == "logistic")
    assert np.allclose(found.predicted(NEW), _probabilities(model, loss), rtol=0, atol=1e-12)


def test_a_forest_of_many_users_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forest, "LEAVES", 10)
    monkeypatch.setattr(forest, "USERS", 100)
    model = forest.fitted(MATRIX, OUTCOMES["squared"], "squared", seed=3, trees=3)
    assert max(tree.splits for tree in forest.kept(model, yes_or_no=False).trees) <= 9


def _watched(library: Any, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Keep what the library fits, to compare with."""
    kept: list[Any] = []
    train = library.train

    def watched(*args: Any, **settings: Any) -> Any:
        kept.append(train(*args, **settings))
        return kept[-1]

    monkeypatch.setattr(library, "train", watched)
    return kept


@pytest.mark.parametrize("loss", OUTCOMES)
def test_xgboost_is_that_of_the_library(loss: Loss, monkeypatch: pytest.MonkeyPatch) -> None:
    import xgboost as library

    kept = _watched(library, monkeypatch)
    found = xgboost.fit(MATRIX, OUTCOMES[loss], loss, seed=3)
    expected = kept[0].predict(library.DMatrix(NEW), output_margin=True)
    assert np.allclose(found.sums(NEW), expected, rtol=0, atol=1e-5)  # it sums in single precision


@pytest.mark.parametrize("loss", OUTCOMES)
def test_lightgbm_is_that_of_the_library(loss: Loss, monkeypatch: pytest.MonkeyPatch) -> None:
    import lightgbm as library

    kept = _watched(library, monkeypatch)
    found = lightgbm.fit(MATRIX, OUTCOMES[loss], loss, seed=3)
    expected = np.asarray(kept[0].predict(NEW, raw_score=True))
    assert np.allclose(found.sums(NEW), expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("loss", OUTCOMES)
def test_a_linear_model_is_at_its_optimum(loss: Loss) -> None:
    found = linear.fit(MATRIX, OUTCOMES[loss], loss, seed=3)
    residuals = OUTCOMES[loss] - found.predicted(MATRIX)
    if loss == "gamma":
        residuals = residuals / found.predicted(MATRIX)
    gradient = MATRIX.T @ residuals - linear.PENALTY * np.array(found.weights)
    assert np.abs(gradient).max() < 0.2
    assert abs(residuals.sum()) < 0.2


@pytest.mark.parametrize("loss", OUTCOMES)
def test_few_users_of_many_columns_are_not_believed_too_much(loss: Loss) -> None:
    rng = np.random.default_rng(9)
    noise = np.hstack([MATRIX[:80], rng.normal(size=(80, 60))])
    shuffled = rng.permutation(OUTCOMES[loss][:80])
    found = linear.fit(noise, shuffled, loss, seed=3)
    assert np.abs(found.weights).max() < 0.1


@pytest.mark.parametrize("loss", ["poisson", "gamma", "squared"])
def test_nobody_is_foretold_more_than_anybody_was(loss: Loss) -> None:
    found = linear.fit(MATRIX, OUTCOMES[loss], loss, seed=3)
    far = found.predicted(np.vstack([NEW * 1e9, NEW * -1e9]))
    assert far.max() == found.predicted(MATRIX).max()
    assert far.min() == found.predicted(MATRIX).min()


@pytest.mark.parametrize(("library", "fit"), [("xgboost", xgboost.fit), ("lightgbm", lightgbm.fit)])
def test_what_is_not_installed_is_said_with_what_to_do(
    library: str, fit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(UsageError, match=rf"pip install 'coterie\[{library}\]'"):
        fit(MATRIX, OUTCOMES["logistic"], "logistic", seed=3)
