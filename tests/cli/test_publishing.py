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
