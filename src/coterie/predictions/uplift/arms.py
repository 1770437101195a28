"""Who was treated and who was not, out of an attribute of users or out of events."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from sqlglot import exp

from coterie.errors import PredictionError, did_you_mean
from coterie.events.days import DAY_US
from coterie.features.as_of import AsOf, date_of
from coterie.project.uplifting import Acts
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from coterie.project.uplifting import UpliftSettings
    from coterie.sources.warehouse import Warehouse

#: The temporary table of ``user_id, arm, start_us``: from when on what users do is an outcome.
TABLE = "uplift_arms"
#: What arms are called where events say who was treated.
TREATED, CONTROL = "treated", "control"
#: Distinct values of a treatment at most.
_MOST = 50
_WITH, _WITHOUT = "uplift_treated", "uplift_others"


@dataclasses.dataclass(frozen=True, slots=True)
class Arms:
    """What the arms are.

    Attributes:
        treated: The treated arms, in order.
        control: The other arm.
        before: Features must be of what users had done before this date.
        unknown: Users whose treatment is unknown.
        both: Users who got the events of both arms, and are in neither.
    """

    treated: tuple[str, ...]
    control: str
    before: dt.date
    unknown: int = 0
    both: int = 0


def write(warehouse: Warehouse, settings: UpliftSettings, as_of: dt.date) -> Arms:
    """Make the temporary table `TABLE`, one row a user who is in an arm.

    Args:
        warehouse: Where `users` and `events` lie.
        settings: What says who was treated.
        as_of: The date of the run; events at or after it are not seen.

    Raises:
        PredictionError: The attribute isn't there, an arm has nobody, or no event says who was treated.
    """
    if isinstance(settings.treatment, str):
        return _by_attribute(warehouse, settings, settings.treatment, as_of)
    return _by_events(warehouse, settings, settings.treatment, as_of)


def attribute(warehouse: Warehouse, name: str, what: str) -> exp.Column:
    """Give the column of an attribute.

    Raises:
        PredictionError: There is no such attribute.
    """
    there = [one for one in warehouse.columns("users") if one not in ("user_id", "since_us")]
    if name not in there:
        told = did_you_mean(name, there)
        raise PredictionError(f"The {what} {name!r} is no attribute of the users. {told}")
    return sql.column(name)


def word(value: object) -> str:
    """Write a value of an attribute as people do.

    Examples:
        >>> word(1.0), word("Womens E-Mail")
        ('1', 'Womens E-Mail')
    """
    return f"{value:g}" if isinstance(value, float) else str(value)


def _by_attribute(warehouse: Warehouse, settings: UpliftSettings, name: str, as_of: dt.date) -> Arms:
    column = attribute(warehouse, name, "treatment")
    values = warehouse.query(
        select("select count(*) as users, :column as value from users group by :column", column=column)
    ).to_pylist()
    of_word = {word(row["value"]): row["value"] for row in values if row["value"] is not None}
    arms, control = compared(settings, name, of_word), str(settings.control)
    case = exp.Case()
    for one in (*arms, control):
        case = case.when(sql.sql(":column = :value", column=column, value=of_word[one]), sql.literal(one))
    began = settings.as_of or as_of
    rows = select(
        "select user_id, :arm as arm, cast(:start as bigint) as start_us from users where not :arm is null",
        arm=case,
        start=AsOf.of(began).us,
    )
    warehouse.create(TABLE, rows, temporary=True)
    unknown = sum(row["users"] for row in values if row["value"] is None)
    return Arms(arms, control, began, unknown)


def compared(settings: UpliftSettings, name: str, values: Collection[str]) -> tuple[str, ...]:
    """Name the treated arms.

    Args:
        settings: What says who was treated.
        name: The attribute that names the arm of a user.
        values: Those that it has.

    Raises:
        PredictionError: An arm has nobody, there is one alone, or there are too many.
    """
    if len(values) > _MOST:
        raise PredictionError(
            f"The treatment {name!r} has {len(values):,} values, and {_MOST} arms are the most; name an "
            "attribute that says who was treated."
        )
    control = str(settings.control)
    arms = settings.arms or tuple(sorted(one for one in values if one != control))
    for one in (*arms, control):
        if one not in values:
            told = did_you_mean(one, values)
            raise PredictionError(f"Nobody has the value {one!r} of the treatment {name!r}. {told}")
    if not arms:
        raise PredictionError(
            f"The treatment {name!r} has one arm alone, {control!r}, so there is nothing to compare it with."
        )
    return arms


def check_split(settings: UpliftSettings, arms: Collection[str]) -> None:
    """Refuse shares of other arms than those that are compared.

    Raises:
        PredictionError: One is named and not compared, or the other way round.
    """
    unknown = sorted(set(settings.split) ^ set(arms)) if settings.split else []
    if unknown:
        raise PredictionError(
            f"`split` must name the arms that are compared, {', '.join(arms)}; {unknown[0]!r} is in one of "
            "the two alone."
        )


def _by_events(warehouse: Warehouse, settings: UpliftSettings, acts: Acts, as_of: dt.date) -> Arms:
    warehouse.create(_WITH, _first(acts, as_of), temporary=True)
    first = warehouse.query(sql.sql("select min(start_us) as us from uplift_treated"))["us"][0].as_py()
    if first is None:
        raise PredictionError(
            f"There is no event of kind {acts.kind!r} as `treatment` says before {as_of}, so nobody was "
            "treated."
        )
    held_out = isinstance(settings.control, Acts)
    others = _first(settings.control, as_of) if isinstance(settings.control, Acts) else _known(first)
    warehouse.create(_WITHOUT, others, temporary=True)
    shared = "select count(*) as n from uplift_treated as t join uplift_others as o on o.user_id = t.user_id"
    both = int(warehouse.query(sql.sql(shared))["n"][0].as_py()) if held_out else 0
    in_one = select(
        """select t.user_id, :arm as arm, t.start_us from uplift_treated as t
        left join uplift_others as o on o.user_id = t.user_id where o.user_id is null or :held_out = 0""",
        arm=TREATED,
        held_out=int(held_out),
    )
    in_other = select(
        """select o.user_id, :arm as arm, o.start_us from uplift_others as o
        left join uplift_treated as t on t.user_id = o.user_id where t.user_id is null""",
        arm=CONTROL,
    )
    warehouse.create(TABLE, in_one, temporary=True)
    warehouse.append(TABLE, in_other)
    for made in (_WITH, _WITHOUT):
        warehouse.drop(made)
    return Arms((TREATED,), CONTROL, settings.as_of or date_of(first // DAY_US), both=both)


def _first(acts: Acts, as_of: dt.date) -> exp.Select:
    """Select when users first got events: ``user_id, start_us``."""
    rows = select(
        "select user_id, min(at_us) as start_us from events where at_us < :until group by user_id",
        until=AsOf.of(as_of).us,
    )
    return rows.where(matching(acts), copy=False)


def _known(first_us: int) -> exp.Select:
    """Select the users who were known before the day of the first treatment, as of its moment."""
    return select(
        """select user_id, cast(:first as bigint) as start_us from (
            select user_id from user_days where day < :day
            union select user_id from users where since_us is null or since_us < :midnight
        ) as known""",
        first=first_us,
        day=first_us // DAY_US,
        midnight=first_us // DAY_US * DAY_US,
    )


def matching(acts: Acts) -> exp.Condition:
    """Write the condition on events that `acts` names."""
    found = [
        sql.sql(":field = :wanted", field=sql.column(field), wanted=wanted)
        for field in ("kind", "item", "category", "channel")
        if (wanted := getattr(acts, field)) is not None
    ]
    if acts.property is not None:
        told = sql.sql("json_extract_string(properties, :path)", path=f"$.{acts.property}")
        found.append(sql.sql(":told = :wanted", told=told, wanted=acts.equals))
    return exp.and_(*found)
