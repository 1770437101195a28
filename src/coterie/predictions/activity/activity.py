"""What a run finds of activity: states, moves, forecast, and who goes quiet."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.errors import PredictionError
from coterie.predictions.activity import forecast, history, moves, quiet, states
from coterie.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from coterie.predictions.activity.forecast import Checked, Foretold
    from coterie.predictions.activity.history import History
    from coterie.predictions.activity.moves import Move, Shift
    from coterie.predictions.activity.quiet import Quiet
    from coterie.predictions.activity.rhythm import Floats
    from coterie.predictions.evaluation.calibration import Bin
    from coterie.project.lasting import ActivitySettings
    from coterie.sources.warehouse import Warehouse

_EPOCH = dt.date(1970, 1, 1)

#: The columns of the tables of `Activity`.
SCHEMAS = {
    "weeks": pa.schema([("date", pa.date32()), ("state", pa.string()), ("users", pa.int64())]),
    "arrived": pa.schema([("date", pa.date32()), ("users", pa.int64())]),
    "moves": pa.schema(
        [("state", pa.string()), ("next_state", pa.string()), ("users", pa.int64())]
        + [(name, pa.float64()) for name in ("share", "low", "high")]
    ),
    "shifts": pa.schema(
        [("state", pa.string())] + [(name, pa.float64()) for name in ("before", "lately", "chance")]
    ),
    "forecast": pa.schema(
        [("date", pa.date32()), ("state", pa.string())]
        + [(name, pa.float64()) for name in ("users", "low", "high", "arrivals")]
    ),
    "checks": pa.schema(
        [("made", pa.date32()), ("date", pa.date32()), ("state", pa.string()), ("happened", pa.int64())]
        + [(name, pa.float64()) for name in ("users", "low", "high")]
        + [("naive", pa.int64())]
    ),
    "at_risk": pa.schema(
        [("user_id", pa.string())]
        + [(name, pa.float64()) for name in ("going_quiet", "low", "high")]
        + [("reasons", pa.string())]
        + [(name, pa.float64()) for name in ("silence_days", "usual_rest_days", "days_lately", "days_usual")]
        + [(name, pa.float64()) for name in ("active_weeks", "age_weeks")]
    ),
    "calibration": pa.schema(
        [("users", pa.int64())] + [(name, pa.float64()) for name in ("predicted", "happened", "low", "high")]
    ),
}
#: A reason adds at least this to the log-odds.
_TELLING = 0.05
_MOST_REASONS = 2


@dataclasses.dataclass(frozen=True, slots=True)
class Facts:
    """Numbers about how it was found.

    Attributes:
        window_weeks: How many weeks tell frequent users, infrequent ones and dormant ones.
        frequent_weeks: Frequent: active in at least so many of them.
        new_weeks: New: first seen within so many weeks.
        dead_weeks: Dead: without an event for so many weeks.
        moves: From how many weeks the moves between states were learnt.
        arrival_weeks: How many of the last weeks' arrivals go on in the forecast.
        widened: By how much intervals of the forecast were widened after the checks; 1 is not at all.
        quiet_weeks: Going quiet: no event in so many weeks.
        learnt_from: Frequent users of past dates that going quiet was learnt from.
        went_quiet: How many of them went quiet.
        brier: Mean squared error of the probabilities on the date left out; null where none could be.
        brier_of_rate: The same of foretelling everyone the rate of the dates before.
        brier_of_silence: The same of going by days of silence alone.
        mean_predicted: Foretold on that date, on average.
        mean_happened: The share who went quiet after it.
        note: Why there are no probabilities of going quiet; empty if there are.
    """

    window_weeks: int
    frequent_weeks: int
    new_weeks: int
    dead_weeks: int
    moves: int
    arrival_weeks: int
    widened: float
    quiet_weeks: int
    learnt_from: int
    went_quiet: int
    brier: float | None
    brier_of_rate: float | None
    brier_of_silence: float | None
    mean_predicted: float | None
    mean_happened: float | None
    note: str


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Activity(Shown):
    """The states of the users of a run.

    Attributes:
        as_of: The date.
        weeks: How many users were in each state: ``date``, ``state``, ``users``, oldest first, `as_of` last.
        arrived: How many users were first seen in the week before each ``date``: ``users``.
        moves: From state to state in a week; see `coterie.predictions.activity.moves.Move`.
        shifts: Whether that changes; see `coterie.predictions.activity.moves.Shift`.
        forecast: ``date, state, users, low, high, arrivals``.
        checks: Past forecasts: ``made, date, state, happened, users, low, high, naive``.
        at_risk: Frequent users: ``user_id, going_quiet, low, high, reasons, silence_days, usual_rest_days,
            days_lately, days_usual, active_weeks, age_weeks``, the most likely to go quiet first.
        calibration: Of going quiet, in bins: ``users, predicted, happened, low, high``.
        facts: How it was found.
    """

    as_of: dt.date
    weeks: pa.Table
    arrived: pa.Table
    moves: pa.Table
    shifts: pa.Table
    forecast: pa.Table
    checks: pa.Table
    at_risk: pa.Table
    calibration: pa.Table
    facts: Facts

    def now(self) -> dict[str, int]:
        """Count the users in each state as of the date."""
        rows = self.weeks.to_pylist()
        return {row["state"]: row["users"] for row in rows if row["date"] == self.as_of}

    def caption(self) -> str:
        """Say how many users are in each state."""
        told = ", ".join(f"{users:,} {state}" for state, users in self.now().items())
        return f"Users as of {self.as_of}: {told}."

    def to_arrow(self) -> pa.Table:
        """Return one row a state: users now, and expected at the end of the forecast with the interval."""
        last = max(self.forecast.column("date").to_pylist())
        rows = [row for row in self.forecast.to_pylist() if row["date"] == last]
        now = self.now()
        return pa.table({
            "state": [row["state"] for row in rows],
            "users": [now[row["state"]] for row in rows],
            "expected": [row["users"] for row in rows],
            "low": [row["low"] for row in rows],
            "high": [row["high"] for row in rows],
        })  # fmt: skip


def find(warehouse: Warehouse, settings: ActivitySettings, as_of: dt.date) -> Activity:
    """Find the states of users, and what will become of them.

    Args:
        warehouse: Where `user_days` is.
        settings: What the states mean.
        as_of: The date.

    Raises:
        PredictionError: There are events of too few weeks; it says how many and how many it takes.
    """
    day = (as_of - _EPOCH).days
    past = history.read(warehouse, settings, day)
    if past is None or past.moves < forecast.FEWEST:
        there = 0 if past is None else past.moves
        raise PredictionError(
            f"Activity states as of {as_of} need {settings.new_weeks + forecast.FEWEST + 1} weeks of events, "
            f"{settings.new_weeks} in which everyone seems new and {forecast.FEWEST} to learn from (here: "
            f"{there}); wait, or give fewer `new_weeks`."
        )
    foretold = forecast.forecast(past, settings.forecast_weeks, settings.seed)
    silent = quiet.quiet(warehouse, settings, past, day)
    return Activity(
        as_of=as_of,
        weeks=_weeks(past, as_of),
        arrived=_arrived(past, as_of),
        moves=_table(moves.moves(past, settings.seed), "moves"),
        shifts=_table(moves.shifts(past), "shifts"),
        forecast=_forecast(foretold.weeks, as_of),
        checks=_checks(foretold.checks, as_of),
        at_risk=_at_risk(silent),
        calibration=_table(silent.checked.bins if silent.checked else (), "calibration"),
        facts=_facts(past, foretold.widened, settings, silent),
    )


def _table(rows: Iterable[Move | Shift | Bin], field: str) -> pa.Table:
    return pa.Table.from_pylist([dataclasses.asdict(row) for row in rows], schema=SCHEMAS[field])


def _weeks(past: History, as_of: dt.date) -> pa.Table:
    rows = [
        {"date": as_of - dt.timedelta(weeks=week), "state": state, "users": int(users)}
        for week, counts in reversed(list(enumerate(past.in_states())))
        for state, users in zip(states.STATES, counts, strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMAS["weeks"])


def _arrived(past: History, as_of: dt.date) -> pa.Table:
    rows = [
        {"date": as_of - dt.timedelta(weeks=week), "users": int(users)}
        for week, users in reversed(list(enumerate(past.arrived)))
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMAS["arrived"])


def _forecast(weeks: Sequence[Foretold], as_of: dt.date) -> pa.Table:
    rows = [{**dataclasses.asdict(one), "date": as_of + dt.timedelta(weeks=one.week)} for one in weeks]
    return pa.Table.from_pylist(rows, schema=SCHEMAS["forecast"])


def _checks(checks: Sequence[Checked], as_of: dt.date) -> pa.Table:
    rows = [
        {
            **dataclasses.asdict(one),
            "made": as_of - dt.timedelta(weeks=one.origin),
            "date": as_of - dt.timedelta(weeks=one.origin - one.week),
        }
        for one in checks
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMAS["checks"])


def _at_risk(found: Quiet) -> pa.Table:
    rhythms = found.rhythms
    table = pa.table(
        {
            "user_id": rhythms.users,
            "going_quiet": pa.array(found.probability, from_pandas=True),
            "low": pa.array(found.low, from_pandas=True),
            "high": pa.array(found.high, from_pandas=True),
            "reasons": pa.array([_reasons(row) for row in found.reasons], pa.string()),
            "silence_days": rhythms.silence,
            "usual_rest_days": rhythms.usual_rest,
            "days_lately": rhythms.days_lately,
            "days_usual": rhythms.days_usual,
            "active_weeks": rhythms.active_weeks,
            "age_weeks": rhythms.age_weeks,
        },
        schema=SCHEMAS["at_risk"],
    )
    return table.sort_by([("going_quiet", "descending"), ("user_id", "ascending")])


def _reasons(parts: Floats) -> str:
    """Name the signs that add most, the strongest first."""
    order = np.argsort(-parts, kind="stable")[:_MOST_REASONS]
    return ",".join(quiet.SIGNS[at] for at in order if parts[at] >= _TELLING)


def _facts(past: History, widened: float, settings: ActivitySettings, found: Quiet) -> Facts:
    checked, alone = found.checked, found.of_silence
    return Facts(
        window_weeks=settings.window_weeks,
        frequent_weeks=settings.frequent_weeks,
        new_weeks=settings.new_weeks,
        dead_weeks=settings.dead_weeks,
        moves=past.moves,
        arrival_weeks=min(forecast.ARRIVALS, past.moves + 1),
        widened=widened,
        quiet_weeks=settings.quiet_weeks,
        learnt_from=found.learnt_from,
        went_quiet=found.went_quiet,
        brier=checked.brier if checked else None,
        brier_of_rate=found.brier_of_rate,
        brier_of_silence=alone.brier if alone else None,
        mean_predicted=checked.mean_predicted if checked else None,
        mean_happened=checked.mean_happened if checked else None,
        note=found.note,
    )
