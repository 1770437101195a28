"""Data and projects that mean a segmentation no good: one clear sentence, or a sane result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
import yaml
from tests import small_shop
from tests.segments.tables import table
from typer.testing import CliRunner, Result

from coterie.cli.verbs import app
from coterie.errors import SegmentationError
from coterie.features.values import LARGEST
from coterie.project.settings import SegmentSettings
from coterie.segments.assign import assign, assignment
from coterie.segments.fit import fit
from coterie.segments.methods import rfm
from coterie.segments.methods.by_name import METHODS
from coterie.segments.prepare import FARTHEST
from coterie.segments.stored import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from coterie.features.feature import FeatureTable
    from coterie.segments.segmentation import Segmentation

USERS = 24
WORDS = ["a'b", '"; drop table features; --', "日本語", "\\", "", "unknown"]

TABLES: dict[str, Callable[[], FeatureTable]] = {
    "constant": lambda: table({"x": [1.0] * USERS, "y": [0.0] * USERS}),
    "nulls": lambda: table({"x": pa.array([None] * USERS, pa.float64()), "y": pa.array([None] * USERS)}),
    "a word a user": lambda: table({"c": [f"v{row}" for row in range(USERS)], "x": [0.0, 9.0] * 12}),
    "one user": lambda: table({"x": [3.0], "c": ["a"]}),
    "two users": lambda: table({"x": [3.0, 4.0], "c": ["a", "b"]}),
    "few different rows": lambda: table({"x": [0.0, 1.0, 5.0] * 8}),
    "huge": lambda: table(
        {
            "x": [LARGEST, -LARGEST, 1e308, -1e308, *np.linspace(-LARGEST, LARGEST, USERS - 4)],
            "y": [np.inf, -np.inf, np.nan, *range(USERS - 3)],
        }
    ),
    "tiny": lambda: table({"x": [5e-324 * row for row in range(USERS)], "y": [0.0, 1.0] * 12}),
    "words": lambda: table({"c": WORDS * 4, "x": list(range(USERS))}),
    "wider than long": lambda: table({f"x{at}": [1.0, at, at % 3, -at] for at in range(30)}),
}


def placed_by_sql(found: Segmentation, rows: pa.Table) -> list[int]:
    with duckdb.connect() as connection:
        connection.register("features", rows)
        query = assignment(found).sql(dialect="duckdb", identify=True)
        by_user = dict(connection.execute(query).fetchall())
    return [by_user[user] for user in rows["user_id"].to_pylist()]


def check(found: Segmentation, made: FeatureTable) -> None:
    """Everyone has a segment, SQL and what is stored agree, and every number is finite."""
    ids = assign(found, made.rows)
    sizes = {one.id: one.users for one in found.segments}
    assert {ident: int((ids == ident).sum()) for ident in sizes} == sizes
    assert placed_by_sql(found, made.rows) == ids.tolist()
    assert from_json(to_json(found)) == found
    assert np.isfinite([one.number for one in found.findings]).all()


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("method", METHODS)
def test_methods_take_hostile_users(method: str, kind: str) -> None:
    made = TABLES[kind]()
    check(fit(made, SegmentSettings.model_validate({"method": method, "k_max": 3, "starts": 1})), made)


@pytest.mark.parametrize("kind", ["constant", "one user", "two users", "few different rows"])
@pytest.mark.parametrize("method", ["kmeans", "ward", "mixture", "genie", "kprototypes"])
def test_more_segments_than_different_users_are_refused(method: str, kind: str) -> None:
    settings = SegmentSettings.model_validate({"method": method, "k": 4, "starts": 1})
    with pytest.raises(SegmentationError, match=r"k is 4, but \d+ users? differs? in only \d ways?; ask for"):
        fit(TABLES[kind](), settings)


@pytest.mark.parametrize("method", METHODS)
def test_huge_numbers_overflow_nowhere_whatever_the_scale(method: str) -> None:
    made = TABLES["huge"]()
    asked = {"method": method, "k_max": 2, "starts": 1, "log": "never"}
    check(fit(made, SegmentSettings.model_validate(asked | {"scale": "zscore"})), made)
    raw = SegmentSettings.model_validate(asked | {"scale": "none"})
    with pytest.raises(SegmentationError, match=r"x reaches 1e\+100 as it is prepared"):
        fit(made, raw)
    far = table({"x": np.linspace(-FARTHEST, FARTHEST, USERS), "y": range(USERS)})
    check(fit(far, raw), far)


BUYERS: dict[str, tuple[list[float | None], list[float], list[float]]] = {
    "one buyer": ([3.0, *[None] * 9], [1.0, *[0.0] * 9], [9.0, *[0.0] * 9]),
    "all alike": ([3.0] * 10, [1.0] * 10, [9.0] * 10),
    "all different": (
        [float(i) for i in range(10)],
        [float(i) for i in range(10)],
        [i * 7.5 for i in range(10)],
    ),
    "debts": ([float(i) for i in range(10)], [1.0] * 10, [-float(i) for i in range(10)]),
    "no number": ([1.0] * 10, [1.0] * 10, [np.inf, np.nan] * 5),
    "huge": ([i * LARGEST / 9 for i in range(10)], [1e308] * 10, [LARGEST] * 5 + [1.0] * 5),
}


@pytest.mark.parametrize("kind", BUYERS)
def test_the_rfm_grid_takes_hostile_buyers(kind: str) -> None:
    recency, orders, spend = BUYERS[kind]
    made = table({rfm.RECENCY: pa.array(recency, pa.float64()), rfm.FREQUENCY: orders, rfm.MONEY: spend})
    found = fit(made, SegmentSettings(method="rfm"))
    check(found, made)
    assert all(one.check not in ("stability", "correlated", "variance") for one in found.findings)
    alike = any(one.sentence.startswith("Nothing tells the buyers apart") for one in found.findings)
    assert alike == (kind in ("one buyer", "all alike", "no number"))


RULES = [
    ('it\'s "A"; drop table events; --', "attributes_country = 'a''t' or orders_spend / (1 - 1) > 0"),
    ("<b>B</b> 😀", "activity_events >= 3"),
    ("C", "activity_events >= 2"),
    ("nobody", "orders_spend > 1e99"),
]


def changed(folder: Path, **settings: Any) -> Path:
    """Change the small shop's coterie.yaml."""
    path = folder / "coterie.yaml"
    text = yaml.safe_dump(yaml.safe_load(path.read_text()) | settings, allow_unicode=True, sort_keys=False)
    path.write_text(text, encoding="utf-8")
    return folder


