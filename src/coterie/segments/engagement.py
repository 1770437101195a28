"""How engaged users are: one number a user, from what each feature says of engagement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.prepare import matrix

if TYPE_CHECKING:
    from coterie.features.feature import Feature, FeatureTable
    from coterie.features.values import Floats
    from coterie.segments.segmentation import Step


def engagement(table: FeatureTable, fitted: tuple[Feature, ...], steps: tuple[Step, ...]) -> Floats:
    """Score each user's engagement.

    Each feature that speaks of engagement (`Feature.higher_is`) is taken on a log scale if skewed, robustly
    scaled, clipped, standardised and turned so that higher is more engaged; the score is the mean over
    families of the mean over their features. The features are those of the fit, or all of the table if
    none of those speaks of engagement. If none does at all, every score is 0.

    Args:
        table: Users x features.
        fitted: The features of the segmentation.
        steps: How each feature of the table is prepared by itself.

    Returns:
        One score a user, with mean 0.
    """
    speaking = _speaking(fitted) or _speaking(table.features)
    by_name = {feature.name: feature for feature in speaking}
    heard = [step for step in steps if step.weight > 0 and step.feature in by_name]
    families = [by_name[step.feature].family for step in heard]
    total = np.zeros(len(table))
    for step, family in zip(heard, families, strict=True):
        values = matrix((step,), table.rows)[:, 0]
        spread = float(values.std())
        if spread > 0:
            turned = by_name[step.feature].higher_is * (values - values.mean()) / spread
            total += turned / (families.count(family) * len(set(families)))
    return total


def _speaking(features: tuple[Feature, ...]) -> tuple[Feature, ...]:
    return tuple(feature for feature in features if feature.higher_is and not feature.categorical)
