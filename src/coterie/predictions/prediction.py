"""The result of fitting a prediction: frozen, measured on a later date, and stored as JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt  # noqa: TC003 - read when a stored prediction is checked
from typing import Literal, TypeAlias

import pyarrow as pa

from coterie.predictions.calibrate import Calibrator  # noqa: TC001 - the same
from coterie.predictions.columns import Column  # noqa: TC001 - the same
from coterie.predictions.evaluation.calibration import Bin  # noqa: TC001 - the same
from coterie.predictions.evaluation.evaluated import Evaluated  # noqa: TC001 - the same
from coterie.predictions.examples import Kind  # noqa: TC001 - the same
from coterie.predictions.models.baseline import Baseline
from coterie.predictions.models.hurdle import Hurdle
from coterie.predictions.models.linear import Linear
from coterie.predictions.models.trees import Trees
from coterie.predictions.residuals import Residuals  # noqa: TC001 - the same
from coterie.shown import Shown

Model: TypeAlias = Baseline | Linear | Trees | Hurdle
Level = Literal["good", "note", "warning"]

#: The version of the stored form.
VERSION = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Measure:
    """How good a prediction was on the holdout, in one number.

    Attributes:
        name: ``auc``, ``precision`` (average), ``lift`` (of the best tenth), ``gini``, ``spearman``:
            higher is better; ``brier``, ``log_loss``, ``deviance``, ``absolute_error``,
            ``squared_error`` (its root): lower is better; ``total``: what was foretold of all over what
            happened, 1 is right.
        value: Of the prediction.
        low: Lower end of its 95 % interval; ``None`` where there is none.
        high: Upper end.
        naive: The same without a model: of ranking users by the period before, or of foretelling each what
            users with as much in the period before came to; ``None`` where it can't be measured.
        mean: The same of foretelling everyone the mean.
    """

    name: str
    value: float
    low: float | None
    high: float | None
    naive: float | None
    mean: float | None

    @property
    def beaten(self) -> bool:
        """Whether the naive baseline is at least as good."""
        if self.naive is None:
            return False
        if self.name == "total":
            return abs(self.naive - 1) <= abs(self.value - 1)
        higher = self.name in HIGHER_IS_BETTER
        return self.naive >= self.value if higher else self.naive <= self.value


#: Measures that are higher the better a prediction is.
HIGHER_IS_BETTER = frozenset({"auc", "precision", "lift", "gini", "spearman"})


@dataclasses.dataclass(frozen=True, slots=True)
class Candidate:
    """A model that was tried on dates before the holdout.

    Attributes:
        method: Such as ``linear``.
        loss: Its mean loss on users whom it was not fitted on; lower is better.
        excess: How much more that is than the loss of the best one.
        error: The standard error of `excess`.
        chosen: Whether it became the prediction.
    """

    method: str
    loss: float
    excess: float
    error: float
    chosen: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Importance:
    """How much a prediction rests on a feature, in three ways.

    Attributes:
        feature: Its name.
        group: Features that go together closely have the same number, from 1 on.
        linear: The weight of its standardised column in a linear model, in logits, logarithms or units of the
            outcome; of the heaviest column for a feature of words. Its sign says which way.
        forest: Its share of what the splits of a random forest explain, 0..1.
        permutation: How much larger the loss on the holdout gets when the values of its group are dealt out
            to other users, as a share of the loss; the same for all of a group.
    """

    feature: str
    group: int
    linear: float
    forest: float
    permutation: float


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """Something to know before a prediction is used.

    Attributes:
        check: Which check found it: ``naive``, ``chance``, ``leak``, ``few``, ``calibration``, ``time``,
            ``change``.
        level: good, note or warning.
        sentence: What was found, in plain words. Features are written ``{feature:orders_spend}``;
            `coterie.report` puts names in their place.
        number: The number behind it.
        feature: The feature it is about, if one.
    """

    check: str
    level: Level
    sentence: str
    number: float
    feature: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Prediction(Shown):
    """A fitted prediction.

    Attributes:
        name: Its name in coterie.yaml, such as ``churn_28d``.
        kind: What is foretold: a probability, a count or an amount.
        horizon_days: How many days from a date on it tells of.
        method: The model: the one chosen, if by evidence.
        dates: The dates it was fitted as of, ascending.
        holdout: The later date it was measured as of.
        users: Rows it was fitted on, one a user and date.
        held_out: Rows it was measured on.
        rate: The mean outcome of the rows it was fitted on.
        seed: What made it repeatable.
        columns: How features become the columns of the model.
        model: What foretells.
        calibrator: What mends its probabilities; ``None``: they are left as they are.
        residuals: How far outcomes lie from predictions, for intervals; ``None`` for probabilities.
        measures: How good it was on the holdout, the naive baseline beside it.
        evaluated: Its curves on the holdout; ``None`` where outcomes below 0 leave no share of a whole.
        naive: The same of the naive baseline; ``None`` likewise, and where that foretold nothing.
        levels: For counts and amounts, users foretold about as much and what happened, the lowest first; the
            interval is that of the mean.
        importance: The features it may use, the most important first; empty for the baseline.
        candidates: The models that were tried, the best first.
        findings: What to know before it is used.
        not_for: What it may not be used for, in sentences.
        version: Of the stored form.
    """

    name: str
    kind: Kind
    horizon_days: int
    method: str
    dates: tuple[dt.date, ...]
    holdout: dt.date
    users: int
    held_out: int
    rate: float
    seed: int
    columns: tuple[Column, ...]
    model: Model
    calibrator: Calibrator | None
    residuals: Residuals | None
    measures: tuple[Measure, ...]
    evaluated: Evaluated | None
    naive: Evaluated | None
    levels: tuple[Bin, ...]
    importance: tuple[Importance, ...]
    candidates: tuple[Candidate, ...]
    findings: tuple[Finding, ...]
    not_for: tuple[str, ...]
    version: int = VERSION

    @property
    def features(self) -> tuple[str, ...]:
        """The features that scoring needs, in order of their names."""
        return tuple(dict.fromkeys(column.feature for column in self.columns))

    def measure(self, name: str) -> Measure:
        """Look a measure up by its name."""
        return next(measure for measure in self.measures if measure.name == name)

    def caption(self) -> str:
        """Say what was foretold by which model, and how good it was."""
        first = self.measures[0]
        naive = "" if first.naive is None else f", {first.naive:.3g} without a model"
        return (
            f"{self.name}: {self.method} model of {self.users:,} rows, {first.name} {first.value:.3g} on "
            f"{self.held_out:,} users as of {self.holdout}{naive}"
        )

    def to_arrow(self) -> pa.Table:
        """Return one row a measure."""
        rows = [dataclasses.asdict(measure) for measure in self.measures]
        numbers = ("value", "low", "high", "naive", "mean")
        schema = pa.schema([("name", pa.string()), *((name, pa.float64()) for name in numbers)])
        return pa.Table.from_pylist(rows, schema=schema)
