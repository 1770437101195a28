"""Compare an outcome between groups, or all outcomes of a table together."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.errors import UsageError, did_you_mean
from coterie.features.values import numbers
from coterie.segments.between import counts, described, ranks
from coterie.segments.between.columns import column, frequent, grouped, labelled, of_words, without_gaps
from coterie.segments.between.correction import corrected
from coterie.segments.between.difference import LEVEL, MAGNITUDES, Difference
from coterie.segments.between.effect import OF_W, interval, magnitude

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from coterie.features.feature import Feature, FeatureTable
    from coterie.features.values import Floats, Ints
    from coterie.segments.between.columns import Column, Labelled
    from coterie.segments.between.difference import Correction, Group, Nothing, Test


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Users:
    """The users who have both a group and a value.

    Attributes:
        outcome: The name of what is compared.
        grouping: The name of what they are grouped by.
        places: Which rows they are.
        codes: For each of them, the place of the group.
        labels: The groups that they are of.
        left_out: How many others there are.
        filled: Of them, those whose null was filled.
        seed: Makes permutations repeatable.
    """

    outcome: str
    grouping: str
    places: Ints
    codes: Ints
    labels: tuple[str, ...]
    left_out: int
    filled: int
    seed: int


def difference(
    outcome: Column,
    grouping: Column,
    *,
    outcome_name: str = "outcome",
    grouping_name: str = "grouping",
    categorical: bool | None = None,
    fill: float | None = None,
    seed: int = 42,
) -> Difference:
    """Compare one outcome between groups.

    Numbers are compared by their ranks (Kruskal-Wallis, epsilon squared), categories by their shares
    (Pearson's chi-squared, Cramer's V). Where groups or expected counts are too small, p comes from random
    permutations. Nulls on either side are left out and counted, unless `fill` stands in for them.

    Args:
        outcome: What is compared, one value a user; words and yes or no are categories. Of categories, all
            but the most frequent ones are taken together.
        grouping: What users are grouped by, aligned; numbers of few values are categories here.
        outcome_name: What it is called.
        grouping_name: What it is called.
        categorical: Whether numbers of the outcome are names of categories; ``None``: as their type says.
        fill: What stands in for null in an outcome of numbers.
        seed: Makes permutations repeatable.

    Returns:
        The difference. Where nobody has a value, only one group has, or all values are equal, there is
        nothing to test, and it says which.

    Raises:
        UsageError: The two are of different length, the grouping has too many values, or the outcome is
            neither numbers nor words.

    Examples:
        >>> found = difference([1, 2, 3, 40, 50, 60], ["a", "a", "a", "b", "b", "b"])
        >>> found.test, round(found.statistic, 2), found.reference, round(found.p, 2)
        ('kruskal_wallis', 3.86, 'permutation', 0.1)
    """
    values, by = column(outcome, outcome_name), grouped(column(grouping, grouping_name), grouping_name)
    _refuse_misaligned(outcome_name, len(values), grouping_name, len(by.codes))
    names = outcome_name, grouping_name
    if categorical or (categorical is None and of_words(values)):
        shown = frequent(labelled(values, outcome_name))
        users = _users(names, by, shown.codes >= 0, seed)
        return _of_categories(shown.codes[users.places], shown.labels, users)
    amounts = numbers(pa.table({outcome_name: values}), outcome_name)
    return _with_nulls_filled(amounts, fill, names, by, seed)


def differences(
    table: FeatureTable,
    grouping: str | Column,
    outcomes: Sequence[str] | None = None,
    *,
    name: str = "segment",
    fills: Mapping[str, float] | None = None,
    correction: Correction = "holm",
    seed: int = 42,
) -> tuple[Difference, ...]:
    """Compare many outcomes between the same groups, corrected for how many they are.

    A null that means that nothing happened, as the feature itself says (`fill` is ``zero``), counts as 0;
    other nulls are left out, unless `fills` says what stands in for them.

    Args:
        table: Users x features.
        grouping: A feature, or the label of each user, in the order of the table.
        outcomes: The features to compare; ``None``: all but the grouping.
        name: What labels are called.
        fills: For some features, what stands in for null.
        correction: ``holm`` or ``benjamini_hochberg``.
        seed: Makes permutations repeatable.

    Returns:
        One difference an outcome, the strongest effect first.

    Raises:
        UsageError: A feature is not there, the grouping is one of the outcomes, or has too many values or
            the wrong length.
    """
    by = grouping if isinstance(grouping, str) else None
    labels: Column = grouping if by is None else table.rows.column(_known(by, table))
    chosen = _outcomes(table, by, outcomes)
    zeros = {feature.name: 0.0 for feature in chosen if feature.fill == "zero" and not feature.categorical}
    stand_in = {**zeros, **(fills or {})}
    found = [
        difference(
            table.rows.column(feature.name),
            labels,
            outcome_name=feature.name,
            grouping_name=by or name,
            categorical=feature.categorical,
            fill=stand_in.get(feature.name),
            seed=seed,
        )
        for feature in chosen
    ]
    return tuple(sorted(together(found, correction), key=_strongest_first))


def _refuse_misaligned(outcome: str, values: int, grouping: str, labels: int) -> None:
    if values != labels:
        raise UsageError(
            f"{outcome} has {values:,} values and {grouping} has {labels:,}; "
            "both need one a user, in the same order."
        )


def _known(name: str, table: FeatureTable) -> str:
    names = [feature.name for feature in table.features]
    if name not in names:
        raise UsageError(f"There is no feature {name!r} to compare. {did_you_mean(name, names)}")
    return name


def _outcomes(table: FeatureTable, by: str | None, asked: Sequence[str] | None) -> list[Feature]:
    if asked is None:
        return [feature for feature in table.features if feature.name != by]
    if by is not None and by in asked:
        raise UsageError(f"{by!r} can't be compared between groups of itself; name another outcome.")
    return [table.feature(_known(name, table)) for name in dict.fromkeys(asked)]


def together(found: Sequence[Difference], correction: Correction = "holm") -> tuple[Difference, ...]:
    """Correct differences that were looked for together; pairs go where a difference does not stand."""
    tested = [each.p for each in found if each.p is not None]
    fixed = iter(corrected(tested, correction))
    result = []
    for each in found:
        p = None if each.p is None else next(fixed)
        pairs = each.pairs if p is not None and p <= LEVEL else ()
        result.append(
            dataclasses.replace(
                each, p_corrected=p, correction=correction, comparisons=len(tested), pairs=pairs
            )
        )
    return tuple(result)


def _strongest_first(found: Difference) -> tuple[bool, int, float, str]:
    return found.p is None, -MAGNITUDES.index(found.magnitude), -found.explained, found.outcome


def _users(names: tuple[str, str], by: Labelled, known: NDArray[np.bool_], seed: int) -> _Users:
    places = np.flatnonzero(known & (by.codes >= 0)).astype(np.int64)
    kept, codes = without_gaps(by.codes[places])
    labels = tuple(str(by.labels[at]) for at in kept.tolist())
    return _Users(*names, places, codes, labels, len(known) - len(places), 0, seed)


def _untested(users: _Users, test: Test, groups: tuple[Group, ...], nothing: Nothing | None) -> Difference:
    """Say what is known before the test."""
    return Difference(
        outcome=users.outcome,
        grouping=users.grouping,
        test=test,
        reference="chi_squared",
        statistic=0.0,
        degrees=0,
        p=None,
        p_corrected=None,
        correction="holm",
        comparisons=0,
        effect="epsilon_squared" if test == "kruskal_wallis" else "cramers_v",
        value=0.0,
        low=0.0,
        high=0.0,
        magnitude="negligible",
        at_most="negligible",
        users=len(users.codes),
        left_out=users.left_out,
        filled=users.filled,
        groups=groups,
        pairs=(),
        nothing=nothing,
    )


def _with_nulls_filled(
    amounts: Floats, fill: float | None, names: tuple[str, str], by: Labelled, seed: int
) -> Difference:
    unknown = np.isnan(amounts)
    if fill is not None:
        amounts = np.where(unknown, fill, amounts)
    users = _users(names, by, ~np.isnan(amounts), seed)
    users = dataclasses.replace(users, filled=int(unknown[users.places].sum()))
    return _of_numbers(amounts[users.places], users)


def _nothing(users: _Users, distinct: int) -> Nothing | None:
    if not len(users.codes):
        return "nobody"
    if len(users.labels) == 1:
        return "one_group"
    return "constant" if distinct == 1 else None


def _of_numbers(values: Floats, users: _Users) -> Difference:
    order = np.argsort(values, kind="stable")
    values, codes = values[order], users.codes[order]
    groups = described.of_numbers(values, codes, users.labels) if len(values) else ()
    nothing = _nothing(users, 1 if not len(values) or values[0] == values[-1] else 2)
    start = _untested(users, "kruskal_wallis", groups, nothing)
    if nothing is not None:
        return start
    found = ranks.ranked(values, codes)
    p, reference = ranks.chance(found, users.seed)
    degrees, value = len(groups) - 1, found.epsilon_squared
    low, high = interval(value, ranks.spread(found), len(values), degrees)
    high = min(high, 1.0)
    return dataclasses.replace(
        start,
        reference=reference,
        statistic=found.statistic,
        degrees=degrees,
        p=p,
        p_corrected=p,
        comparisons=1,
        value=value,
        low=low,
        high=high,
        magnitude=magnitude(value),
        at_most=magnitude(high),
        pairs=ranks.pairs(found, users.labels) if p <= LEVEL else (),
    )


def _of_categories(codes: Ints, names: tuple[str | None, ...], users: _Users) -> Difference:
    kept, places = without_gaps(codes)
    table = counts.cross_tabulated(users.codes, places) if len(codes) else None
    values = tuple(names[at] for at in kept.tolist())
    groups = described.of_categories(table.table, users.labels, values) if table is not None else ()
    nothing = _nothing(users, len(values))
    start = _untested(users, "chi_squared", groups, nothing)
    if table is None or nothing is not None:
        return start
    p, reference = counts.chance(table, users.seed)
    value = counts.cramers_v(table)
    ends = interval(table.phi_squared, counts.spread(table), table.users, table.degrees)
    low, high = (min(math.sqrt(end / table.sides), 1.0) for end in ends)
    low, high = min(low, value), max(high, value)
    side = math.sqrt(table.sides)
    return dataclasses.replace(
        start,
        reference=reference,
        statistic=table.statistic,
        degrees=table.degrees,
        p=p,
        p_corrected=p,
        comparisons=1,
        value=value,
        low=low,
        high=high,
        magnitude=magnitude(value * side, OF_W),
        at_most=magnitude(high * side, OF_W),
        pairs=counts.pairs(table, users.labels, users.seed) if p <= LEVEL else (),
    )
