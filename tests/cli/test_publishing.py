from __future__ import annotations

import json
from typing import TYPE_CHECKING

import duckdb
import pytest
from tests import small_shop
from tests.cli.shell import call

if TYPE_CHECKING:
    from pathlib import Path


def test_publish_makes_views_and_says_who_may_read_them(shop: Path) -> None:
    found = call("publish", "--to", "dashboards", "--project", shop)
    assert found.exit_code == 0, found.output
    assert "Published run" in found.stdout
    assert "To let somebody read it: whoever may read the file" in found.stdout
    again = json.loads(call("publish", "--to", "dashboards", "-p", shop, "--json").stdout)
    assert (again["nothing_new"], again["schema"]) == (True, "dashboards")
    assert "data_dictionary" in again["tables"]
    with duckdb.connect(str(shop / "coterie.duckdb"), read_only=True) as connection:
        (users,) = connection.execute("select count(*) from dashboards.profiles").fetchone() or ()
    assert users == small_shop.USERS


def test_a_dry_run_prints_what_would_run_and_it_runs(shop: Path, tmp_path: Path) -> None:
    text = call("publish", "--dry-run", "--to", "tried", "--project", shop).stdout
    copy = tmp_path / "coterie.duckdb"
    copy.write_bytes((shop / "coterie.duckdb").read_bytes())
    with duckdb.connect(str(copy)) as connection:
        assert connection.execute("select * from duckdb_views() where schema_name = 'tried'").fetchall() == []
        connection.execute(text)
        (users,) = connection.execute("select count(*) from tried.profiles").fetchone() or ()
    assert users == small_shop.USERS


def test_a_dry_run_speaks_the_dialect_that_is_asked_for(shop: Path) -> None:
    asked = ("publish", "--dry-run", "--dialect", "bigquery", "--project", shop)
    document = json.loads(call(*asked, "--json").stdout)
    assert document["dialect"] == "bigquery"
    assert document["statements"][0] == {
        "step": "build",
        "table": "coterie_published",
        "sql": "CREATE SCHEMA IF NOT EXISTS `coterie_published`",
    }
    assert "FROM `coterie`.`profiles`" in call(*asked).stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--dialect", "mysql"), "--dialect is for --dry-run"),
        (("--dry-run", "--dialect", "postgers"), "Did you mean 'postgres'?"),
        (("--to", "coterie"), "is the schema of the project itself"),
    ],
)
def test_what_can_not_be_published_is_told(shop: Path, arguments: tuple[str, ...], told: str) -> None:
    found = call("publish", *arguments, "--project", shop)
    assert found.exit_code == 2
    assert told in found.stderr


def test_files_for_looker_and_dbt_are_written_and_nothing_is_published(shop: Path, tmp_path: Path) -> None:
    asked = ("publish", "--to", "for_tools", "--dialect", "bigquery", "--lookml", tmp_path / "looker")
    found = call(*asked, "--connection", "warehouse", "--dbt", tmp_path / "dbt", "--project", shop)
    assert found.exit_code == 0, found.output
    assert "They read the schema for_tools; fill it with: coterie publish --to for_tools" in found.stdout
    view = (tmp_path / "looker" / "views" / "profiles.view.lkml").read_text(encoding="utf-8")
    assert "sql_table_name: `for_tools`.`profiles` ;;" in view
    model = (tmp_path / "looker" / "coterie_shop.model.lkml").read_text(encoding="utf-8")
    assert 'connection: "warehouse"' in model
    assert "schema: for_tools" in (tmp_path / "dbt" / "sources.yml").read_text(encoding="utf-8")
    with duckdb.connect(str(shop / "coterie.duckdb"), read_only=True) as connection:
        query = "select count(*) from duckdb_views() where schema_name = 'for_tools'"
        assert connection.execute(query).fetchone() == (0,)
    document = json.loads(call(*asked, "--project", shop, "--json").stdout)
    assert document["schema"] == "for_tools"
    assert len(document["files"]) == 10


def test_a_dry_run_writes_no_files(shop: Path, tmp_path: Path) -> None:
    found = call("publish", "--dry-run", "--lookml", tmp_path / "looker", "--project", shop)
    assert found.exit_code == 2
    assert "Choose one" in found.stderr
    assert not (tmp_path / "looker").exists()
