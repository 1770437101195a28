"""What the next week of a user depends on: their age, the weeks of the window, and how long they are quiet.

A pattern says a little more than a state, so that time passes as it should: whoever has been quiet for eleven
weeks dies next week or wakes up, and a new user is new for so many weeks and no longer. From a pattern a user
goes to one of two others: active next week, or not. That share is all there is to learn.
"""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

import numpy as np

from coterie.predictions.activity.states import STATES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie.project.lasting import ActivitySettings


@dataclasses.dataclass(frozen=True, slots=True)
class Pattern:
    """What is known of a user at the end of a week.

    Attributes:
        age: Weeks since the first one, up to those of a new user.
        recent: The weeks of the window as bits, the last week is 1; 0 if none was active.
        quiet: Weeks without an event, up to those that make dead; 0 if any week of the window was active.
    """

    age: int
    recent: int
    quiet: int


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """All patterns that users can have, and where they lead.

    Attributes:
        every: The patterns.
        place: The place of each pattern in `every`.
        state: For each the place of its state in `STATES`.
        next: For each, where it leads: without an event in the next week, and with one.
        newborn: The place of those seen for the first time in the last week.
    """

    every: tuple[Pattern, ...]
    place: dict[Pattern, int]
    state: NDArray[np.int64]
    next: NDArray[np.int64]
    newborn: int


def patterns(settings: ActivitySettings) -> Patterns:
    """List the patterns and where they lead.

    Args:
        settings: What the states mean.
    """
    window, new, dead = settings.window_weeks, settings.new_weeks, settings.dead_weeks
    young = [Pattern(age, recent, 0) for age in range(new) for recent in range(1 << age, 1 << (age + 1))]
    grown = [Pattern(new, recent, 0) for recent in range(1, 1 << window)]
    silent = [Pattern(new, 0, quiet) for quiet in range(window, dead + 1)]
    every = (*young, *grown, *silent)
    place = {pattern: at for at, pattern in enumerate(every)}
    leads = [[place[_after(one, settings, active=active)] for active in (False, True)] for one in every]
    states = [STATES.index(_state(one, settings)) for one in every]
    return Patterns(every, place, np.array(states), np.array(leads), place[Pattern(0, 1, 0)])


def _after(one: Pattern, settings: ActivitySettings, *, active: bool) -> Pattern:
    recent = (one.recent << 1 | int(active)) % (1 << settings.window_weeks)
    age = min(one.age + 1, settings.new_weeks)
    if recent:
        return Pattern(age, recent, 0)
    quiet = one.quiet + 1 if one.quiet else settings.window_weeks
    return Pattern(age, 0, min(quiet, settings.dead_weeks))


def _state(one: Pattern, settings: ActivitySettings) -> str:
    if one.age < settings.new_weeks:
        return "new"
    if one.recent:
        return "frequent" if one.recent.bit_count() >= settings.frequent_weeks else "infrequent"
    return "dormant" if one.quiet < settings.dead_weeks else "dead"


def reachable(found: Patterns) -> list[tuple[int, int]]:
    """List the moves between states that a week can bring, as places in `STATES`."""
    moves = {
        (int(found.state[at]), int(found.state[to]))
        for at, to in itertools.chain.from_iterable(
            ((at, to) for to in row) for at, row in enumerate(found.next.tolist())
        )
    }
    return sorted(moves)
