"""How many users go from one kind of event to the next: a funnel, with the time between steps.

A user reaches step n if their events hold steps 1 to n one after the other (others may come between) within
the window, counted from the first; any beginning counts, not only a user's first. With `strict: false` the
steps may come in any order, as long as all of them lie within one window.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, cast

import pyarrow as pa
from sqlglot import exp

from coterie.events.days import DAY_US
from coterie.growth import people as everyone
from coterie.intervals import wilson
from coterie.shown import Shown
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coterie.growth.people import People
    from coterie.project.growing import FunnelSettings
    from coterie.sources.warehouse import Warehouse

#: The usual way to an order; what of it the data has is the funnel of those who name none.
USUAL = ("view", "click", "cart", "checkout", "order")
#: Where users reached each step first, for the time of the questions.
TABLE = "growth_reached"

_ACTS = "select user_id, at_us, :step as step from events where at_us < :until and kind in :kinds"
#: What came last before (or at) each act: sums over a window that every engine has.
_LATEST = """
    max(:what) over (
        partition by user_id order by at_us, step rows between unbounded preceding and current row
    )
"""
#: Each user's first time at each step: how long it took since the step before, and since the beginning.
_FIRST = """
    select user_id, step, waited, taken, begun
    from (
        select user_id, step, at_us - before_us as waited, at_us - began_us as taken, begun,
            row_number() over (partition by user_id, step order by at_us, began_us desc) as place
        from (select user_id, at_us, step, :before as before_us, :began as began_us,
                max(case when step = 1 then at_us end) over (partition by user_id) as begun
            from :acts) as reached
        where not began_us is null
    ) as placed
    where place = 1
"""
_ANY = """
    select user_id, n.step, cast(null as bigint) as waited, cast(null as bigint) as taken, begun
    from (select user_id, max(:reached) as furthest, max(case when step = 1 then at_us end) as begun
        from :acts group by user_id) as counted
    join :steps on n.step <= counted.furthest
