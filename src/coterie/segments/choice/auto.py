"""Which method and how many segments: all of them compared by the same evidence, and one chosen."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.choice import choose
from coterie.segments.choice.evidence import field
from coterie.segments.methods.by_name import METHODS
from coterie.segments.partition import inertia, middles
from coterie.segments.segmentation import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coterie.features.values import Floats
    from coterie.progress import Progress
    from coterie.segments.choice.evidence import Evidence, Field

#: Rows that methods group to be compared.
ROWS = 5_000

#: In a space of more dimensions all neighbours are about equally far, and density can't judge.
DIMENSIONS = 4.0

#: No cut of k-means may be more of a crowd than this there, less what chance makes of few rows.
DEEP_VALLEY = 0.9

#: The largest k that is tried unless asked, and the rows that each segment must have on average.
MOST = 32
ROWS_A_SEGMENT = 10

#: The largest k that k-means is judged at along the lines between its centres.
MOST_CENTRES = 10

_NAMES = {"kmeans": "k-means", "ward": "Ward", "genie": "Genie", "mixture": "Mixture"}
_SEVERAL_DIMENSIONS = 8.0
_MOST_HIDDEN = 0.6


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """A method and a number of segments, and how they came about.

    Attributes:
        method: Its name in coterie.yaml.
        k: The number of segments; 1 if nothing speaks for more.
        candidates: All that were compared, each with its evidence and the reason why it won or lost.
        clustered: Whether there are clusters, or k was given.
        verdict: Why this one won, in a sentence or two.
        gini: For Genie: how unequal groups may grow.
    """

    method: str
    k: int
    candidates: tuple[Candidate, ...]
    clustered: bool
    verdict: str
    gini: float | None = None


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Contest:
    """Contenders with their scores, best first.

    Attributes:
        evidence: What speaks for each.
        parts: The points that each kind of evidence gives it; the score is their sum.
        dimensions: Of the space that rows fill near themselves.
        gap: Depth of the shallowest border of the winner by fewer neighbours, as the logarithm of a density.
        rows: How many rows the evidence is measured on.
        grouped: The rows that contenders group.
    """

    evidence: tuple[Evidence, ...]
    parts: tuple[dict[str, float], ...]
    dimensions: float
    gap: float
    rows: int
    grouped: Floats


def automatic(matrix: Floats, ks: Iterable[int], *, seed: int, starts: int, progress: Progress) -> Choice:
    """Choose a method and a number of segments, or one segment if nothing speaks for more.

    Each method groups up to `ROWS` rows for each k. Contenders get points for borders that run through
    valleys, for hiding no valley, for crowds that HDBSCAN sees too, for groups that look normal, and for
    halves of the rows that are grouped alike; the most points win. If the winner's evidence is no more than
    rows without clusters show by chance, k-means has a say: where it finds segments that hold together (see
    `coterie.segments.choice.choose`) the winner stays, else there is one segment. In more than `DIMENSIONS`
    dimensions k-means alone decides. It looks at different rows: copies are no crowd.

    Args:
        matrix: Prepared rows, two different ones at least.
        ks: The numbers to try, each >= 2.
        seed: Makes it repeatable.
        starts: Starts of k-means.
        progress: Told how far it is.
    """
    tried = sorted(ks)
    contest = compared(matrix, tried, seed=seed, progress=progress)
    flat = contest.dimensions <= DIMENSIONS and len(contest.evidence) > 0
    if flat and strength(contest) >= needed(contest.rows):
        return _won(matrix, contest)
    rows = contest.grouped[np.sort(np.unique(contest.grouped, axis=0, return_index=True)[1])]
    few = [k for k in tried if k <= min(MOST_CENTRES, len(rows) // choose.USERS_A_SEGMENT)]
    found = choose.candidates(METHODS["kmeans"], rows, few, seed=seed, starts=starts, progress=progress)
    centred, k = choose.choose(found, len(rows), crowd=None if flat else crowd_allowed(len(rows)))
    if flat and k > 1:
        return _won(matrix, contest)
    scale = len(matrix) / len(rows)
    centred = tuple(dataclasses.replace(each, inertia=each.inertia * scale) for each in centred)
    return _around_centres(matrix, contest, centred, k)


def crowd_allowed(rows: int) -> float:
    """Tell how much of a crowd a cut of k-means may run through in many dimensions.

    More than in few (see `coterie.segments.choice.choose.crowd_allowed`): there, cuts of one crowd run
    through its middle. On clouds without clusters in 6 to 20 dimensions no stable cut was below.

    Examples:
        >>> round(crowd_allowed(100), 2), round(crowd_allowed(1_000_000), 3)
        (0.45, 0.799)
    """
    return DEEP_VALLEY - 4.5 / math.sqrt(min(rows, choose.ROWS_RESAMPLED))


def asked(matrix: Floats, k: int, *, seed: int, progress: Progress) -> Choice:
    """Choose a method for a number of segments.

    By points, as `automatic` does; in more than `DIMENSIONS` dimensions by how well a contender agrees with
    those of other methods.

    Args:
        matrix: Prepared rows.
        k: How many segments, >= 2, at most the distinct rows.
        seed: Makes it repeatable.
        progress: Told how far it is.
    """
    contest = compared(matrix, [k], seed=seed, progress=progress)
    if not contest.evidence:
        verdict = (
            f"{k} segments were asked for; they are too small to compare methods, so k-means makes them."
        )
        return Choice("kmeans", k, (), clustered=True, verdict=verdict)
    best = 0
    if contest.dimensions > DIMENSIONS:
        best = max(range(len(contest.evidence)), key=lambda at: contest.evidence[at].peers)
    winner = contest.evidence[best].contender
    verdict = f"{k} segments were asked for. {_praise(contest, best)}"
    return Choice(
        winner.method,
        k,
        _candidates(matrix, contest, best),
        clustered=True,
        verdict=verdict,
        gini=winner.gini,
    )


def compared(matrix: Floats, ks: list[int], *, seed: int, progress: Progress) -> Contest:
    """Let all methods group up to `ROWS` rows, and give points to each partition."""
    rows = choose.drawn(matrix, ROWS, np.random.default_rng(seed))

    def told(done: int, of: int) -> None:
        progress("comparing methods", done, of)

    found = field(rows, ks, seed=seed, told=told)
    all_parts = _points(found)
    best: dict[tuple[str, int], int] = {}
    for at in sorted(range(len(all_parts)), key=lambda at: -sum(all_parts[at].values())):
        contender = found.evidence[at].contender
        best.setdefault((contender.method, contender.k), at)
    evidence = tuple(found.evidence[at] for at in best.values())
    gap = found.gap(evidence[0].contender) if evidence else 0.0
    return Contest(
        evidence,
        tuple(all_parts[at] for at in best.values()),
        found.dimensions,
        gap * min(found.dimensions, _SEVERAL_DIMENSIONS),
        found.rows,
        rows,
    )


def _points(found: Field) -> list[dict[str, float]]:
    """Weigh each kind of evidence. The weights were found on shapes of our own; see docs/benchmarks.md."""
    dimensions = min(found.dimensions, _SEVERAL_DIMENSIONS)
    most = max((each.normal for each in found.evidence), default=0.0)
    return [
        {
            "crowds": 9.0 * each.crowds,
            "margin": 5.0 * max(-1.0, min(1.0, each.border - each.hidden)),
            "border": 4.0 * max(-1.0, min(1.0, each.border * dimensions)),
            "hidden": -3.5 * min(_MOST_HIDDEN, each.hidden_mean),
            "normal": 5.0 * max(each.normal - most, -1.0),
            "stability": 2.5 * each.stability[0],
        }
        for each in found.evidence
    ]


def strength(contest: Contest) -> float:
    """Tell how strongly the winner speaks for clusters: by its narrowest gap, crowds and stability."""
    best = contest.evidence[0]
    return 2.0 * min(contest.gap, 3.0) + 3.0 * best.crowds + 4.0 * best.stability[0]


def needed(rows: int) -> float:
    """Tell what strength it takes to speak for clusters: few rows show valleys by chance.

    Of one crowd without gaps, even or thinning outwards, round or long, the strongest contender stayed below.

    Examples:
        >>> round(needed(150), 2), round(needed(1_500), 2)
        (9.27, 9.03)
    """
    return 9.0 + 40.0 / rows


def _won(matrix: Floats, contest: Contest) -> Choice:
    winner = contest.evidence[0].contender
    return Choice(
        winner.method,
        winner.k,
        _candidates(matrix, contest, 0),
        clustered=True,
        verdict=_praise(contest, 0),
        gini=winner.gini,
    )


def _around_centres(matrix: Floats, contest: Contest, centred: tuple[Candidate, ...], k: int) -> Choice:
    others = tuple(
        candidate for candidate in _candidates(matrix, contest, None) if candidate.method != "kmeans"
    )
    deep = contest.dimensions > DIMENSIONS
    why = (
        f"these users differ in about {contest.dimensions:.0f} dimensions, where all neighbours are about "
        "equally far; k-means is judged along the lines between its centres"
    )
    if deep:
        others = tuple(dataclasses.replace(candidate, reason=why) for candidate in others)
    candidates = (*centred, *others)
    if k > 1:
        best = next(candidate for candidate in centred if candidate.k == k)
        verdict = (
            f"k-means with {k} segments won: they are the most that hold together, halves of the users agree "
            f"on them by {best.stability:.2f}, and every border runs through a gap. It decides alone, since "
            f"{why}."
        )
        return Choice("kmeans", k, candidates, clustered=True, verdict=verdict)
    verdict = (
        "These users form no clusters: however they are grouped, borders run through a crowd, or groups fall "
        "elsewhere when users are drawn again. They are one segment; give `k` to cut them anyway."
    )
    return Choice("kmeans", 1, candidates, clustered=False, verdict=verdict)


def _candidates(matrix: Floats, contest: Contest, best: int | None) -> tuple[Candidate, ...]:
    rows = contest.grouped
    found = []
    for at, each in enumerate(contest.evidence):
        contender = each.contender
        centres = middles(rows, contender.labels, contender.k)
        found.append(
            Candidate(
                k=contender.k,
                inertia=inertia(rows, contender.labels, centres) * len(matrix) / len(rows),
                stability=each.stability[0],
                stability_low=each.stability[1],
                silhouette=each.silhouette,
                separation=None,
                smallest=each.smallest,
                chosen=at == best,
                reason=reason(contest, at, best),
                valley=_density(each.border, contest),
                method=contender.method,
                gini=contender.gini,
                crowds=each.crowds,
                hidden=_density(each.hidden, contest),
                peers=each.peers,
                score=sum(contest.parts[at].values()),
            )
        )
    return tuple(found)


def _density(depth: float, contest: Contest) -> float:
    """Turn the depth of a valley into its density, as a share of the lower peak's."""
    return min(1.0, math.exp(-depth * contest.dimensions))


