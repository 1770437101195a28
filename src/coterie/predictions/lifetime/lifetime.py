"""What a run finds of lifetime value: who is worth what, how well that is known, and which groups are."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from coterie.errors import DataError, PredictionError
from coterie.predictions.lifetime import (
    candidates,
    checked,
    customers,
    ranking,
    scored,
    simple,
    subscriptions,
)
from coterie.predictions.lifetime.candidates import MODELS, NAIVE
from coterie.predictions.lifetime.tables import CATEGORY, EVERYONE, SCHEMAS
from coterie.shown import Shown
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlglot import exp

    from coterie.predictions.lifetime.ahead import Model
    from coterie.predictions.lifetime.candidates import Holdout, Judged
    from coterie.predictions.lifetime.customers import Customers
    from coterie.predictions.lifetime.scored import Scored, Seen
    from coterie.predictions.lifetime.simple import Simple
    from coterie.predictions.lifetime.two_stage import TwoStage
    from coterie.project.lasting import LifetimeSettings
    from coterie.sources.warehouse import Warehouse

_EPOCH = dt.date(1970, 1, 1)
_ORDER = [("value", "descending"), ("user_id", "ascending")]
_UNIT_DAYS = {"day": 1.0, "week": 7.0}
#: Days of the past below which models are not compared.
_FEWEST_DAYS = 28
_DAY_US = 86_400_000_000


@dataclasses.dataclass(frozen=True, slots=True)
class Facts:
    """How it was found.

    Attributes:
        kind: Of the events that are purchases.
        unit: The unit of time of the parameters.
        model: What foretells: a model of buying, `two_stage`, or `simple`.
        customers: How many there are.
        repeat_customers: How many of them bought again.
        horizon_days: The longest horizon, which values are told over.
        margin: The share of money that is profit.
        discount: Of money from one year to the next.
        money: Whether orders have a value.
        holdout_days: How many of the last days models were compared on; null if none were.
        expected_orders: Purchases of all customers within the horizon.
        future_value: Their expected value.
        past_value: What they have been worth.
    """

    kind: str
    unit: str
    model: str
    customers: int
    repeat_customers: int
    horizon_days: int
    margin: float
    discount: float
    money: bool
    holdout_days: int | None
    expected_orders: float
    future_value: float
    past_value: float


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Lifetime(Shown):
    """Lifetime value of the customers of a run.

    Attributes:
        as_of: The date.
        facts: How it was found.
        notes: What a reader should know, a sentence each.
        customers: One row a customer; see `coterie.predictions.lifetime.scored.table`.
        horizons: One row a customer and horizon.
        models: The candidates with their measures; see `coterie.predictions.lifetime.candidates.Judged`.
        parameters: ``model, parameter, estimate, error``.
        simple: The simple formula by ``dimension`` and ``group``; see
            `coterie.predictions.lifetime.simple.Simple`.
        ranking: What users of each group are worth; see `coterie.predictions.lifetime.ranking.ranking`.
        tracking: Of the holdout: ``date``, ``happened`` purchases so far, ``expected``, ``naive``.
        deciles: Of the holdout, customers by what was foretold: ``customers, expected, happened, naive``.
        concentration: ``share`` of customers, ``value_share``, ``past_share``.
        retention: Of subscriptions; see `coterie.predictions.lifetime.subscriptions.Subscriptions`.
        subscribers: The same: who goes on, and what they will pay.
    """

    as_of: dt.date
    facts: Facts
    notes: tuple[str, ...]
    customers: pa.Table
    horizons: pa.Table
    models: pa.Table
    parameters: pa.Table
    simple: pa.Table
    ranking: pa.Table
    tracking: pa.Table
    deciles: pa.Table
    concentration: pa.Table
    retention: pa.Table
    subscribers: pa.Table

    def caption(self) -> str:
        """Say how many customers are worth how much."""
        facts = self.facts
        return (
            f"{facts.customers:,} customers as of {self.as_of}: worth {facts.past_value:,.0f} so far, and "
            f"{facts.future_value:,.0f} more within {facts.horizon_days} days ({facts.model})."
        )

    def to_arrow(self) -> pa.Table:
        """Return one row a customer, the most valuable first."""
        return self.customers


def find(
    warehouse: Warehouse,
    settings: LifetimeSettings,
    as_of: dt.date,
    groups: Mapping[str, exp.Select] | None = None,
    two_stage: Callable[[Customers], TwoStage] | None = None,
) -> Lifetime:
    """Find what customers are worth.

    Args:
        warehouse: Where `events` and `users` are.
        settings: What is asked for.
        as_of: The date.
        groups: By what buyers are told apart, each as a SELECT of ``user_id, value``.
        two_stage: Learns the two-stage model of the customers, where that is asked for.

    Raises:
        PredictionError: There is no event of the kind that purchases are of.
    """
    day, unit = (as_of - _EPOCH).days, _UNIT_DAYS[settings.unit]
    everyone = customers.read(warehouse, settings.kind, day, unit)
    if not len(everyone):
        raise PredictionError(
            f"There is no event of kind {settings.kind!r} before {as_of}, so nobody has a lifetime value; "
            "name the kind of a purchase in `lifetime.kind`."
        )
    notes = list(_notes(warehouse, everyone, settings.kind, day))
    holdout, days = _holdout(warehouse, settings, everyone, day, notes)
    name, model = _chosen(settings, holdout, everyone, notes)
    learnt = _learnt(two_stage, everyone, notes) if settings.model == "two_stage" else None
    name = "two_stage" if learnt else name
    before = _before(holdout, days)
    found = learnt.scored if learnt else scored.scored(model, everyone, settings, unit, before)
    rows = scored.table(found, everyone, settings, unit)
    last = found.horizons[-1]
    retention, subscribers = _subscribed(warehouse, settings, day, notes)
    return Lifetime(
        as_of=as_of,
        facts=Facts(
            settings.kind, settings.unit, name, len(everyone), int((everyone.repeats > 0).sum()), last.days,
            settings.margin, settings.discount, everyone.priced, days, float(last.orders.sum()),
            float(last.value.sum()), float(everyone.net.sum()) * settings.margin,
        ),
        notes=tuple(notes),
        customers=rows.cast(SCHEMAS["customers"]).sort_by(_ORDER),
        horizons=scored.by_horizon(found, everyone).cast(SCHEMAS["horizons"]),
        models=_models(learnt.judged if learnt else holdout.judged if holdout else ()),
        parameters=_parameters(name, model, found),
        simple=_simple(warehouse, settings, day, groups or {}),
        ranking=ranking.ranking(warehouse, rows, groups or {}),
        tracking=checked.tracking(warehouse, settings.kind, holdout, day, unit),
        deciles=checked.deciles(holdout, name),
        concentration=_concentration(rows),
        retention=retention,
        subscribers=subscribers,
    )  # fmt: skip


def _notes(warehouse: Warehouse, everyone: Customers, kind: str, day: int) -> Iterator[str]:
    refunded, spent = float(everyone.refunded.sum()), float(everyone.spend.sum())
    if not everyone.priced:
        yield "No order has a value, so only the number of orders is foretold, and money is 0 throughout."
    if refunded:
        yield f"Refunds of {refunded:,.2f} are taken off what was spent ({spent:,.2f})."
    below = int((everyone.net < 0).sum())
    if below:
        yield (
            f"{below:,} of {len(everyone):,} customers sent back more than they bought: their worth so far "
            "is negative, and no money is expected of them."
        )
    before = select(
        """select count(*) as n from users as u
        join (select user_id from events where kind = :kind and at_us < :until_us group by user_id) as e
            on e.user_id = u.user_id
        where u.since_us < (select min(at_us) from events)""",
        kind=kind,
        until_us=day * _DAY_US,
    )
    count = int(warehouse.query(before).column("n")[0].as_py()) if warehouse.columns("users") else 0
    if count:
        yield (
            f"{count:,} of {len(everyone):,} customers signed up before the first event that there is: what "
            "they bought before is unknown, so they seem newer than they are."
        )


def _holdout(
    warehouse: Warehouse, settings: LifetimeSettings, everyone: Customers, day: int, notes: list[str]
) -> tuple[Holdout | None, int | None]:
    """Compare models on the last days, as the customers before them are foretold."""
    unit = _UNIT_DAYS[settings.unit]
    span = round(float(everyone.until.max()) * unit)
    days = settings.holdout_days or span // 3
    if span < _FEWEST_DAYS or days >= span:
        notes.append(
            f"There are orders of {span + 1} days, too few to compare models on the last {days or 1} of them."
        )
        return None, None
    known = customers.read(warehouse, settings.kind, day - days, unit, day)
    names = [settings.model] if settings.model in MODELS else list(MODELS)
    if settings.model in ("simple", "two_stage"):
        names = []
    elif settings.model == "auto" and len(known.alike().repeats) > candidates.MOST_FOR_PARETO:
        names.remove("pareto_nbd")
        notes.append("Pareto/NBD was left out, as it takes long with so many customers; name it to have it.")
    return candidates.judge(known, days / unit, names), days


def _before(holdout: Holdout | None, days: int | None) -> Seen | None:
    """Tell how far money in proportion to the past was from what came in the holdout."""
    if holdout is None or days is None or not len(holdout.customers):
        return None
    return scored.seen(holdout.money[NAIVE], holdout.customers.later_spend, days)


def _chosen(
    settings: LifetimeSettings, holdout: Holdout | None, everyone: Customers, notes: list[str]
) -> tuple[str, Model | None]:
    """Fit the model that did best, or the one that is named; say it where none can be fitted."""
    if settings.model in ("simple", "two_stage"):
        return "simple", None
    name = settings.model if settings.model in MODELS else holdout.best if holdout else "bg_nbd"
    if holdout is not None:
        notes.extend(f"{one.model}: {one.why_not}" for one in holdout.judged if one.why_not)
    if name is None:
        notes.append("No model of buying fits, so customers are told by the simple formula alone.")
        return "simple", None
    try:
        return name, candidates.fitted(name, everyone.alike())
    except DataError as error:
        notes.append(f"{error} Customers are told by the simple formula alone.")
        return "simple", None


def _subscribed(
    warehouse: Warehouse, settings: LifetimeSettings, day: int, notes: list[str]
) -> tuple[pa.Table, pa.Table]:
    none = SCHEMAS["retention"].empty_table(), SCHEMAS["subscribers"].empty_table()
    if settings.subscriptions is None:
        return none
    try:
        found = subscriptions.subscriptions(
            warehouse, settings.subscriptions, day, margin=settings.margin, discount=settings.discount
        )
    except DataError as error:
        notes.append(f"Subscriptions: {error}")
        return none
    notes.append(
        f"Of {found.subscribers:,} subscriptions {found.there:,} go on. A subscriber's chance to leave "
        f"follows a beta distribution of {found.renewal.a:.3f} and {found.renewal.b:.3f}."
    )
    return found.retention.cast(SCHEMAS["retention"]), found.worth.cast(SCHEMAS["subscribers"])


def _learnt(
    two_stage: Callable[[Customers], TwoStage] | None, everyone: Customers, notes: list[str]
) -> TwoStage | None:
    """Learn the two-stage model, or say why it can't be."""
    if two_stage is None:
        notes.append("The two-stage model is learnt from features, which a run has; past money goes on.")
        return None
    try:
        found = two_stage(everyone)
    except PredictionError as error:
        notes.append(f"{error} Customers are told by the simple formula alone.")
        return None
    notes.append(found.note)
    return found


