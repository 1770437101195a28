"""The audit: every check in the order in which a report tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.segments.audit.coordinates import correlated, variance
from coterie.segments.audit.dummies import dummies
from coterie.segments.audit.holding import evidence, neighbours, stability, tiny
from coterie.segments.audit.one_row import one_row

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


def audit(material: Material) -> tuple[Finding, ...]:
    """Ask every question; warnings first, then notes, then what is well."""
    found = [finding for check in CHECKS for finding in check(material)]
    order = ("warning", "note", "good")
    return tuple(sorted(found, key=lambda finding: order.index(finding.level)))
