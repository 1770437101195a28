"""Who went from which segment to which: counted in the warehouse, so that only k x k numbers come out."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pyarrow as pa

from coterie.intervals import wilson
from coterie.shown import Shown
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlglot import exp

    from coterie.sources.warehouse import Warehouse

_BOTH = """
select b.segment as segment_before, a.segment as segment_after, count(*) as users
from :before join :after on a.user_id = b.user_id
group by b.segment, a.segment
"""
_SIZES = "select segment, count(*) as users from :members group by segment"


@dataclasses.dataclass(frozen=True, slots=True)
class Flow:
    """The users who went from one segment to another, or stayed.

    Attributes:
        before: The segment they were in; ``None`` for those who arrived since.
        after: The segment they are in; ``None`` for those who left: there is nothing of them any more.
        users: How many.
        share: Of all who were in `before`; of all who arrived, for those.
        low: Lower end of its 95 % interval (Wilson's).
        high: Upper end.
        moved: Whether they were here and are in a segment now that doesn't continue theirs, nor is a part of
            it, nor took it in.
    """

    before: int | None
    after: int | None
    users: int
    share: float
    low: float
    high: float
    moved: bool


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Migration(Shown):
    """Who went from which segment to which.

    Attributes:
        segmentation: The segmentation.
        before: The ids of the segments then, in their order.
        after: The ids now.
        flows: One for every pair of segments, zero users included; then those who arrived, those who left.
    """

    segmentation: str
    before: tuple[int, ...]
    after: tuple[int, ...]
    flows: tuple[Flow, ...]

    def users(self, before: int | None, after: int | None) -> int:
        """Count those who went from one segment to another."""
        return sum(one.users for one in self.flows if (one.before, one.after) == (before, after))

    @property
    def stayed(self) -> int:
        """How many are in the same segment."""
        both = (one for one in self.flows if one.before is not None and one.after is not None)
        return sum(one.users for one in both if not one.moved)

    @property
    def moved(self) -> int:
        """How many are in another segment."""
        return sum(one.users for one in self.flows if one.moved)

    def caption(self) -> str:
        """Say how many stayed, moved, arrived and left."""
        arrived = sum(one.users for one in self.flows if one.before is None)
        left = sum(one.users for one in self.flows if one.after is None)
        return (
            f"{self.segmentation}: {self.stayed:,} users stayed in their segment, {self.moved:,} moved, "
            f"{arrived:,} arrived and {left:,} left."
        )

    def to_arrow(self) -> pa.Table:
        """Return ``segment_before, segment_after, users, share, low, high``, one row a flow."""
        return pa.table(
            {
                "segment_before": pa.array([one.before for one in self.flows], pa.int64()),
                "segment_after": pa.array([one.after for one in self.flows], pa.int64()),
                "users": pa.array([one.users for one in self.flows], pa.int64()),
                **{
                    name: pa.array([getattr(one, name) for one in self.flows], pa.float64())
                    for name in ("share", "low", "high")
                },
            }
        )


def counted(
    warehouse: Warehouse, before: exp.Select, after: exp.Select
) -> Mapping[tuple[int | None, int | None], int]:
    """Count the users of each pair of segments, those who arrived (None, id) and those who left (id, None).

    Args:
        warehouse: What runs the SQL.
        before: A SELECT of ``user_id, segment``, each user once.
        after: Another of the same form.
    """
    then, now = before.subquery("b"), after.subquery("a")
    rows = warehouse.query(sql.sql(_BOTH, before=then, after=now)).to_pylist()
    found: dict[tuple[int | None, int | None], int] = {
        (row["segment_before"], row["segment_after"]): row["users"] for row in rows
    }
    both = dict(found)
    for ident, users in _sizes(warehouse, before).items():
        found[ident, None] = users - sum(n for (old, _), n in both.items() if old == ident)
    for ident, users in _sizes(warehouse, after).items():
        found[None, ident] = users - sum(n for (_, new), n in both.items() if new == ident)
    return found


def _sizes(warehouse: Warehouse, members: exp.Select) -> dict[int, int]:
    rows = warehouse.query(sql.sql(_SIZES, members=members.subquery("m"))).to_pylist()
    return {row["segment"]: row["users"] for row in rows}


def migration(
    segmentation: str,
    counts: Mapping[tuple[int | None, int | None], int],
    before: Sequence[int],
    after: Sequence[int],
    along: Collection[tuple[int, int]] | None = None,
) -> Migration:
    """Put counts into a matrix with shares and their intervals.

    Args:
        segmentation: Its name.
        counts: Users by segment before and after; ``None`` where they were not there.
        before: The ids of the segments then, in their order.
        after: The ids now.
        along: Segments before and after of users who stayed: the same, or parts of one that split or
            merged. Those with the same id, if left out.

    Examples:
        >>> found = migration("habit", {(1, 1): 6, (1, 2): 2, (None, 2): 1}, [1], [1, 2])
        >>> [(flow.before, flow.after, flow.users, flow.share) for flow in found.flows]
        [(1, 1, 6, 0.75), (1, 2, 2, 0.25), (None, 1, 0, 0.0), (None, 2, 1, 1.0), (1, None, 0, 0.0)]
    """
    pairs: list[tuple[int | None, int | None]] = [(old, new) for old in before for new in after]
    pairs += [(None, new) for new in after]
    pairs += [(old, None) for old in before]
    of: dict[int | None, int] = {}
    for (old, _), users in counts.items():
        of[old] = of.get(old, 0) + users
    same = {(ident, ident) for ident in before} if along is None else along
    flows = []
    for old, new in pairs:
        users, all_ = counts.get((old, new), 0), of.get(old, 0)
        moved = old is not None and new is not None and (old, new) not in same
        flows.append(Flow(old, new, users, users / all_ if all_ else 0.0, *wilson(users, all_), moved))
    return Migration(segmentation, tuple(before), tuple(after), tuple(flows))
