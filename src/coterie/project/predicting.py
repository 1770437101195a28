"""What coterie.yaml says of predictions: what is foretold, of whom, how far ahead, and by which model."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from coterie.project.strict import Name, Settings

Target = Literal["inactive", "none", "count", "value", "first_time", "becomes"]

#: How far ahead a target is foretold where coterie.yaml doesn't say; inactive: what the gaps say.
HORIZONS = {"none": 7, "count": 7, "value": 30, "first_time": 28, "becomes": 28}

#: Stands for events of every kind.
ANY = "any"

#: Stands for the segment of the highest engagement.
MOST_ENGAGED = "most_engaged"

#: What may be done without the library of a model that is an extra.
INSTEAD = "choose `model: boosting`, which comes with coterie"


class Segment(Settings):
    """The segment that users may get into, for target becomes."""

    segmentation: Name = Field(description="A segmentation of `segments`, by name.")
    segment: Annotated[int, Field(ge=1)] | str = Field(
        default=MOST_ENGAGED,
        description="Its segment, by id or by name; most_engaged: that of the highest engagement.",
    )


class WorthSettings(Settings):
    """What acting on a user is worth, in money; a cost is negative. It gives the profit curve."""

    hit: float = Field(description="Acting on a user to whom it happens.")
    wasted: float = Field(description="Acting on a user to whom it does not happen.")
    missed: float = Field(default=0.0, description="Not acting on a user to whom it happens.")
    spared: float = Field(default=0.0, description="Not acting on a user to whom it does not happen.")


class PredictionSettings(Settings):
    """One thing that is foretold of each user."""

    target: Target = Field(
        description="What happens within the horizon. inactive: no event; none: no event of `kind`; count: "
        "how many events of `kind`; value: money of orders, refunds taken off; first_time: the first event "
        "of `kind`; becomes: gets into `segment`.",
    )
    kind: str | None = Field(
        default=None,
        min_length=1,
        description="Which events; default: order, for inactive any.",
    )
    segment: Segment | None = Field(
        default=None, description="Target becomes: which segment users get into; see below."
    )
    horizon_days: Annotated[int, Field(ge=1, le=730)] | Literal["auto"] = Field(
        default="auto",
        description="How many days are foretold. auto: for inactive what the gaps between active days say; "
        "for none and count 7, for value 30, else 28.",
    )
    population: Literal["auto", "everyone", "active", "with_kind"] = Field(
        default="auto",
        description="Of whom. everyone: who was known by then; active: with an event within `within_days`; "
        "with_kind: with an event of `kind` within them. auto: for inactive active; for none, count and "
        "value with_kind; else everyone.",
    )
    within_days: int | None = Field(
        default=None,
        ge=1,
        le=3650,
        description="How many days before the date the population is looked for; default: for inactive the "
        "horizon, else the whole past.",
    )
    min_history_days: int = Field(
        default=7, ge=0, le=3650, description="Users known for less are said to be too new, and not guessed."
    )
    dates: int = Field(
        default=4,
        ge=2,
        le=24,
        description="As of how many past dates users are learnt from; on the last the model is checked.",
    )
    every_days: int | None = Field(
        default=None, ge=1, le=730, description="From one date to the next; default: the horizon."
    )
    features: tuple[str, ...] | None = Field(
        default=None, min_length=1, description="Families or single features; default: all."
    )
    model: Literal["auto", "baseline", "linear", "forest", "boosting", "xgboost", "lightgbm"] = Field(
        default="auto",
        description="auto: the one that is best on later dates; baseline: what happened in the period "
        "before; xgboost and lightgbm are installed as extras.",
    )
    seed: int = Field(default=42, ge=0, le=2**32 - 1, description="The same seed gives the same scores.")
    worth: WorthSettings | None = Field(
        default=None, description="What acting is worth, for the profit curve; see below."
    )

    @property
    def about(self) -> str:
        """The kind of event that the target is about; ``any`` for all of them."""
        return self.kind or (ANY if self.target in ("inactive", "becomes") else "order")

    @property
    def yes_or_no(self) -> bool:
        """Whether it either happens or doesn't."""
        return self.target not in ("count", "value")

    @model_validator(mode="after")
    def _fitting_together(self) -> Self:
        if (self.target == "becomes") != (self.segment is not None):
            raise ValueError("give `segment` with target becomes, and with no other target")
        if self.target in ("value", "becomes") and self.kind not in (None, "order"):
            msg = f"target {self.target} is not about events of a kind; leave `kind` out"
            raise ValueError(msg)
        if self.target in ("none", "first_time") and self.kind == ANY:
            raise ValueError("`kind: any` goes with target inactive and count; name the kind of event")
        if self.target == "first_time" and self.population == "with_kind":
            raise ValueError("target first_time is about users without an event of `kind` yet")
        if self.population == "with_kind" and self.about == ANY:
            raise ValueError("`population: with_kind` needs `kind`; with events of any kind it is `active`")
        if self.within_days is not None and self.population == "everyone":
            raise ValueError("`within_days` says when users were active; leave it out with everyone")
        if self.worth is not None and not self.yes_or_no:
            raise ValueError("`worth` is of what happens or doesn't; a count or a value has no hits")
        return self
