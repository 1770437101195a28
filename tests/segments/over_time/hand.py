"""Segmentations made by hand."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.segmentation import Finding, Segment, Segmentation, Step

if TYPE_CHECKING:
    from collections.abc import Sequence

AS_OF = dt.date(2026, 1, 1)


def step(feature: str, category: str | None = None, **fields: Any) -> Step:
    plain = {"fill": 0.0, "log": False, "centre": 0.0, "scale": 1.0, "weight": 1.0, "clip": None, "why": ""}
    return Step(feature, category, **(plain | fields))


def segmentation(
    centres: Sequence[Sequence[float]], steps: Sequence[Step], ids: Sequence[int] | None = None, **more: Any
) -> Segmentation:
    """A segmentation whose borders lie half way between its centres."""
    named = ids or range(1, len(centres) + 1)
    fields: dict[str, Any] = {
        "name": "habit",
        "method": "kmeans",
        "as_of": AS_OF,
        "seed": 1,
        "steps": tuple(steps),
        "borders": Prototypes.around(np.array(centres, dtype=float)),
        "segments": tuple(
            Segment(ident, 10, 0.5, float(at), (), 0.9, tuple(centre), ())
            for at, (ident, centre) in enumerate(zip(named, centres, strict=True))
        ),
        "candidates": (),
        "clustered": True,
        "verdict": "Two, as {segment:1} and {segment:2} are apart.",
        "inertia": 1.0,
        "findings": (
            Finding("tiny", "note", "{segment:2} is small beside {segment:1}.", 0.1, segment=2),
            Finding("stability", "good", "All is well.", 0.9),
        ),
    }
    return Segmentation(**(fields | more))
