from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests import small_shop
from tests.cli.shell import call

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small_shop.make(tmp_path_factory.mktemp("shop"))
    ran = call("run", "--project", folder)
    assert ran.exit_code == 0, ran.output
    return folder