def shop(folder: Path, **segments: dict[str, Any]) -> Path:
    return changed(small_shop.make(folder), segments=segments)


def coterie(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--project", str(folder)])


def rules(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"method": "rules", "rules": [{"name": name, "where": where} for name, where in pairs]}


def refused(result: Result, code: int, *told: str) -> None:
    """A command ended in clear sentences with this exit code, and printed nothing else."""
    assert result.exit_code == code
    assert result.stdout == ""
    assert "unexpected" not in result.stderr
    for part in told:
        assert part in result.stderr


def stored(folder: Path, statement: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / "coterie.duckdb")) as connection:
        return connection.execute(statement).fetchall()


@pytest.mark.parametrize(
    ("segments", "code", "told"),
    [
        ({"a": {"k": 45}}, 1, "coterie.yaml, segments.a: k is 45, but 40 users differ in only"),
        ({"a": {"features": ["ordres"]}}, 2, "coterie.yaml, segments.a: `features` names 'ordres'"),
        (
            {"a": rules(("A", "orders_spent > 3"))},
            2,
            "coterie.yaml, segments.a: Rule 'A': there is no feature",
        ),
        ({"a": rules(("A", "orders_spend > 1; drop table events"))}, 2, "holds 2 statements"),
        ({"a": {"method": "rfm"}}, 1, "coterie.yaml, segments.a: Method rfm needs the features"),
    ],
)
def test_a_run_that_can_not_group_says_which_segmentation(
    tmp_path: Path, segments: dict[str, Any], code: int, told: str
) -> None:
    folder = shop(tmp_path, **segments)
    refused(coterie(folder, "run"), code, told)
    assert not (folder / "report.html").exists()
    refused(coterie(folder, "export", "segments", "--to", "-"), 1, "There are no results")


