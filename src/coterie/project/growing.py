"""What coterie.yaml says of growth: the funnel, cohorts, campaigns, and what users are told apart by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator

from coterie.errors import did_you_mean
from coterie.project.strict import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Columns of events that tell users and events apart, and what else does beside attributes and segmentations.
EVENT_COLUMNS = ("channel", "category", "device", "item")
USER_COLUMNS = ("acquisition_channel", "source")


def _steps(value: Any) -> Any:
    return {"steps": value} if isinstance(value, list | tuple) else value


def _named(value: Any) -> Any:
    return {"by": value} if isinstance(value, str) else value


class FunnelSettings(Settings):
    """Which acts follow one another on the way to the goal. A plain list names the steps."""

    steps: Annotated[tuple[str, ...], Field(min_length=2, max_length=10)] | None = Field(
        default=None,
        description="Kinds of events, such as [view, click, order]; default: those of view, click, cart, "
        "checkout and order that there are.",
    )
    window_days: int = Field(default=7, ge=1, le=365, description="From the first step to the last, in days.")
    strict: bool = Field(
        default=True,
        description="true: a step counts only after the one before it; false: in any order in the window.",
    )

    @field_validator("steps")
    @classmethod
    def _each_once(cls, steps: tuple[str, ...] | None) -> tuple[str, ...] | None:
        twice = sorted({step for step in steps or () if (steps or ()).count(step) > 1})
        if twice:
            raise ValueError(f"{', '.join(map(repr, twice))} is a step twice; name each kind of event once")
        return steps


class RetentionSettings(Settings):
    """How it is counted who comes back."""

    cohorts: Literal["auto", "day", "week", "month"] = Field(
        default="auto",
        description="Users who had their first event in the same day, week (from Monday) or month; auto: by "
        "the length of the data.",
    )
    unbounded: bool = Field(
        default=False,
        description="false: seen in just that period; true: in that period or any later one.",
    )


class CampaignSettings(Settings):
    """Whom the lift of campaigns compares. A plain word is `by`."""

    by: str | None = Field(
        default=None,
        description="An attribute, a channel or `source`; default: the attribute `campaign`, or else "
        "`source` where several sources hold users.",
    )
    baseline: str | None = Field(
        default=None, description="The value that the others are compared with; default: the first by name."
    )


class GrowthSettings(Settings):
    """What is asked about growth; everything has a default."""

    by: tuple[str, ...] | None = Field(
        default=None,
        min_length=1,
        description="What users and events are told apart by: channel, category, device, item, source, "
        "acquisition_channel, an attribute or a segmentation; default: what the data has of these.",
    )
    goal: str = Field(default="order", description="The kind of event that counts as success.")
    funnel: Annotated[
        FunnelSettings,
        BeforeValidator(_steps, json_schema_input_type=FunnelSettings | list[str]),
    ] = Field(default=FunnelSettings(), description="Steps to the goal; see below.")
    retention: RetentionSettings = Field(
        default=RetentionSettings(), description="Who comes back; see below."
    )
    campaigns: Annotated[
        CampaignSettings, BeforeValidator(_named, json_schema_input_type=CampaignSettings | str)
    ] = Field(default=CampaignSettings(), description="Whose lift is told; see below.")
    fewest: int = Field(
        default=20,
        ge=1,
        le=100_000,
        description="Shares of fewer users than this are told in tables and not drawn.",
    )
    top: int = Field(
        default=20, ge=1, le=1000, description="How many of the most profitable users are listed."
    )
    seed: int = Field(default=42, ge=0, description="Of the bootstrap: the same seed, the same intervals.")

    def check(self, known: Iterable[str]) -> None:
        """Make sure that what users are told apart by can be there.

        Args:
            known: Attributes and segmentations.

        Raises:
            ValueError: There is nothing of such a name.
        """
        allowed = [*USER_COLUMNS, *EVENT_COLUMNS, *known]
        campaigns = () if self.campaigns.by is None else (self.campaigns.by,)
        for name in (*(self.by or ()), *campaigns):
            if name not in allowed:
                told = did_you_mean(name, allowed, len(allowed))
                raise ValueError(f"{name!r} is no column of events, no attribute and no segmentation. {told}")
