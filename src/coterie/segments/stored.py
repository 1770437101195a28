"""A segmentation as JSON, and back; never pickle."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from pydantic import TypeAdapter, ValidationError

from coterie.errors import SegmentationError
from coterie.segments.segmentation import Segmentation

#: The version of the stored form that this coterie reads and writes.
VERSION = 2

#: What helps where a stored segmentation can't be read.
AGAIN = "Run `coterie run` to fit it again."


def to_json(segmentation: Segmentation) -> str:
    """Write a segmentation as JSON, to the last digit.

    Raises:
        SegmentationError: A number in it isn't finite.
    """
    fields = dataclasses.asdict(segmentation) | {"as_of": segmentation.as_of.isoformat()}
    try:
        return json.dumps(fields, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError as error:
        raise SegmentationError(
            f"The segmentation {segmentation.name!r} can't be stored: {error}."
        ) from error


def from_json(text: str) -> Segmentation:
    """Read a segmentation from JSON.

    Raises:
        SegmentationError: The text is no JSON, of another version, or not a segmentation.
    """
    try:
        fields = json.loads(text)
    except json.JSONDecodeError as error:
        raise SegmentationError(f"The stored segmentation is not JSON: {error}. {AGAIN}") from error
    version = fields.get("version") if isinstance(fields, dict) else None
    if version != VERSION:
        raise SegmentationError(
            f"The stored segmentation has version {version!r}; this coterie reads {VERSION}. {AGAIN}"
        )
    return _checked(fields)


def _checked(fields: dict[str, Any]) -> Segmentation:
    try:
        found = TypeAdapter(Segmentation).validate_python(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise SegmentationError(
            f"The stored segmentation is wrong at {where}: {first['msg']}. {AGAIN}"
        ) from error
    if any(len(segment.centre) != len(found.steps) for segment in found.segments):
        raise SegmentationError(f"The stored segmentation has centres that don't fit its steps. {AGAIN}")
    ids = [segment.id for segment in found.segments]
    if min(ids, default=0) < 1 or len(set(ids)) != len(ids) or found.borders.k > len(ids):
        raise SegmentationError(f"The ids of the stored segments don't fit its borders. {AGAIN}")
    return found
