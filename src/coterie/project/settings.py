"""What a project is: the settings of coterie.yaml as checked, immutable objects.

Reading the file, finding every mistake with its line, and the JSON Schema are in
`coterie.project.file`.
"""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from coterie.errors import did_you_mean
from coterie.project import lasting
from coterie.project.growing import GrowthSettings
from coterie.project.lasting import ActivitySettings, LifetimeSettings
from coterie.project.limits import LimitSettings
from coterie.project.predicting import PredictionSettings
from coterie.project.sourcing import Source, attributes
from coterie.project.strict import Name, Settings, UrlText
from coterie.project.uplifting import UpliftSettings

FAMILIES = (
    "activity", "recency", "pattern", "orders", "reading", "search", "social", "video", "email",
    "breadth", "time", "channels", "devices", "tenure", "acquisition", "attributes", "intent",
)  # fmt: skip


class FeatureSettings(Settings):
    """Which features are built."""

    families: tuple[Literal[FAMILIES], ...] | None = Field(  # type: ignore[valid-type]
        default=None, description="Default: every family that the data can feed."
    )
    weeks: int = Field(default=8, ge=2, le=52, description="Length of weekly patterns.")
    categories: int = Field(
        default=8, ge=0, le=50, description="How many of the main categories get an intent."
    )


class Preparation(Settings):
    """How one feature is prepared for a segmentation; what is left out is chosen and recorded."""

    log: bool | None = Field(default=None, description="log(1 + x) before scaling.")
    scale: Literal["robust", "zscore", "none"] | None = Field(
        default=None, description="As in the segmentation, for this feature alone."
    )
    weight: float | None = Field(default=None, ge=0, le=1e6, description="0 leaves the feature out.")
    fill: float | None = Field(default=None, ge=-1e100, le=1e100, description="In place of null.")


def _not_blank(name: str) -> str:
    if not name.strip():
        raise ValueError("a name of a segment must not be blank")
    return name


SegmentName = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_not_blank)]


class Rule(Settings):
    """One segment drawn by hand."""

    name: SegmentName = Field(description="What the segment is called.")
    where: str = Field(min_length=1, description="A SQL condition over features, such as orders_spend > 500.")


class Within(Settings):
    """One segment of another segmentation, to group its users further."""

    segmentation: Name = Field(description="The other segmentation, by name.")
    segment: Annotated[int, Field(ge=1)] | str = Field(description="Its segment, by id or by name.")


#: Settings that go with some methods only.
_OF_A_METHOD = {"radius": ("dbscan",), "neighbours": ("dbscan", "hdbscan"), "gini": ("genie",)}

#: Methods that can be fitted on all users in the warehouse; auto may choose one of them.
_FITTED_ON_ALL = ("kmeans", "ward", "genie", "mixture", "auto")


