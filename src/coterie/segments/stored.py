"""A segmentation as JSON, and back."""

from __future__ import annotations

from coterie.as_json import AGAIN, Form
from coterie.errors import SegmentationError
from coterie.segments.segmentation import Segmentation

#: The version of the stored form that this coterie reads and writes.
VERSION = 2

_FORM = Form(Segmentation, "segmentation", VERSION, SegmentationError)


def to_json(segmentation: Segmentation) -> str:
    """Write a segmentation as JSON, to the last digit.

    Raises:
        SegmentationError: A number in it isn't finite.
    """
    return _FORM.dump(segmentation)


def from_json(text: str) -> Segmentation:
    """Read a segmentation from JSON.

    Raises:
        SegmentationError: The text is no JSON, of another version, or not a segmentation.
    """
    found = _FORM.load(text)
    if any(len(segment.centre) != len(found.steps) for segment in found.segments):
        raise SegmentationError(f"The stored segmentation has centres that don't fit its steps. {AGAIN}")
    ids = [segment.id for segment in found.segments]
    if min(ids, default=0) < 1 or len(set(ids)) != len(ids) or found.borders.k > len(ids):
        raise SegmentationError(f"The ids of the stored segments don't fit its borders. {AGAIN}")
    return found
