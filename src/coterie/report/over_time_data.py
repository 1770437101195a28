"""The numbers behind the charts and tables of segments over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.compared import Compared
    from coterie.history import Size
    from coterie.report.changes import Speech
    from coterie.segments.over_time.drift import Drift

_MIGRATION = pa.schema(
    [("from", pa.string()), ("to", pa.string()), ("users", pa.int64())]
    + [(name, pa.float64()) for name in ("share", "low", "high")]
)
_SIZES = pa.schema([
    ("run_id", pa.string()), ("as_of", pa.date32()), ("segment", pa.int64()), ("name", pa.string()),
    ("users", pa.int64()), ("share", pa.float64()),
])  # fmt: skip
_DRIFT = pa.schema([
    ("feature", pa.string()), ("label", pa.string()), ("index", pa.float64()), ("chance", pa.float64()),
    ("level", pa.string()),
])  # fmt: skip


def migration_data(compared: Compared, speak: Speech) -> pa.Table:
    """Say who went where: ``from, to, users, share, low, high``, one row a flow.

    Those who arrived and those who left have rows of their own where there are any.
    """
    say = speak.language.say
    arrived, left = say("Arrived since"), say("Left")
    flows = compared.migration.flows
    any_arrived = any(one.users for one in flows if one.before is None)
    any_left = any(one.users for one in flows if one.after is None)
    rows = [
        {
            "from": arrived if one.before is None else compared.names_before[one.before],
            "to": left if one.after is None else compared.names_after[one.after],
            "users": one.users,
            "share": one.share,
            "low": one.low,
            "high": one.high,
        }
        for one in flows
        if (one.before is not None or any_arrived) and (one.after is not None or any_left)
    ]
    return pa.Table.from_pylist(rows, schema=_MIGRATION)


def sizes_data(compared: Compared) -> pa.Table:
    """List the sizes of segments: ``run_id, as_of, segment, name, users, share``, the oldest run first.

    Of several runs as of one date the last counts; runs before ids started over are left out, as their
    ids were other segments. A segment is called by its latest name.
    """
    found = _same_segments(compared.sizes)
    names = {one.segment: one.name for one in found}
    latest = {one.as_of: one.run_id for one in found}
    rows = [
        {
            "run_id": one.run_id,
            "as_of": one.as_of,
            "segment": one.segment,
            "name": names[one.segment],
            "users": one.users,
            "share": one.share,
        }
        for one in found
        if latest[one.as_of] == one.run_id
    ]
    return pa.Table.from_pylist(rows, schema=_SIZES)


def _same_segments(sizes: Sequence[Size]) -> list[Size]:
    return [one for one in sizes if one.begun == sizes[-1].begun]


def drift_data(drift: Sequence[Drift], speak: Speech) -> pa.Table:
    """List the drift of features: ``feature, label, index, chance, level``, the furthest first."""
    rows = [
        {
            "feature": one.feature,
            "label": speak.label(one.feature),
            "index": one.index,
            "chance": one.chance,
            "level": one.level,
        }
        for one in drift
    ]
    return pa.Table.from_pylist(rows, schema=_DRIFT)