class SegmentSettings(Settings):
    """One way to group the users of a project."""

    method: Literal[
        "auto", "kmeans", "ward", "mixture", "dbscan", "hdbscan", "genie", "kprototypes", "rfm", "rules"
    ] = Field(default="kmeans", description="How users are grouped; auto: by evidence.")
    k: Annotated[int, Field(ge=1, le=50)] | Literal["auto", "gap"] = Field(
        default="auto",
        description="A number of segments from 1 to 50; auto: by evidence; gap: where the tree of ward or "
        "genie has its largest gap.",
    )
    height: float | None = Field(
        default=None, gt=0, description="Ward and genie: cut the tree at this height, in place of k."
    )
    radius: float | None = Field(
        default=None,
        gt=0,
        description="Dbscan: how near neighbours are, in prepared numbers; default: the knee of the "
        "distances.",
    )
    neighbours: int | None = Field(
        default=None,
        ge=2,
        description="How many users make a crowd. Dbscan: within `radius`, oneself counted; default: twice "
        "the coordinates, at least 10. Hdbscan: the smallest segment; default: 1 % of the users, at least 5.",
    )
    gini: float = Field(
        default=0.3,
        ge=0,
        le=1,
        description="Genie: how unequal the sizes of groups may grow, from 0 to 1.",
    )
    fit: Literal["sample", "exact"] = Field(
        default="sample",
        description="Kmeans, ward, genie and mixture, of more users than fit into memory. sample: on 200,000 "
        "of them; exact: on all, by queries of the warehouse.",
    )
    k_max: int = Field(default=10, ge=2, le=50, description="The largest k that auto considers.")
    features: tuple[str, ...] | None = Field(
        default=None, description="Families or single features; default: what users do, without attributes."
    )
    seed: int = Field(default=42, ge=0, description="The same seed gives the same segments.")
    starts: int = Field(default=10, ge=1, le=1000, description="How many times the method starts anew.")
    scale: Literal["robust", "zscore", "none"] = Field(
        default="robust",
        description="robust: by median and quartiles; zscore: by mean and standard deviation.",
    )
    log: Literal["auto", "never"] = Field(
        default="auto", description="auto: skewed counts and money are measured by their logarithm."
    )
    category_weight: Literal["balanced", "none"] = Field(
        default="balanced",
        description="balanced: an attribute as a whole weighs as one number, its rare values little.",
    )
    prepare: dict[str, Preparation] = Field(
        default_factory=dict, description="For a feature, by name: how it is prepared; see below."
    )
    rules: tuple[Rule, ...] = Field(
        default=(), description="Method rules: conditions in order, the first that holds wins; see below."
    )
    rest: SegmentName = Field(
        default="Everyone else", description="Method rules: what those without a rule are called."
    )
    within: Within | None = Field(
        default=None, description="Group the users of one segment of another segmentation alone; see below."
    )
    update: Literal["freeze", "match", "refit"] = Field(
        default="match",
        description="With new data: freeze keeps the segments and assigns new users; match fits anew and "
        "keeps the ids and names of segments that are still the same; refit starts over.",
    )
    names: Literal["acts", "levels"] = Field(
        default="acts",
        description="acts: after what users do; levels: after how engaged they are, low to high, of 2 to 7 "
        "segments.",
    )
    drift: float | None = Field(
        default=None,
        gt=0,
        description="With freeze: fit anew, and match, once a feature's population stability index passes "
        "this (0.25 is a usual bound).",
    )

    @model_validator(mode="after")
    def _fitting_together(self) -> Self:
        if (self.method == "rules") != bool(self.rules):
            raise ValueError("give `rules` with method rules, and with no other method")
        if self.method not in ("ward", "genie") and (self.height is not None or self.k == "gap"):
            raise ValueError("`height` and `k: gap` cut the tree of method ward or genie; choose one of them")
        if self.height is not None and self.k != "auto":
            raise ValueError("give either `height` or `k`")
        if self.k != "auto" and self.method in ("dbscan", "hdbscan", "rfm", "rules"):
            msg = f"method {self.method} finds the number of segments by itself; leave `k` out"
            raise ValueError(msg)
        for name, methods in _OF_A_METHOD.items():
            if name in self.model_fields_set and self.method not in methods:
                msg = f"`{name}` is a setting of method {' and '.join(methods)}; this is {self.method}"
                raise ValueError(msg)
        if self.fit == "exact" and self.method not in _FITTED_ON_ALL:
            msg = f"`fit: exact` is there for {', '.join(_FITTED_ON_ALL)}; this is {self.method}"
            raise ValueError(msg)
        if self.drift is not None and self.update != "freeze":
            raise ValueError("`drift` says when a frozen segmentation is fitted anew; give `update: freeze`")
        return self


class ReportSettings(Settings):
    """How results are told."""

    title: str | None = Field(
        default=None, description="Heading of the report; default: the name of the project."
    )
    language: Literal["en"] = Field(default="en", description="Of names and sentences.")


