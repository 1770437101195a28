"""Users grouped by conditions and not by a fit: what `rules` and `rfm` give back."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coterie.features.values import Ints
    from coterie.segments.borders.predicates import Predicates
    from coterie.segments.segmentation import Finding


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Grouped:
    """Users grouped by conditions on features.

    Attributes:
        borders: The conditions.
        labels: For each row, the place of its group.
        given: The name of each group: as a person wrote it, or a key without language such as
            ``rfm:champions``.
        verdict: How the groups came about, in a sentence.
        findings: What a person should know of the conditions, for the audit.
    """

    borders: Predicates
    labels: Ints
    given: tuple[str, ...]
    verdict: str
    findings: tuple[Finding, ...]

    @property
    def k(self) -> int:
        """Count the groups, those of nobody included."""
        return len(self.given)
