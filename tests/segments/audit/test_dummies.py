from __future__ import annotations

import numpy as np
from tests.segments.audit.materials import material
from tests.segments.tables import of_matrix, planted, table

from coterie.segments.audit.dummies import codes_of_categories, dummies

RNG = np.random.default_rng(1)
REGION = RNG.integers(0, 3, 600)
CHANNEL = RNG.integers(0, 4, 600)
WORDS = {"region": [f"r{each}" for each in REGION], "channel": [f"c{each}" for each in CHANNEL]}


def test_a_lookup_table_is_told() -> None:
    made = table(WORDS | {"minutes": RNG.standard_normal(600)})
    (found,) = dummies(material(made, (REGION > 0) * 2 + (CHANNEL > 1)))
    assert (found.level, found.number) == ("warning", 1.0)
    assert "lookup table on {feature:" in found.sentence
    assert "in all 12 cells every user has the same segment" in found.sentence
    assert "of {feature:minutes} (eta squared)" in found.sentence


def test_nearly_a_lookup_table_is_told_with_its_share() -> None:
    labels = (REGION > 0).astype(np.int64)
    labels[:12] = 1 - labels[:12]
    (found,) = dummies(material(table(WORDS), labels))
    assert found.level == "warning"
    assert "cells lie in one segment, and 98.0% of the users follow" in found.sentence


def test_attributes_that_go_with_behaviour_are_a_note() -> None:
    labels = (REGION > 0).astype(np.int64)
    (found,) = dummies(material(table(WORDS | {"x": RNG.standard_normal(600) + 5 * labels}), labels))
    assert found.level == "note"
    assert "Behaviour has less to do with it" in found.sentence


def test_behaviour_that_decides_is_good() -> None:
    matrix, labels = planted(3)
    (found,) = dummies(material(of_matrix(matrix), labels))
    assert found.level == "good"
    assert found.sentence.startswith("Behaviour decides the segments")


def test_behaviour_that_says_nothing_is_told_without_attributes_too() -> None:
    (found,) = dummies(material(of_matrix(RNG.standard_normal((600, 2))), RNG.integers(0, 3, 600)))
    assert (found.level, found.number < 0.1) == ("warning", True)


def test_cells_of_few_users_say_nothing() -> None:
    names = [f"n{row // 2:03d}" for row in range(600)]
    assert dummies(material(table({"name": names}), np.arange(600) // 300)) == ()


def test_one_segment_has_nothing_to_decide() -> None:
    assert dummies(material(table(WORDS), np.zeros(600, dtype=np.int64))) == ()


def test_a_number_that_is_a_code_is_found() -> None:
    made = table(WORDS | {"region_number": REGION.astype(float), "many": RNG.standard_normal(600)})
    ((number, category, explained),) = codes_of_categories(material(made, REGION))
    assert (number, category) == ("region_number", "region")
    assert explained > 0.99
