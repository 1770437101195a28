"""The result of a segmentation: frozen, explained, and stored as JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt  # noqa: TC003 - read when a stored segmentation is checked
from typing import Annotated, Literal

import pyarrow as pa
from pydantic import Field

from coterie.segments.borders.mixture import Mixture
from coterie.segments.borders.predicates import Predicates
from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.hierarchy.tree import Tree  # noqa: TC001 - read when a stored segmentation is checked
from coterie.shown import Shown

Borders = Prototypes | Mixture | Predicates
Strength = Literal["very", "clearly", "slightly"]
Level = Literal["good", "note", "warning"]


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One prepared number made from a feature: ``weight * (f(x) - centre) / scale``, clipped to ``+-clip``.

    Attributes:
        feature: The feature it comes from.
        category: For a categorical feature, the value whose indicator this is; ``None`` for numbers.
        fill: What stands in for null, in the feature's own unit (numbers only).
        log: Whether ``sign(x) * ln(1 + |x|)`` is taken first.
        centre: Subtracted after that.
        scale: Divided by after that; > 0.
        weight: Multiplied by last; 0 leaves the number out.
        clip: Bound on ``|f(x) - centre| / scale`` before weighing; ``None`` for no bound.
        why: The reason for these choices, in a few words.
    """

    feature: str
    category: str | None
    fill: float
    log: bool
    centre: float
    scale: float
    weight: float
    clip: float | None
    why: str


@dataclasses.dataclass(frozen=True, slots=True)
class Trait:
    """What sets a segment apart, free of any language.

    Attributes:
        feature: The feature.
        category: For a categorical feature, the value.
        direction: +1 above everyone, -1 below.
        strength: How far.
        effect: Distance of the segment's mean from everyone's, in everyone's standard deviations of the
            prepared number (shares: of the indicator).
    """

    feature: str
    category: str | None
    direction: Literal[-1, 1]
    strength: Strength
    effect: float

    def __str__(self) -> str:
        """Say it without any language: the feature, its category and how far it is."""
        what = self.feature if self.category is None else f"{self.feature} {self.category}"
        return f"{what} {self.effect:+.1f}"


@dataclasses.dataclass(frozen=True, slots=True)
class Summary:
    """One feature (or one value of a categorical feature) in one segment.

    Attributes:
        feature: The feature.
        category: The value for which `mean` is a share; ``None`` for numbers.
        users: Users of the segment with a value (not null).
        mean: Mean, or the share of users with `category`; nulls are left out. ``None`` if nobody has a value.
        low: Lower end of the 95 % bootstrap interval of `mean`.
        high: Upper end.
        median: Median of those with a value; ``None`` for categories.
    """

    feature: str
    category: str | None
    users: int
    mean: float | None
    low: float | None
    high: float | None
    median: float | None


