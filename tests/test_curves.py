from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests import small_shop

from coterie import curves, run
from coterie.cli import views
from coterie.errors import DataError, UsageError
from coterie.project import file as project_file
from coterie.sources import connect

if TYPE_CHECKING:
    from pathlib import Path

    from coterie.project.settings import Project


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = small_shop.make(tmp_path_factory.mktemp("shop"))
    yaml = (folder / "coterie.yaml").read_text(encoding="utf-8")
    plan = "  plan: {method: rules, rules: [{name: Many, where: activity_events > 9}]}\n"
    limited = yaml.replace("starts: 2,", "starts: 2, k_max: 4,").replace("report:", f"{plan}report:")
    (folder / "coterie.yaml").write_text(limited, encoding="utf-8")
    project = project_file.read(folder)
    run.run(project)
    return project


def test_curves_of_every_segmentation_that_takes_a_number(
    shop: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with run.finished(shop) as warehouse:
        found = curves.curves_of(warehouse, shop)
    assert list(found) == ["engagement", "habit"]
    assert [point.k for point in found["habit"].points] == [1, 2, 3, 4]
    assert found["habit"].of == small_shop.USERS
    views.show_curves(found)
    assert "The silhouette is highest at" in capsys.readouterr().out
    written = curves.pictures({"habit": found["habit"]}, tmp_path / "charts")
    assert [path.name for path in written[:2]] == ["habit-elbow.png", "habit-elbow.svg"]
    assert len(written) == 6
    assert all(path.stat().st_size > 1000 for path in written)


def test_rules_have_no_curves(shop: Project) -> None:
    with (
        run.finished(shop) as warehouse,
        pytest.raises(UsageError, match="No segmentation called 'plan' takes"),
    ):
        curves.curves_of(warehouse, shop, "plan")


def test_without_a_run_there_are_none(shop: Project) -> None:
    with pytest.raises(DataError, match="make them with `coterie run`"):
        curves.curves_of(connect.connect("duckdb://"), shop)
