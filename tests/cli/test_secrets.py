"""Nothing that coterie prints, raises or stores holds a secret."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING
from urllib.parse import quote

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import small_shop
from tests.cli.shell import call

from coterie.project import file as project_file

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

PASSWORDS = st.text("aB1é %@:/?#&;='\"", min_size=1, max_size=10).map("Zq{}".format)

VERBS = (
    ["check"],
    ["run"],
    ["run", "--json"],
    ["sql", "features"],
    ["export", "runs", "--to", "-"],
    ["report"],
)


def project(folder: Path, password: str, *, warehouse: str = "", connection: str = "") -> Path:
    """A shop whose URLs name the variable PW of a file of secrets."""
    small_shop.make(folder)
    (folder / "secrets.yaml").write_text(
        f"PW: '{password.replace(chr(39), chr(39) * 2)}'\n", encoding="utf-8"
    )
    (folder / "secrets.yaml").chmod(0o600)
    text = small_shop.YAML + "credentials: secrets.yaml\n"
    text += f"warehouse: {warehouse}\n" if warehouse else ""
    if connection:
        text = text.replace("table: clicks.csv", f"table: clicks\n    connection: '{connection}'")
    (folder / "coterie.yaml").write_text(text, encoding="utf-8")
    return folder


def everything(found: Result) -> str:
    """What was printed, and what a traceback would show."""
    raised = "".join(traceback.format_exception(found.exception)) if found.exception else ""
    return found.stdout + found.stderr + raised


@settings(max_examples=4)
@given(password=PASSWORDS)
@pytest.mark.parametrize(
    ("warehouse", "connection"),
    [
        ("postgresql://ada:${PW}@127.0.0.1:1/shop", ""),
        ("nothing://ada:${PW}@127.0.0.1:1/shop?x=${PW}", ""),
        ("duckdb:///coterie.duckdb?password=${PW}", ""),
        ("'no url at all, ${PW}'", ""),
        ("", "mysql://ada:${PW}@127.0.0.1:1/shop"),
        ("", "sqlite:///nowhere.db?token=${PW}"),
    ],
)
def test_no_verb_shows_a_secret_when_it_fails(
    warehouse: str, connection: str, password: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = project(tmp_path_factory.mktemp("any"), password, warehouse=warehouse, connection=connection)
    for debug in ([], ["--debug"]):
        found = call("run", "--project", folder, *debug)
        assert found.exit_code, found.output
        assert "Something unexpected" not in found.stderr
        for form in (password, quote(password, safe="")):
            assert form not in everything(found)


def test_no_verb_shows_or_stores_a_secret_when_it_works(tmp_path: Path) -> None:
    folder = project(tmp_path, "sword-fish", warehouse="duckdb:///shop.duckdb?temp_directory=${PW}")
    for verb in VERBS:
        found = call(*verb, "--project", folder)
        assert found.exit_code == 0, found.output
        assert "sword-fish" not in everything(found)
    assert "sword-fish" not in (folder / "report.html").read_text(encoding="utf-8")
    with duckdb.connect(str(folder / "shop.duckdb"), read_only=True) as connection:
        for (table,) in connection.execute("select table_name from duckdb_tables()").fetchall():
            rows = connection.execute(f'select * from coterie."{table}"').fetchall()
            assert "sword-fish" not in str(rows), table


def test_another_password_is_the_same_project(tmp_path: Path) -> None:
    first = project_file.read(project(tmp_path, "sole", connection="mysql://ada:${PW}@127.0.0.1/shop"))
    second = project_file.read(project(tmp_path, "two", connection="mysql://ada:${PW}@127.0.0.1/shop"))
    assert first == second
    assert first.model_dump_json() == second.model_dump_json()
    assert "sole" not in repr(first)