@dataclasses.dataclass(frozen=True, slots=True)
class Segment:
    """A group of users.

    Attributes:
        id: Stable small number: from 1 in order of engagement at the first fit, 1 being the least engaged;
            a later fit keeps the ids of segments that are still the same people and never uses one again.
        users: How many.
        share: Of all users, 0..1.
        engagement: Mean engagement, a score comparable inside one segmentation: higher is more engaged.
        traits: What sets it apart, strongest first.
        stability: Mean Jaccard overlap with its best match over bootstraps, 0..1.
        centre: The mean of its users, one coordinate a step.
        summary: One entry a feature (numbers) or a feature and value (categories).
        given: What it is called, where it isn't named by what its users do: the name of a rule, or a word of
            the RFM grid such as ``rfm:champions``.
    """

    id: int
    users: int
    share: float
    engagement: float
    traits: tuple[Trait, ...]
    stability: float
    centre: tuple[float, ...]
    summary: tuple[Summary, ...]
    given: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Candidate:
    """The evidence for one method and number of segments.

    Attributes:
        k: The number.
        inertia: Sum of squared distances to the centres.
        stability: Mean adjusted Rand index between fits on resamples, -1..1.
        stability_low: Its 10th percentile.
        silhouette: Mean silhouette width on a sample, -1..1.
        separation: Silhouette minus what the same method reaches on data without clusters: the higher of a
            normal cloud and an even box with the same covariance. ``None`` where methods are compared.
        smallest: Share of the smallest segment.
        chosen: Whether this k won.
        reason: In a few words, why it won or lost.
        valley: Density at the worst cut between two segments over the lower of the peaks beside it: 0 is an
            empty gap, 1 a cut through a crowd.
        method: The method.
        gini: For Genie: how unequal its groups may grow.
        crowds: Where methods are compared: agreement (adjusted Rand index) with the crowds HDBSCAN sees.
        hidden: Density in the deepest valley inside a segment over the lower of the peaks beside it: 1 if
            there is none.
        peers: Agreement with what other methods find, the mean of the nearest two.
        score: The points that all this gives it; the most win.
    """

    k: int
    inertia: float
    stability: float
    stability_low: float
    silhouette: float
    separation: float | None
    smallest: float
    chosen: bool
    reason: str
    valley: float = 1.0
    method: str = "kmeans"
    gini: float | None = None
    crowds: float | None = None
    hidden: float | None = None
    peers: float | None = None
    score: float | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One point of the audit.

    Attributes:
        check: Which check found it, such as ``dummies``, ``one_row``, ``stability``, ``evidence``,
            ``neighbours``, ``tiny``, ``correlated``, ``variance``.
        level: good, note or warning.
        sentence: What was found, in plain words, with the number behind it. Segments are written
            ``{segment:3}`` and features ``{feature:orders_spend}``; `coterie.report` puts names in their
            place.
        number: The number behind it.
        segment: The segment it is about, if one.
        feature: The feature it is about, if one.
    """

    check: str
    level: Level
    sentence: str
    number: float
    segment: int | None = None
    feature: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Segmentation(Shown):
    """A fitted segmentation.

    Attributes:
        name: Its name in coterie.yaml, such as ``engagement``.
        method: Such as ``kmeans``: the one chosen, if by evidence.
        as_of: The date of the features it was fitted on.
        seed: What made it repeatable.
        steps: How features become coordinates.
        borders: How these coordinates, or the features themselves, put a user into a segment; the place of
            a group is that of its segment in `segments`.
        segments: The groups, least engaged first.
        candidates: The evidence for each k that was tried: to choose by if k is auto, else to judge by. Empty
            if one segment was asked for, or the users are too few or all alike.
        clustered: False if the evidence says that these users form no clusters; there is one segment then.
        verdict: Why this k, in a sentence.
        inertia: Sum of squared distances to the centres.
        findings: The audit.
        agreement: Share of the users whom the borders put where the method did.
        notes: What a reader should know of how the segments were found, in sentences.
        tree: The merges at the top of a hierarchical clustering, to be drawn.
        branches: For each group that the tree is cut into, in the order of `Tree.cut_k`, the place of its
            segment in `segments`.
        within: The segmentation and the id of its segment whose users these are; ``None`` for everyone.
        version: Of the stored form.
    """

    name: str
    method: str
    as_of: dt.date
    seed: int
    steps: tuple[Step, ...]
    borders: Annotated[Borders, Field(discriminator="form")]
    segments: tuple[Segment, ...]
    candidates: tuple[Candidate, ...]
    clustered: bool
    verdict: str
    inertia: float
    findings: tuple[Finding, ...]
    agreement: float = 1.0
    notes: tuple[str, ...] = ()
    tree: Tree | None = None
    branches: tuple[int, ...] = ()
    within: tuple[str, int] | None = None
    version: int = 2

    def caption(self) -> str:
        """Say how many segments of how many users there are, and why."""
        users = sum(segment.users for segment in self.segments)
        count = len(self.segments)
        return f"{self.name}: {count} segment{'s' * (count > 1)} of {users:,} users. {self.verdict}"

    def to_arrow(self) -> pa.Table:
        """Return one row a segment; traits in everyone's standard deviations."""
        return pa.table(
            {
                "segment": pa.array([segment.id for segment in self.segments], pa.int64()),
                "users": pa.array([segment.users for segment in self.segments], pa.int64()),
                "share": pa.array([segment.share for segment in self.segments], pa.float64()),
                "engagement": pa.array([segment.engagement for segment in self.segments], pa.float64()),
                "stability": pa.array([segment.stability for segment in self.segments], pa.float64()),
                "traits": pa.array(
                    [", ".join(map(str, segment.traits)) for segment in self.segments], pa.string()
                ),
            }
        )