def _models(judged: Sequence[Judged]) -> pa.Table:
    rows = [_without_nan(dataclasses.asdict(one)) for one in judged]
    return pa.Table.from_pylist(rows, schema=SCHEMAS["models"])


def _without_nan(row: dict[str, Any]) -> dict[str, Any]:
    """Say nothing where there is no number."""
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()
    }


def _parameters(name: str, model: Model | None, found: Scored) -> pa.Table:
    rows = []
    for called, fitted in ((name, model), ("gamma_gamma", found.spend)):
        if fitted is None:
            continue
        names = [
            field.name for field in dataclasses.fields(fitted) if len(field.name) == 1 or field.name in _GREEK
        ]
        rows += [
            _without_nan({"model": called, "parameter": each, "estimate": estimate, "error": error})
            for each, estimate, error in zip(
                names, fitted.optimum.parameters, fitted.optimum.errors, strict=True
            )
        ]
    return pa.Table.from_pylist(rows, schema=SCHEMAS["parameters"])


_GREEK = ("alpha", "beta")


def _simple(
    warehouse: Warehouse, settings: LifetimeSettings, day: int, groups: Mapping[str, exp.Select]
) -> pa.Table:
    """Work the simple formula out for everyone, for each group of users and for each category of orders."""
    all_buyers = simple.buyers(settings.kind, day, sql.literal(EVERYONE))
    found: dict[str, tuple[Simple, ...]] = {EVERYONE: simple.simple(warehouse, all_buyers, settings.margin)}
    for name, users in groups.items():
        rows = select(
            """select grouped.value, buyers.orders, buyers.money, buyers.months
            from :buyers join :grouped on grouped.user_id = buyers.user_id""",
            buyers=all_buyers.subquery("buyers"),
            grouped=users.subquery("grouped"),
        )
        found[name] = simple.simple(warehouse, rows, settings.margin)
    of_categories = simple.buyers(settings.kind, day, sql.column(CATEGORY))
    told = simple.simple(warehouse, of_categories, settings.margin)
    if any(one.value for one in told):
        found[CATEGORY] = tuple(one for one in told if one.value)
    written = [
        {**dataclasses.asdict(one), "dimension": name, "group": one.value}
        for name, ones in found.items()
        for one in ones
    ]
    return pa.Table.from_pylist(written, schema=SCHEMAS["simple"])


def _concentration(rows: pa.Table) -> pa.Table:
    values, past = (scored.concentration(rows.column(name).to_numpy()) for name in ("value", "past_value"))
    return values.append_column("past_share", past.column("value_share"))
