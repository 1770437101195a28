"""The result of comparing groups: one outcome, one grouping, a test, an effect with its interval."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal, TypeAlias

from coterie.shown import Shown

if TYPE_CHECKING:
    import pyarrow as pa

Test: TypeAlias = Literal["kruskal_wallis", "chi_squared"]
Reference: TypeAlias = Literal["chi_squared", "permutation"]
Effect: TypeAlias = Literal["epsilon_squared", "cramers_v"]
Magnitude: TypeAlias = Literal["negligible", "small", "medium", "large"]
Correction: TypeAlias = Literal["holm", "benjamini_hochberg"]
Nothing: TypeAlias = Literal["nobody", "one_group", "constant"]

#: From the weakest to the strongest.
MAGNITUDES: tuple[Magnitude, ...] = ("negligible", "small", "medium", "large")

#: A corrected p-value up to this counts as a difference.
LEVEL = 0.05

_TESTS = {"kruskal_wallis": "Kruskal-Wallis H", "chi_squared": "chi-squared"}
_EFFECTS = {"epsilon_squared": "epsilon squared", "cramers_v": "Cramer's V"}
_NOTHING = {
    "nobody": "nobody has a value in both",
    "one_group": "only one group has values",
    "constant": "everyone has the same value",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Share:
    """How many users of a group have one value of a categorical outcome.

    Attributes:
        value: The value; ``None`` for the rare values taken together.
        share: Of the group's users with a value, 0..1.
        low: Lower end of Wilson's 95 % interval.
        high: Upper end.
    """

    value: str | None
    share: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    """One group and its outcome.

    Attributes:
        group: Its label.
        users: Users with a value of the outcome.
        median: Their median; this and the next five are ``None`` for categories.
        median_low: Lower end of the 95 % interval between order statistics, free of any distribution;
            ``None`` below six users, where there is none.
        median_high: Upper end.
        mean: Their mean.
        mean_low: Lower end of Student's 95 % interval; ``None`` for one user.
        mean_high: Upper end.
        shares: For a categorical outcome, one entry a value; empty for numbers.
    """

    group: str
    users: int
    median: float | None = None
    median_low: float | None = None
    median_high: float | None = None
    mean: float | None = None
    mean_low: float | None = None
    mean_high: float | None = None
    shares: tuple[Share, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    """Two groups that differ.

    Attributes:
        one: The group with the higher numbers; of categories, the one that comes first.
        other: The other one.
        statistic: Dunn's z for numbers, Pearson's chi-squared of the two groups for categories.
        p: Of these two alone.
        p_corrected: Holm's, over all pairs of groups.
    """

    one: str
    other: str
    statistic: float
    p: float
    p_corrected: float


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Difference(Shown):
    """Whether, and how much, an outcome differs between groups.

    Attributes:
        outcome: The name of what is compared.
        grouping: The name of what users are grouped by.
        test: Kruskal-Wallis for numbers, Pearson's chi-squared for categories.
        reference: What `p` was read from: the chi-squared distribution, or permutations of the users where
            groups or expected counts are too small for it.
        statistic: H (corrected for ties) or chi-squared.
        degrees: Degrees of freedom.
        p: Chance of such a statistic, or a higher one, if the grouping had nothing to do with the outcome;
            ``None`` if there is nothing to test.
        p_corrected: For all comparisons that were made together.
        correction: How it was corrected.
        comparisons: How many comparisons were made together.
        effect: What `value` is.
        value: Epsilon squared (share of the variance of ranks that groups explain) or Cramer's V (corrected
            for bias), 0..1.
        low: Lower end of its 95 % interval, by inverting the noncentral chi-squared distribution.
        high: Upper end.
        magnitude: `value` in a word (Cohen 1988).
        at_most: `high` in a word.
        users: Users who were compared.
        left_out: Users without a group or without a value.
        filled: Of the users compared, those whose null means that nothing happened and was taken as 0.
        groups: Each group and its outcome, in the order of the labels.
        pairs: The pairs of groups that differ after Holm's correction, the most certain first; none where
            `p_corrected` is above `LEVEL`.
        nothing: Why there was nothing to test, if so.
    """

    outcome: str
    grouping: str
    test: Test
    reference: Reference
    statistic: float
    degrees: int
    p: float | None
    p_corrected: float | None
    correction: Correction
    comparisons: int
    effect: Effect
    value: float
    low: float
    high: float
    magnitude: Magnitude
    at_most: Magnitude
    users: int
    left_out: int
    filled: int
    groups: tuple[Group, ...]
    pairs: tuple[Pair, ...]
    nothing: Nothing | None = None

    @property
    def significant(self) -> bool:
        """Whether the groups differ, all comparisons considered."""
        return self.p_corrected is not None and self.p_corrected <= LEVEL

    @property
    def explained(self) -> float:
        """Epsilon squared, or V squared: the same number where both outcome and grouping have two values."""
        return self.value if self.effect == "epsilon_squared" else self.value**2

    def caption(self) -> str:
        """Say the test, the effect and what they rest on."""
        head = f"{self.outcome} by {self.grouping}"
        if self.p is None or self.p_corrected is None:
            told = _NOTHING[self.nothing] if self.nothing is not None else "nothing to test"
            return f"{head}: {told} ({self.users:,} users)"
        by = ", permuted" if self.reference == "permutation" else ""
        test = f"{_TESTS[self.test]} = {self.statistic:.4g} ({self.degrees} df{by}), p = {self.p:.3g}"
        if self.comparisons > 1:
            test += f", corrected for {self.comparisons} comparisons {self.p_corrected:.3g}"
        effect = f"{_EFFECTS[self.effect]} {self.value:.3g} ({self.low:.3g} to {self.high:.3g})"
        return f"{head}: {test}; {effect}, {self.magnitude}; {self.users:,} users"

    def to_arrow(self) -> pa.Table:
        """Return one row a group (numbers), or a group and value (categories)."""
        import pyarrow as pa

        if self.effect == "epsilon_squared":
            names = [field.name for field in dataclasses.fields(Group) if field.name != "shares"]
            rows = [{name: getattr(group, name) for name in names} for group in self.groups]
            return pa.Table.from_pylist(rows, schema=pa.schema(_COLUMNS + [(n, "double") for n in names[2:]]))
        rows = [
            {"group": group.group, "users": group.users, **dataclasses.asdict(share)}
            for group in self.groups
            for share in group.shares
        ]
        numbers = [(name, "double") for name in ("share", "low", "high")]
        return pa.Table.from_pylist(rows, schema=pa.schema([*_COLUMNS, ("value", "string"), *numbers]))


_COLUMNS = [("group", "string"), ("users", "int64")]
