"""What every feature of the catalogue must be; each check takes one feature and the table it was built in."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, get_args

from coterie.features.feature import Feature, NullFill, Unit
from coterie.project.settings import FAMILIES

Rows = Mapping[str, Mapping[str, Any]]
Check = Callable[[Feature, Rows], None]


def has_a_name_that_starts_with_its_family(feature: Feature, rows: Rows) -> None:
    assert rows
    assert feature.family in FAMILIES
    assert re.fullmatch(rf"{feature.family}_[a-z0-9_]+", feature.name), feature.name
    assert len(feature.name) <= 63


def tells_itself_in_a_sentence(feature: Feature, rows: Rows) -> None:
    assert rows
    assert re.fullmatch(r"[A-Z].*\.", feature.sentence), feature.sentence
    assert not feature.null.endswith("."), feature.null


def counts_in_a_known_unit(feature: Feature, rows: Rows) -> None:
    assert rows
    assert feature.unit in get_args(Unit)
    assert feature.fill in get_args(NullFill)
    assert feature.higher_is in (-1, 0, 1)


def fills_nulls_with_what_fits_them(feature: Feature, rows: Rows) -> None:
    assert rows
    assert feature.categorical == (feature.fill == "category")
    if not feature.null:
        assert feature.fill == "zero"
    if feature.fill == "largest":
        assert feature.unit == "days"
        assert feature.higher_is == -1


def is_null_only_where_that_has_a_meaning(feature: Feature, rows: Rows) -> None:
    values = [row[feature.name] for row in rows.values()]
    assert any(value is not None for value in values)
    if not feature.null:
        assert None not in values


def is_null_for_those_of_whom_nothing_is_known(feature: Feature, rows: Rows) -> None:
    assert rows["silent"][feature.name] == (None if feature.null else 0.0)


def is_finite(feature: Feature, rows: Rows) -> None:
    for row in rows.values():
        value = row[feature.name]
        assert value is None or isinstance(value, str if feature.categorical else float)
        assert not isinstance(value, float) or math.isfinite(value)


def is_a_share_between_nothing_and_all(feature: Feature, rows: Rows) -> None:
    if feature.unit == "share" and not feature.name.endswith("_per_view"):
        assert all(0 <= row[feature.name] <= 1 for row in rows.values() if row[feature.name] is not None)


CHECKS: tuple[Check, ...] = (
    has_a_name_that_starts_with_its_family,
    tells_itself_in_a_sentence,
    counts_in_a_known_unit,
    fills_nulls_with_what_fits_them,
    is_null_only_where_that_has_a_meaning,
    is_null_for_those_of_whom_nothing_is_known,
    is_finite,
    is_a_share_between_nothing_and_all,
)
