from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest
from tests.segments.tables import behaviour

from coterie.errors import SegmentationError
from coterie.project.settings import SegmentSettings
from coterie.segments.fit import fit
from coterie.segments.stored import from_json, to_json

if TYPE_CHECKING:
    from coterie.segments.segmentation import Segmentation


@pytest.fixture(scope="module")
def fitted() -> Segmentation:
    return fit(behaviour(), SegmentSettings(k=3, k_max=2, starts=1))


def test_a_round_trip_keeps_everything(fitted: Segmentation) -> None:
    assert from_json(to_json(fitted)) == fitted


def test_words_of_any_language_stay_readable(fitted: Segmentation) -> None:
    assert "👟" in to_json(fitted)


def test_numbers_that_json_lacks_are_refused(fitted: Segmentation) -> None:
    with pytest.raises(SegmentationError, match="'segments' can't be stored"):
        to_json(dataclasses.replace(fitted, inertia=float("nan")))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("pickle", "is not JSON"),
        ("[]", "has version None; this coterie reads 2"),
        ('{"version": 9}', "has version 9"),
        ('{"version": 2}', "is wrong at"),
    ],
)
def test_what_is_no_segmentation_is_refused_with_the_next_step(text: str, problem: str) -> None:
    with pytest.raises(SegmentationError, match=f"{problem}.*Run `coterie run` to fit it again"):
        from_json(text)


def test_centres_must_fit_the_steps(fitted: Segmentation) -> None:
    fields = json.loads(to_json(fitted))
    fields["steps"].pop()
    with pytest.raises(SegmentationError, match="don't fit its steps"):
        from_json(json.dumps(fields))


@pytest.mark.parametrize("ident", [0, 2])
def test_ids_are_positive_and_differ(fitted: Segmentation, ident: int) -> None:
    fields = json.loads(to_json(fitted))
    fields["segments"][0]["id"] = ident
    with pytest.raises(SegmentationError, match="don't fit its borders"):
        from_json(json.dumps(fields))
