"""What coterie.yaml says of how much one statement may read."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from coterie.project.strict import Settings

_SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[kMGTP]?)B", re.IGNORECASE)
_FACTORS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}


def _bytes(value: Any) -> Any:
    found = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    return int(float(found["number"]) * _FACTORS[found["unit"].upper()]) if found else value


Bytes = Annotated[int, Field(gt=0), BeforeValidator(_bytes, json_schema_input_type=int | str)]


class LimitSettings(Settings):
    """How much one statement may read; one that would read more is refused before it runs."""

    max_bytes: Bytes | None = Field(
        default=None, description="Bytes billed by BigQuery, as a number or as text such as 50GB."
    )
    max_rows: int | None = Field(
        default=None,
        gt=0,
        description="Rows that one statement reads, as its engine plans it; BigQuery tells bytes alone.",
    )
