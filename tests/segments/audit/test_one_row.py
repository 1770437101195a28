from __future__ import annotations

import numpy as np
from tests.segments.audit.materials import material
from tests.segments.tables import table

from coterie.segments.audit.one_row import one_row

LABELS = np.repeat([0, 1], 50)
VALUES = np.concatenate([np.full(50, 10.0), np.full(50, 5.0)])


def test_a_user_who_lifts_a_segment_to_the_top_is_a_warning() -> None:
    values = VALUES.copy()
    values[60] = 1_000.0
    (found,) = one_row(material(table({"minutes": values}), LABELS))
    assert (found.level, found.segment, found.feature, found.number) == ("warning", 2, "minutes", 5.0)
    assert found.sentence == (
        "One user with 1,000 carries the mean of {feature:minutes} in {segment:2}: 24.90 with that user, "
        "5 without, and then {segment:1} ranks highest."
    )


def test_a_user_who_carries_a_mean_and_no_rank_is_a_note() -> None:
    values = VALUES.copy()
    values[3] = 1_000.0
    (found,) = one_row(material(table({"minutes": values}), LABELS))
    assert (found.level, found.segment) == ("note", 1)
    lower = VALUES.copy()
    lower[60] = 100.0
    (found,) = one_row(material(table({"minutes": lower}), LABELS))
    assert (found.level, found.segment) == ("note", 2)


def test_nobody_carrying_is_good() -> None:
    (found,) = one_row(
        material(table({"minutes": VALUES, "zero": np.zeros(100), "word": ["a"] * 100}), LABELS)
    )
    assert (found.level, found.sentence) == ("good", "No single user carries the mean of a segment.")


def test_tiny_segments_are_told_elsewhere() -> None:
    labels = np.array([0] * 95 + [1] * 5)
    values = np.array([1.0] * 95 + [1.0, 1.0, 1.0, 1.0, 900.0])
    assert one_row(material(table({"minutes": values}), labels))[0].level == "good"


def test_a_mean_that_nobody_reads_is_nobodys_to_carry() -> None:
    values = np.zeros(100)
    values[60] = 0.4
    (found,) = one_row(material(table({"score": values}), LABELS))
    assert found.level == "good"


def test_a_mean_that_stays_like_everyones_misleads_nobody() -> None:
    values = np.concatenate([np.linspace(0.0, 2.0, 100), np.linspace(0.3, 2.3, 100)])
    values[3] = 27.0
    (found,) = one_row(material(table({"minutes": values}), np.repeat([0, 1], 100)))
    assert found.level == "good"
