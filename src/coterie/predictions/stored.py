"""A prediction as JSON, and back."""

from __future__ import annotations

from coterie.as_json import Form
from coterie.errors import PredictionError
from coterie.predictions.prediction import VERSION, Prediction

_FORM = Form(Prediction, "prediction", VERSION, PredictionError)


def to_json(prediction: Prediction) -> str:
    """Write a prediction as JSON, to the last digit.

    Raises:
        PredictionError: A number in it isn't finite.
    """
    return _FORM.dump(prediction)


def from_json(text: str) -> Prediction:
    """Read a prediction from JSON.

    Raises:
        PredictionError: The text is no JSON, of another version, or not a prediction.
    """
    return _FORM.load(text)
