"""Why a user is in a segment, with the events behind it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie import profiles, runs
from coterie.errors import DataError, UsageError
from coterie.predictions import fitted
from coterie.predictions.foretold import Foretold
from coterie.predictions.reasons import Reasons, reasons
from coterie.segments import within
from coterie.segments.explaining import explain
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.features.feature import Feature, FeatureTable
    from coterie.profiles import Named
    from coterie.segments.explaining.explain import Explanation
    from coterie.sources.warehouse import Warehouse

#: Events of a user that are shown, the latest first.
SHOWN = 10

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

_KINDS = """
select kind, count(*) as events, min(at_us) as first_us, max(at_us) as last_us
from events where user_id = :user and at_us < :until group by kind order by events desc, kind
"""
_LATEST = """
select at_us, kind, item, category, value, channel, query, source, unit, row_number
from events where user_id = :user and at_us < :until order by at_us desc, kind, item limit :most
"""
_SCORE = "select score, low, high from predictions where prediction = :prediction and user_id = :user"

#: Users with whom one is compared to say why a score is what it is.
_TYPICAL = 5_000


@dataclasses.dataclass(frozen=True, slots=True)
class ForetoldOfOne:
    """What one prediction foretells a user.

    Attributes:
        foretold: The prediction.
        score: A probability, a count or money.
        low: Lower end of the interval that holds nine of ten users; null for probabilities.
        high: Upper end.
        reasons: Why it is what it is.
    """

    foretold: Foretold
    score: float
    low: float | None
    high: float | None
    reasons: Reasons


@dataclasses.dataclass(frozen=True, slots=True)
class Explained:
    """What is known of how a user came to be where they are.

    Attributes:
        user_id: The user.
        as_of: Events at or after this date were not seen.
        features: What the explanations speak of.
        explanations: For each segmentation, why.
        elsewhere: Segmentations within a segment that the user is not in.
        foretold: For each prediction about the user what is foretold, and by which features.
        not_foretold: Predictions that are not about the user: they do not belong, or are too new.
        kinds: For each kind of event: ``kind``, ``events``, ``first`` and ``last`` (UTC).
        latest: The latest events (at most `SHOWN`): ``at`` (UTC), ``kind``, ``item``, ..., and where they
            came from.
    """

    user_id: str
    as_of: dt.date
    features: tuple[Feature, ...]
    explanations: tuple[tuple[Named, Explanation], ...]
    kinds: tuple[dict[str, Any], ...]
    latest: tuple[dict[str, Any], ...]
    elsewhere: tuple[Named, ...] = ()
    foretold: tuple[ForetoldOfOne, ...] = ()
    not_foretold: tuple[Foretold, ...] = ()


def explain_user(warehouse: Warehouse, user_id: str, segmentation: str | None = None) -> Explained:
    """Explain the segments of a user as of the last run.

    Args:
        warehouse: Where the last run is.
        user_id: The user.
        segmentation: Only this one; default: all.

    Raises:
        UsageError: There is no such user or segmentation.
    """
    last = runs.last(warehouse)
    if last is None:
        raise DataError(f"There are no results in {warehouse.url} yet; make them with `coterie run`.")
    every = profiles.read_segmentations(warehouse)
    chosen = profiles.only(every, segmentation)
    table = profiles.read_user(warehouse, last["as_of"], user_id)
    if not len(table):
        raise UsageError(_no_such_user(warehouse, user_id))
    others = [one.segmentation for one in every]
    about = [
        one for one in chosen if within.assigned(one.segmentation, others, table.rows)[0] != within.NOBODYS
    ]
    told = [one for one in fitted.read(warehouse) if isinstance(one, Foretold)]
    foretold = tuple(_foretold(warehouse, one, table) for one in told)
    until = (last["as_of"] - _EPOCH.date()).days * 86_400_000_000
    return Explained(
        user_id,
        last["as_of"],
        table.features,
        tuple((named, explain.explain(named.segmentation, table, user_id)) for named in about),
        _rows(warehouse, _KINDS, user=user_id, until=until),
        _rows(warehouse, _LATEST, user=user_id, until=until, most=SHOWN),
        tuple(one for one in chosen if one not in about),
        tuple(one for one in foretold if one is not None),
        tuple(one for one, of_user in zip(told, foretold, strict=True) if of_user is None),
    )


def _foretold(warehouse: Warehouse, one: Foretold, table: FeatureTable) -> ForetoldOfOne | None:
    """Find what is foretold of the one user of a table; nothing of one who does not belong, or is too new."""
    user = table.rows["user_id"][0].as_py()
    found = warehouse.query(sql.sql(_SCORE, prediction=one.name, user=user)).to_pylist()
    if not found:
        return None
    (row,) = found
    columns = [sql.column("user_id"), *(sql.column(name) for name in one.prediction.features)]
    some = sql.select(*columns).from_(sql.table("features")).order_by(sql.column("user_id")).limit(_TYPICAL)
    typical = warehouse.query(some)
    (why,) = reasons(one.prediction, table.rows, typical, np.array([row["score"]]))
    return ForetoldOfOne(one, row["score"], row["low"], row["high"], why)


def _no_such_user(warehouse: Warehouse, user_id: str) -> str:
    close = "select user_id from features order by levenshtein(user_id, :user), user_id limit 3"
    found: Sequence[str] = warehouse.query(sql.sql(close, user=user_id)).column("user_id").to_pylist()
    return f"There is no user {user_id!r}; the ids most like it are {', '.join(map(repr, found))}."


def _rows(warehouse: Warehouse, query: str, **parts: str | int) -> tuple[dict[str, Any], ...]:
    """Rows of a query, with microseconds since 1970 as times."""
    rows = warehouse.query(sql.sql(query, **parts)).to_pylist()
    return tuple(
        {
            name.removesuffix("_us"): _EPOCH + dt.timedelta(microseconds=value)
            if name.endswith("_us")
            else value
            for name, value in row.items()
        }
        for row in rows
    )
