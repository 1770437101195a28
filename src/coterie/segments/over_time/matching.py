"""Which segment of a new fit is which of the last: by the people they share and by their centres.

Each rule follows from a share that can be said aloud, after MONIC (Spiliopoulou, Ntoutsi, Theodoridis &
Schult 2006, Monitoring cluster transitions):

- Two segments are the same if their Jaccard overlap is at least `SAME`. A segment has at most one partner
  with an overlap above a half, so that a good match is never a matter of choice (Hennig 2007 calls a cluster
  dissolved below it).
- Users move by themselves from month to month, so an overlap of a third, at which each still has the
  majority of the other, is enough where the centres agree as well (`CLOSE`).
- One that fell into several, each with at least a fifth of it (`PART`), has split; its id stays with a part
  only if that has two thirds of it (`MOST`), or else the name would speak of a fraction. Merging is the
  same the other way round.
- Everyone as one segment is no segment among others: neither continues the other.
- Where fewer than a tenth of the users of both fits are shared (`FEW`), they may be unlike the others, and
  the centres alone decide.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie.intervals import wilson
from coterie.segments.over_time.change import Change

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coterie.features.values import Floats, Ints
    from coterie.segments.over_time.change import Evidence

#: Jaccard overlap from which two segments are the same.
SAME = 0.5
#: Closeness of centres from which they agree: nearer than half the way to any border.
CLOSE = 0.5
#: Share of a segment that makes a part of it worth naming.
PART = 0.2
#: Share of a split segment (or of a merged one) that keeps the id.
MOST = 2 / 3
#: Share of the users of the smaller fit below which the people they share say little.
FEW = 0.1

_HALF = 0.5
_SEVERAL = 2
#: What a good match is worth more than any number of poor ones.
_FIRST = 1e3


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Common:
    """What two fits have in common: the last one's segments in rows, the new one's in columns.

    Attributes:
        before: The ids of the last fit's segments.
        shared: Users of both fits by their segments, before x after.
        users: How many users there were before, and are now.
        closeness: Of the centres, before x after, 0..1; ``None`` if the fits share too few features.
        given_before: The names given by hand to the last fit's segments; ``None`` where none was.
        given_after: Those of the new fit's.
    """

    before: tuple[int, ...]
    shared: Floats
    users: tuple[int, int]
    closeness: Floats | None = None
    given_before: tuple[str | None, ...] = ()
    given_after: tuple[str | None, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Matching:
    """Which new segment is which.

    Attributes:
        ids: The id of each new segment, in their order: that of the one it continues, or one that was never
            used.
        last_id: The largest id ever used.
        changes: What became of every segment.
    """

    ids: tuple[int, ...]
    last_id: int
    changes: tuple[Change, ...]


def shared(before: Ints, after: Ints, k_before: int, k_after: int) -> Floats:
    """Count the users of each pair of segments.

    Args:
        before: For each user of both fits, the place of their segment at the last.
        after: The same at the new one.
        k_before: How many segments there were.
        k_after: How many there are.

    Examples:
        >>> shared(np.array([0, 0, 1]), np.array([1, 1, 0]), 2, 2).tolist()
        [[0.0, 2.0], [1.0, 0.0]]
    """
    counts = np.bincount(before * k_after + after, minlength=k_before * k_after)
    return counts.reshape(k_before, k_after).astype(float)


def table_of(
    counts: Mapping[tuple[int | None, int | None], int], before: Sequence[int], after: Sequence[int]
) -> Floats:
    """Put counts by segment before and after into a table; those who were not in both are left out."""
    rows = [[float(counts.get((old, new), 0)) for new in after] for old in before]
    return np.array(rows).reshape(len(before), len(after))


def match(common: Common, last_id: int) -> Matching:
    """Give each new segment the id of the one it continues, or one that was never used.

    Args:
        common: What the two fits share.
        last_id: The largest id ever used; at least that of `common.before`.

    Examples:
        >>> shared = np.array([[0.0, 90.0, 10.0], [80.0, 0.0, 5.0]])
        >>> found = match(Common((1, 4), shared, (200, 200)), last_id=6)
        >>> found.ids, found.last_id
        ((4, 1, 7), 7)
        >>> [change.kind for change in found.changes]
        ['kept', 'kept', 'new']
    """
    table = _Table(common)
    kept = dict(table.kept())
    ids: list[int] = []
    for after in range(common.shared.shape[1]):
        old = kept.get(after)
        if old is None:
            last_id += 1
        ids.append(last_id if old is None else common.before[old])
    return Matching(tuple(ids), last_id, tuple(_changes(table, kept, ids)))


def kept_ids(common: Common, ids: Sequence[int]) -> dict[int, int]:
    """Pair the place of each segment now with that of the one before that has the same id."""
    places = {ident: at for at, ident in enumerate(common.before)}
    return {after: places[ident] for after, ident in enumerate(ids) if ident in places}


def kept_alike(common: Common) -> dict[int, int]:
    """Pair the place of each segment now with that of the one before that it is, whatever their ids."""
    return dict(_Table(common).kept())


def told(common: Common, ids: Sequence[int], kept: Mapping[int, int]) -> tuple[Change, ...]:
    """Say what became of every segment.

    Args:
        common: What the two fits share.
        ids: The id of each segment now.
        kept: Which continues which, of `kept_ids` or `kept_alike`.
    """
    return tuple(_changes(_Table(common), kept, ids))


class _Table:
    """The shares that decide."""

    def __init__(self, common: Common) -> None:
        self.common = common
        counts = common.shared
        self.counts = counts
        self.from_old, self.of_new = counts.sum(axis=1), counts.sum(axis=0)
        #: Of the old segment's users, who is in the new one; and of the new one's, who was in the old.
        self.out = counts / np.maximum(self.from_old, 1.0)[:, None]
        self.into = counts / np.maximum(self.of_new, 1.0)
        union = self.from_old[:, None] + self.of_new - counts
        self.overlap = counts / np.maximum(union, 1.0)
        smaller = min(common.users)
        self.by_people = counts.sum() > 0 and counts.sum() >= FEW * smaller
        self.names_before = common.given_before or (None,) * counts.shape[0]
        self.names_after = common.given_after or (None,) * counts.shape[1]

    def kept(self) -> Iterator[tuple[int, int]]:
        """Pair the place of each new segment with that of the old one it continues."""
        from scipy.optimize import linear_sum_assignment

        named = {name: at for at, name in enumerate(self.names_before) if name is not None}
        for after, name in enumerate(self.names_after):
            if name is not None and name in named:
                yield after, named[name]
        likeness = self._likeness()
        olds, news = linear_sum_assignment(likeness, maximize=True)
        for old, after in zip(olds.tolist(), news.tolist(), strict=True):
            if self._good(old, after):
                yield after, old

    def evidence(self, old: int, after: int) -> Evidence:
        """Tell what speaks for or against a pair: people, if each has some who are in both fits."""
        if self.names_after[after] is not None or self.names_before[old] is not None:
            return "name"
        seen = self.by_people and (self.from_old[old] > 0 or self.of_new[after] > 0)
        return "people" if seen or self.common.closeness is None else "centres"

    def _likeness(self) -> Floats:
        """How alike two segments are; a good match goes before any other."""
        found = np.zeros(self.counts.shape)
        for old, after in np.ndindex(found.shape):
            how, near = self.evidence(old, after), self.closeness(old, after) or 0.0
            alike = {"people": float(self.overlap[old, after]), "centres": near, "name": 0.0}[how]
            found[old, after] = alike + _FIRST * self._good(old, after)
        return found

    def closeness(self, old: int, after: int) -> float | None:
        """Tell how close the centres of a pair are, if that is known."""
        near = self.common.closeness
        return None if near is None else float(near[old, after])

    def _good(self, old: int, after: int) -> bool:
        how, near = self.evidence(old, after), self.closeness(old, after) or 0.0
        rows, columns = self.counts.shape
        if how == "name" or (rows == 1) != (columns == 1):
            return False
        if how == "centres":
            return near > CLOSE
        most = self.out[old, after] > _HALF and self.into[old, after] > _HALF
        alike = bool(self.overlap[old, after] >= SAME or (most and near > CLOSE))
        fraction = len(self.parts(old)) >= _SEVERAL and self.out[old, after] < MOST
        minority = len(self.sources(after)) >= _SEVERAL and self.into[old, after] < MOST
        return alike and not fraction and not minority

    def parts(self, old: int) -> list[int]:
        """List the new segments that are parts of an old one: mostly of it, and no small share of it."""
        parts = (self.out[old] >= PART) & (self.into[old] > _HALF)
        return self._unnamed(np.flatnonzero(parts).tolist(), self.names_after)

    def sources(self, after: int) -> list[int]:
        """List the old segments that a new one is made of."""
        sources = (self.into[:, after] >= PART) & (self.out[:, after] > _HALF)
        return self._unnamed(np.flatnonzero(sources).tolist(), self.names_before)

    def _unnamed(self, places: list[int], names: Sequence[str | None]) -> list[int]:
        return [at for at in places if names[at] is None] if self.by_people else []


def _changes(table: _Table, kept: Mapping[int, int], ids: Sequence[int]) -> Iterator[Change]:
    """Say what became of every old segment, then where the new ones come from."""
    continued = {old: after for after, old in kept.items()}
    parts = {old: table.parts(old) for old in range(len(table.common.before))}
    sources = {after: table.sources(after) for after in range(len(ids))}
    split = {old: found for old, found in parts.items() if len(found) >= _SEVERAL}
    merged = {after: found for after, found in sources.items() if len(found) >= _SEVERAL}
    in_merged = {old for found in merged.values() for old in found}
    in_split = {after for found in split.values() for after in found}
    for old in parts:
        if old in split:
            yield _split(table, old, split[old], ids)
        elif old in continued and continued[old] not in merged:
            yield _kept(table, old, continued[old], ids)
        elif old not in in_merged and old not in continued:
            yield _gone(table, old, ids)
    for after in sources:
        if after in merged:
            yield _merged(table, merged[after], after, ids)
        elif after not in in_split and after not in kept:
            yield _new(table, after, ids)


def _kept(table: _Table, old: int, after: int, ids: Sequence[int]) -> Change:
    overlap: dict[str, Any] = _overlap(table, [old], [after]) if table.by_people else {}
    named = table.names_after[after] is not None
    return Change(
        "kept",
        (table.common.before[old],),
        (ids[after],),
        (float(table.out[old, after]),),
        **overlap,
        closeness=table.closeness(old, after),
        by="name" if named else table.evidence(old, after),
    )


def _split(table: _Table, old: int, parts: list[int], ids: Sequence[int]) -> Change:
    parts = sorted(parts, key=lambda after: -table.out[old, after])
    shares = tuple(float(table.out[old, after]) for after in parts)
    after = tuple(ids[part] for part in parts)
    return Change("split", (table.common.before[old],), after, shares, **_overlap(table, [old], parts))


def _merged(table: _Table, sources: list[int], after: int, ids: Sequence[int]) -> Change:
    sources = sorted(sources, key=lambda old: -table.into[old, after])
    shares = tuple(float(table.out[old, after]) for old in sources)
    before = tuple(table.common.before[old] for old in sources)
    return Change("merged", before, (ids[after],), shares, **_overlap(table, sources, [after]))


def _gone(table: _Table, old: int, ids: Sequence[int]) -> Change:
    pairs = [(old, after) for after in range(len(ids))]
    to = next((after for _, after in pairs if table.out[old, after] > _HALF), None)
    return Change(
        "gone",
        (table.common.before[old],),
        () if to is None else (ids[to],),
        () if to is None else (float(table.out[old, to]),),
        **_nearest(table, pairs),
    )


def _new(table: _Table, after: int, ids: Sequence[int]) -> Change:
    pairs = [(old, after) for old in range(len(table.common.before))]
    of = next((old for old, _ in pairs if table.into[old, after] > _HALF), None)
    return Change(
        "new",
        () if of is None else (table.common.before[of],),
        (ids[after],),
        () if of is None else (float(table.into[of, after]),),
        **_nearest(table, pairs),
    )


def _nearest(table: _Table, pairs: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """Say how far the best match fell short."""
    told: dict[str, Any] = {"by": table.evidence(*pairs[0]) if pairs else "people"}
    near = [found for pair in pairs if (found := table.closeness(*pair)) is not None]
    if near:
        told["closeness"] = max(near)
    if not table.by_people or not pairs:
        return told
    old, after = max(pairs, key=lambda pair: float(table.overlap[pair]))
    return {**told, **_overlap(table, [old], [after])}


def _overlap(table: _Table, olds: Sequence[int], news: Sequence[int]) -> dict[str, Any]:
    """Measure the Jaccard overlap of several segments taken together, with its interval."""
    both = float(table.counts[np.ix_(olds, news)].sum())
    either = float(table.from_old[list(olds)].sum() + table.of_new[list(news)].sum()) - both
    low, high = wilson(both, either)
    return {"overlap": both / max(either, 1.0), "low": low, "high": high}
