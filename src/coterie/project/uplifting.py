"""What coterie.yaml says of uplift: who was treated, what is to change, and what that is worth."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from coterie.errors import did_you_mean
from coterie.project.strict import Name, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence


def plain(arm: str) -> str:
    """The name of an arm as part of the name of a column.

    Examples:
        >>> plain("E-mail, weekly")
        'e_mail_weekly'
    """
    return re.sub(r"[^a-z0-9]+", "_", arm.lower()).strip("_")


class Acts(Settings):
    """Events of one kind, all of them or those with something."""

    kind: str = Field(min_length=1, description="What was done, such as sent.")
    item: str | None = Field(default=None, description="Only those about this item.")
    category: str | None = Field(default=None, description="Only those of this category.")
    channel: str | None = Field(default=None, description="Only those of this channel.")
    property: Name | None = Field(
        default=None, description="Only those with this property, such as campaign."
    )
    equals: str | None = Field(default=None, description="What the property must be.")

    @model_validator(mode="after")
    def _property_and_value(self) -> Self:
        if (self.property is None) != (self.equals is None):
            raise ValueError("`property` and `equals` go together: give both or neither")
        return self


class Happening(Acts):
    """What users did within some days after they were treated, or might have been."""

    within_days: int = Field(
        default=14, ge=1, le=730, description="How many days from the treatment on count."
    )
    of: Literal["any", "count", "value"] = Field(
        default="any", description="any: whether there was one; count: how many; value: their money."
    )


class UpliftSettings(Settings):
    """One treatment whose effect is measured and learnt."""

    treatment: str | Acts = Field(
        description="An attribute of users that names their arm, or the events that treated users got."
    )
    treated: str | tuple[str, ...] | None = Field(
        default=None,
        description="Attribute: the value, or values, of those who were treated, each compared with "
        "`control` by itself; default: every value but `control`.",
    )
    control: str | Acts | None = Field(
        default=None,
        description="Attribute: the value of those who were not treated. Events: those of users who were "
        "held out; default: everybody else who was known when it began.",
    )
    outcome: str | Happening = Field(
        description="What is to change: an attribute that is a number, or yes and no; or what users did "
        "afterwards."
    )
    split: dict[str, float] = Field(
        default_factory=dict,
        description="The share that each arm was meant to have, by its value (events: treated, control); "
        "default: equal shares, and for events without `control` not tested.",
    )
    as_of: dt.date | None = Field(
        default=None,
        description="When the treatment was given: features are of what users had done before. Default: "
        "events: the day of the first; attribute: the date of the run.",
    )
    features: tuple[str, ...] | None = Field(
        default=None, min_length=1, description="Families or single features to learn from; default: all."
    )
    learner: Literal["auto", "t", "s", "x", "dr"] = Field(
        default="auto",
        description="auto: the one with the largest Qini area on users held out. t: a model an arm; s: one "
        "of both; x: crossed; dr: doubly robust.",
    )
    base: Literal["auto", "linear", "boosting"] = Field(
        default="auto", description="The models that learners are built from; auto: both are tried."
    )
    cost: float = Field(default=0.0, ge=0, description="Of treating one user, in money.")
    benefit: float = Field(default=1.0, gt=0, description="What one more of the outcome is worth, in money.")
    seed: int = Field(default=42, ge=0, le=2**32 - 1, description="The same seed gives the same scores.")

    @property
    def attributes(self) -> frozenset[str]:
        """The attributes that say who was treated and what happened, and may explain nothing else."""
        return frozenset(one for one in (self.treatment, self.outcome) if isinstance(one, str))

    @property
    def arms(self) -> tuple[str, ...]:
        """The values of those who were treated, where they are named."""
        return (self.treated,) if isinstance(self.treated, str) else self.treated or ()

    def has_column(self, column: str, called: str) -> bool:
        """Tell whether a column of `profiles` may hold the scores of this treatment, or of one of its arms.

        Args:
            column: The name of the column.
            called: The name of the treatment.
        """
        name, start = column.lower(), re.escape(called.lower())
        arms = "|".join(re.escape(plain(arm)) for arm in self.arms)
        if not self._has_many_arms:
            return name == f"{called}_uplift".lower()
        return bool(re.fullmatch(rf"{start}(_({arms or '.*'})(_[0-9a-f]{{6}})?)?_uplift", name))

    def columns(self, called: str) -> tuple[str, ...]:
        """The columns of `profiles` that the scores of this treatment may have, as far as arms are named.

        Args:
            called: The name of the treatment.
        """
        arms = [f"{called}_{plain(arm)}_uplift" for arm in self.arms if self._has_many_arms]
        return tuple(name.lower() for name in (f"{called}_uplift", *arms))

    @property
    def _has_many_arms(self) -> bool:
        """Whether several may be treated, each with a column of its own."""
        return isinstance(self.treatment, str) and not isinstance(self.treated, str)

    @model_validator(mode="after")
    def _fitting_together(self) -> Self:
        if isinstance(self.treatment, str):
            if not isinstance(self.control, str):
                msg = f"name the value of {self.treatment!r} that is the control arm: `control: ...`"
                raise ValueError(msg)  # noqa: TRY004 - a mistake of the file, as all others
            if self.control in self.arms:
                msg = f"{self.control!r} can't be both `treated` and `control`"
                raise ValueError(msg)
            if isinstance(self.outcome, Happening) and self.as_of is None:
                raise ValueError(
                    "say when the treatment was given: `as_of: 2026-02-01`; the outcome is after"
                )
        else:
            if self.treated is not None:
                raise ValueError("`treated` names values of an attribute; here events say who was treated")
            if isinstance(self.control, str):
                told = "`control` must say events too, as `{kind: ...}`, or be left out"
                raise ValueError(told)  # noqa: TRY004 - a mistake of the file, as all others
        if any(share <= 0 for share in self.split.values()):
            raise ValueError("shares in `split` must be above 0")
        return self

    def check(self, attributes: Sequence[str], called: str) -> None:
        """Refuse attributes that no source has, and features that say the outcome or the arm.

        Args:
            attributes: Those that sources describe.
            called: The name of the treatment, for the sentence.

        Raises:
            ValueError: One of them isn't there.
        """
        for what in ("treatment", "outcome"):
            named = getattr(self, what)
            if isinstance(named, str) and named not in attributes:
                told = did_you_mean(named, attributes)
                raise ValueError(
                    f"`{what}` of {called} is {named!r}, which is no attribute of a source of users. {told}"
                )
        leaks = {f"attributes_{name}".lower() for name in self.attributes}
        for name in self.features or ():
            if name.lower() in leaks:
                raise ValueError(
                    f"`features` of {called} names {name!r}, which says who was treated or what happened"
                )
