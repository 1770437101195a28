"""The states of activity, from new to dead, told by the weeks in which a user did something.

Weeks are counted back from a date: week 0 is the last seven days before it. A user is

- **new** if first seen within `new_weeks`,
- **frequent** if active in at least `frequent_weeks` of the last `window_weeks`,
- **infrequent** if active in fewer of them, but at least one,
- **dormant** if active in none of them, but within `dead_weeks`,
- **dead** if not active for `dead_weeks`.

The first that holds wins. Users without any event before the date are in no state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from sqlglot import exp

    from coterie.project.lasting import ActivitySettings

#: From the youngest to the last.
STATES = ("new", "frequent", "infrequent", "dormant", "dead")

#: Weeks that a whole number of a user holds, a bit each: exact in every engine, even as a double.
WEEKS = 53

_USER_WEEKS = """
    select user_id, (-day + :as_of_day - 1) // 7 as week
    from user_days where day < :as_of_day
    group by user_id, (-day + :as_of_day - 1) // 7
"""

_OF_USERS = """
    select user_id, max(week) as first_week, min(week) as quiet_weeks,
        count(case when week < :window then 1 end) as active_weeks
    from user_weeks group by user_id
"""

_STATE = """
    case when first_week < :new then 'new'
        when active_weeks >= :frequent then 'frequent'
        when active_weeks > 0 then 'infrequent'
        when quiet_weeks < :dead then 'dormant'
        else 'dead' end
"""

_STATES = "select user_id, :state as state, active_weeks, quiet_weeks, first_week as age_weeks from of_users"


def statement(settings: ActivitySettings, as_of_day: int) -> exp.Select:
    """Write the SELECT that tells in which state each user is as of a date.

    Its columns: ``user_id``, ``state``, ``active_weeks`` (of the window), ``quiet_weeks`` (whole weeks since
    the last event) and ``age_weeks`` (since the first one).

    Args:
        settings: What the states mean.
        as_of_day: The date in days since 1970-01-01; only days before it are seen.
    """
    state = sql.sql(
        _STATE, new=settings.new_weeks, frequent=settings.frequent_weeks, dead=settings.dead_weeks
    )
    found = select(_STATES, state=state)
    for name, step in (
        ("user_weeks", user_weeks(as_of_day)),
        ("of_users", select(_OF_USERS, window=settings.window_weeks)),
    ):
        found.with_(name, as_=step, copy=False)
    return found


def user_weeks(as_of_day: int) -> exp.Select:
    """Write the SELECT of the weeks, counted back from a date, in which each user was active."""
    return select(_USER_WEEKS, as_of_day=as_of_day)
