from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError
from tests import small_shop

from coterie import runs
from coterie.project import file as project_file
from coterie.project.limits import LimitSettings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "count"),
    [("50GB", 50 * 10**9), ("1.5 tb", 1_500_000_000_000), (1000, 1000), ("7B", 7), ("12", 12)],
)
def test_bytes_are_read_as_people_write_them(text: str | int, count: int) -> None:
    assert LimitSettings.model_validate({"max_bytes": text}).max_bytes == count


@pytest.mark.parametrize("text", ["many", "0GB", -1, "5 XB"])
def test_what_is_no_size_is_refused(text: str | int) -> None:
    with pytest.raises(ValidationError):
        LimitSettings.model_validate({"max_bytes": text})


def test_a_limit_changes_nothing_of_what_is_made(tmp_path: Path) -> None:
    folder = small_shop.make(tmp_path)
    before = project_file.read(folder)
    (folder / "coterie.yaml").write_text(small_shop.YAML + "limits: {max_rows: 5}\n", encoding="utf-8")
    assert runs.settings_fingerprint(before) == runs.settings_fingerprint(project_file.read(folder))
