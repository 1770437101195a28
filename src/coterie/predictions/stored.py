"""A prediction as JSON, and back; never pickle."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from coterie.errors import PredictionError
from coterie.predictions.prediction import VERSION, Prediction

if TYPE_CHECKING:
    import datetime as dt

#: What helps where a stored prediction can't be read.
AGAIN = "Run `coterie run` to fit it again."


def to_json(prediction: Prediction) -> str:
    """Write a prediction as JSON, to the last digit.

    Raises:
        PredictionError: A number in it isn't finite.
    """
    fields = dataclasses.asdict(prediction)
    try:
        return json.dumps(fields, default=_date, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError as error:
        raise PredictionError(f"The prediction {prediction.name!r} can't be stored: {error}.") from error


def _date(value: dt.date) -> str:
    return value.isoformat()


def from_json(text: str) -> Prediction:
    """Read a prediction from JSON.

    Raises:
        PredictionError: The text is no JSON, of another version, or not a prediction.
    """
    try:
        fields = json.loads(text)
    except json.JSONDecodeError as error:
        raise PredictionError(f"The stored prediction is not JSON: {error}. {AGAIN}") from error
    version = fields.get("version") if isinstance(fields, dict) else None
    if version != VERSION:
        raise PredictionError(
            f"The stored prediction has version {version!r}; this coterie reads {VERSION}. {AGAIN}"
        )
    return _checked(fields)


def _checked(fields: dict[str, Any]) -> Prediction:
    try:
        return TypeAdapter(Prediction).validate_python(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise PredictionError(
            f"The stored prediction is wrong at {where}: {first['msg']}. {AGAIN}"
        ) from error
