from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from coterie import atomic

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_appears_when_all_of_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    with atomic.whole(path) as part:
        part.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def stop_half_way(path: Path, stop: type[BaseException]) -> None:
    with atomic.whole(path) as part:
        part.write_text("half")
        raise stop


@pytest.mark.parametrize("stop", [ValueError, KeyboardInterrupt])
def test_a_file_stays_as_it_was_if_writing_stops(tmp_path: Path, stop: type[BaseException]) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    with pytest.raises(stop):
        stop_half_way(path, stop)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    (tmp_path / ".report.html.part").write_text("left by a killed process")
    with atomic.whole(path) as part:
        part.write_text("new")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]
