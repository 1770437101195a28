from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from coterie.described import Column
from coterie.project.settings import Project
from coterie.publish import dbt, folder
from coterie.publish.statements import Place, Published

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = Project.model_validate({"name": "Shop", "sources": [{"name": "a", "table": "a.csv", "users": {}}]})
TABLES = (
    Published(
        "profiles",
        "One row for each user.",
        (
            Column("user_id", "VARCHAR", "Who it is about: {{ raw }}."),
            Column("orders_spend", "DOUBLE", 'Money spent; it\'s "a sum".', "money"),
        ),
        (),
    ),
    Published(
        "runs",
        "One row for each run.",
        (Column("run_id", "VARCHAR", "The run."), Column("finished", "TIMESTAMP WITH TIME ZONE", "When.")),
        (),
    ),
)


def documents() -> tuple[dict[str, Any], dict[str, Any]]:
    files = dbt.files(PROJECT, TABLES, Place("dashboards", "duckdb", "x"))
    assert all(content.startswith(dbt.MARK) for content in files.values())
    return yaml.safe_load(files["sources.yml"]), yaml.safe_load(files["exposures.yml"])


def test_sources_describe_every_column_and_say_when_they_are_old() -> None:
    sources, _ = documents()
    (source,) = sources["sources"]
    assert (source["name"], source["schema"]) == ("coterie_shop", "dashboards")
    profiles, runs = source["tables"]
    assert profiles["columns"] == [
        {
            "name": "user_id",
            "description": "Who it is about: (( raw )).",
            "data_type": "varchar",
            "data_tests": ["unique", "not_null"],
        },
        {"name": "orders_spend", "description": 'Money spent; it\'s "a sum".', "data_type": "double"},
    ]
    assert runs["config"]["loaded_at_field"] == "finished"
    assert runs["config"]["freshness"]["warn_after"] == {"count": 2, "period": "day"}


def test_the_report_is_an_exposure_of_what_is_published() -> None:
    _, exposures = documents()
    (exposure,) = exposures["exposures"]
    assert exposure["depends_on"] == ["source('coterie_shop', 'profiles')"]
    assert exposure["type"] == "dashboard"
    assert exposure["owner"]["name"]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("dbt") is None, reason="dbt is not installed")
def test_dbt_parses_it(tmp_path: Path) -> None:
    folder.write(
        tmp_path / "models", dbt.files(PROJECT, TABLES, Place("dashboards", "duckdb", "x")), dbt.MARK
    )
    (tmp_path / "dbt_project.yml").write_text("name: shop\nversion: '1.0'\nprofile: shop\n", encoding="utf-8")
    profile = "shop: {target: dev, outputs: {dev: {type: duckdb, path: ':memory:'}}}\n"
    (tmp_path / "profiles.yml").write_text(profile, encoding="utf-8")
    command = ["dbt", "--no-send-anonymous-usage-stats", "parse", "--project-dir", ".", "--profiles-dir", "."]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout
    assert "WARNING" not in found.stdout.upper().replace("0 WARNING", ""), found.stdout