"""
_STEPS = """
    select told, step, count(*) as users,
        sum(case when waited_place in ((waits + 1) // 2, (waits + 2) // 2) then waited end) as waited,
        count(case when waited_place in ((waits + 1) // 2, (waits + 2) // 2) then waited end) as middle,
        sum(case when taken_place in ((waits + 1) // 2, (waits + 2) // 2) then taken end) as taken
    from (
        select told, step, waited, taken,
            row_number() over (partition by told, step order by waited) as waited_place,
            row_number() over (partition by told, step order by taken) as taken_place,
            count(waited) over (partition by told, step) as waits
        from (select :group as told, r.step, r.waited, r.taken
            from :reached as r join :people as p on p.user_id = r.user_id) as grouped
    ) as ranked
    group by told, step
"""
_OPEN = """
    select told, count(*) as users
    from (select told, user_id, max(step) as furthest, max(begun) as begun
        from (select :group as told, r.user_id, r.step, r.begun
            from :reached as r join :people as p on p.user_id = r.user_id) as grouped
        group by told, user_id) as users_of
    where furthest < :last and begun > :until - :window
    group by told
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """How many users reached a step.

    Attributes:
        step: From 1.
        kind: Of the events.
        users: Who reached it.
        of_first: Among those who began, from 0 to 1; with `of_first_low` and `of_first_high` (Wilson, 95 %).
        of_first_low: It is likely at least this.
        of_first_high: It is likely at most this.
        of_previous: Among those who reached the step before, from 0 to 1; with its interval.
        of_previous_low: It is likely at least this.
        of_previous_high: It is likely at most this.
        waited_seconds: Median time since the step before, of users' first time here; None for the first step
            and where order does not matter.
        taken_seconds: Median time since the first step.
    """

    step: int
    kind: str
    users: int
    of_first: float
    of_first_low: float
    of_first_high: float
    of_previous: float
    of_previous_low: float
    of_previous_high: float
    waited_seconds: float | None
    taken_seconds: float | None


@dataclasses.dataclass(frozen=True, slots=True)
class Path:
    """The funnel of some users.

    Attributes:
        dimension: What users are told apart by; ``all`` for everyone.
        value: Such as a segment.
        steps: In order.
        still_open: Users short of the last step whose window is not over yet.
    """

    dimension: str
    value: str
    steps: tuple[Step, ...]
    still_open: int


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Funnel(Shown):
    """Who goes from step to step.

    Attributes:
        kinds: The steps.
        window_days: From the first to the last.
        strict: Whether steps must come one after the other.
        paths: Everyone, then each value of each dimension of users.
    """

    kinds: tuple[str, ...]
    window_days: int
    strict: bool
    paths: tuple[Path, ...]

    def caption(self) -> str:
        """Say what is counted."""
        order = "one after the other" if self.strict else "in any order"
        return f"Users who {', '.join(self.kinds)} {order} within {self.window_days} days"

    def to_arrow(self) -> pa.Table:
        """Return one row a value and step."""
        return pa.Table.from_pylist([
            {"dimension": path.dimension, "value": path.value, **dataclasses.asdict(step)}
            for path in self.paths
            for step in path.steps
        ])  # fmt: skip


def steps_of(warehouse: Warehouse, people: People, settings: FunnelSettings) -> tuple[tuple[str, ...], str]:
    """Choose the steps: those of the settings, or what the data has of `USUAL`.

    Returns:
        The steps, and why there is no funnel; empty if there is one.
    """
    found = warehouse.query(
        sql.sql(
            "select kind from events where at_us < :until group by kind order by kind", until=people.at.us
        )
    )
    kinds = found.column("kind").to_pylist()
    if settings.steps is None:
        steps = tuple(kind for kind in USUAL if kind in kinds)
        told = ", ".join(map(repr, steps)) if steps else "none"
        why = f"of {', '.join(USUAL)} the events have {told}; name the steps with growth.funnel"
        return steps, why if len(steps) < 2 else ""  # noqa: PLR2004
    missing = [step for step in settings.steps if step not in kinds]
    if missing:
        return settings.steps, f"no event is of kind {', '.join(map(repr, missing))}"
    return settings.steps, ""


def funnel(warehouse: Warehouse, people: People, steps: Sequence[str], settings: FunnelSettings) -> Funnel:
    """Count who reaches each step, everyone and by what users are told apart by.

    Args:
        warehouse: Where `events` and the tables of `people` are.
        people: Everyone, with what they are told apart by.
        steps: Kinds of events, at least two.
        settings: The window, and whether order matters.
    """
    window = settings.window_days * DAY_US
    statement = reached if settings.strict else reached_in_any_order
    warehouse.create(TABLE, statement(people, steps, window), temporary=True)
    try:
        paths = _paths(warehouse, people, "all", sql.literal("all"), steps, window)
        for one in people.dimensions:
            paths += _paths(warehouse, people, one.name, sql.column(one.column, "p"), steps, window)
    finally:
        warehouse.drop(TABLE)
    return Funnel(tuple(steps), settings.window_days, settings.strict, tuple(paths))


def reached(people: People, steps: Sequence[str], window: int) -> exp.Select:
    """Write the SELECT of users' first time at each step, steps being one after the other.

    Among the beginnings that lead to an act, the latest is kept: if that one is too long ago, all are.
    """
    acts = _acts(people, steps)
    began, before = [_step_at(1)], [_step_at(1)]
    for step in range(2, len(steps) + 1):
        valid = sql.column(f"began_{step - 1}") if step > 2 else _step_at(1)  # noqa: PLR2004
        at = sql.sql("case when not :valid is null then at_us end", valid=valid)
        latest = [sql.sql(_LATEST, what=what) for what in (valid, at)]
        acts = select("select *, :began as b, :at as a from :acts", began=latest[0], at=latest[1],
            acts=acts.subquery(f"acts_{step}", copy=False))  # fmt: skip
        in_time = sql.sql("step = :step and b >= at_us - :window", step=step, window=window)
        chosen = [
            sql.named(
                sql.sql("case when :in_time then :what end", in_time=in_time, what=sql.column(what)), name
            )
            for what, name in (("b", f"began_{step}"), ("a", f"before_{step}"))
        ]
        kept = [sql.column(name) for name in ("user_id", "at_us", "step")]
        kept += [sql.column(f"{what}_{n}") for n in range(2, step) for what in ("began", "before")]
        acts = sql.select(*kept, *chosen).from_(acts.subquery(f"latest_{step}", copy=False), copy=False)
        began.append(sql.column(f"began_{step}"))
        before.append(sql.column(f"before_{step}"))
    return select(
        _FIRST,
        began=exp.Coalesce(this=began[0], expressions=began[1:]),
        before=exp.Coalesce(this=before[0], expressions=before[1:]),
        acts=acts.subquery("chained", copy=False),
    )


def reached_in_any_order(people: People, steps: Sequence[str], window: int) -> exp.Select:
    """Write the SELECT of the steps that users reached in any order within one window."""
    acts = _acts(people, steps)
    seen = [
        sql.named(sql.sql(_LATEST, what=_step_at(step)), f"seen_{step}") for step in range(1, len(steps) + 1)
    ]
    acts = select("select * from :acts", acts=acts.subquery("acts", copy=False)).select(*seen, copy=False)
    furthest: exp.Expression = sql.literal(0)
    for step in range(len(steps), 0, -1):
        tests = [
            sql.sql(":seen >= at_us - :window", seen=sql.column(f"seen_{n}"), window=window)
            for n in range(1, step + 1)
        ]
        furthest = _unless(furthest, cast("exp.Expression", exp.and_(*tests)), step)
    numbers = exp.union(
        *(sql.select(sql.named(sql.literal(n), "step")) for n in range(1, len(steps) + 1)),
        distinct=False,
        copy=False,
    )
    return select(
        _ANY,
        reached=furthest,
        acts=acts.subquery("seen", copy=False),
        steps=numbers.subquery("n", copy=False),
    )


def _unless(better: exp.Expression, test: exp.Expression, step: int) -> exp.Expression:
    return sql.sql(
        "case when :better >= :step then :better when :test then :step else 0 end",
        better=better,
        test=test,
        step=step,
    )


def _acts(people: People, steps: Sequence[str]) -> exp.Select:
    place: exp.Expression = sql.literal(None)
    for at, kind in reversed(list(enumerate(steps, start=1))):
        test = sql.sql("kind = :kind", kind=kind)
        place = sql.sql("case when :test then :at else :place end", test=test, at=at, place=place)
    return select(_ACTS, step=place, until=people.at.us, kinds=list(steps))


def _step_at(step: int) -> exp.Expression:
    return sql.sql("case when step = :step then at_us end", step=step)


def _paths(
    warehouse: Warehouse,
    people: People,
    name: str,
    group: exp.Expression,
    kinds: Sequence[str],
    window: int,
) -> list[Path]:
    tables = {"reached": sql.table(TABLE), "people": sql.table(everyone.TABLE)}
    rows = warehouse.query(select(_STEPS, group=group, **tables)).to_pylist()
    waiting = select(_OPEN, group=group, last=len(kinds), until=people.at.us, window=window, **tables)
    still = {row["told"]: int(row["users"]) for row in warehouse.query(waiting).to_pylist()}
    found: dict[str, dict[int, Mapping[str, int]]] = {}
    for row in rows:
        found.setdefault(row["told"], {})[int(row["step"])] = row
    order = sorted(found, key=lambda value: (-int(found[value][1]["users"]), value))
    return [Path(name, str(value), _steps(found[value], kinds), still.get(value, 0)) for value in order]


def _steps(rows: Mapping[int, Mapping[str, int]], kinds: Sequence[str]) -> tuple[Step, ...]:
    users = [int(rows[at]["users"]) if at in rows else 0 for at in range(1, len(kinds) + 1)]
    found = []
    for at, kind in enumerate(kinds):
        previous = users[max(at - 1, 0)]
        found.append(
            Step(
                at + 1,
                kind,
                users[at],
                users[at] / users[0],
                *wilson(users[at], users[0]),
                users[at] / previous if previous else 0.0,
                *wilson(users[at], previous),
                *(_median(rows.get(at + 1), what) if at else None for what in ("waited", "taken")),
            )
        )
    return tuple(found)


def _median(row: Mapping[str, int] | None, what: str) -> float | None:
    """The mean of the one or two middle waits, in seconds."""
    if row is None or not row["middle"] or row[what] is None:
        return None
    return int(row[what]) / int(row["middle"]) / 1e6
