"""Every method passes every check, on users of several kinds; a new method is tested by being listed."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.checks.segmentations import CHECKS
from tests.segments.tables import behaviour, of_matrix, planted, table

from coterie.project.settings import SegmentSettings
from coterie.segments.fit import fit
from coterie.segments.methods.by_name import METHODS

if TYPE_CHECKING:
    from collections.abc import Callable

    from coterie.features.feature import FeatureTable
    from coterie.segments.segmentation import Segmentation

TABLES: dict[str, Callable[[], FeatureTable]] = {
    "behaviour": behaviour,
    "planted": lambda: of_matrix(planted(3, users=200)[0]),
    "noise": lambda: of_matrix(np.random.default_rng(1).random((150, 2))),
    "attributes": lambda: table({"country": (["AT", "BR", None, "ZA"] * 20)}, country={"behaviour": False}),
    "alike": lambda: table({"x": [2.0] * 12, "y": [None] * 6 + ["a"] * 6}),
}


@functools.cache
def fitted(method: str, kind: str) -> tuple[Segmentation, FeatureTable, SegmentSettings]:
    made = TABLES[kind]()
    settings = SegmentSettings.model_validate({"method": method, "k_max": 4, "starts": 2})
    return fit(made, settings), made, settings


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("method", METHODS)
def test_every_segmentation(method: str, kind: str, check: Callable[..., None]) -> None:
    check(*fitted(method, kind))
