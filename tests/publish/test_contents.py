"""What Looker and dbt are told of predictions is what a run has really published."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import lkml
import pytest
import yaml
from tests import small_shop

from coterie import run
from coterie.project import file as project_file
from coterie.publish import dbt, publish
from coterie.publish.lookml import project as lookml
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.sources.warehouse import Warehouse

SCHEMA = "dashboards"
PREDICTIONS = """predictions:
  calm: {target: none, horizon_days: 4, model: baseline, min_history_days: 3}
  spent_soon: {target: value, horizon_days: 4, model: baseline, min_history_days: 3}
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Warehouse, dict[str, str]]]:
    """A warehouse with predictions of a run that are published, and the files for Looker and dbt."""
    folder = small_shop.make(tmp_path_factory.mktemp("shop"))
    (folder / "coterie.yaml").write_text(small_shop.YAML + PREDICTIONS, encoding="utf-8")
    project = project_file.read(folder)
    run.run(project)
    with run.opened(project) as warehouse:
        publish.publish(warehouse, project, SCHEMA)
        tables, place = publish.described_for(warehouse, project, SCHEMA)
        files = lookml.files(warehouse, project, tables, place, "shop")
        yield warehouse, {**files, **dbt.files(project, tables, place)}


def there(warehouse: Warehouse, table: str) -> dict[str, str]:
    """Names and types of the columns that are really published, in order."""
    found = warehouse.query(
        sql.sql(
            """select column_name as name, data_type as kind from information_schema.columns
            where table_schema = :to and table_name = :name order by ordinal_position""",
            to=SCHEMA,
            name=table,
        )
    )
    return dict(zip(found["name"].to_pylist(), found["kind"].to_pylist(), strict=True))


def view(files: dict[str, str], name: str) -> dict[str, Any]:
    (found,) = lkml.load(files[f"views/{name}.view.lkml"])["views"]
    return dict(found)


@pytest.mark.parametrize("table", ["predictions", "profiles"])
def test_dbt_is_told_the_columns_that_are_there(
    table: str, published: tuple[Warehouse, dict[str, str]]
) -> None:
    warehouse, files = published
    (source,) = yaml.safe_load(files["sources.yml"])["sources"]
    (told,) = (one for one in source["tables"] if one["name"] == table)
    columns = {one["name"]: one["data_type"] for one in told["columns"]}
    assert columns == {name: kind.lower() for name, kind in there(warehouse, table).items()}
    assert list(columns) == list(there(warehouse, table))
    assert all(one["description"] for one in told["columns"])


@pytest.mark.parametrize("table", ["predictions", "profiles"])
def test_looker_is_told_the_columns_that_are_there(
    table: str, published: tuple[Warehouse, dict[str, str]]
) -> None:
    warehouse, files = published
    found = view(files, table)
    kinds = {"number": ("DOUBLE", "BIGINT", "INTEGER"), "string": ("VARCHAR",), "yesno": ("BOOLEAN",)}
    columns = {}
    for one in (*found["dimensions"], *found.get("dimension_groups", [])):
        told = re.fullmatch(r'\$\{TABLE\}\."(.*)"', one["sql"])
        if told is not None:  # and not a key of several columns
            columns[told[1]] = kinds.get(one["type"], ("DATE", "TIMESTAMP"))
    real = there(warehouse, table)
    assert columns.keys() == real.keys()
    for name, allowed in columns.items():
        assert real[name].startswith(allowed), name
    for one in found["measures"]:
        for name in re.findall(r'\$\{TABLE\}\."([^"]*)"', one.get("sql", "")):
            assert name in real


def test_every_prediction_of_the_run_is_shown(published: tuple[Warehouse, dict[str, str]]) -> None:
    warehouse, files = published
    scores = sql.sql(
        "select prediction, count(score) as n from :seen group by prediction order by prediction",
        seen=sql.table("predictions", SCHEMA),
    )
    names = [row["prediction"] for row in warehouse.query(scores).to_pylist() if row["n"]]
    assert names == ["calm", "spent_soon"]
    (dashboard,) = (
        yaml.safe_load(content) for path, content in files.items() if path.endswith("dashboard.lookml")
    )
    (tile,) = (one for one in dashboard[0]["elements"] if one["name"] == "predictions")
    measures = {one["name"] for one in view(files, "profiles")["measures"]}
    shown = {one.removeprefix("profiles.") for one in tile["fields"] if one.startswith("profiles.")}
    assert len(shown) >= len(names)
    assert shown <= measures
