"""Do the coordinates count the same thing twice, and does one of them decide alone?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coterie.features.shape import correlations
from coterie.segments.audit.dummies import codes_of_categories
from coterie.segments.audit.material import listed
from coterie.segments.segmentation import Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie.features.values import Floats
    from coterie.segments.audit.material import Material
    from coterie.segments.segmentation import Level

#: Numbers that correlate by more than this are counted twice.
TWICE = 0.9

#: A feature with more than this of all variance decides alone; behaviour with less has no say.
ALONE, NO_SAY = 0.5, 0.1


def correlated(material: Material) -> tuple[Finding, ...]:
    """Name groups of numbers that say the same, and numbers that repeat a category."""
    places = [place for place, step in enumerate(material.steps) if step.category is None and step.weight > 0]
    names = [material.steps[place].feature for place in places]
    shared = any("shares its say" in material.steps[place].why for place in places)
    together = correlations(material.matrix[:, places])
    found = [_same(names, group, together, shared=shared) for group in _groups(np.abs(together) > TWICE)]
    for coded, category, explained in codes_of_categories(material):
        sentence = (
            f"{{feature:{coded}}} repeats {{feature:{category}}}, which explains {explained:.0%} of it: "
            "it is counted twice. Leave one of them out."
        )
        found.append(Finding("correlated", "warning", sentence, explained, feature=coded))
    well = Finding("correlated", "good", f"No two numbers correlate by more than {TWICE}.", TWICE)
    return listed(found, well)


def _same(names: list[str], group: list[int], together: Floats, *, shared: bool) -> Finding:
    highest = float(np.abs(together[np.ix_(group, group)] - np.eye(len(group))).max())
    told = ", ".join(f"{{feature:{names[place]}}}" for place in group)
    sentence = f"{told} say the same (correlation up to {highest:.2f})"
    level: Level = "note" if shared else "warning"
    ending = "; they were given less weight each." if shared else ": they are counted more than once."
    return Finding("correlated", level, sentence + ending, highest, feature=names[group[0]])


def _groups(linked: NDArray[np.bool_]) -> list[list[int]]:
    """Connected groups of two or more."""
    left = set(range(len(linked)))
    groups = []
    while left:
        group, edge = set(), {min(left)}
        while edge:
            group |= edge
            edge = {int(to) for at in edge for to in np.flatnonzero(linked[at])} - group
        left -= group
        if len(group) > 1:
            groups.append(sorted(group))
    return groups


def variance(material: Material) -> tuple[Finding, ...]:
    """Tell which feature has the most variance, and whether behaviour has any."""
    shares = variance_shares(material)
    if not shares:
        return ()
    found = []
    most = max(shares, key=shares.__getitem__)
    if len(shares) > 1 and shares[most] > ALONE:
        sentence = (
            f"{{feature:{most}}} has {shares[most]:.0%} of all variance: it can decide the segments alone."
        )
        found.append(Finding("variance", "warning", sentence, shares[most], feature=most))
    behaving = [feature for feature in material.features if feature.behaviour and not feature.categorical]
    if behaving and len(behaving) < len(material.features):
        behaviour = sum(shares.get(feature.name, 0.0) for feature in behaving)
        if behaviour < NO_SAY:
            sentence = f"Behaviour has only {behaviour:.1%} of all variance; attributes decide."
            found.append(Finding("variance", "warning", sentence, behaviour))
    sentence = f"No feature has more than {shares[most]:.0%} of all variance ({{feature:{most}}})."
    return listed(found, Finding("variance", "good", sentence, shares[most], feature=most))


def variance_shares(material: Material) -> dict[str, float]:
    """Share out all variance of the prepared numbers among the features."""
    variances = material.matrix.var(axis=0)
    total = float(variances.sum())
    shares: dict[str, float] = {}
    for step, value in zip(material.steps, variances.tolist(), strict=True):
        if total > 0 and step.weight > 0:
            shares[step.feature] = shares.get(step.feature, 0.0) + value / total
    return shares
