from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from tests import small_shop
from typer.testing import CliRunner, Result

import coterie
from coterie.cli.verbs import app

SOURCE = Path(coterie.__file__).parents[1]
VERBS = ("demo", "init", "check", "run", "sql", "explain", "compare", "curves", "report", "export", "schema")


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def shell(
    *arguments: str | Path, limit: int | None = None, stdout: int = subprocess.PIPE, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line as a shell does; `limit` bounds the size of files in bytes."""
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "TERM": "xterm-256color", **more}

    def bound() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [sys.executable, "-m", "coterie", *map(str, arguments)]
    return subprocess.run(
        command,
        env=environment,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        preexec_fn=bound,
    )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small_shop.make(tmp_path_factory.mktemp("shop"))
    ran = call("run", "--project", folder)
    assert ran.exit_code == 0, ran.output
    return folder


def test_help_lists_every_verb() -> None:
    found = call("--help")
    assert found.exit_code == 0
    for verb in VERBS:
        assert re.search(rf"\b{verb}\b", found.output), verb


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_a_verb_has_an_example(verb: str) -> None:
    found = call(verb, "--help")
    assert found.exit_code == 0
    assert f"Example: coterie {verb}" in found.output
    assert "--debug" in found.output


def test_the_version_is_told() -> None:
    assert re.fullmatch(r"coterie \S+\n", call("--version").stdout)


def test_nothing_slow_is_imported_for_help() -> None:
    code = (
        "import sys; from coterie.cli.verbs import app; "
        "slow = {'duckdb', 'pyarrow', 'numpy', 'sqlglot', 'sklearn', 'altair', 'pydantic', 'yaml'}; "
        "print(sorted(slow & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_an_unknown_verb_or_option_is_a_usage_error() -> None:
    assert call("runn").exit_code == 2
    assert call("run", "--projct", "x").exit_code == 2


def test_a_missing_coterie_yaml_says_what_to_do(tmp_path: Path) -> None:
    found = shell("run", "--project", tmp_path)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.count("\n") == 1
    assert "coterie init" in found.stderr


def test_ten_mistakes_are_ten_lines_on_standard_error(tmp_path: Path) -> None:
    mistakes = "\n".join(f"wrong{i}: 1" for i in range(10))
    (tmp_path / "coterie.yaml").write_text(small_shop.YAML + mistakes)
    found = shell("check", "--project", tmp_path, "--json")
    assert (found.returncode, found.stdout) == (2, "")
    assert (
        len(re.findall(r"^coterie\.yaml line \d+: unknown name 'wrong\d'", found.stderr, re.MULTILINE)) == 10
    )


def test_debug_shows_where_an_error_comes_from(tmp_path: Path) -> None:
    assert "Traceback" not in shell("run", "-p", tmp_path).stderr
    assert "Traceback" in shell("run", "-p", tmp_path, "--debug").stderr


def test_a_run_in_a_pipe_is_plain_and_says_where_the_report_is(shop: Path) -> None:
    found = shell("run", "--project", shop)
    assert found.returncode == 0
    assert "\x1b" not in found.stdout
    assert found.stderr == ""
    assert str(shop / "report.html") in found.stdout
    assert "Nothing new" in found.stdout
    assert "Segmentation engagement" in found.stdout


def test_a_run_for_programs_is_one_document(shop: Path) -> None:
    found = shell("run", "--project", shop, "--json")
    document = json.loads(found.stdout)
    assert found.stderr == ""
    assert document["nothing_new"]
    assert document["users"] == small_shop.USERS
    assert [one["name"] for one in document["segmentations"]] == ["engagement", "habit"]
    assert sum(segment["users"] for segment in document["segmentations"][0]["segments"]) == small_shop.USERS
    assert {finding["level"] for finding in document["segmentations"][0]["audit"]} <= {
        "good",
        "note",
        "warning",
    }


def test_check_says_what_a_run_would_do(shop: Path) -> None:
    found = call("check", "--project", shop)
    assert found.exit_code == 0
    assert "A run can read every source." in found.stdout
    assert "no user 1" in found.stdout
    document = json.loads(call("check", "-p", shop, "--json").stdout)
    assert [look["source"] for look in document["looks"]] == ["clicks", "people"]


def test_check_tells_the_mistakes_of_every_source(tmp_path: Path) -> None:
    small_shop.make(tmp_path)
    wrong = small_shop.YAML.replace("kind: kind", "kind: knd").replace("people.csv", "poeple.csv")
    (tmp_path / "coterie.yaml").write_text(wrong)
    found = call("check", "-p", tmp_path)
    assert found.exit_code == 1
    assert "has no column 'knd'" in found.stderr
    assert "Did you mean 'people.csv'" in found.stderr
    assert not (tmp_path / "coterie.duckdb").exists()


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


def test_export_writes_a_file_or_to_a_pipe(shop: Path, tmp_path: Path) -> None:
    to = tmp_path / "profiles.csv"
    assert "40 rows of profiles in" in call("export", "profiles", "--to", to, "-p", shop).stdout
    piped = shell("export", "profiles", "--to", "-", "-p", shop)
    assert piped.stdout == to.read_text(encoding="utf-8")
    again = call("export", "profiles", "--to", to, "-p", shop)
    assert again.exit_code == 2
    assert "--force" in again.stderr
    document = json.loads(call("export", "profiles", "--to", to, "-p", shop, "--force", "--json").stdout)
    assert document == {"table": "profiles", "rows": 40, "to": str(to)}
    assert len(json.loads(shell("export", "segments", "--to", "-", "--json", "-p", shop).stdout)) == 4


def test_a_format_is_for_standard_output_alone(shop: Path, tmp_path: Path) -> None:
    found = call("export", "segments", "--to", tmp_path / "a.csv", "--format", "json", "-p", shop)
    assert found.exit_code == 2
    assert "--format is for standard output" in found.stderr


def test_a_full_disk_is_told_and_nothing_half_written_stays(shop: Path, tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        found = shell("export", "events", "--to", "-", "-p", shop, stdout=full.fileno())
    assert found.returncode == 1
    assert "the disk is full" in found.stderr
    assert found.stderr.count("\n") == 1
    bounded = shell("export", "events", "--to", tmp_path / "e.csv", "-p", shop, limit=4096)
    assert bounded.returncode != 0
    assert "Traceback" not in bounded.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_has_enough_is_no_error(shop: Path) -> None:
    command = f"{sys.executable} -m coterie export events --to - --format jsonl -p '{shop}' | head -n 1"
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    found = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stderr) == (0, "")
    assert json.loads(found.stdout)["user_id"]


def test_before_a_run_there_is_nothing_to_show(tmp_path: Path) -> None:
    small_shop.make(tmp_path)
    for verb in (["explain", "u1"], ["sql", "profiles"], ["report"], ["export", "runs", "--to", "-"]):
        found = call(*verb, "--project", tmp_path)
        assert found.exit_code == 1
        assert "make them with `coterie run`" in found.stderr


def test_a_report_is_written_again(shop: Path) -> None:
    (shop / "report.html").unlink()
    assert call("report", "--project", shop).stdout.strip() == str(shop / "report.html")
    assert json.loads(call("report", "--project", shop, "--json").stdout)["report"] == str(
        shop / "report.html"
    )
    assert (shop / "report.html").is_file()


def test_init_writes_what_check_accepts(tmp_path: Path) -> None:
    small_shop.make(tmp_path)
    (tmp_path / "coterie.yaml").unlink()
    found = call("init", tmp_path / "clicks.csv", tmp_path / "people.csv", "--project", tmp_path)
    assert found.exit_code == 0
    assert "user_id from user" in found.stdout
    assert call("check", "--project", tmp_path).exit_code == 0
    assert call("init", "--project", tmp_path).exit_code == 2
    document = json.loads(call("init", "--project", tmp_path, "--force", "--json").stdout)
    assert document["path"] == str(tmp_path / "coterie.yaml")


def test_the_schema_is_json() -> None:
    assert json.loads(call("schema").stdout)["title"] == "coterie.yaml"


def test_the_demo_makes_and_runs_a_newsroom(tmp_path: Path) -> None:
    made = call("demo", tmp_path / "demo", "--users", "120", "--days", "30")
    assert made.exit_code == 0, made.output
    assert "Segmentation engagement" in made.stdout
    assert (tmp_path / "demo" / "report.html").is_file()


def test_the_demo_never_touches_a_project_of_ones_own(tmp_path: Path) -> None:
    small_shop.make(tmp_path)
    found = call("demo", tmp_path)
    assert found.exit_code == 2
    assert (tmp_path / "coterie.yaml").read_text() == small_shop.YAML


def test_what_nobody_expected_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Path) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("coterie.project.file.read", fail)
    found = call("run", "--project", tmp_path)
    assert found.exit_code == 1
    assert found.stderr == "Something unexpected went wrong: ZeroDivisionError: oh. See where with --debug.\n"
    assert isinstance(call("run", "--project", tmp_path, "--debug").exception, ZeroDivisionError)


def test_ctrl_c_says_that_nothing_is_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("coterie.project.file.read", stop)
    found = call("run", "--project", tmp_path)
    assert (found.exit_code, found.stderr) == (130, "Stopped; nothing is half written.\n")
