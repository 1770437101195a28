"""Users with their arm and with what happened to them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from coterie.errors import PredictionError
from coterie.events.days import DAY_US
from coterie.features.as_of import AsOf
from coterie.predictions.uplift import arms
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    import datetime as dt

    from sqlglot import exp

    from coterie.predictions.uplift.arms import Arms
    from coterie.project.uplifting import Happening, UpliftSettings
    from coterie.sources.warehouse import Warehouse

_YES = {"yes": 1.0, "true": 1.0, "y": 1.0, "t": 1.0}
_NO = {"no": 0.0, "false": 0.0, "n": 0.0, "f": 0.0}


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Assigned:
    """Users with their arm and their outcome.

    Attributes:
        rows: ``user_id, arm`` (text), ``outcome`` (double; null if unknown), in order of users.
        arms: What the arms are.
        outcome: What the outcome is called.
    """

    rows: pa.Table
    arms: Arms
    outcome: str

    @property
    def users(self) -> dict[str, int]:
        """How many users each arm has, whether or not their outcome is known."""
        counted = self.rows.group_by("arm").aggregate([("user_id", "count")]).to_pylist()
        found = {row["arm"]: row["user_id_count"] for row in counted}
        return {arm: found.get(arm, 0) for arm in (*self.arms.treated, self.arms.control)}


def assigned(warehouse: Warehouse, settings: UpliftSettings, as_of: dt.date) -> Assigned:
    """Find out who was treated and what happened.

    Args:
        warehouse: Where `users` and `events` lie.
        settings: What says so.
        as_of: The date of the run; events at or after it are not seen.

    Raises:
        PredictionError: An attribute isn't there or isn't a number, nobody was treated, or the horizon is
            longer than the data.
    """
    found = arms.write(warehouse, settings, as_of)
    if isinstance(settings.outcome, str):
        rows = _attribute(warehouse, settings.outcome)
    else:
        rows = _happened(warehouse, settings.outcome, as_of)
    warehouse.drop(arms.TABLE)
    return Assigned(rows, found, called(settings))


def called(settings: UpliftSettings) -> str:
    """Say what the outcome is."""
    outcome = settings.outcome
    if isinstance(outcome, str):
        return outcome
    days = f"{outcome.kind} within {outcome.within_days} days"
    return {"any": days, "count": f"number of {days}", "value": f"value of {days}"}[outcome.of]


def _attribute(warehouse: Warehouse, name: str) -> pa.Table:
    column = arms.attribute(warehouse, name, "outcome")
    rows = warehouse.query(
        select(
            """select a.user_id as user_id, a.arm as arm, u.outcome as outcome from uplift_arms as a
            join (select user_id, :column as outcome from users) as u on u.user_id = a.user_id
            order by a.user_id""",
            column=column,
        )
    )
    return rows.set_column(2, "outcome", numbers(rows["outcome"], name))


def numbers(values: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """Turn what an attribute says of the outcome into numbers: yes is 1, no is 0.

    Raises:
        PredictionError: It says something else.
    """
    if not pa.types.is_string(values.type) and not pa.types.is_large_string(values.type):
        return values.cast(pa.float64())
    words = values.unique().to_pylist()
    of_word = {one: (_YES | _NO).get(one.strip().lower()) for one in words if one is not None}
    strange = sorted(one for one, number in of_word.items() if number is None)
    if strange:
        raise PredictionError(
            f"The outcome {name!r} must be a number, or yes and no; it has the value {strange[0]!r}. Give "
            "the attribute a `map`, or name another outcome."
        )
    ones = pa.array([word for word, number in of_word.items() if number == 1.0], pa.string())
    known = pc.is_in(values.cast(pa.string()), value_set=ones).cast(pa.int64()).cast(pa.float64())
    return pc.if_else(pc.is_valid(values), known, pa.scalar(None, pa.float64()))


def _happened(warehouse: Warehouse, outcome: Happening, as_of: dt.date) -> pa.Table:
    until = AsOf.of(as_of).us
    horizon = outcome.within_days * DAY_US
    acts = select("select user_id as who, at_us, value from events").where(arms.matching(outcome), copy=False)
    rows = warehouse.query(
        select(
            """select user_id, arm, case when complete = 1 then cast(:told as double) end as outcome from (
                select a.user_id as user_id, max(a.arm) as arm,
                       max(case when a.start_us + :horizon <= :until then 1 else 0 end) as complete,
                       count(e.who) as acts, sum(e.value) as money
                from uplift_arms as a
                left join :acts on e.who = a.user_id and e.at_us >= a.start_us
                    and e.at_us < a.start_us + :horizon
                group by a.user_id
            ) as counted order by user_id""",
            told=_told(outcome),
            horizon=horizon,
            until=until,
            acts=acts.subquery("e", copy=False),
        )
    )
    if rows.num_rows and rows["outcome"].null_count == rows.num_rows:
        raise PredictionError(
            f"The outcome looks {outcome.within_days} days ahead, and the data end before that for all of "
            f"{rows.num_rows:,} users; give fewer `within_days`, or wait."
        )
    return rows


def _told(outcome: Happening) -> exp.Expression:
    text = {"any": "case when acts > 0 then 1 else 0 end", "count": "acts", "value": "coalesce(money, 0)"}
    return sql.sql(text[outcome.of])
