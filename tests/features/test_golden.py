"""The SQL of every family, per dialect, as files; write them anew with ``UPDATE_GOLDEN=1 pytest``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp
from tests.features import drawn
from tests.features.test_build import AS_OF

from coterie.features import available, catalogue
from coterie.features.build import Plan, family_statements
from coterie.sources import sql

GOLDEN = Path(__file__).parent.parent / "golden" / "features"
RUN = ("duckdb", "postgres", "mysql", "bigquery", "sqlite", "spark")
#: No engine of these was at hand: their SQL is printed and read back, and nobody has run it.
COMPILED_ONLY = ("snowflake", "trino", "clickhouse", "databricks", "redshift")
DIALECTS = (*RUN, *COMPILED_ONLY)

KINDS = ("view", "order", "search", "like", "video", "open", "COMMENT 'made'")
DATA = available.Available(
    kinds=KINDS,
    main_kinds=KINDS,
    fields=tuple((field, frozenset(KINDS)) for field in ("item", "category", "value", "duration", "query")),
    categories=("sport", 'O\'Neil & "Co"'),
    channels=("search", "newsletter"),
    devices=("mobile", "desktop"),
    attributes=(("age", True), ("home country", False)),
    since=True,
    weeks=2,
)
PLAN = Plan(AS_OF, catalogue.catalogue(DATA))
STATEMENTS = {family.name: tree for family, _, tree in family_statements(PLAN)}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("family", STATEMENTS)
def test_the_sql_of_a_family_is_as_reviewed(family: str, dialect: str) -> None:
    written = sql.pretty(STATEMENTS[family], dialect) + "\n"
    file = GOLDEN / dialect / f"{family}.sql"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(written, encoding="utf-8")
    assert written == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("family", STATEMENTS)
def test_the_sql_of_a_family_can_be_read_by_its_dialect(family: str, dialect: str) -> None:
    written = STATEMENTS[family].sql(dialect=dialect, identify=True)
    read = sqlglot.parse_one(written, dialect=dialect, into=exp.Select)
    assert read.named_selects == STATEMENTS[family].named_selects


def test_there_is_a_file_for_every_family_and_no_other() -> None:
    for dialect in DIALECTS:
        assert {file.stem for file in (GOLDEN / dialect).iterdir()} == set(STATEMENTS)


def test_each_column_has_its_sentence_beside_it() -> None:
    written = sql.pretty(STATEMENTS["orders"])
    assert "/* Money an order, on average. Null: no order with a value yet. [money] */" in written


def test_a_comment_in_a_word_stays_a_comment() -> None:
    kind = "view */ ; drop table events; /*"
    data = available.Available(kinds=(kind,), main_kinds=(kind,))
    [(_, _, tree), *_] = family_statements(Plan(AS_OF, catalogue.catalogue(data)))
    read = sqlglot.parse(tree.sql(dialect="duckdb", pretty=True), dialect="duckdb")
    assert len(read) == 1


def test_columns_are_short_enough_for_every_engine() -> None:
    words = tuple("a very long word, such as the title of a whole article " + str(i) for i in range(3))
    data = available.Available(
        kinds=words, main_kinds=words, categories=words, channels=words, devices=words,
        attributes=tuple((word, True) for word in words),
    )  # fmt: skip
    names = [feature.name for feature in catalogue.catalogue(data).features]
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= 63  # PostgreSQL cuts what is longer


def test_every_kind_drawn_in_tests_has_a_column_of_its_own() -> None:
    words = drawn.KINDS
    names = [
        feature.name
        for feature in catalogue.catalogue(available.Available(kinds=words, main_kinds=words)).features
    ]
    assert len(set(names)) == len(names)
