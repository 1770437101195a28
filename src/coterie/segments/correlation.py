"""How features go together: Pearson and Spearman, Cramer's V, and eta where one is a number."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.errors import UsageError, did_you_mean
from coterie.features.values import numbers
from coterie.segments.audit.material import eta_squared
from coterie.segments.between.columns import Labelled, column, frequent, labelled, without_gaps
from coterie.segments.between.counts import cramers_v, cross_tabulated
from coterie.segments.between.ranks import ranked
from coterie.shown import Shown
from coterie.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coterie.features.feature import Feature, FeatureTable
    from coterie.features.values import Floats

#: Features that are correlated at most: their pairs grow with the square.
MOST_FEATURES = 60

#: Users that correlations are measured on at most, drawn by chance.
USERS = 20_000


@dataclasses.dataclass(frozen=True, slots=True)
class Correlation:
    """How two features go together.

    Attributes:
        feature: One of them.
        other: The other one.
        users: Users with a value of both.
        pearson: Of two numbers, -1..1; this and the others are ``None`` where they don't apply, or where
            either feature has one value only.
        spearman: Of two numbers, the correlation of their ranks, -1..1.
        cramers_v: Of two categories, corrected for bias, 0..1.
        eta: Of a number and a category, the root of the share of variance that the category explains, 0..1.
    """

    feature: str
    other: str
    users: int
    pearson: float | None = None
    spearman: float | None = None
    cramers_v: float | None = None
    eta: float | None = None

    @property
    def strength(self) -> float | None:
        """Spearman's correlation, Cramer's V or eta; only the first can be negative."""
        return next((each for each in (self.spearman, self.cramers_v, self.eta) if each is not None), None)


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Correlations(Shown):
    """How features go together, pair by pair.

    Attributes:
        features: Their names, in the order of the table.
        pairs: Every two of them, the strongest first.
        users: Users that they were measured on.
        of: Users in all.
    """

    features: tuple[str, ...]
    pairs: tuple[Correlation, ...]
    users: int
    of: int

    def caption(self) -> str:
        """Say how many features and users there are."""
        return f"Correlations of {len(self.features)} features, {self.users:,} of {self.of:,} users"

    def to_arrow(self) -> pa.Table:
        """Return one row a pair."""
        rows = [dataclasses.asdict(pair) for pair in self.pairs]
        return pa.Table.from_pylist(rows, schema=_COLUMNS)

    def square(self) -> Floats:
        """Return the strength of every pair as a matrix, in the order of `features`; NaN is none."""
        place = {name: at for at, name in enumerate(self.features)}
        result = np.eye(len(place))
        for pair in self.pairs:
            strength = np.nan if pair.strength is None else pair.strength
            result[place[pair.feature], place[pair.other]] = strength
            result[place[pair.other], place[pair.feature]] = strength
        return result


_COLUMNS = pa.schema(
    [("feature", pa.string()), ("other", pa.string()), ("users", pa.int64())]
    + [(name, pa.float64()) for name in ("pearson", "spearman", "cramers_v", "eta")]
)


def correlations(
    table: FeatureTable,
    features: Sequence[str] | None = None,
    *,
    fills: Mapping[str, float] | None = None,
    seed: int = 42,
) -> Correlations:
    """Correlate every two features, by the measure that fits their kinds.

    A null that means that nothing happened, as the feature itself says (`fill` is ``zero``), counts as 0;
    users with another null are left out of the pairs with that feature, unless `fills` says what stands in.
    Above `USERS` users, a sample is measured.

    Args:
        table: Users x features.
        features: Their names; ``None``: all of the table.
        fills: For some features, what stands in for null.
        seed: Draws the sample.

    Raises:
        UsageError: A feature is not there, or there are more than `MOST_FEATURES`.
    """
    known = {feature.name: feature for feature in table.features}
    for name in features or ():
        if name not in known:
            raise UsageError(f"There is no feature {name!r} to correlate. {did_you_mean(name, known)}")
    chosen = [feature for feature in table.features if features is None or feature.name in features]
    if len(chosen) > MOST_FEATURES:
        raise UsageError(
            f"{len(chosen)} features make {len(chosen) * (len(chosen) - 1) // 2:,} pairs; "
            f"name at most {MOST_FEATURES} of them."
        )
    rows = table.rows
    if rows.num_rows > USERS:
        rows = rows.take(np.sort(np.random.default_rng(seed).choice(rows.num_rows, USERS, replace=False)))
    with one_thread():
        columns = {feature.name: _column(rows, feature, fills or {}) for feature in chosen}
        found = [_pair(*names, columns) for names in itertools.combinations(columns, 2)]
    found.sort(key=lambda pair: (pair.strength is None, -abs(pair.strength or 0.0)))
    return Correlations(tuple(columns), tuple(found), rows.num_rows, table.rows.num_rows)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Numbers:
    """A column of numbers.

    Attributes:
        values: The numbers; NaN is null.
        unit: If none is null and they are not all equal, their offsets from the mean, at length 1.
        ranks: The same of their ranks.
    """

    values: Floats
    unit: Floats | None
    ranks: Floats | None


def _column(rows: pa.Table, feature: Feature, fills: Mapping[str, float]) -> _Numbers | Labelled:
    if feature.categorical:
        return frequent(labelled(column(rows.column(feature.name), feature.name), feature.name))
    values = numbers(rows, feature.name)
    fill = fills.get(feature.name, 0.0 if feature.fill == "zero" else np.nan)
    values = np.where(np.isnan(values), fill, values)
    if np.isnan(values).any():
        return _Numbers(values, None, None)
    return _Numbers(values, _unit(values), _unit(_ranks(values)))


def _ranks(values: Floats) -> Floats:
    order = np.argsort(values, kind="stable")
    result = np.empty(len(values))
    if values.size:
        result[order] = ranked(values, np.zeros(len(values), dtype=np.int64)).ranks
    return result


def _unit(values: Floats) -> Floats | None:
    """Centre numbers and give them the length 1; ``None`` if they are all equal."""
    if not values.size or np.ptp(values) == 0:
        return None
    offsets = values - values.mean()
    offsets /= np.abs(offsets).max()
    result: Floats = offsets / np.sqrt(offsets @ offsets)
    return result


def _pair(name: str, other: str, columns: Mapping[str, _Numbers | Labelled]) -> Correlation:
    one, two = columns[name], columns[other]
    if isinstance(one, _Numbers):
        if isinstance(two, _Numbers):
            return _of_numbers(name, other, one, two)
        return _of_both(name, other, one, two)
    if isinstance(two, _Numbers):
        return _of_both(name, other, two, one)
    return _of_words(name, other, one, two)


def _of_numbers(name: str, other: str, one: _Numbers, two: _Numbers) -> Correlation:
    users = len(one.values)
    if one.unit is None or two.unit is None:
        known = ~(np.isnan(one.values) | np.isnan(two.values))
        users = int(known.sum())
        one, two = (
            _Numbers(each, _unit(each), _unit(_ranks(each)))
            for each in (one.values[known], two.values[known])
        )
    return Correlation(name, other, users, _product(one.unit, two.unit), _product(one.ranks, two.ranks))


def _product(one: Floats | None, two: Floats | None) -> float | None:
    return None if one is None or two is None else float(np.clip(one @ two, -1.0, 1.0))


def _of_words(name: str, other: str, one: Labelled, two: Labelled) -> Correlation:
    known = (one.codes >= 0) & (two.codes >= 0)
    (seen, places), (others, other_places) = (without_gaps(each.codes[known]) for each in (one, two))
    several = min(len(seen), len(others)) > 1
    v = cramers_v(cross_tabulated(places, other_places)) if several else None
    return Correlation(name, other, int(known.sum()), cramers_v=v)


def _of_both(name: str, other: str, number: _Numbers, words: Labelled) -> Correlation:
    known = ~np.isnan(number.values) & (words.codes >= 0)
    values, codes = number.values[known], words.codes[known]
    several = len(values) > 0 and np.ptp(values) > 0 and np.ptp(codes) > 0
    eta = float(np.sqrt(eta_squared(values, codes))) if several else None
    return Correlation(name, other, int(known.sum()), eta=eta)
