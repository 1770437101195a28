"""What a model learns from: users as they were on past dates, and what happened to them afterwards."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import datetime as dt

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from coterie.features.feature import Feature

#: What is foretold. yes_or_no: a probability; count: how many; amount: how much money or time.
Kind = Literal["yes_or_no", "count", "amount"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Users as of past dates with what happened to each within the horizon after that date.

    A user comes once for each date on which they belonged to the population. What `rows` says of an example
    was known before its date; `outcomes` is made of the days from the date on, so the two never overlap.

    Attributes:
        kind: What is foretold.
        horizon_days: How many days from the date on `outcomes` tells of.
        dates: The dates, ascending; the last is the holdout, which no model is fitted on.
        features: The columns that a model may use.
        rows: ``user_id`` and one column a feature, as in `coterie.features.feature.FeatureTable`.
        date_of: For each row, the place of its date in `dates`.
        outcomes: For each row what happened: 0 or 1, or an amount.
        naive: For each row what somebody without a model would say: the same of the period before.
    """

    kind: Kind
    horizon_days: int
    dates: tuple[dt.date, ...]
    features: tuple[Feature, ...]
    rows: pa.Table
    date_of: NDArray[np.int64]
    outcomes: NDArray[np.float64]
    naive: NDArray[np.float64]

    def __len__(self) -> int:
        """Count the rows."""
        return int(self.rows.num_rows)

    @property
    def held_out(self) -> NDArray[np.bool_]:
        """True of the rows as of the last date."""
        found: NDArray[np.bool_] = self.date_of == len(self.dates) - 1
        return found
