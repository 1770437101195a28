from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tests import small_shop

from coterie.cli import preview
from coterie.project import file as project_file

if TYPE_CHECKING:
    from pathlib import Path


def looks(folder: Path) -> preview.Preview:
    return preview.preview(project_file.read(folder))


def test_a_sample_shows_what_a_run_would_use(tmp_path: Path) -> None:
    found = looks(small_shop.make(tmp_path))
    clicks, people = found.looks
    assert found.fine
    assert found.caption() == "A run can read every source."
    assert (clicks.what, clicks.units, clicks.rows - clicks.used) == ("events", 1, 1)
    assert clicks.set_aside == (("no user", 1),)
    assert [kind for kind, _ in clicks.kinds] == ["view", "order"]
    assert clicks.first is not None
    assert clicks.first >= small_shop.START
    assert (people.what, people.rows, people.used, people.kinds) == ("users", 40, 40, ())
    assert found.to_arrow().num_rows == 2


def test_nothing_is_written(tmp_path: Path) -> None:
    before = sorted(small_shop.make(tmp_path).iterdir())
    looks(tmp_path)
    assert sorted(tmp_path.iterdir()) == before


def test_one_wrong_source_does_not_hide_the_next(tmp_path: Path) -> None:
    small_shop.make(tmp_path)
    wrong = small_shop.YAML.replace("kind: kind", "kind: knd").replace("people.csv", "gone.csv")
    (tmp_path / "coterie.yaml").write_text(wrong, encoding="utf-8")
    found = looks(tmp_path)
    assert not found.fine
    assert [bool(look.mistakes) for look in found.looks] == [True, True]
    assert found.caption() == "2 of 2 sources can't be used."


def test_a_source_of_which_nothing_can_be_used_is_told(tmp_path: Path) -> None:
    small_shop.make(tmp_path)
    (tmp_path / "clicks.csv").write_text("user,at,kind,item,price\n,2026-01-01,view,,\nu,soon,view,,\n")
    (mistake,) = looks(tmp_path).looks[0].mistakes
    assert "none of its rows can be used" in mistake
    assert "no user (1 rows)" in mistake


def test_times_in_the_future_depend_on_now(tmp_path: Path) -> None:
    project = project_file.read(small_shop.make(tmp_path))
    early = preview.preview(project, now=small_shop.START - dt.timedelta(days=30))
    assert dict(early.looks[0].set_aside)["time in the future"] > 0
