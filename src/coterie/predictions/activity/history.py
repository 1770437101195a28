"""How many users had each pattern at the end of each past week, and how many of them came the week after."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from coterie.predictions.activity import states
from coterie.predictions.activity.patterns import Pattern, patterns
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie.predictions.activity.patterns import Patterns
    from coterie.project.lasting import ActivitySettings
    from coterie.sources.warehouse import Warehouse

    Counts = NDArray[np.float64]

#: Each user's active weeks as bits, and the first of them.
_MASKS = """
    select found.user_id, max(found.week) as first_week, cast(sum(coalesce(weeks.bit, 0)) as bigint) as mask
    from user_weeks as found left join weeks on weeks.week = found.week
    group by found.user_id
"""

#: What is known of each user at the end of each week, and whether they came in the one after.
_PATTERNS = """
    select weeks.week, masks.mask // weeks.bit as past,
        case when masks.first_week - weeks.week < :new then masks.first_week - weeks.week
            else :new end as age,
        case when weeks.week > 0 then masks.mask // weeks.bit_after % 2 else 0 end as active
    from masks join weeks on weeks.week <= masks.first_week and weeks.week <= :most
"""

_COUNTED = """
    select week, age, past % :window_bits as recent, :quiet as quiet, active, count(*) as users
    from patterns group by week, age, past % :window_bits, :quiet, active
"""

#: The first week that there are events of as a whole.
_FIRST = "select max((-day + :as_of_day) // 7) - 1 as week from user_days where day < :as_of_day"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class History:
    """Past weeks, counted back from the date.

    Attributes:
        patterns: What users can be like.
        users: Weeks x patterns: how many users had each at the end of week 0, 1, 2, ...
        came: The same: how many of them had an event in the week after; nothing is known of week 0.
        weeks: How many weeks before the date there are events of.
    """

    patterns: Patterns
    users: Counts
    came: Counts
    weeks: int

    @property
    def moves(self) -> int:
        """How many weeks with a week after there are, in all of which new users are told from old ones."""
        return len(self.users) - 1

    @property
    def arrived(self) -> Counts:
        """How many users were seen for the first time in each week."""
        found: Counts = self.users[:, self.patterns.newborn]
        return found

    def in_states(self) -> Counts:
        """Weeks x states: how many users were in each state at the end of each week."""
        found: Counts = self.users @ _belongs(self.patterns)
        return found

    def moved(self) -> Counts:
        """Weeks x states x states: how many went from one state to another in the week that ends each week.

        Week 0 is the last: the moves from week 1 to week 0.
        """
        count = len(states.STATES)
        found = np.zeros((self.moves, count, count))
        state, leads = self.patterns.state, self.patterns.next
        for active, counted in ((0, self.users - self.came), (1, self.came)):
            for at, to in enumerate(leads[:, active].tolist()):
                found[:, state[at], state[to]] += counted[1:, at]
        return found


def _belongs(found: Patterns) -> Counts:
    return np.eye(len(states.STATES))[found.state]


def statement(settings: ActivitySettings, as_of_day: int, most: int) -> exp.Select:
    """Write the SELECT that counts users by week, pattern and whether they came the week after.

    A user's weeks become one whole number, so that the past of each week is a division away. The arithmetic
    is that of every engine, and the counts are small however many users there are.

    Args:
        settings: What the states mean.
        as_of_day: The date in days since 1970-01-01.
        most: How many weeks before week 0 are counted.
    """
    window = settings.window_weeks
    counted = select(_COUNTED, window_bits=1 << window, quiet=_quiet(settings))
    for name, step in (
        ("weeks", _weeks()),
        ("user_weeks", states.user_weeks(as_of_day)),
        ("masks", select(_MASKS)),
        ("patterns", select(_PATTERNS, new=settings.new_weeks, most=most)),
    ):
        counted.with_(name, as_=step, copy=False)
    return counted


def _weeks() -> exp.Query:
    """List each week with its bit and that of the week after."""
    first, *others = (
        sql.select(
            sql.named(sql.literal(week), "week"),
            sql.named(sql.literal(1 << week), "bit"),
            sql.named(sql.literal(1 << week >> 1), "bit_after"),
        )
        for week in range(states.WEEKS)
    )
    found: exp.Query = first
    for other in others:
        found = exp.union(found, other, distinct=False, copy=False)
    return found


def _quiet(settings: ActivitySettings) -> exp.Expression:
    """Write how many weeks there was no event, from the window on."""
    window, dead = settings.window_weeks, settings.dead_weeks
    whens = [f"when past % {1 << window} > 0 then 0"]
    whens += [f"when past % {1 << (quiet + 1)} > 0 then {quiet}" for quiet in range(window, dead)]
    return sql.sql(f"case {' '.join(whens)} else {dead} end")


def read(warehouse: Warehouse, settings: ActivitySettings, as_of_day: int) -> History | None:
    """Count the past, or tell that there are too few weeks of it.

    Weeks are left out in which everyone seems new because the data has just begun.

    Args:
        warehouse: Where `user_days` is.
        settings: What the states mean.
        as_of_day: The date in days since 1970-01-01.
    """
    first = warehouse.query(sql.sql(_FIRST, as_of_day=as_of_day)).column("week")[0].as_py()
    most = -1 if first is None else min(int(first) - settings.new_weeks, settings.learn_weeks)
    if most < 0:
        return None
    kinds = patterns(settings)
    shape = most + 1, len(kinds.every)
    users, came = np.zeros(shape), np.zeros(shape)
    for row in warehouse.query(statement(settings, as_of_day, most)).to_pylist():
        place = kinds.place[Pattern(*(int(row[name]) for name in ("age", "recent", "quiet")))]
        users[row["week"], place] += row["users"]
        came[row["week"], place] += row["users"] * int(row["active"])
    return History(kinds, users, came, int(first) + 1)


def held_back(history: History, weeks: int) -> History:
    """The same as it was known some weeks before."""
    return dataclasses.replace(
        history, users=history.users[weeks:], came=history.came[weeks:], weeks=history.weeks - weeks
    )
