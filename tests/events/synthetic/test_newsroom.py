from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from coterie.errors import UsageError
from coterie.events.synthetic import Newsroom, RawFile, make_newsroom
from coterie.events.synthetic.groups import NEWSROOM
from coterie.project.settings import Project

EXAMPLE = Path(__file__).parents[3] / "examples" / "newsroom" / "coterie.yaml"


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    return make_newsroom(tmp_path_factory.mktemp("newsroom"), users=600, days=60)


def _file(newsroom: Newsroom, source: str) -> RawFile:
    return next(file for file in newsroom.files if file.source == source)


def _text(file: RawFile) -> str:
    raw = file.path.read_bytes()
    return (gzip.decompress(raw) if file.path.suffix == ".gz" else raw).decode()


def _lines(file: RawFile) -> list[str]:
    return _text(file).splitlines()


def _rows(file: RawFile) -> list[dict[str, str]]:
    delimiter = "\t" if ".tsv" in file.path.name else ","
    return list(csv.DictReader(io.StringIO(_text(file)), delimiter=delimiter))


def _digests(newsroom: Newsroom) -> dict[str, str]:
    paths = [file.path for file in newsroom.files] + [newsroom.folder / "coterie.yaml"]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_a_file_has_as_many_rows_as_it_says(newsroom: Newsroom) -> None:
    for file in newsroom.files:
        if file.path.suffix == ".parquet":
            rows = pq.read_metadata(file.path).num_rows
        else:
            rows = len(_lines(file)) - (".jsonl" not in file.path.name)
        assert rows == file.rows, file.source


def test_the_same_seed_writes_the_same_bytes(newsroom: Newsroom, tmp_path: Path) -> None:
    again = make_newsroom(tmp_path, users=600, days=60)
    assert _digests(again) == _digests(newsroom)
    assert again.planted.equals(newsroom.planted)


def test_another_seed_writes_other_events(newsroom: Newsroom, tmp_path: Path) -> None:
    other = make_newsroom(tmp_path, users=600, days=60, seed=8)
    assert _digests(other)["clicks.csv.gz"] != _digests(newsroom)["clicks.csv.gz"]


def test_users_come_in_batches_and_progress_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coterie.events.synthetic.newsroom._BATCH", 40)
    told: list[tuple[str, int, int]] = []
    made = make_newsroom(tmp_path, users=100, days=20, progress=lambda *args: told.append(args))
    assert told == [("writing raw files", done, 100) for done in (40, 80, 100)]
    numbers = [row["number"] for row in _rows(_file(made, "orders"))]
    repeated = dict(_file(made, "orders").dirty).get("duplicate event id", 0)
    assert len(numbers) - len(set(numbers)) == repeated


@pytest.mark.parametrize(("users", "days"), [(0, 10), (10, 0), (-1, 10)])
def test_a_newsroom_of_nobody_is_refused(tmp_path: Path, users: int, days: int) -> None:
    with pytest.raises(UsageError, match="give at least 1 of each"):
        make_newsroom(tmp_path, users=users, days=days)


@pytest.mark.parametrize(("users", "days"), [(1, 1), (3, 1), (1, 400)])
def test_a_tiny_newsroom_is_written_too(tmp_path: Path, users: int, days: int) -> None:
    made = make_newsroom(tmp_path, users=users, days=days)
    assert all(file.path.exists() for file in made.files)


def test_the_project_is_valid_and_reads_every_file(newsroom: Newsroom) -> None:
    project = Project.model_validate(yaml.safe_load((newsroom.folder / "coterie.yaml").read_text()))
    assert [source.name for source in project.sources] == [file.source for file in newsroom.files]
    for source, file in zip(project.sources, newsroom.files, strict=True):
        assert source.table is not None
        assert newsroom.folder / source.table == file.path


def test_the_example_in_the_repository_is_this_project(newsroom: Newsroom) -> None:
    assert EXAMPLE.read_text() == (newsroom.folder / "coterie.yaml").read_text()


def test_wrong_rows_are_as_many_as_it_says(newsroom: Newsroom) -> None:
    clicks = _file(newsroom, "clicks")
    cells = [line.split(",") for line in _lines(clicks)[-8:]]
    assert dict(clicks.dirty) == {
        "no user": sum(cell[0] in {"", '""'} for cell in cells),
        "unreadable time": sum(not cell[1].isdigit() for cell in cells),
        "time in the future": sum(cell[1] == "4102444800000" for cell in cells),
        "unreadable row": sum(len(cell) != 5 for cell in cells),
    }
    searches = [json.loads(line) for line in _lines(_file(newsroom, "searches"))]
    assert sum(search.get("user") is None for search in searches) == 2
    reactions = Counter(row["what"] for row in _rows(_file(newsroom, "reactions")))
    assert set(reactions) == {"LIKE", "SHARE", "COMMENT", "POKE", "poke"}
    videos = pq.read_table(_file(newsroom, "videos").path)
    assert videos.num_rows - len(set(map(str, videos.to_pylist()))) == 3


def test_tables_of_people_and_of_events_differ(newsroom: Newsroom) -> None:
    people = {row["id"] for row in _rows(_file(newsroom, "people"))} - {""}
    acting = {row["visitor"] for row in _rows(_file(newsroom, "clicks"))[:-8]}
    planted = set(newsroom.planted.column("user_id").to_pylist())
    assert people - acting
    assert acting - people
    assert people | acting <= planted
    assert len(planted) == newsroom.planted.num_rows


def test_sizes_of_groups_are_unequal_and_near_their_share(newsroom: Newsroom) -> None:
    sizes = Counter(newsroom.planted.column("group").to_pylist())
    for group in NEWSROOM:
        assert abs(sizes[group.name] / 600 - group.share) < 0.05, group.name


def test_events_are_a_few_hundred_a_user_at_most(newsroom: Newsroom) -> None:
    assert 10_000 < newsroom.events < 60_000


def test_planted_table_has_the_promised_columns(newsroom: Newsroom) -> None:
    assert newsroom.planted.schema == pa.schema({"user_id": pa.string(), "group": pa.string()})
