"""Every learner of uplift passes every check, with shares and amounts; a new one need only be listed."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pytest
from tests.checks.uplift import CHECKS
from tests.predictions.uplift import trials

from coterie.predictions.uplift.bases import BASES
from coterie.predictions.uplift.learner import LEARNERS
from coterie.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Callable

    from coterie.features.values import Floats
    from coterie.predictions.uplift.bases import BaseName
    from coterie.predictions.uplift.learner import LearnerName
    from coterie.predictions.uplift.trial import Trial


@functools.cache
def trial(kind: str) -> tuple[Trial, Floats]:
    return trials.planted(2_000, strength=0.5) if kind == "shares" else trials.amounts(2_000)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize("kind", ["shares", "amounts"])
@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("name", LEARNERS)
def test_every_learner(name: LearnerName, base: BaseName, kind: str, check: Callable[..., None]) -> None:
    if base == "boosting" and kind == "amounts":
        pytest.skip("boosting is checked on shares, amounts with linear models")
    import sklearn.ensemble  # noqa: F401 - its threads must be loaded to be limited

    with one_thread():
        check(name, base, *trial(kind))
