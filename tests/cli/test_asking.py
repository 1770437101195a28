from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import duckdb
import pytest
from tests import small_shop
from tests.cli.shell import call

if TYPE_CHECKING:
    from pathlib import Path


def test_explain_says_why_and_shows_the_events(shop: Path) -> None:
    found = call("explain", "u2", "--project", shop)
    assert found.exit_code == 0
    assert "u2 is in “" in found.stdout
    assert "The latest:" in found.stdout
    document = json.loads(call("explain", small_shop.HOSTILE, "-p", shop, "-s", "habit", "--json").stdout)
    assert document["user_id"] == small_shop.HOSTILE
    assert [one["name"] for one in document["segmentations"]] == ["habit"]
    assert document["latest"]


def test_unknown_users_and_segmentations_are_told_with_close_ones(shop: Path) -> None:
    found = call("explain", "u-2", "--project", shop)
    assert found.exit_code == 2
    assert re.search(r"There is no user 'u-2'; the ids most like it are .*'u2'", found.stderr)
    found = call("explain", "u2", "--segmentation", "habits", "--project", shop)
    assert found.exit_code == 2
    assert "Did you mean 'habit'?" in found.stderr


def test_printed_membership_gives_the_membership(shop: Path) -> None:
    text = call("sql", "membership", "-s", "habit", "--project", shop).stdout
    assert text.startswith("-- Segmentation habit as of")
    with duckdb.connect(str(shop / "coterie.duckdb"), read_only=True) as connection:
        found = sorted(connection.execute(text).fetchall())
        stored = "select user_id, segment from coterie.coterie.membership where segmentation = 'habit'"
        assert found == sorted(connection.execute(stored).fetchall())


def test_printed_features_and_profiles_run_and_agree(shop: Path) -> None:
    document = json.loads(call("sql", "features", "--project", shop, "--json").stdout)
    profiles = call("sql", "profiles", "--project", shop).stdout
    assert "-- activity_events [events]: Events of any kind." in document["statements"]["activity"]
    with duckdb.connect(str(shop / "coterie.duckdb"), read_only=True) as connection:
        for family, statement in document["statements"].items():
            assert len(connection.execute(statement).fetchall()) == small_shop.USERS, family
        assert len(connection.execute(profiles).fetchall()) == small_shop.USERS


def test_a_printed_rule_twin_runs_and_says_how_faithful_it_is(shop: Path) -> None:
    text = call("sql", "twin", "-s", "habit", "--project", shop).stdout
    assert text.startswith("-- habit: rules of at most three conditions on activity_")
    assert len(re.findall(r"^-- Segment \d: .* Its rule is right for ", text, re.MULTILINE)) == 2
    with duckdb.connect(str(shop / "coterie.duckdb"), read_only=True) as connection:
        found = dict(connection.execute(text).fetchall())
        stored = "select user_id, segment from coterie.coterie.membership where segmentation = 'habit'"
        agreed = [found[user] == segment for user, segment in connection.execute(stored).fetchall()]
    assert len(agreed) == small_shop.USERS
    assert sum(agreed) > 0.8 * len(agreed)


@pytest.mark.parametrize("dialect", ["duckdb", "bigquery", "spark", "postgres", "mysql", "SQLite"])
def test_sql_is_written_in_the_dialect_that_is_asked_for(shop: Path, dialect: str) -> None:
    found = call("sql", "membership", "--dialect", dialect, "--project", shop)
    assert found.exit_code == 0
    assert ("`user_id`" in found.stdout) == (dialect in ("bigquery", "spark", "mysql"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("featurs",), "Did you mean 'features'?"),
        (("features", "--dialect", "postgers"), "Did you mean 'postgres'?"),
        (("membership", "-s", "habits"), "Did you mean 'habit'?"),
    ],
)
def test_unknown_words_for_sql_are_told(shop: Path, arguments: tuple[str, ...], told: str) -> None:
    found = call("sql", *arguments, "--project", shop)
    assert found.exit_code == 2
    assert told in found.stderr
