from __future__ import annotations

import itertools
import os
import re
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from coterie.errors import ProjectError
from coterie.project import file as project_file
from coterie.project.settings import FAMILIES, Project

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
name: shop
warehouse: duckdb:///${PLACE:-coterie}.duckdb
as_of: 2026-03-31
sources:
  - name: orders
    table: ${DATA}/orders-*.csv
    events:
      user_id: customer
      at: {column: when, unit: s, timezone: Europe/Vienna}
      kind: {column: type, map: {1: order, yes: view}, default: other}
      value: {sql: price * pieces}
  - name: people
    connection: sqlite:///${DATA:-x}.db
    query: select '${NOT_A_VARIABLE}' as id
    users: {user_id: id, attributes: [country, {column: age, as: number}]}
segments:
  engagement: {k: 5}
  spending: {features: [orders]}
"""

TEN_MISTAKES = """\
nmae: shop
as_of: yesterday
warehouse: duckdb:///${NOWHERE}/x.duckdb
sources:
  - name: orders
    tabel: orders.csv
    strict: maybe
    events:
      user_id: customer
      at: {column: when, unit: seconds}
      colour: red
  - name: orders
    table: 5
    users: {}
features: {families: [activty], weeks: 100}
segments: {engagement: {k: many, k: 3}}
"""


def folder_with(text: str | bytes, folder: Path) -> Path:
    content = text.encode() if isinstance(text, str) else text
    (folder / project_file.FILE).write_bytes(content)
    return folder


def mistakes(text: str | bytes, folder: Path) -> tuple[str, ...]:
    with pytest.raises(ProjectError) as caught:
        project_file.read(folder_with(text, folder), {})
    return caught.value.mistakes


def test_a_good_file_is_read_and_variables_are_put_in(tmp_path: Path) -> None:
    project = project_file.read(folder_with(GOOD, tmp_path), {"DATA": "/data"})
    orders, people = project.sources
    assert project.folder == tmp_path
    assert project.warehouse == "duckdb:///coterie.duckdb"
    assert orders.table == "/data/orders-*.csv"
    assert people.connection == "sqlite:////data.db"
    assert people.query == "select '${NOT_A_VARIABLE}' as id"
    assert orders.events is not None
    assert orders.events.kind.map == {"1": "order", "yes": "view"}
    assert list(project.segments) == ["engagement", "spending"]


def test_the_environment_of_the_process_is_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA", "raw")
    assert project_file.read(folder_with(GOOD, tmp_path)).sources[0].table == "raw/orders-*.csv"


def test_everything_has_a_default_but_the_sources(tmp_path: Path) -> None:
    text = "name: a\nsources: [{name: b, table: c.csv, events: {user_id: u, at: t}}]"
    project = project_file.read(folder_with(text, tmp_path))
    assert project.as_of == "latest"
    assert project.segments["engagement"].k == "auto"


def test_ten_mistakes_are_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    found = mistakes(TEN_MISTAKES, tmp_path)
    lines = [int(re.match(r"coterie\.yaml line (\d+): ", one)[1]) for one in found]  # type: ignore[index]
    assert lines == sorted(lines)
    told = {
        1: ["unknown name 'nmae'. Did you mean 'name'?"],
        2: ["as_of: it is 'yesterday'; allowed: latest or a date such as 2026-03-31."],
        3: ["warehouse: the environment variable NOWHERE is not set"],
        4: ["sources: sources share the name 'orders'"],
        6: ["sources[0]: unknown name 'tabel'. Did you mean 'table'?"],
        7: ["sources[0].strict: it is 'maybe'; allowed: true or false."],
        10: ["sources[0].events.at.unit: 'seconds' is unknown here."],
        11: ["sources[0].events: unknown name 'colour'."],
        13: ["sources[1].table: it is 5; allowed: text"],
        15: ["features.families[0]: 'activty' is unknown here. Did you mean 'activity'?", "at most 52"],
        16: [
            "'k' is given twice; line 16 has it already",
            "it is 'many'; allowed: a whole number or auto or gap.",
        ],
    }
    for line, parts in told.items():
        here = [one for at, one in zip(lines, found, strict=True) if at == line]
        for part in parts:
            assert any(part in one for one in here), (line, part, here)
    assert len(found) == 13
    assert all(one.endswith(".") for one in found)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: [", "coterie.yaml line 1, column 8: this is not YAML"),
        ("name: a\n\tb: c", "coterie.yaml line 2, column 1: this is not YAML"),
        ("name: a\x00", "is not YAML"),
        ("", "it must be `name: value` lines"),
        ("- a", "it must be `name: value` lines"),
        (b"name: \xff", "is not UTF-8 text (byte 6 is 0xff)"),
        ("name: a\nfolder: /", "line 2: unknown name 'folder'"),
        ("name: a\nsources: []", "line 2: sources: it is a list; allowed: at least 1 entry."),
        ("name: a", "line 1: 'sources' is missing; a list of the tables to read."),
        ("name: a\nsources: [5]", "line 2: sources[0]: it is 5; allowed: `name: value` lines."),
        ("name: a\nsources:", "line 2: sources: it is empty; allowed: a list"),
        ("? [a]\n: b", "a name must be plain text, not a list or a mapping"),
        ("as_of: 2026-13-45", "line 1: as_of: '2026-13-45' is not a value that YAML knows"),
        ("as_of: !!python/name:os.system x", "is not a value that YAML knows"),
        ("warehouse: duckdb:///${}", "'${}' names no variable; write ${NAME}"),
        (
            "segments: {a b: {}}",
            "'a b' can't be a name; allowed: letters, digits and _, starting with a letter.",
        ),
        ("segments: {a: {seed: 1.5, k: 99}}", "segments.a.k: it is 99; allowed: at most 50 or auto or gap."),
        ("report: [1]", "report: it is a list; allowed: `name: value` lines."),
        ("report: {title: {a: b}}", "it is a mapping of names to values; allowed: text"),
        (
            "sources: [{name: x, delimiter: ab, users: {}}]",
            "delimiter: it is 'ab'; allowed: at most 1 character",
        ),
        ("sources: [{events: {}, table: x}]", "'at' is missing; the column that says when it happened"),
        (f"name: {'x' * 99}", "allowed: at most 60 characters"),
        (
            "sources: [{events: {at: {column: a, value: b}, user_id: u}}]",
            "give exactly one of column, sql or value",
        ),
        ("sources: [{events: {at: {column: a, timezone: Europe/Wien}, user_id: u}}]", "is no time zone"),
    ],
)
def test_a_mistake_is_told(text: str, told: str, tmp_path: Path) -> None:
    assert any(told in one for one in mistakes(text, tmp_path)), mistakes(text, tmp_path)


def test_aliases_work_and_can_not_blow_up(tmp_path: Path) -> None:
    text = "name: a\nsources:\n  - {name: b, table: x, users: &u {}}\n  - {name: c, table: y, users: *u}"
    first, second = project_file.read(folder_with(text, tmp_path)).sources
    assert first.users == second.users
    ten = [(b, ", ".join([f"*{a}"] * 10)) for a, b in itertools.pairwise("abcdefg")]
    bomb = "a: &a [x]\n" + "\n".join(f"{name}: &{name} [{those}]" for name, those in ten)
    assert "blow this up" in mistakes(bomb, tmp_path)[0]
    assert "blow this up" in mistakes("name: &a [*a]", tmp_path)[0]


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"There is no coterie\.yaml in .*`coterie init`"):
        project_file.read(tmp_path)


def test_an_unreadable_file_says_so(tmp_path: Path) -> None:
    (tmp_path / project_file.FILE).mkdir()
    with pytest.raises(ProjectError, match=r"can't be read: Is a directory"):
        project_file.read(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_permission_says_so(tmp_path: Path) -> None:
    folder_with(GOOD, tmp_path).chmod(0)
    with pytest.raises(ProjectError, match="can't be read: Permission denied"):
        project_file.read(tmp_path)
    tmp_path.chmod(0o700)


def test_names_that_look_like_code_stay_text(tmp_path: Path) -> None:
    column = 'Robert\'); drop table events;-- \U0001f600 "x"'
    value = {"name": "a", "sources": [{"name": "b", "table": "c", "events": {"user_id": column, "at": "t"}}]}
    project = project_file.read(folder_with(yaml.safe_dump(value, allow_unicode=True), tmp_path))
    assert project.sources[0].events is not None
    assert project.sources[0].events.user_id.column == column


def test_the_schema_names_what_the_file_may_say() -> None:
    schema = project_file.schema()
    assert set(schema["properties"]) == set(Project.model_fields) - {"folder"}
    assert schema["additionalProperties"] is False
    families = schema["$defs"]["FeatureSettings"]["properties"]["families"]["anyOf"][0]["items"]["enum"]
    assert tuple(families) == FAMILIES
    assert "as" in schema["$defs"]["FieldMapping"]["properties"]


KEYS = st.sampled_from(
    ["name", "sources", "table", "tabel", "events", "user_id", "at", "unit", "k", "segments", "x"]
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.text("ab1$ {}:-'é", max_size=6), st.dates())
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)


@given(value=st.dictionaries(KEYS, TREES, max_size=4))
def test_whatever_is_in_the_file_every_mistake_is_a_sentence_with_a_line(
    value: dict[str, object], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    found = mistakes(yaml.safe_dump(value, allow_unicode=True), folder)
    assert found
    assert all(re.match(r"coterie\.yaml line \d+(, column \d+)?: ", one) for one in found)
