"""What coterie.yaml says of how long users last: the states of their activity, and what they are worth."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from coterie.project.strict import Settings


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
