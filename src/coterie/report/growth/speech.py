"""How growth is spoken of: dimensions, goals, measures and numbers in words."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from coterie.report import words

if TYPE_CHECKING:
    from coterie.growth.bootstrap import Estimate
    from coterie.growth.lift import Above, Below
    from coterie.report.language import Language


@dataclasses.dataclass(frozen=True, slots=True)
class Speech:
    """What it takes to speak of growth.

    Attributes:
        language: The language.
        goal: The kind of event that counts as success.
        fewest: Shares of fewer users are told and not drawn.
    """

    language: Language
    goal: str
    fewest: int

    @property
    def goals(self) -> str:
        """Several of the goal: Orders."""
        return capital(self.language.act(self.goal).many)

    @property
    def achievers(self) -> str:
        """Those who reached it: Users with orders."""
        return self.language.say("Users with {goals}", goals=self.language.act(self.goal).many)

    def kind(self, kind: str) -> str:
        """Name a kind of event: Views."""
        return capital(self.language.act(kind).many)

    def dimension(self, name: str) -> str:
        """Name what users are told apart by."""
        return self.language.say("Everyone") if name == "all" else capital(name.replace("_", " "))

    def above(self, measure: Above) -> str:
        """Name what stands above the line of a lift."""
        revenue = self.language.say("Revenue")
        return {"achievers": self.achievers, "goals": self.goals, "revenue": revenue}[measure]

    def below(self, measure: Below) -> str:
        """Name what stands below it."""
        say = self.language.say
        return {"users": say("users"), "active": say("active users"), "events": say("events")}[measure]

    def measure(self, above: Above, below: Below) -> str:
        """Name a rate by its numerator and its denominator."""
        return self.language.say("{above} / {below}", above=self.above(above), below=self.below(below))


def capital(text: str) -> str:
    """Begin with a capital."""
    return text[:1].upper() + text[1:]


def percent(share: float | None, low: float | None = None, high: float | None = None) -> str:
    """Write a share with its interval.

    Examples:
        >>> percent(0.5, 0.4, 0.6), percent(0.5)
        ('50% (40% to 60%)', '50%')
    """
    if share is None:
        return words.NOTHING
    if low is None or high is None:
        return words.percent(share)
    return f"{words.percent(share)} ({words.percent(low)} to {words.percent(high)})"


def money(found: Estimate) -> str:
    """Write an amount with its interval."""
    if found.value is None:
        return words.NOTHING
    if found.low is None or found.high is None:
        return words.number(found.value, "money")
    low, high = words.number(found.low, "money"), words.number(found.high, "money")
    return f"{words.number(found.value, 'money')} ({low} to {high})"


def times(found: Estimate) -> str:
    """Write a lift with its interval.

    Examples:
        >>> from coterie.growth.bootstrap import Estimate
        >>> times(Estimate(1.0402, 0.7366, 1.469)), times(Estimate(0.0, None, None))
        ('1.0402 (0.7366 to 1.4690)', '0.0000')
    """
    if found.value is None:
        return words.NOTHING
    if found.low is None or found.high is None:
        return f"{found.value:.4f}"
    return f"{found.value:.4f} ({found.low:.4f} to {found.high:.4f})"
