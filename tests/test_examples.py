"""The example projects, to the row: expected counts were computed without coterie."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from coterie import run
from coterie.errors import SourceError
from coterie.events import load
from coterie.events.synthetic import make_newsroom
from coterie.predictions.uplift.result import Treatment
from coterie.project import file as project_file
from coterie.project.settings import Project
from coterie.run_result import RunResult
from coterie.sources import sql

if TYPE_CHECKING:
    from coterie.events.loading import UnitCount

EXAMPLES = Path(__file__).parent.parent / "examples"
REAL = ("deskdrop", "online_retail", "food", "food_campaigns", "learning", "hillstrom")

Ran = tuple[Project, RunResult]


@pytest.fixture(scope="module")
def data() -> Path:
    if not (folder := os.environ.get("COTERIE_REAL_DATA")):
        pytest.skip("set COTERIE_REAL_DATA to the folder with the public data sets")
    return Path(folder).resolve()


def _read(name: str, folder: Path, data: Path) -> Project:
    shutil.copy(EXAMPLES / name / "coterie.yaml", folder)
    return project_file.read(folder, {"COTERIE_REAL_DATA": str(data)})


def _ran(name: str, folder: Path, data: Path) -> Ran:
    project = _read(name, folder, data)
    return project, run.run(project)


def _ask(project: Project, statement: str) -> list[dict[str, object]]:
    with run.opened(project) as warehouse:
        rows: list[dict[str, object]] = warehouse.query(sql.sql(statement)).to_pylist()
    return rows


def _unit(result: RunResult, source: str) -> UnitCount:
    [unit] = [unit for unit in result.loading.units if unit.source == source]
    return unit


def _kinds(project: Project) -> dict[object, object]:
    rows = _ask(project, "select kind, count(*) as n from events group by kind")
    return {row["kind"]: row["n"] for row in rows}


def _in_every_result(project: Project, result: RunResult, users: int) -> None:
    assert result.users == users
    assert result.report.stat().st_size > 10_000
    assert _ask(project, "select count(*) as n from features") == [{"n": users}]
    for named in result.segmentations:
        assert sum(segment.users for segment in named.segmentation.segments) == users
        assert len(set(named.names.values())) == len(named.names)


@pytest.mark.parametrize("name", REAL)
def test_a_project_is_short_and_told_about(name: str) -> None:
    assert len((EXAMPLES / name / "coterie.yaml").read_text().splitlines()) <= 30
    assert 10 <= len((EXAMPLES / name / "README.md").read_text().splitlines()) <= 20


@pytest.mark.parametrize("name", [*REAL, "newsroom"])
def test_a_project_is_valid(name: str) -> None:
    assert project_file.read(EXAMPLES / name, {}).name == name


def test_the_newsroom_is_loaded_to_the_row(tmp_path: Path) -> None:
    newsroom = make_newsroom(tmp_path, users=300, days=30)
    project = project_file.read(tmp_path)
    with run.opened(project) as warehouse:
        loading = load.load(warehouse, project, run_id="first", now=dt.datetime(2026, 3, 2, tzinfo=dt.UTC))
    found = {unit.source: (unit.read, dict(unit.set_aside)) for unit in loading.units}
    assert found == {file.source: (file.rows, dict(file.dirty)) for file in newsroom.files}
    assert loading.events == newsroom.events
    assert loading.users == newsroom.planted.num_rows


@pytest.mark.parametrize("name", REAL)
def test_missing_data_is_said_clearly(name: str, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    with pytest.raises(SourceError, match="nowhere"):
        run.run(_read(name, tmp_path, nowhere))


@pytest.fixture(scope="module")
def deskdrop(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return _ran("deskdrop", tmp_path_factory.mktemp("deskdrop"), data)


@pytest.mark.slow
def test_deskdrop(deskdrop: Ran) -> None:
    project, result = deskdrop
    unit = _unit(result, "interactions")
    assert (unit.read, unit.used, unit.set_aside) == (72_312, 72_312, ())
    assert _kinds(project) == {
        "view": 61_086,
        "like": 5_745,
        "bookmark": 2_463,
        "comment": 1_611,
        "follow": 1_407,
    }
    [facts] = _ask(
        project,
        """
        select count(distinct user_id) as users, count(distinct item) as items,
            count(distinct session_id) as sessions, count(*) - count(device) as no_device,
            min(at_us) // 1000000 as first, max(at_us) // 1000000 as last
        from events
        """,
    )
    assert facts == {
        "users": 1_895, "items": 2_987, "sessions": 28_740, "no_device": 15_394,
        "first": 1_457_963_676, "last": 1_488_309_711,
    }  # fmt: skip
    _in_every_result(project, result, 1_895)
    [facts] = _ask(
        project,
        """
        select count(case when phone + desk = 2 then 1 end) as on_both,
            count(case when items >= 5 then 1 end) as of_5
        from (
            select count(distinct item) as items, max(case when device = 'desktop' then 1 else 0 end) as desk,
                max(case when device in ('mobile', 'tablet') then 1 else 0 end) as phone
            from events group by user_id
        ) as users
        """,
    )
    assert facts == {"on_both": 469, "of_5": 1_140}


@pytest.fixture(scope="module")
def online_retail(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return _ran("online_retail", tmp_path_factory.mktemp("online_retail"), data)


@pytest.mark.slow
def test_online_retail(online_retail: Ran) -> None:
    project, result = online_retail
    unit = _unit(result, "lines")
    assert (unit.read, unit.used) == (541_909, 401_604)
    assert dict(unit.set_aside) == {"no user": 135_080, "exact duplicate": 5_225}
    assert _kinds(project) == {"order": 392_732, "refund": 8_872}
    [facts] = _ask(
        project,
        """
        select count(distinct user_id) as users, round(sum(value), 2) as value, min(user_id) as first
        from events
        """,
    )
    assert facts == {"users": 4_372, "value": 8_278_519.42, "first": "12346"}
    _in_every_result(project, result, 4_372)


@pytest.fixture(scope="module", params=[1, 2])
def food(
    request: pytest.FixtureRequest, data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[int, Ran]:
    folder = tmp_path_factory.mktemp("food")
    text = (EXAMPLES / "food" / "coterie.yaml").read_text().replace("campaign_1", f"campaign_{request.param}")
    (folder / "coterie.yaml").write_text(text)
    project = project_file.read(folder, {"COTERIE_REAL_DATA": str(data)})
    return request.param, (project, run.run(project))


FOOD: dict[int, tuple[int, dict[str, int], int, int, dict[str, int]]] = {
    1: (
        879,
        {"order": 111, "like": 103, "share": 79, "view": 93},
        1_093,
        60,
        {"FB": 235, "PI": 217, "RE": 201, "TW": 226},
    ),
    2: (
        845,
        {"order": 100, "like": 84, "share": 114, "view": 75},
        1_019,
        60,
        {"FB": 190, "PI": 246, "RE": 193, "TW": 216},
    ),
}


def test_food(food: tuple[int, Ran]) -> None:
    campaign, (project, result) = food
    users, kinds, revenue, buyers, channels = FOOD[campaign]
    acts, people = _unit(result, "acts"), _unit(result, "people")
    assert (acts.read, acts.used) == (sum(kinds.values()),) * 2
    assert (people.read, people.used) == (users, users)
    assert _kinds(project) == kinds
    [bought] = _ask(
        project,
        "select sum(value) as revenue, count(distinct user_id) as buyers from events where kind = 'order'",
    )
    assert bought == {"revenue": revenue, "buyers": buyers}
    won = _ask(
        project, "select acquisition_channel as c, count(*) as n from users group by acquisition_channel"
    )
    assert {row["c"]: row["n"] for row in won} == channels
    _in_every_result(project, result, users)


@pytest.fixture(scope="module")
def learning(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return _ran("learning", tmp_path_factory.mktemp("learning"), data)


@pytest.mark.slow
def test_learning(learning: Ran) -> None:
    project, result = learning
    unit = _unit(result, "customers")
    assert (unit.read, unit.used, unit.set_aside) == (3_834, 3_834, ())
    [facts] = _ask(
        project,
        "select count(*) as users, count(minutes_watched) as known from users",
    )
    assert facts == {"users": 3_834, "known": 3_725}
    _in_every_result(project, result, 3_834)


@pytest.mark.slow
def test_learning_reaches_the_best_partition_known(learning: Ran) -> None:
    published = next(n.segmentation for n in learning[1].segmentations if n.segmentation.name == "published")
    assert published.inertia <= 22_288.45
    assert sorted(segment.users for segment in published.segments) == [58, 288, 289, 306, 332, 424, 907, 1230]


@pytest.mark.slow
def test_learning_is_warned_about(learning: Ran) -> None:
    published = next(n.segmentation for n in learning[1].segmentations if n.segmentation.name == "published")
    warned = Counter(finding.check for finding in published.findings if finding.level == "warning")
    assert {"dummies", "one_row"} <= set(warned)


@pytest.fixture(scope="module")
def hillstrom(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return _ran("hillstrom", tmp_path_factory.mktemp("hillstrom"), data)


@pytest.mark.slow
def test_hillstrom(hillstrom: Ran) -> None:
    project, result = hillstrom
    unit = _unit(result, "customers")
    assert (unit.read, unit.used, unit.set_aside) == (64_000, 64_000, ())
    found = {one.name: one for one in result.treatments if isinstance(one, Treatment)}
    effects = {name: round(one.effect.difference, 5) for name, one in found.items()}
    assert effects == {
        "visits": 0.04523,
        "buyers": 0.00311,
        "money_mens_e_mail": 0.76983,
        "money_womens_e_mail": 0.42441,
    }
    assert {name for name, one in found.items() if one.ranks} == {"visits"}
    assert found["visits"].verdict == "best"
    assert all(one.sizes is not None and not one.sizes.mismatch for one in found.values())
    _in_every_result(project, result, 64_000)
