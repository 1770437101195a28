"""What is foretold of the users of today, and what became of predictions that could not be made."""

from __future__ import annotations

import dataclasses
import datetime as dt  # noqa: TC003 - read when stored results are checked
from typing import TYPE_CHECKING

from coterie.predictions.gaps import Gaps  # noqa: TC001 - the same
from coterie.predictions.population import Counted  # noqa: TC001 - the same
from coterie.predictions.score import Expected  # noqa: TC001 - the same
from coterie.predictions.totals import Level  # noqa: TC001 - the same
from coterie.project.predicting import PredictionSettings  # noqa: TC001 - the same
from coterie.shown import Shown

if TYPE_CHECKING:
    import pyarrow as pa

    from coterie.predictions.prediction import Measure, Prediction


@dataclasses.dataclass(frozen=True, slots=True)
class Circumstances:
    """How a prediction came about, and what it comes to today.

    Attributes:
        settings: What coterie.yaml says of it.
        counted: The users as of today: known, belonging, too new.
        trained: The same for each date that was learnt from or checked on.
        expected: What is foretold of all of them together, with its interval.
        on_holdout: The same of the users of the holdout, from the dates before it alone.
        levels: What totals of past dates were foretold, and what they came to; the last is the holdout.
        gaps: The pauses between active days, where the horizon follows from them.
        notes: What a reader should know of how it came about, one sentence each.
    """

    settings: PredictionSettings
    counted: Counted
    trained: tuple[Counted, ...]
    expected: Expected
    on_holdout: Expected
    levels: tuple[Level, ...]
    gaps: Gaps | None
    notes: tuple[str, ...]

    @property
    def happened(self) -> float:
        """What came to pass of `on_holdout`."""
        return self.levels[-1].happened


@dataclasses.dataclass(frozen=True, slots=True, repr=False, eq=False)
class Foretold(Shown):
    """A prediction, and what it comes to for the users of today.

    Attributes:
        prediction: As it was fitted and measured.
        about: How it came about, and what it comes to.
        as_of: The date of the scores.
        made_from: Fingerprint of the data and the settings.
    """

    prediction: Prediction
    about: Circumstances
    as_of: dt.date
    made_from: str = ""

    @property
    def name(self) -> str:
        """Its name in coterie.yaml."""
        return self.prediction.name

    @property
    def first_measure(self) -> Measure:
        """The measure that says most of how good it is."""
        return self.prediction.measures[0]

    @property
    def baseline_wins(self) -> bool:
        """Whether saying what happened in the period before was as good."""
        return self.first_measure.beaten or self.prediction.method == "baseline"

    def caption(self) -> str:
        """Say how many users it comes to."""
        told, days = self.about.expected, self.prediction.horizon_days
        total = f"{told.total:,.0f} ({told.low:,.0f} to {told.high:,.0f})"
        return f"{self.name}: {total} of {told.users:,} users in the {days} days from {self.as_of}"

    def to_arrow(self) -> pa.Table:
        """Return one row a measure, as `Prediction` does."""
        return self.prediction.to_arrow()


@dataclasses.dataclass(frozen=True, slots=True)
class Failed:
    """A prediction that could not be made; the rest of the run went on.

    Attributes:
        name: Its name in coterie.yaml.
        sentence: Why, and what to do.
    """

    name: str
    sentence: str
