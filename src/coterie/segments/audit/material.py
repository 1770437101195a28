"""What the checks of an audit look at."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.features.values import numbers

if TYPE_CHECKING:
    from coterie.features.feature import Feature, FeatureTable
    from coterie.features.values import Floats, Ints
    from coterie.project.settings import SegmentSettings
    from coterie.segments.segmentation import Candidate, Finding, Step
    from coterie.segments.stability import Stability


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Material:
    """A fitted segmentation before it is shown.

    Attributes:
        table: Users x features.
        settings: What was asked for.
        features: The features that were fitted on and have a say.
        steps: How they became coordinates.
        matrix: Prepared rows, of all users or a sample of them.
        labels: For each user, the place of the segment; its id is one more.
        k: How many segments.
        candidates: The evidence for each k.
        stability: How well the segments withstand drawing the users again.
    """

    table: FeatureTable
    settings: SegmentSettings
    features: tuple[Feature, ...]
    steps: tuple[Step, ...]
    matrix: Floats
    labels: Ints
    k: int
    candidates: tuple[Candidate, ...]
    stability: Stability

    @property
    def sizes(self) -> Ints:
        """Count the users of each segment."""
        return np.bincount(self.labels, minlength=self.k).astype(np.int64)

    def filled(self, name: str) -> Floats:
        """Read a number as the segmentation took it: null filled if it was fitted on, else NaN."""
        values = numbers(self.table.rows, name)
        fill = next((step.fill for step in self.steps if step.feature == name and step.weight > 0), np.nan)
        return np.where(np.isnan(values), fill, values)


def eta_squared(values: Floats, groups: Ints) -> float:
    """Measure the share of the variance of values that groups explain, 0 to 1; NaN is left out.

    Examples:
        >>> eta_squared(np.array([1.0, 1.0, 3.0, 3.0]), np.array([0, 0, 1, 1]))
        1.0
    """
    present = ~np.isnan(values)
    values, groups = values[present], groups[present]
    if not values.size:
        return 0.0
    offsets = values - values.mean()
    sizes = np.maximum(np.bincount(groups), 1)
    sums = np.bincount(groups, weights=offsets)
    total = float(np.square(offsets).sum())
    return float((np.square(sums) / sizes).sum()) / total if total > 0 else 0.0


def listed(findings: list[Finding], otherwise: Finding) -> tuple[Finding, ...]:
    """Return the findings, or the one that says that all is well."""
    return tuple(findings) or (otherwise,)


def number(value: float) -> str:
    """Write a number for a person: thousands apart, few digits.

    Examples:
        >>> number(2767.6438), number(0.00341), number(288508.0)
        ('2,767.64', '0.0034', '288,508')
    """
    if value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.4f}"
