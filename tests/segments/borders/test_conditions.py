from __future__ import annotations

import pytest

from coterie.errors import UsageError
from coterie.segments.borders.conditions import LONGEST, Kind, read

KNOWN: dict[str, Kind] = {
    "spend": "number", "visits": "number", "orders_spend": "number", "country": "word", "word": "word"
}  # fmt: skip


def written(text: str, dialect: str = "duckdb") -> str:
    return read(text, KNOWN, "rule 'Big'").tree.sql(dialect)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("spend > 5 and visits between 1 and -2", '"spend" > 5 AND "visits" BETWEEN 1 AND -2'),
        ("SPEND>=.5 or (visits <> 2)", '"spend" >= 0.5 OR ("visits" <> 2)'),
        ("not (spend > 1 or visits < 2)", 'NOT ("spend" > 1 OR "visits" < 2)'),
        ("country in ('at', 'it''s')", "\"country\" IN ('at', 'it''s')"),
        ("visits not in (1, -2)", 'NOT "visits" IN (1, -2)'),
        ("country like 'a%'", "\"country\" LIKE 'a%'"),
        ("country is not null", 'NOT "country" IS NULL'),
        ("true", "TRUE"),
        ("spend * (visits + 1) > 1", '"spend" * ("visits" + 1e0) > 1'),
        ("spend / visits > 1 / 3", '"spend" / NULLIF("visits", 0e0) > 1e0 / NULLIF(3e0, 0e0)'),
        ("-spend + 2 * 3 - visits < 0", '-"spend" + 2e0 * 3e0 - "visits" < 0'),
        ("ln(spend) > 1", 'LN(CASE WHEN "spend" > 0e0 THEN "spend" END) > 1'),
        ("sqrt(spend) > 1", 'SQRT(CASE WHEN "spend" >= 0e0 THEN "spend" END) > 1'),
        ("abs(floor(spend)) = ceil(visits)", 'ABS(FLOOR("spend")) = CEIL("visits")'),
        ("greatest(1, 2) > spend", 'GREATEST(1e0, 2e0) > "spend"'),
        (
            "least(spend, 3) > 1",
            'CASE WHEN NOT "spend" IS NULL THEN LEAST("spend", 3e0) END > 1',
        ),
        ("coalesce(spend, 0) = 0", 'COALESCE("spend", 0e0) = 0'),
        ("coalesce(country, word, 'x') = 'x'", "COALESCE(\"country\", \"word\", 'x') = 'x'"),
        ("nullif(spend, 0) is null", 'NULLIF("spend", 0e0) IS NULL'),
        (
            "case when spend > 1 then 1 else (2) end = 1",
            'CASE WHEN "spend" > 1 THEN 1e0 ELSE 2e0 END = 1',
        ),
        ("case when spend > 1 then 'x' end = 'x'", "CASE WHEN \"spend\" > 1 THEN 'x' END = 'x'"),
        ("spend -- why\n > 5 /* how */", '"spend" > 5'),
    ],
)
def test_what_is_allowed_is_written_anew(text: str, expected: str) -> None:
    assert written(text) == expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("order_spend > 1", "there is no feature 'order_spend'. Did you mean 'orders_spend'?"),
        ("spend > 5; drop table users", "must be one condition, and holds 2 statements"),
        ("", "must be one condition, and is empty"),
        ("spend >", "'spend >' is no condition in SQL"),
        ("spend > 'x", "is no condition in SQL"),
        ("spend", "'spend' is a number, not a condition"),
        ("spend and visits > 1", "'spend' is a number, not a condition"),
        ("country", "'country' is a word, not a condition"),
        ("spend = null", "never holds; write IS NULL"),
        ("country > 'a'", "puts words in order"),
        ("country = 1", "mixes a word with a number"),
        ("spend in ('a')", "mixes a word with a number"),
        ("spend like 'a'", "mixes a word with a number"),
        ("spend + country > 1", "mixes a word with a number"),
        ("-'x' = spend", "mixes a word with a number"),
        ("coalesce(spend, 'x') = 1", "mixes a word with a number"),
        ("country between 'a' and 'b'", "mixes a word with a number"),
        ("case when spend > 1 then 1 else 'x' end = 1", "mixes a word with a number"),
        ("case spend when 1 then 2 end = 2", "write CASE WHEN condition"),
        ("1e999 > spend", "the number 1e999 is too large"),
    ],
)
def test_mistakes_are_told(text: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(text, KNOWN, "rule 'Big'")
    assert str(caught.value).startswith("Rule 'Big': ")
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "spend in (select 1)", "exists(select 1)", "sum(spend) > 1", "count(*) > 1", "* > 1",
        "foo(spend) > 1",
        "row_number() over () > 1", "spend::int > 1", "drop table users", "select 1", "spend is true",
        "spend = true", "spend is distinct from 1", ":x > spend", "? > spend", "$1 > spend",
        "users.spend > 1",
        "country ilike 'a'", "country like word", "country like 'a' escape 'b'", "spend % 2 = 0",
        "pow(spend, 2) > 1", "[spend] = 1", "country || 'x' = 'y'", "if(spend > 1, 1, 2) = 1",
        "ceil(spend, 2) > 1", "spend = (visits = 1)", "country in ()", "random() > spend",
        "read_csv('x') = 1", "current_date > spend", "spend in visits",
    ],
)  # fmt: skip
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"^Rule 'Big': "):
        read(text, KNOWN, "rule 'Big'")


def test_a_refusal_says_what_and_what_is_allowed() -> None:
    with pytest.raises(UsageError, match=r"'SUM\(spend\)' isn't allowed in a condition. Allowed: features, "):
        read("sum(spend) > 1", KNOWN, "rule 'Big'")


def test_long_conditions_are_fine_and_endless_ones_are_refused() -> None:
    assert read(" or ".join(["spend > 1"] * 700), KNOWN, "rule 'Big'").features == ("spend",)
    with pytest.raises(UsageError, match="nested too deeply"):
        read("(" * 4000 + "spend > 1" + ")" * 4000, KNOWN, "rule 'Big'")
    with pytest.raises(UsageError, match=f"allowed are {LONGEST:,}"):
        read("spend > 1 or " * 1000 + "spend > 2", KNOWN, "rule 'Big'")


def test_features_are_named_as_they_are_called() -> None:
    assert read("SPEND > 1 and Visits > 2 and spend < 9", KNOWN, "x").features == ("spend", "visits")
