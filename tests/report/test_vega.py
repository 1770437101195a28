from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from coterie.report import vega

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _afresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A cache of its own, and nothing remembered before or after."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    vega.script.cache_clear()
    yield
    vega.script.cache_clear()


def _file(tmp_path: Path) -> Path:
    return next((tmp_path / "cache" / "coterie").iterdir())


def test_the_bundle_can_stand_in_a_script() -> None:
    script = vega.script()
    assert "window.vegaEmbed" in script
    assert "</script" not in script
    assert "<!--" not in script


def test_the_next_process_finds_the_bundle(tmp_path: Path) -> None:
    script = vega.script()
    kept = _file(tmp_path)
    before = kept.stat().st_mtime_ns
    vega.script.cache_clear()
    assert vega.script() == script
    assert kept.stat().st_mtime_ns == before


@pytest.mark.slow
def test_a_bundle_that_was_changed_is_made_again(tmp_path: Path) -> None:
    script = vega.script()
    kept = _file(tmp_path)
    whole = kept.read_bytes()
    for damaged in (whole[:1000], whole + b"alert(1)", b"\xff\xfe"):
        kept.write_bytes(damaged)
        vega.script.cache_clear()
        assert vega.script() == script
        assert kept.read_bytes() == whole


@pytest.mark.slow
def test_without_a_cache_it_is_made_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    script = vega.script()
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert vega.folder() == tmp_path / ".cache" / "coterie"

    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.setattr("pathlib.Path.home", homeless)
    vega.script.cache_clear()
    assert vega.folder() is None
    assert vega.script() == script
