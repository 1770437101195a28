"""The audit: every check in the order in which a report tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.segments.audit.coordinates import correlated, variance
from coterie.segments.audit.dummies import dummies
from coterie.segments.audit.holding import evidence, neighbours, stability, tiny
from coterie.segments.audit.one_row import one_row
from coterie.segments.methods.by_name import CONDITIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from coterie.segments.audit.material import Material
    from coterie.segments.segmentation import Finding

CHECKS: tuple[Callable[[Material], tuple[Finding, ...]], ...] = (
    dummies,
    stability,
    evidence,
    neighbours,
    one_row,
    tiny,
    correlated,
    variance,
)


#: The questions that make no sense of conditions on features: they know no coordinates and no other draw.
_OF_COORDINATES = (stability, correlated, variance)


def audit(material: Material, known: tuple[Finding, ...] = ()) -> tuple[Finding, ...]:
    """Ask every question; warnings first, then notes, then what is well.

    Args:
        material: What there is to look at.
        known: Findings of those who drew conditions up.
    """
    conditions = material.settings.method in CONDITIONS
    checks = [check for check in CHECKS if not conditions or check not in _OF_COORDINATES]
    found = [*known, *(finding for check in checks for finding in check(material))]
    order = ("warning", "note", "good")
    return tuple(sorted(found, key=lambda finding: order.index(finding.level)))
