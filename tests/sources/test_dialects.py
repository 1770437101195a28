from __future__ import annotations

import pyarrow as pa
import pytest

from coterie.errors import UsageError
from coterie.sources import dialects, sql

SAME = ("oracle", "trino")


@pytest.mark.parametrize(
    ("text", "dialect", "expected"),
    [
        ("a // b", "postgres", '"a" / "b"'),
        ("a // b", "sqlite", '"a" / "b"'),
        ("a // b", "mysql", "`a` DIV `b`"),
        ("ends_with(a, '.0')", "mysql", "(RIGHT(`a`, CHAR_LENGTH('.0')) = '.0')"),
        ("trim(a, ' x')", "mysql", "REGEXP_REPLACE(`a`, '^[ x]+|[ x]+$', '')"),
        ("trim(a, 'x')", "mysql", "TRIM('x' FROM `a`)"),
        ("trim(a)", "mysql", "TRIM(`a`)"),
        ("epoch_us(a)", "mysql", "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', `a`)"),
        ("lag(a) over (order by b)", "mysql", "LAG(`a`) OVER (ORDER BY `b`)"),
        ("lag(a) over (order by b desc)", "mysql", "LAG(`a`) OVER (ORDER BY `b` DESC)"),
        (
            "select day from t group by user_id, day",
            "mysql",
            "SELECT SQL_BIG_RESULT `day` FROM `t` GROUP BY `user_id`, `day`",
        ),
        ("select 1 from t group by user_id", "mysql", "SELECT 1 FROM `t` GROUP BY `user_id`"),
        ("other(a)", "mysql", "OTHER(`a`)"),
        ("cast(a as text)", "postgres", '(CAST("a" AS TEXT) COLLATE "C")'),
        ("cast(a as double)", "postgres", 'CAST("a" AS DOUBLE PRECISION)'),
        ("try_cast(a as date)", "postgres", 'CAST("a" AS DATE)'),
        ("select 'x' as a", "postgres", 'SELECT CAST(\'x\' AS TEXT) COLLATE "C" AS "a"'),
        ("select b as a", "postgres", 'SELECT "b" AS "a"'),
        ("try_cast(a as double)", "bigquery", "SAFE_CAST(`a` AS FLOAT64)"),
        ("try_cast(a as timestamp)", "bigquery", "SAFE_CAST(`a` AS TIMESTAMP)"),
        ("cast(a as double)", "bigquery", "CAST(`a` AS FLOAT64)"),
        ("try_cast(a as double)", "spark", "TRY_CAST(`a` AS DOUBLE)"),
        ("make_timestamp(a)", "sqlite", 'MAKE_TIMESTAMP("a")'),
    ],
)
def test_what_an_engine_lacks_is_printed_otherwise(text: str, dialect: str, expected: str) -> None:
    assert dialects.printed(sql.sql(text), dialect) == expected


@pytest.mark.parametrize("dialect", SAME)
def test_other_dialects_are_those_of_sqlglot(dialect: str) -> None:
    assert dialects.printer(dialect) == dialect


@pytest.mark.parametrize(("dialect", "name"), [("mysql", "timezone"), ("postgres", "try_strptime")])
def test_what_an_engine_has_not_is_said(dialect: str, name: str) -> None:
    with pytest.raises(UsageError, match=rf"has no {name}\(\)"):
        dialects.printed(sql.sql(f"{name}('x', a)"), dialect)


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "mysql"])
def test_a_row_is_written_as_json(dialect: str) -> None:
    text = dialects.record(["a", "b c"], dialect).sql(dialect=dialects.printer(dialect), identify=True)
    assert "json" in text.lower()
    assert "b c" in text


def test_a_cast_that_may_fail_looks_first() -> None:
    for dialect, word in (("postgres", "~"), ("mysql", "REGEXP"), ("sqlite", "REGEXP")):
        assert f" {word} '" in dialects.printed(sql.sql("try_cast(a as double)"), dialect)


def test_arrow_types_have_a_column_type() -> None:
    types = dialects.TYPES["mysql"]
    kinds = {
        pa.string(): "varchar(255)", pa.large_string(): "longtext", pa.int32(): "bigint",
        pa.float32(): "double", pa.bool_(): "tinyint(1)", pa.date32(): "date",
        pa.timestamp("us", tz="UTC"): "datetime(6)", pa.decimal128(10, 2): "double",
    }  # fmt: skip
    assert {kind: types.of(kind) for kind in kinds} == kinds


@pytest.mark.parametrize("dialect", dialects.TYPES)
def test_steps_of_one_name_stay_where_they_are(dialect: str) -> None:
    steps = "select n from (with k as (select {} as n) select n from k) as {}"
    both = sql.sql(f"{steps.format(1, 'a')} union all {steps.format(2, 'b')}")
    assert dialects.printed(both, dialect).lower().count("with ") == 2