class Project(Settings):
    """A whole coterie.yaml.

    Attributes:
        folder: The folder that relative paths start from; not part of the file.
    """

    name: Name = Field(description="Of the project: letters, digits and underscores.")
    warehouse: UrlText = Field(
        default="duckdb:///coterie.duckdb", description="Where results live; relative to this file."
    )
    credentials: str | None = Field(
        default=None,
        description="A file of secrets for `${NAME}` in `warehouse` and `connection`, with `NAME: value` "
        "(.yaml) or `NAME=value` lines, that only you may read.",
    )
    as_of: Literal["latest"] | dt.date = Field(
        default="latest",
        description="Events at or after this date are not seen; latest: the day after the last.",
    )
    sources: tuple[Source, ...] = Field(min_length=1, description="What is read; see below.")
    features: FeatureSettings = Field(default=FeatureSettings(), description="Which are built; see below.")
    segments: dict[Name, SegmentSettings] = Field(
        default_factory=lambda: {"engagement": SegmentSettings()},
        min_length=1,
        description="For each segmentation, by name: how users are grouped; see below.",
    )
    predictions: dict[Name, PredictionSettings] = Field(
        default_factory=dict, description="For each prediction, by name: what is foretold; see below."
    )
    uplift: dict[Name, UpliftSettings] = Field(
        default_factory=dict,
        description="For each treatment, by name: what it changed, and whom it moves; see below.",
    )
    growth: GrowthSettings | None = Field(
        default=None,
        description="What is asked about growth; given (`growth: {}`), every run tells it in the report; see "
        "below.",
    )
    activity: ActivitySettings = Field(
        default=ActivitySettings(), description="New, frequent, dormant and dead users; see below."
    )
    limits: LimitSettings = Field(
        default=LimitSettings(), description="How much one statement may read; see below."
    )
    lifetime: LifetimeSettings | None = Field(
        default=None,
        description="What users are worth; given (`lifetime: {}`), every run tells it; see below.",
    )
    report: ReportSettings = Field(default=ReportSettings(), description="How it is told; see below.")
    folder: Path = Field(default=Path(), exclude=True)

    @field_validator("sources")
    @classmethod
    def _distinct_names(cls, sources: tuple[Source, ...]) -> tuple[Source, ...]:
        names = [source.name for source in sources]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            msg = f"sources share the name {', '.join(map(repr, twice))}; give each its own"
            raise ValueError(msg)
        return sources

    @field_validator("segments")
    @classmethod
    def _within_earlier_ones(cls, segments: dict[str, SegmentSettings]) -> dict[str, SegmentSettings]:
        earlier: list[str] = []
        for name, settings in segments.items():
            if settings.within is not None and settings.within.segmentation not in earlier:
                wanted = settings.within.segmentation
                told = did_you_mean(wanted, earlier) if earlier else "Move it below that one."
                raise ValueError(f"{name} is within {wanted!r}, which is no segmentation above it. {told}")
            earlier.append(name)
        return segments

    @field_validator("predictions")
    @classmethod
    def _of_segments_and_names_there_are(
        cls, predictions: dict[str, PredictionSettings], info: ValidationInfo
    ) -> dict[str, PredictionSettings]:
        segmentations = info.data.get("segments")
        taken = {"user_id", "as_of", "run_id", *lasting.PROFILE_COLUMNS}
        for name in segmentations or ():
            taken |= {f"{name}_segment".lower(), f"{name}_segment_name".lower()}
        for name, settings in predictions.items():
            if name.lower() in taken:
                raise ValueError(f"{name} is the name of another column of `profiles`; choose another")
            taken.add(name.lower())
            wanted = settings.segment.segmentation if settings.segment else None
            if segmentations is not None and wanted is not None and wanted not in segmentations:
                told = did_you_mean(wanted, segmentations)
                raise ValueError(f"{name} is about {wanted!r}, which is no segmentation. {told}")
        return predictions

    @field_validator("uplift")
    @classmethod
    def _of_attributes_there_are(
        cls, uplift: dict[str, UpliftSettings], info: ValidationInfo
    ) -> dict[str, UpliftSettings]:
        sources = info.data.get("sources")
        if sources is not None:
            names = [name for name, _ in attributes(sources)]
            for name, settings in uplift.items():
                settings.check(names, name)
        for prediction in info.data.get("predictions") or ():
            for name, settings in uplift.items():
                if settings.has_column(prediction, name):
                    raise ValueError(
                        f"what {name} changes stands in `profiles` as {prediction.lower()}, and a prediction "
                        f"is called {prediction}, too; give one of the two another name"
                    )
        for (name, settings), (other, others) in itertools.permutations(uplift.items(), 2):
            for column in settings.columns(name):
                if others.has_column(column, other):
                    raise ValueError(
                        f"what {name} and {other} change may both stand in `profiles` as {column}; "
                        "give one of the two another name"
                    )
        return uplift

    @field_validator("growth")
    @classmethod
    def _told_by_what_there_is(
        cls, growth: GrowthSettings | None, info: ValidationInfo
    ) -> GrowthSettings | None:
        sources, segmentations = info.data.get("sources"), info.data.get("segments")
        if growth is not None and sources is not None and segmentations is not None:
            growth.check([*(name for name, _ in attributes(sources)), *segmentations])
        return growth
