"""Frozen results as JSON, to the last digit and with a version, and back; never pickle."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

if TYPE_CHECKING:
    import datetime as dt

    from _typeshed import DataclassInstance

    from coterie.errors import CoterieError

T = TypeVar("T", bound="DataclassInstance")

#: What helps where a stored result can't be read.
AGAIN = "Run `coterie run` to fit it again."


@dataclasses.dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """How results of one kind are stored.

    Attributes:
        kind: The dataclass; its field ``version`` says which form it is.
        what: What it is called.
        version: The version that is written and read.
        error: What is raised where one can't be written or read.

    Examples:
        >>> from coterie.errors import DataError
        >>> Told = dataclasses.make_dataclass("Told", [("users", int), ("version", int, 1)])
        >>> form = Form(Told, "count", 1, DataError)
        >>> form.dump(Told(3))
        '{"users":3,"version":1}'
        >>> form.load('{"users":3,"version":1}')
        Told(users=3, version=1)
    """

    kind: type[T]
    what: str
    version: int
    error: type[CoterieError]

    def dump(self, found: T) -> str:
        """Write a result.

        Raises:
            CoterieError: A number in it isn't finite, so JSON lacks it.
        """
        fields = dataclasses.asdict(found)
        try:
            return json.dumps(
                fields, default=_date, ensure_ascii=False, allow_nan=False, separators=(",", ":")
            )
        except ValueError as error:
            raise self.error(
                f"The {self.what} {fields.get('name', '')!r} can't be stored: {error}."
            ) from error

    def load(self, text: str) -> T:
        """Read a result.

        Raises:
            CoterieError: The text is no JSON, of another version, or not such a result.
        """
        try:
            fields = json.loads(text)
        except json.JSONDecodeError as error:
            raise self.error(f"The stored {self.what} is not JSON: {error}. {AGAIN}") from error
        version = fields.get("version") if isinstance(fields, dict) else None
        if version != self.version:
            raise self.error(
                f"The stored {self.what} has version {version!r}; this coterie reads {self.version}. {AGAIN}"
            )
        return self._checked(fields)

    def _checked(self, fields: dict[str, Any]) -> T:
        try:
            return TypeAdapter(self.kind).validate_python(fields)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise self.error(
                f"The stored {self.what} is wrong at {where}: {first['msg']}. {AGAIN}"
            ) from error


def _date(value: dt.date) -> str:
    return value.isoformat()