@pytest.mark.parametrize(
    ("segments", "told"),
    [
        ({"a": rules((" ", "orders_spend > 1"))}, "a name of a segment must not be blank"),
        ({"a": rules(("A", ""))}, "allowed: at least 1 character."),
        (
            {"a": {"prepare": {"orders_spend": {"weight": float("inf")}}}},
            "it is inf; allowed: a finite number.",
        ),
        ({"a": {"prepare": {"orders_spend": {"fill": 1e308}}}}, "it is 1e+308; allowed: at most 1e+100."),
        ({"a": {"method": "ward", "height": 0}}, "it is 0; allowed: more than 0"),
        ({"a": {"method": "dbscan", "radius": float("nan")}}, "it is nan; allowed: a finite number."),
        (
            {"a": {"within": {"segmentation": "b", "segment": 1}}},
            "no segmentation above it. Move it below that one.\n",
        ),
    ],
)
def test_settings_that_make_no_sense_are_told_before_the_run(
    tmp_path: Path, segments: dict[str, Any], told: str
) -> None:
    refused(coterie(shop(tmp_path, **segments), "check"), 2, "coterie.yaml line", told)


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with hostile rules, and a segment of one of them."""
    inside = {"k": 2, "starts": 1, "within": {"segmentation": "r", "segment": RULES[1][0]}}
    folder = shop(tmp_path_factory.mktemp("ruled"), r=rules(*RULES), inside=inside)
    result = coterie(folder, "run")
    assert result.exit_code == 0, result.stderr
    assert "matches nobody" in result.stdout
    assert "has 0 users" not in result.stdout
    return folder


@pytest.mark.parametrize("name", ["r", "inside"])
def test_hostile_names_and_conditions_give_sql_that_runs(ruled: Path, name: str) -> None:
    printed = coterie(ruled, "sql", "membership", "-s", name)
    members = f"select user_id, segment from coterie.coterie.membership where segmentation = '{name}'"
    assert sorted(stored(ruled, printed.stdout)) == sorted(stored(ruled, members))
    for dialect in ("mysql", "bigquery"):
        assert coterie(ruled, "sql", "membership", "-s", name, "--dialect", dialect).exit_code == 0
    twin = coterie(ruled, "sql", "twin", "-s", name)
    assert len(stored(ruled, twin.stdout)) >= len(stored(ruled, members))
    told = coterie(ruled, "explain", small_shop.HOSTILE, "-s", name)
    assert told.exit_code == 0, told.stderr


def test_one_run_can_not_be_compared(ruled: Path) -> None:
    refused(coterie(ruled, "compare"), 1, "There is only one run")
    refused(coterie(ruled, "explain", "u1", "-s", "nope"), 2, "There is no segmentation 'nope'")


def test_what_another_version_has_stored_is_made_anew(tmp_path: Path) -> None:
    folder = shop(tmp_path, e={"k": 2, "starts": 1, "features": ["activity"]})
    assert coterie(folder, "run").exit_code == 0
    older = "replace(json, '\"version\":', '\"version\":9')"
    for table_ in ("segmentations", "past_segmentations"):
        stored(folder, f"update coterie.coterie.{table_} set json = {older}")
    stored(folder, "update coterie.coterie.past_segmentations set names = '[]', lineage = '{}'")
    refused(coterie(folder, "explain", "u1"), 1, "this coterie reads", "Run `coterie run` to fit it again.")
    again = coterie(folder, "run")
    assert again.exit_code == 0, again.stderr
    assert "ids start over at 1" in again.stdout
    small_shop.add_events(folder)
    assert coterie(folder, "run").exit_code == 0
    assert coterie(folder, "compare").exit_code == 0


@pytest.mark.slow
def test_a_frozen_segmentation_that_can_not_be_kept_is_left_standing(tmp_path: Path) -> None:
    frozen = {"k": 2, "starts": 1, "features": ["activity", "orders"], "update": "freeze"}
    folder = shop(tmp_path, e=frozen)
    assert coterie(folder, "run").exit_code == 0
    before = stored(folder, "select user_id, segment from coterie.coterie.membership order by all")
    changed(folder, features={"families": ["activity"], "weeks": 4})
    refused(coterie(folder, "run"), 1, "The frozen segmentation 'e' needs orders_", "`update: match`")
    assert stored(folder, "select user_id, segment from coterie.coterie.membership order by all") == before
    stored(folder, "update coterie.coterie.past_segmentations set json = 'garbage'")
    told = coterie(folder, "run")
    refused(told, 1, "The frozen segmentation 'e' can't be kept; fit it again with `update: match`.")
    assert "Run `coterie run`" not in told.stderr
