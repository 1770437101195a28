"""The numbers behind the charts of rankings, as tables: one row a point, with the name of the ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.predictions.evaluation.ranking import SHARES
from coterie.predictions.evaluation.roc import GRID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coterie.predictions.evaluation.comparison import Comparison
    from coterie.predictions.evaluation.evaluated import Evaluated
    from coterie.predictions.evaluation.resampling import Band


def _schema(*numbers: str, **others: pa.DataType) -> pa.Schema:
    fields = [pa.field("name", pa.string()), *(pa.field(name, pa.float64()) for name in numbers)]
    return pa.schema([*fields, *(pa.field(name, kind) for name, kind in others.items())])


def gains_data(found: Mapping[str, Evaluated]) -> pa.Table:
    """Read cumulative gains at each hundredth of the users: ``name, share, captured, low, high``."""
    rows = [
        {"name": name, "share": share, "captured": one.gains.at(share), "low": low, "high": high}
        for name, one in found.items()
        for share, (low, high) in zip(SHARES.tolist(), ends(one.gains.band, len(SHARES)), strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=_schema("share", "captured", "low", "high"))


def lift_data(found: Mapping[str, Evaluated]) -> pa.Table:
    """List the tenths of users, the best-scored first.

    Returns:
        ``name, tenth, users, rate, lift, lift_low, lift_high, captured, cumulative_lift``.
    """
    tables = []
    for name, one in found.items():
        tenths = one.gains.to_arrow()
        tables.append(tenths.add_column(0, "name", pa.array([name] * len(tenths), pa.string())))
    return pa.concat_tables(tables)


def roc_data(found: Mapping[str, Evaluated]) -> pa.Table:
    """Read ROC curves on a grid: ``name, false_positives, true_positives, low, high``."""
    rows = []
    for name, one in found.items():
        if one.roc is None:
            continue
        true = np.interp(GRID, one.roc.false_positives, one.roc.true_positives).tolist()
        bounds = ends(one.roc.band, len(GRID))
        points = [(0.0, 0.0, (None, None)), *zip(GRID.tolist(), true, bounds, strict=True)]
        rows += [
            {"name": name, "false_positives": across, "true_positives": up, "low": low, "high": high}
            for across, up, (low, high) in points
        ]
    return pa.Table.from_pylist(rows, schema=_schema("false_positives", "true_positives", "low", "high"))


def precision_data(found: Mapping[str, Evaluated]) -> pa.Table:
    """Read precision at each hundredth of recall: ``name, recall, precision, low, high``."""
    rows = []
    for name, one in found.items():
        if one.precision is None:
            continue
        points = zip(one.precision.recall, one.precision.precision, strict=True)
        bounds = ends(one.precision.band, len(one.precision.recall))
        rows += [
            {"name": name, "recall": recall, "precision": precision, "low": low, "high": high}
            for (recall, precision), (low, high) in zip(points, bounds, strict=True)
        ]
    return pa.Table.from_pylist(rows, schema=_schema("recall", "precision", "low", "high"))


def calibration_data(found: Mapping[str, Evaluated]) -> pa.Table:
    """List bins of users with much the same probability: ``name, predicted, happened, low, high, users``."""
    rows = [
        {
            "name": name,
            "predicted": one.predicted,
            "happened": one.happened,
            "low": one.low,
            "high": one.high,
            "users": one.users,
        }
        for name, evaluated in found.items()
        if evaluated.calibration is not None
        for one in evaluated.calibration.bins
    ]
    return pa.Table.from_pylist(
        rows, schema=_schema("predicted", "happened", "low", "high", users=pa.int64())
    )


def spread_data(found: Mapping[str, Evaluated]) -> pa.Table:
    """List the histogram of scores: ``name, from, to, share`` (of the users) and ``users``."""
    rows = [
        {"name": name, "from": start, "to": end, "share": users / sum(one.spread.users), "users": users}
        for name, one in found.items()
        for start, end, users in zip(
            one.spread.edges[:-1], one.spread.edges[1:], one.spread.users, strict=True
        )
    ]
    return pa.Table.from_pylist(rows, schema=_schema("from", "to", "share", users=pa.int64()))


def profit_data(found: Mapping[str, Evaluated]) -> pa.Table:
    """Read profit at each hundredth of the users, and where it is best.

    Returns:
        ``name, share, money, low, high`` and ``best`` (bool), true in one row a ranking; money is a user of
        everyone.
    """
    rows = []
    for name, one in found.items():
        if one.profit is None:
            continue
        money = np.interp(SHARES, one.profit.share, one.profit.money).tolist()
        bounds = ends(one.profit.band, len(SHARES))
        points = [
            (share, value, low, high, False)
            for share, value, (low, high) in zip(SHARES.tolist(), money, bounds, strict=True)
        ]
        points.append((one.profit.best, one.profit.earned, None, None, True))
        rows += [
            {"name": name, "share": share, "money": value, "low": low, "high": high, "best": best}
            for share, value, low, high, best in sorted(points, key=lambda point: point[0])
        ]
    return pa.Table.from_pylist(rows, schema=_schema("share", "money", "low", "high", best=pa.bool_()))


def difference_data(found: Sequence[Comparison]) -> pa.Table:
    """Read how much more of the outcome the one ranking captures: ``name, share, captured, low, high``."""
    rows = [
        {"name": _apart(one), "share": share, "captured": captured, "low": low, "high": high}
        for one in found
        for share, captured, (low, high) in zip(
            SHARES.tolist(), one.captured, ends(one.band, len(SHARES)), strict=True
        )
    ]
    return pa.Table.from_pylist(rows, schema=_schema("share", "captured", "low", "high"))


def measures_data(found: Sequence[Comparison]) -> pa.Table:
    """List what the differences of rankings are.

    Returns:
        ``name, measure, one, other, difference, low, high`` and ``decided`` (bool): whether the interval
        leaves out 0.
    """
    rows = [
        {
            "name": _apart(each),
            "measure": one.measure,
            "one": one.one,
            "other": one.other,
            "difference": one.difference,
            "low": one.interval.low,
            "high": one.interval.high,
            "decided": one.decided,
        }
        for each in found
        for one in each.differences
    ]
    schema = _schema(measure=pa.string())
    for name in ("one", "other", "difference", "low", "high"):
        schema = schema.append(pa.field(name, pa.float64()))
    return pa.Table.from_pylist(rows, schema=schema.append(pa.field("decided", pa.bool_())))


def _apart(one: Comparison) -> str:
    return f"{one.one} less {one.other}"


def ends(band: Band | None, count: int) -> list[tuple[float | None, float | None]]:
    """Give the two ends of a band at each place; nulls where there is none."""
    if band is None:
        return [(None, None)] * count
    return list(zip(band.low, band.high, strict=True))
