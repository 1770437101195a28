"""What coterie.yaml says of how long users last: the states of their activity, and what they are worth."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from coterie.project.strict import Settings

#: What profiles say of activity and lifetime value, by the name of the column.
PROFILE_COLUMNS = (
    "activity_state", "activity_going_quiet",
    "lifetime_alive", "lifetime_future_orders", "lifetime_future_value", "lifetime_value",
)  # fmt: skip


class ActivitySettings(Settings):
    """The states that users pass through from new to dead, and how many will be in each."""

    enabled: bool = Field(
        default=True, description="Whether states are found; they need events of a few weeks."
    )
    window_weeks: int = Field(
        default=4,
        ge=2,
        le=6,
        description="How many weeks tell frequent users, infrequent ones and dormant ones.",
    )
    frequent_weeks: int = Field(
        default=3, ge=1, le=6, description="Frequent: active in at least so many weeks of the window."
    )
    new_weeks: int = Field(
        default=4, ge=1, le=6, description="New: first seen within so many weeks; at most the window."
    )
    dead_weeks: int = Field(
        default=12, ge=3, le=26, description="Dead: without an event for so many weeks; more than the window."
    )
    learn_weeks: int = Field(
        default=26, ge=4, le=26, description="From how many of the last weeks the moves are learnt, at most."
    )
    forecast_weeks: int = Field(default=8, ge=1, le=26, description="How many weeks are foretold.")
    quiet_weeks: int = Field(
        default=2, ge=1, le=6, description="A frequent user goes quiet: no event in so many weeks."
    )
    seed: int = Field(default=42, ge=0, le=2**32 - 1, description="The same seed gives the same intervals.")

    @model_validator(mode="after")
    def _fitting_together(self) -> Self:
        if self.frequent_weeks > self.window_weeks:
            raise ValueError("`frequent_weeks` counts weeks of the window; give at most `window_weeks`")
        if self.new_weeks > self.window_weeks:
            raise ValueError("a new user would be dormant; give `new_weeks` of at most `window_weeks`")
        if self.dead_weeks <= self.window_weeks:
            raise ValueError(
                "dormant users die later than they fall asleep; give `dead_weeks` above `window_weeks`"
            )
        return self


class SubscriptionSettings(Settings):
    """Which events are payments of a subscription."""

    kind: str = Field(default="renewal", min_length=1, description="The kind of event that is a payment.")
    period_days: int = Field(default=30, ge=2, le=3660, description="Days from one payment to the next.")


class LifetimeSettings(Settings):
    """What users are worth: how often they will buy, and for how much."""

    kind: str = Field(default="order", min_length=1, description="The kind of event that is a purchase.")
    unit: Literal["day", "week"] = Field(
        default="week", description="The unit of time that rates are told in."
    )
    horizons_days: tuple[Annotated[int, Field(ge=1, le=3660)], ...] = Field(
        default=(30, 90, 365), min_length=1, max_length=6, description="How many days ahead; ascending."
    )
    model: Literal["auto", "simple", "bg_nbd", "mbg_nbd", "pareto_nbd", "two_stage"] = Field(
        default="auto",
        description="auto: the model of buying that does best on later purchases; simple: past money alone; "
        "two_stage: will they buy, times how much, learnt from features.",
    )
    margin: float = Field(default=1.0, gt=0, le=1, description="The share of money that is profit.")
    discount: float = Field(
        default=0.0, ge=0, le=10, description="Of money from one year to the next, such as 0.1."
    )
    holdout_days: int | None = Field(
        default=None,
        ge=1,
        le=3660,
        description="How many of the last days models are compared on; default: a third of those there are.",
    )
    subscriptions: SubscriptionSettings | None = Field(
        default=None, description="How long subscribers stay; see below."
    )
    seed: int = Field(default=42, ge=0, le=2**32 - 1, description="The same seed gives the same scores.")

    @field_validator("horizons_days")
    @classmethod
    def _ascending(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        if list(days) != sorted(set(days)):
            raise ValueError("give `horizons_days` in ascending order, each once, such as [30, 90, 365]")
        return days