def reason(contest: Contest, at: int, best: int | None) -> str:
    """Say why a contender won; or what cost it most points against the winner."""
    if best is None:
        return "no more than users without clusters show by chance"
    if at == best:
        return "the clearest borders, crowds and fit of all, weighed together"
    mine, winners = contest.parts[at], contest.parts[best]
    lost = {name: winners[name] - points for name, points in mine.items()}
    each = contest.evidence[at]
    border, hidden = (f"{_density(depth, contest):.0%}" for depth in (each.border, each.hidden))
    told = {
        "crowds": f"HDBSCAN sees other crowds: agreement {each.crowds:.2f}",
        "margin": (
            f"the density at a border is {border} of the lower peak beside it, in a valley inside a segment "
            f"{hidden}"
        ),
        "border": f"cuts through a crowd: the density at a border is {border} of the lower peak beside it",
        "hidden": f"hides valleys inside segments: the density falls to {hidden} of the lower peak",
        "normal": "its segments are spread less evenly around their middles",
        "stability": f"unstable: halves of the users agree by {each.stability[0]:.2f} only",
    }
    worst = max(lost, key=lambda name: lost[name])
    if lost[worst] <= 0.0:
        return "as many points, but named later"
    return told[worst]


def _praise(contest: Contest, best: int) -> str:
    """Say who won, and by what."""
    each = contest.evidence[best]
    winner = each.contender
    border = f"{_density(each.border, contest):.0%}"
    told = [
        f"at its faintest border the density is {border} of the lower peak beside it",
        f"HDBSCAN sees the same crowds by {each.crowds:.2f}" if each.crowds > 0 else "HDBSCAN sees no crowds",
        f"halves of the users agree by {each.stability[0]:.2f}",
    ]
    said = f"{_NAMES[winner.method]} with {winner.k} segments won: {told[0]}, {told[1]}, and {told[2]}."
    others = [rival for rival in contest.evidence if rival.contender.method != winner.method]
    if others and contest.dimensions <= DIMENSIONS:
        rival = others[0].contender
        said += f" Next comes {_NAMES[rival.method]} with {rival.k}."
    return said
