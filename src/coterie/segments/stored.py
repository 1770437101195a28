"""A segmentation as JSON, and back; never pickle."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from pydantic import TypeAdapter, ValidationError

from coterie.errors import SegmentationError
from coterie.segments.segmentation import Segmentation

#: The version of the stored form that this coterie reads and writes.
VERSION = 1


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
        raise SegmentationError(f"The stored segmentation is not JSON: {error}. {_AGAIN}") from error
    version = fields.get("version") if isinstance(fields, dict) else None
    if version != VERSION:
        raise SegmentationError(
            f"The stored segmentation has version {version!r}; this coterie reads {VERSION}. {_AGAIN}"
        )
    return _checked(fields)


_AGAIN = "Run `coterie run` to fit it again."


def _checked(fields: dict[str, Any]) -> Segmentation:
    try:
        found = TypeAdapter(Segmentation).validate_python(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise SegmentationError(
            f"The stored segmentation is wrong at {where}: {first['msg']}. {_AGAIN}"
        ) from error
    if any(len(segment.centre) != len(found.steps) for segment in found.segments):
        raise SegmentationError(f"The stored segmentation has centres that don't fit its steps. {_AGAIN}")
    if [segment.id for segment in found.segments] != list(range(1, len(found.segments) + 1)):
        raise SegmentationError(f"The ids of the stored segments are not 1, 2, 3 and so on. {_AGAIN}")
    return found
