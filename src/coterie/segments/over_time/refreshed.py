"""A frozen segmentation told of the users of today."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments import assign
from coterie.segments.summary import summaries

if TYPE_CHECKING:
    from coterie.features.feature import FeatureTable
    from coterie.segments.segmentation import Segmentation


def refreshed(segmentation: Segmentation, table: FeatureTable) -> Segmentation:
    """Count and sum up the users that a fitted segmentation puts into each segment today.

    Borders, ids, traits and the audit stay those of the fit; sizes and summaries are of `table`.

    Args:
        segmentation: As it was fitted.
        table: The users of today, with the features it needs.
    """
    k = len(segmentation.segments)
    labels = assign.places(segmentation.steps, segmentation.borders, table.rows)
    sizes = np.bincount(labels, minlength=k).tolist()
    summed = summaries(table, labels, k, seed=segmentation.seed)
    segments = tuple(
        dataclasses.replace(one, users=users, share=users / max(len(table), 1), summary=summary)
        for one, users, summary in zip(segmentation.segments, sizes, summed, strict=True)
    )
    return dataclasses.replace(segmentation, segments=segments)
