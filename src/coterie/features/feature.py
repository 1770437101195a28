"""What a feature is: a number about a user as of a date, with its name, unit and sentence."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

from coterie.shown import Shown

if TYPE_CHECKING:
    import datetime as dt

    import pyarrow as pa

#: What a number counts. It decides scaling, wording and axis labels.
Unit = Literal[
    "events",
    "days",
    "seconds",
    "money",
    "share",
    "items",
    "characters",
    "number",
    "score",
    "category",
    "per week",
]

#: What a method that can't take nulls puts in their place.
#: zero: nothing happened is nothing. largest: never is longer ago than anyone's longest (recency, gaps).
#: median: unknown is ordinary. category: unknown is a value of its own ("unknown").
NullFill = Literal["zero", "largest", "median", "category"]


@dataclasses.dataclass(frozen=True, slots=True)
class Feature:
    """One column of the features table.

    Attributes:
        name: The column, such as ``orders_spend``; lower case, the family's word first.
        family: One of `coterie.project.settings.FAMILIES`.
        unit: What it counts.
        sentence: What it is, for a person: "Money spent on orders."
        null: What a null means: "no order yet". Empty if it is never null.
        fill: What a method that can't take nulls puts in their place.
        behaviour: False for attributes and acquisition: facts about people, not acts.
        higher_is: How the feature speaks of engagement: +1 more engaged, -1 less (recency), 0 neither.
        kind: The kind of event it is about, if about one ("order").
        sql: The aggregate expression, in DuckDB's dialect, over the relation of its family.
        half_life_us: The microseconds in which the whole feature loses half of its worth; 0 if it keeps it.
    """

    name: str
    family: str
    unit: Unit
    sentence: str
    null: str = ""
    fill: NullFill = "zero"
    behaviour: bool = True
    higher_is: Literal[-1, 0, 1] = 0
    kind: str | None = None
    sql: str = ""
    half_life_us: int = 0

    @property
    def categorical(self) -> bool:
        """Whether its values are words and not numbers."""
        return self.unit == "category"


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class FeatureTable(Shown):
    """Users x features as of a date.

    Attributes:
        as_of: Events at or after this date (midnight, UTC) are not seen.
        features: The columns, in the order of the catalogue.
        rows: ``user_id`` (text, not null, unique, ascending) and one column a feature: double, or text for
            categories; null as each feature defines it.
        left_out: For each family that the data can't feed, why.
        everyone: How many users the warehouse has features of, where `rows` are a sample of them.
    """

    as_of: dt.date
    features: tuple[Feature, ...]
    rows: pa.Table
    left_out: tuple[tuple[str, str], ...] = ()
    everyone: int | None = None

    def feature(self, name: str) -> Feature:
        """Look a feature up by its name."""
        return next(feature for feature in self.features if feature.name == name)

    def caption(self) -> str:
        """Say how many users and features there are, and as of when."""
        users = self.everyone or len(self)
        return f"{len(self.features)} features of {users:,} users as of {self.as_of}"

    def to_arrow(self) -> pa.Table:
        """Return one row a feature: name, unit, sentence, and the meaning of null."""
        import pyarrow as pa

        fields = ("name", "unit", "sentence", "null")
        return pa.table({field: [getattr(feature, field) for feature in self.features] for field in fields})

    def __len__(self) -> int:
        """Count the users."""
        return int(self.rows.num_rows)
