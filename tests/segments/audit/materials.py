"""Material for audits, made from a table and the segments it is cut into."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from coterie.project.settings import SegmentSettings
from coterie.segments.audit.material import Material
from coterie.segments.prepare import matrix, prepare
from coterie.segments.segmentation import Candidate
from coterie.segments.stability import Stability

if TYPE_CHECKING:
    from coterie.features.feature import FeatureTable
    from coterie.features.values import Ints


def material(
    table: FeatureTable, labels: Ints, settings: SegmentSettings | None = None, **fields: Any
) -> Material:
    """The material of a segmentation with these labels."""
    settings = settings or SegmentSettings()
    steps = prepare(table, table.features, settings)
    k = int(labels.max()) + 1
    made = Material(
        table=table,
        settings=settings,
        features=table.features,
        steps=steps,
        matrix=matrix(steps, table.rows),
        labels=labels,
        k=k,
        candidates=(),
        stability=Stability(0.9, 0.8, (0.9,) * k),
    )
    return dataclasses.replace(made, **fields)


def curve(*silhouettes: float, valley: float = 0.3) -> tuple[Candidate, ...]:
    """Candidates from k = 2 with these silhouettes."""
    return tuple(
        Candidate(k, 1.0, 0.9, 0.8, silhouette, 0.1, 0.1, chosen=False, reason="", valley=valley)
        for k, silhouette in enumerate(silhouettes, start=2)
    )
