from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests import small_shop

from coterie import growth_report, making, run
from coterie.errors import DataError
from coterie.project import file as project_file
from coterie.sources.duckdb import DuckDB

if TYPE_CHECKING:
    from pathlib import Path


def test_growth_in_coterie_yaml_is_told_in_every_report(tmp_path: Path) -> None:
    folder = small_shop.make(tmp_path)
    text = (folder / "coterie.yaml").read_text(encoding="utf-8")
    (folder / "coterie.yaml").write_text(
        text + "growth: {funnel: [view, order], by: [country]}\n", encoding="utf-8"
    )
    project = project_file.read(folder)
    result = run.run(project)
    html = result.report.read_text(encoding="utf-8")
    idents = re.findall(r'<section id="([^"]*)"', html)
    assert [one for one in idents if one.startswith("g-")] == [
        "g-counts", "g-actions", "g-profit", "g-retention", "g-funnel", "g-lift", "g-unanswered",
    ]  # fmt: skip
    with run.finished(project) as warehouse:
        again = making.report_again(warehouse, project)[0].read_text(encoding="utf-8")
        found = growth_report.growth_of(warehouse, project)
    assert re.findall(r'<section id="([^"]*)"', again) == idents
    assert [one.dimension for one in found.counts] == ["country"]
    assert found.as_of == result.as_of
    assert found.users == result.users


def test_there_must_be_a_run(tmp_path: Path) -> None:
    project = project_file.read(small_shop.make(tmp_path))
    with pytest.raises(DataError, match="make them with `coterie run`"):
        growth_report.growth_of(DuckDB(), project)
