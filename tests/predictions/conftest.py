from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from coterie.sources.duckdb import DuckDB

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDB]:
    with contextlib.closing(DuckDB()) as opened:
        yield opened
