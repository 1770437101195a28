from __future__ import annotations

import numpy as np
import pytest
from tests.segments.audit.materials import curve, material
from tests.segments.tables import table

from coterie.project.settings import SegmentSettings
from coterie.segments.audit.holding import evidence, neighbours, stability, tiny
from coterie.segments.stability import Stability

TABLE = table({"x": np.arange(300.0)})
THREE = np.repeat([0, 1, 2], 100)
ONE = np.zeros(300, dtype=np.int64)


@pytest.mark.parametrize(
    ("agreement", "level", "told"),
    [(0.9, "good", "come back:"), (0.7, "note", "come back in part"), (0.3, "warning", "fall apart")],
)
def test_stability_is_told_in_words(agreement: float, level: str, told: str) -> None:
    (found,) = stability(material(TABLE, THREE, stability=Stability(agreement, 0.1, (0.9, 0.9, 0.9))))
    assert (found.level, found.number) == (level, agreement)
    assert told in found.sentence


def test_a_segment_that_does_not_come_back_is_named() -> None:
    _, found = stability(material(TABLE, THREE, stability=Stability(0.9, 0.8, (0.9, 0.42, 0.9))))
    assert (found.level, found.segment) == ("warning", 2)
    assert "only 42% of {segment:2} back" in found.sentence


def test_one_segment_has_no_stability_and_no_neighbours() -> None:
    assert stability(material(TABLE, ONE)) == ()
    assert neighbours(material(TABLE, ONE, candidates=curve(0.3, 0.4))) == ()


def test_a_silhouette_without_a_top_makes_k_arbitrary() -> None:
    (found,) = neighbours(material(TABLE, THREE, candidates=curve(0.24, 0.3, 0.4, 0.5, 0.6)))
    assert found.level == "warning"
    assert (
        "k = 3 is arbitrary: the silhouette rises steadily from 0.24 (k = 2) to 0.60 (k = 6)"
        in found.sentence
    )


def test_a_neighbour_as_good_is_a_note() -> None:
    (found,) = neighbours(material(TABLE, THREE, candidates=curve(0.2, 0.5, 0.49, 0.3)))
    assert found.level == "note"
    assert "k = 4 (0.49) would do as well as k = 3" in found.sentence


def test_a_k_that_stands_out_is_good() -> None:
    (found,) = neighbours(material(TABLE, THREE, candidates=curve(0.2, 0.5, 0.3)))
    assert found.level == "good"


def test_a_lone_candidate_has_no_neighbours() -> None:
    assert neighbours(material(TABLE, THREE, candidates=curve(0.2))) == ()


def test_a_cut_that_was_asked_for_through_a_crowd_is_a_note() -> None:
    crowd = curve(0.2, 0.5, 0.3, valley=0.95)
    (found,) = evidence(material(TABLE, THREE, SegmentSettings(k=3), candidates=crowd))
    assert (found.level, found.number) == ("note", 3.0)
    assert "no clusters, at no k from 2 to 4: the 3 segments are a cut that was asked for" in found.sentence


def test_evidence_for_clusters_or_a_k_chosen_by_it_needs_no_note() -> None:
    crowd, gaps = curve(0.2, 0.5, valley=0.95), curve(0.2, 0.5, valley=0.1)
    assert evidence(material(TABLE, THREE, SegmentSettings(k=3), candidates=gaps)) == ()
    assert evidence(material(TABLE, THREE, SegmentSettings(k=3))) == ()
    assert evidence(material(TABLE, THREE, SegmentSettings(k="auto"), candidates=crowd)) == ()


def test_a_segment_of_nobody_is_not_told_again() -> None:
    labels = np.array([0] * 297 + [2] * 3)
    (found,) = tiny(material(TABLE, labels, k=3))
    assert (found.level, found.segment) == ("note", 3)
    assert [one.sentence for one in tiny(material(TABLE, np.array([0] * 299 + [2])))] == [
        "{segment:3} has 1 user, 0.3% of all: too few for firm numbers."
    ]


def test_small_and_tiny_segments_are_named() -> None:
    labels = np.array([0] * 293 + [1] * 5 + [2] * 2)
    small, smaller = tiny(material(TABLE, labels))
    assert (small.level, small.segment, smaller.level, smaller.segment) == ("note", 2, "warning", 3)
    assert "{segment:3} has 2 users, 0.7% of all" in smaller.sentence
    (found,) = tiny(material(TABLE, THREE))
    assert found.level == "good"
    assert found.number == pytest.approx(1 / 3)
