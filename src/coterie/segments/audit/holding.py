"""Do the segments hold: when users are drawn again, beside one more or one less, and by their size?"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from coterie.segments.audit.material import listed
from coterie.segments.choice.choose import holds_together
from coterie.segments.segmentation import Finding

if TYPE_CHECKING:
    from coterie.segments.audit.material import Material
    from coterie.segments.segmentation import Candidate, Level

#: Adjusted Rand index from which segments come back, and below which they don't.
RETURNS, FALLS_APART = 0.8, 0.6

#: Jaccard overlap below which a segment is not to be trusted (Hennig 2007).
TRUSTED = 0.6

#: A neighbour is as good if its silhouette is at most this much lower.
AS_GOOD = 0.02

#: A silhouette must rise over so many steps to be said to have no top.
FEWEST_STEPS = 3

#: Shares of users below which a segment is small, and tiny.
SMALL, TINY = 0.02, 0.01


def stability(material: Material) -> tuple[Finding, ...]:
    """Tell whether the segments come back on bootstraps, all together and each by itself."""
    if material.k == 1:
        return ()
    agreed = material.stability.agreement
    level: Level = "good" if agreed >= RETURNS else "note" if agreed >= FALLS_APART else "warning"
    told = {"good": "come back", "note": "come back in part", "warning": "fall apart"}[level]
    sentence = (
        f"When users are drawn again, the segments {told}: adjusted Rand index {agreed:.2f} on average."
    )
    found = [Finding("stability", level, sentence, agreed)]
    for place, overlap in enumerate(material.stability.overlaps):
        if overlap < TRUSTED:
            sentence = (
                f"Drawing users again brings only {overlap:.0%} of {{segment:{place + 1}}} back (Jaccard)."
            )
            found.append(Finding("stability", "warning", sentence, overlap, place + 1))
    return tuple(found)


def evidence(material: Material) -> tuple[Finding, ...]:
    """Tell where k was given and the evidence says that there are no clusters."""
    if material.settings.k in ("auto", 1) or not material.candidates:
        return ()
    users = len(material.labels)
    if any(holds_together(candidate, users) for candidate in material.candidates):
        return ()
    highest = max(candidate.k for candidate in material.candidates)
    sentence = (
        f"The evidence says that these users form no clusters, at no k from 2 to {highest}: the {material.k} "
        "segments are a cut that was asked for, and users near a border are much alike on both sides."
    )
    return (Finding("evidence", "note", sentence, float(material.k)),)


def neighbours(material: Material) -> tuple[Finding, ...]:
    """Tell whether k - 1 or k + 1 would be as good, or the silhouette has no top at all."""
    found = {candidate.k: candidate for candidate in material.candidates}
    if material.k not in found or len(found) == 1:
        return ()
    curve = [found[k] for k in sorted(found)]
    if _rises(curve) and material.k < curve[-1].k:
        sentence = (
            f"k = {material.k} is arbitrary: the silhouette rises steadily from {curve[0].silhouette:.2f} "
            f"(k = {curve[0].k}) to {curve[-1].silhouette:.2f} (k = {curve[-1].k}), with no elbow."
        )
        return (Finding("neighbours", "warning", sentence, curve[-1].silhouette),)
    mine = found[material.k]
    rivals = [found[k] for k in (material.k - 1, material.k + 1) if k in found and _as_good(found[k], mine)]
    if rivals:
        told = " and ".join(f"k = {rival.k} ({rival.silhouette:.2f})" for rival in rivals)
        sentence = f"{told} would do as well as k = {mine.k} (silhouette {mine.silhouette:.2f})."
        return (Finding("neighbours", "note", sentence, mine.silhouette),)
    sentence = f"k = {mine.k} stands out from its neighbours (silhouette {mine.silhouette:.2f})."
    return (Finding("neighbours", "good", sentence, mine.silhouette),)


def _rises(curve: list[Candidate]) -> bool:
    """Whether the silhouette rises at nearly every step and is highest at the end."""
    steps = [later.silhouette - earlier.silhouette for earlier, later in itertools.pairwise(curve)]
    rising = sum(step > 0 for step in steps)
    highest = max(candidate.silhouette for candidate in curve)
    return (
        len(steps) >= FEWEST_STEPS
        and rising >= 0.8 * len(steps)
        and highest <= curve[-1].silhouette + AS_GOOD / 2
    )


def _as_good(rival: Candidate, mine: Candidate) -> bool:
    """Whether a neighbour has as good a silhouette and cuts no more of a crowd."""
    return rival.silhouette >= mine.silhouette - AS_GOOD and rival.valley <= max(mine.valley, 0.7)


def tiny(material: Material) -> tuple[Finding, ...]:
    """Name segments too small to act on; those without anybody, which rules allow, are told by the rules."""
    found = []
    for place, users in enumerate(material.sizes.tolist()):
        share = users / len(material.labels)
        if material.k > 1 and users and share < SMALL:
            level: Level = "warning" if share < TINY else "note"
            sentence = (
                f"{{segment:{place + 1}}} has {users:,} user{'s' * (users > 1)}, {share:.1%} of all: "
                "too few for firm numbers."
            )
            found.append(Finding("tiny", level, sentence, share, place + 1))
    smallest = float(material.sizes[material.sizes > 0].min()) / len(material.labels)
    well = Finding("tiny", "good", f"The smallest segment has {smallest:.1%} of the users.", smallest)
    return listed(found, well)
