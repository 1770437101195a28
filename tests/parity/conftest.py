from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests import warehouses

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from coterie.sources.warehouse import Warehouse


@pytest.fixture(params=warehouses.OTHERS)
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Warehouse]:
    """An empty warehouse of each system but DuckDB."""
    with warehouses.opened(request.param, tmp_path) as opened:
        yield opened


@pytest.fixture
def duck(tmp_path: Path) -> Iterator[Warehouse]:
    """An empty DuckDB to compare with."""
    with warehouses.opened("duckdb", tmp_path) as opened:
        yield opened
