"""The rule twin of a segmentation: what each segment is in at most three conditions on raw features.

However a segmentation was found, its twin is a few thresholds in the units of the features, with the share of
users for whom they say the same, and SQL that a person can paste. Where the twin is faithful, it can stand in
for the segmentation; where it isn't, it says so.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from coterie.errors import SegmentationError
from coterie.segments.twin.beam import pool, search
from coterie.segments.twin.bounds import Bound, columns, conjunction, taken, together
from coterie.segments.twin.leaves import Leaf, fell, grow
from coterie.shown import Shown
from coterie.sources import sql
from coterie.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coterie.features.feature import FeatureTable
    from coterie.features.values import Floats, Ints
    from coterie.segments.twin.bounds import Holds

#: Users that rules are searched on, or little more; all the others are held back to measure them.
SEARCHED = 8_000

#: Users of each segment that are searched on at least, if half of it is so large.
OF_EACH = 150


@dataclasses.dataclass(frozen=True, slots=True)
class SegmentRule:
    """What one segment is, in at most three conditions.

    Attributes:
        segment: The id of the segment.
        users: How many users it has.
        bounds: The conditions; all must hold. Empty if nothing sets the segment apart.
        matched: Users for whom the conditions hold.
        precision: Of those, the share who are in the segment, 0..1.
        recall: Of the segment, the share for whom they hold, 0..1.
        f1: Harmonic mean of the two.
        held_back: Whether the three are measured on users on whom the rule was not searched; a segment of
            one user has none.
    """

    segment: int
    users: int
    bounds: tuple[Bound, ...]
    matched: int
    precision: float
    recall: float
    f1: float
    held_back: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Fidelity:
    """How often a way to tell segments says what the segmentation says, on users held back.

    Attributes:
        accuracy: Share of the users who are told right, 0..1.
        balanced: The same, if every segment had as many users.
    """

    accuracy: float
    balanced: float


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Twin(Shown):
    """Rules that say what a segmentation says.

    Attributes:
        name: The name of the segmentation.
        rules: One a segment, in the order of the segments.
        order: The ids of the segments in which the rules are tried, the surest first; the last one takes
            those whom no other rule matches.
        by_rules: How faithful the rules in that order are.
        leaves: One small tree for all segments: its leaves, the last one for everyone else.
        by_tree: How faithful the tree is.
        largest: Share of the largest segment: the accuracy of who knows nothing.
        searched: Users that the rules were searched on.
        tested: Users held back to measure them.
    """

    name: str
    rules: tuple[SegmentRule, ...]
    order: tuple[int, ...]
    by_rules: Fidelity
    leaves: tuple[Leaf, ...]
    by_tree: Fidelity
    largest: float
    searched: int
    tested: int

    @property
    def features(self) -> tuple[str, ...]:
        """The features that the rules and the tree speak of, the most used first."""
        parts = [rule.bounds for rule in self.rules] + [leaf.bounds for leaf in self.leaves]
        names = [bound.feature for bounds in parts for bound in bounds]
        return tuple(sorted(set(names), key=lambda name: (-names.count(name), name)))

    def caption(self) -> str:
        """Say how faithful the rules are, and which features they need."""
        about = ", ".join(self.features) or "no feature"
        return (
            f"{self.name}: rules of at most three conditions on {about} put {self.by_rules.accuracy:.1%} of "
            f"{self.tested or self.searched:,} users where the segmentation does."
        )

    def to_arrow(self) -> pa.Table:
        """Return one row a segment: its rule as SQL, users, and fidelity."""
        return pa.table(
            {
                "segment": pa.array([rule.segment for rule in self.rules], pa.int64()),
                "users": pa.array([rule.users for rule in self.rules], pa.int64()),
                "rule": pa.array([conjunction(rule.bounds).sql(sql.WRITTEN_IN) for rule in self.rules]),
                "matched": pa.array([rule.matched for rule in self.rules], pa.int64()),
                "precision": pa.array([rule.precision for rule in self.rules], pa.float64()),
                "recall": pa.array([rule.recall for rule in self.rules], pa.float64()),
                "f1": pa.array([rule.f1 for rule in self.rules], pa.float64()),
            }
        )


def twin(
    table: FeatureTable,
    labels: Ints,
    ids: Sequence[int],
    *,
    name: str = "segments",
    features: Sequence[str] | None = None,
    seed: int = 42,
) -> Twin:
    """Find the rule twin of a segmentation.

    Rules are searched on about `SEARCHED` users, some of each segment, and their fidelity is measured on
    all others, each segment weighing by its size. Thresholds are rounded before they are measured. The
    same users, segments and seed give the same twin, in whatever order the rows come.

    Args:
        table: Users x features.
        labels: For each row the place of its segment in `ids`.
        ids: The ids of the segments.
        name: The name of the segmentation.
        features: Names of the features that rules may speak of; default: all.
        seed: Decides who is held back.

    Raises:
        SegmentationError: There are no users.
    """
    if not len(table):
        raise SegmentationError("There are no users to explain; check that the features table has rows.")
    with one_thread():
        return _twin(table, labels, ids, name, features, seed)


def statement(
    found: Twin, relation: str = "features", using: Literal["rules", "tree"] = "rules"
) -> exp.Select:
    """Write the SELECT of ``user_id, segment`` that a twin stands for, for a person to paste.

    Args:
        found: The twin.
        relation: The table or view with ``user_id`` and the features.
        using: The rules, the surest first, or the tree; `Twin.by_rules` and `Twin.by_tree` tell which is
            more faithful.
    """
    case = exp.Case()
    for bounds, segment in _steps(found, using)[:-1]:
        case = case.when(conjunction(bounds), sql.literal(segment), copy=False)
    last = sql.literal(_steps(found, using)[-1][1])
    chosen = case.else_(last, copy=False) if case.args.get("ifs") else last
    query = sql.select(sql.column("user_id"), sql.named(chosen, "segment"))
    return query.from_(sql.table(relation), copy=False)


def told(found: Twin, rows: pa.Table, using: Literal["rules", "tree"] = "rules") -> Ints:
    """Tell the segment of each row as `statement` does.

    Args:
        found: The twin.
        rows: A table with the features that the twin speaks of.
        using: The rules or the tree.

    Raises:
        UsageError: A feature is missing, or holds words where the rules need numbers.
    """
    steps = _steps(found, using)
    asked: dict[str, bool] = {}
    for bound in (bound for part, _ in steps[:-1] for bound in part):
        if bound.test in {"null", "known"}:
            asked.setdefault(bound.feature, _is_text(rows, bound.feature))
        else:
            asked[bound.feature] = bound.test in {"one_of", "none_of"}
    data = columns(rows, asked)
    result = np.full(rows.num_rows, steps[-1][1], dtype=np.int64)
    for part, segment in reversed(steps[:-1]):
        result[together(part, data, rows.num_rows)] = segment
    return result


def _is_text(rows: pa.Table, name: str) -> bool:
    return name in rows.column_names and bool(pa.types.is_string(rows.schema.field(name).type))


def _steps(found: Twin, using: Literal["rules", "tree"]) -> list[tuple[tuple[Bound, ...], int]]:
    if using == "tree":
        return [(leaf.bounds, leaf.segment) for leaf in found.leaves]
    by_segment = {rule.segment: rule.bounds for rule in found.rules}
    return [(by_segment[segment], segment) for segment in found.order]


def _twin(
    table: FeatureTable,
    labels: Ints,
    ids: Sequence[int],
    name: str,
    features: Sequence[str] | None,
    seed: int,
) -> Twin:
    asked = {
        each.name: each.categorical for each in table.features if features is None or each.name in features
    }
    data = columns(table.rows, asked)
    split = _split(table.rows, labels, seed)
    searched = {feature: taken(column, split.searched) for feature, column in data.items()}
    inside = labels[split.searched]
    tried = pool(searched, split.weights)
    places = [place for place in range(len(ids)) if (labels == place).any()]
    bounds = {place: search(tried, inside == place).bounds if len(places) > 1 else () for place in places}
    holding = {place: together(bounds[place], data, len(labels)) for place in places}
    order = _order(holding, split, labels)
    leaves = grow(searched, inside, split.weights)
    by_rules = np.full(len(labels), order[-1])
    for place in reversed(order[:-1]):
        by_rules[holding[place]] = place
    return Twin(
        name=name,
        rules=tuple(_rule(holding[at], bounds[at], split, labels, at, ids[at]) for at in places),
        order=tuple(ids[place] for place in order),
        by_rules=split.fidelity(by_rules == labels, labels),
        leaves=tuple(Leaf(leaf.bounds, ids[leaf.segment]) for leaf in leaves),
        by_tree=split.fidelity(fell(leaves, data, len(labels)) == labels, labels),
        largest=float(np.bincount(labels).max() / len(labels)),
        searched=len(split.searched),
        tested=int(split.held.sum()),
    )


def _order(holding: Mapping[int, Holds], split: _Split, labels: Ints) -> list[int]:
    """Put the surest rules first, and the segment last that most of those are in whom no rule matches."""
    searched = ~split.held
    unmatched = searched & ~np.any(list(holding.values()), axis=0)
    sure = {place: split.measured(holds, labels, place, searched)[0] for place, holds in holding.items()}
    weights = split.sizes(labels, searched)[labels[unmatched]]
    left = np.bincount(labels[unmatched], weights, minlength=max(holding) + 1)
    last = max(holding, key=lambda place: (left[place], -sure[place], -place))
    others = [place for place in holding if place != last]
    return [*sorted(others, key=lambda place: (-round(sure[place], 9), place)), last]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Split:
    """Who is searched on and who is held back.

    Attributes:
        searched: Rows, ascending.
        weights: For each of them how many users it stands for.
        held: For each row of the table, whether it is held back.
    """

    searched: Ints
    weights: Floats
    held: Holds

    def sizes(self, labels: Ints, rows: Holds) -> Floats:
        """Tell for each segment how many users one of these rows stands for."""
        users = np.bincount(labels)
        return users / np.maximum(np.bincount(labels[rows], minlength=len(users)), 1)

    def measured(self, holds: Holds, labels: Ints, place: int, rows: Holds) -> tuple[float, float]:
        """Measure precision and recall on these rows, each segment weighing by its size."""
        each = self.sizes(labels, rows)
        counted = np.bincount(labels[rows & holds], minlength=len(each)) * each
        right, matched = float(counted[place]), float(counted.sum())
        users = float(np.bincount(labels[rows], minlength=len(each))[place] * each[place])
        return right / matched if matched else 0.0, right / users if users else 0.0

    def fidelity(self, right: Holds, labels: Ints) -> Fidelity:
        """Measure on users held back; where nobody is, on all."""
        rows = self.held if self.held.any() else np.ones(len(labels), dtype=bool)
        tested = np.bincount(labels[rows])
        there = tested > 0
        shares = np.bincount(labels[rows], right[rows])[there] / tested[there]
        users = np.bincount(labels)[: len(tested)][there]
        return Fidelity(float(shares @ users / users.sum()), float(shares.mean()))


def _split(rows: pa.Table, labels: Ints, seed: int) -> _Split:
    """Search on some of each segment: as many as its share asks for, but `OF_EACH` or half of it."""
    order = _by_user(rows)
    mine = labels[order]
    shuffled = np.random.default_rng(seed).permutation(len(order))
    searched, weights = [], []
    for place in np.unique(labels).tolist():
        members = shuffled[mine[shuffled] == place]
        fair = round(SEARCHED * len(members) / len(labels))
        count = min(max(fair, OF_EACH), (len(members) + 1) // 2)
        searched.append(members[:count])
        weights.append(np.full(count, len(members) / count))
    found = np.concatenate(searched)
    ascending = np.argsort(found)  # by user, whatever the order of the rows
    held = np.ones(len(labels), dtype=bool)
    held[order[found]] = False
    return _Split(order[found[ascending]], np.concatenate(weights)[ascending], held)


def _by_user(rows: pa.Table) -> Ints:
    if "user_id" not in rows.column_names:
        return np.arange(rows.num_rows)
    order: Ints = pc.sort_indices(rows, sort_keys=[("user_id", "ascending")]).to_numpy().astype(np.int64)
    return order


def _rule(
    holds: Holds, bounds: tuple[Bound, ...], split: _Split, labels: Ints, place: int, ident: int
) -> SegmentRule:
    held_back = bool((split.held & (labels == place)).any())
    rows = split.held if held_back else np.ones(len(labels), dtype=bool)
    precision, recall = split.measured(holds, labels, place, rows)
    both = precision + recall
    return SegmentRule(
        segment=ident,
        users=int((labels == place).sum()),
        bounds=bounds,
        matched=int(holds.sum()),
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / both if both else 0.0,
        held_back=held_back,
    )
