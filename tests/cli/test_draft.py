from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from pyarrow import parquet

from coterie.cli import draft
from coterie.errors import SourceError, UsageError
from coterie.project import file as project_file

if TYPE_CHECKING:
    from pathlib import Path

    from coterie.project.sourcing import Source

CLICKS = """\
visitorId,Event Type,ts,Product ID,amount,userAgent,note
u1,click,1700000000123,p1,,Mozilla/5.0,x
u2,click,1700000001123,p2,,Mozilla/5.0,y
u1,order,1700000002123,p1,12.50,Mozilla/5.0,z
"""


def source_of(folder: Path) -> Source:
    (source,) = project_file.read(folder).sources
    return source


def test_a_template_says_what_to_fill_in_and_is_valid(tmp_path: Path) -> None:
    drafted = draft.write(tmp_path / "My shop", [])
    project = project_file.read(tmp_path / "My shop")
    assert drafted.path == tmp_path / "My shop" / "coterie.yaml"
    assert project.name == "my_shop"
    assert "# as_of: latest" in drafted.text
    assert drafted.guesses == ()


def test_events_are_guessed_from_names_and_values(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / "2023 clicks.csv"
    file.write_text(CLICKS)
    drafted = draft.write(tmp_path, [file])
    source = source_of(tmp_path)
    assert (source.name, source.table) == ("source_2023_clicks", "data/2023 clicks.csv")
    events = source.events
    assert events is not None
    assert (events.user_id.column, events.at.column, events.at.unit) == ("visitorId", "ts", "ms")
    assert events.kind.column == "Event Type"
    assert events.item is not None
    assert events.value is not None
    assert events.device is not None
    assert (events.item.column, events.value.column, events.device.as_) == ("Product ID", "amount", "device")
    assert "# not used: [note]" in drafted.text
    assert "user_id from visitorId" in drafted.guesses[0]
    assert json.dumps(drafted.to_dict())


@pytest.mark.parametrize(
    ("times", "unit", "form"),
    [
        (["1700000000", "1700009999"], "s", None),
        (["1700000000000", "1700009999000"], "ms", None),
        (["1700000000000000", "1"], "us", None),
        (["2024-01-31 10:00:00", "2024-02-01T00:00:00Z"], None, None),
        (["31/01/2024 10:00", "01/02/2024 11:30"], None, "%d/%m/%Y %H:%M"),
        (["01/31/2024", "02/01/2024"], None, "%m/%d/%Y"),
        (["20240131", "20240201"], None, "%Y%m%d"),
    ],
)
def test_times_are_read_by_their_values(
    tmp_path: Path, times: list[str], unit: str | None, form: str | None
) -> None:
    file = tmp_path / "e.csv"
    file.write_text("user,date\n" + "".join(f"u,{time}\n" for time in times))
    draft.write(tmp_path, [file])
    events = source_of(tmp_path).events
    assert events is not None
    assert (events.at.unit, events.at.format) == (unit, form)


def test_an_ambiguous_date_and_a_missing_kind_are_told(tmp_path: Path) -> None:
    file = tmp_path / "e.csv"
    file.write_text("user,date,price\nu,01/02/2024,5\nu,03/04/2024,6\n")
    (guess,) = draft.write(tmp_path, [file]).guesses
    assert "'date' may be read as %d/%m/%Y or %m/%d/%Y: look at it." in guess
    assert "every row is taken for 'order'" in guess


def test_pieces_at_a_price_are_multiplied(tmp_path: Path) -> None:
    file = tmp_path / "e.csv"
    file.write_text("user,date,Quantity,Unit Price\nu,2024-01-01,2,5.5\n")
    draft.write(tmp_path, [file])
    events = source_of(tmp_path).events
    assert events is not None
    assert events.value is not None
    assert events.value.sql == 'CAST("Quantity" AS DOUBLE) * CAST("Unit Price" AS DOUBLE)'


def test_a_time_is_found_by_its_values_where_no_name_tells(tmp_path: Path) -> None:
    file = tmp_path / "e.jsonl"
    file.write_text(
        '{"user": "u", "seen": "2024-01-31T10:00:00"}\n{"user": "v", "seen": null, "what": "x"}\n'
    )
    draft.write(tmp_path, [file])
    events = source_of(tmp_path).events
    assert events is not None
    assert events.at.column == "seen"


def test_a_table_without_times_describes_users(tmp_path: Path) -> None:
    file = tmp_path / "people.parquet"
    count = 40
    table = {
        "id": list(range(count)),
        "age": [20 + i for i in range(count)],
        "country": ["at", "ng"] * (count // 2),
        "name": [f"name {i}" for i in range(count)],
        "signed_up": ["2024-01-01"] * count,
    }
    parquet.write_table(pa.table(table), file)
    drafted = draft.write(tmp_path, [file], name="x")
    users = source_of(tmp_path).users
    assert users is not None
    assert users.user_id is not None
    assert users.since is not None
    assert (users.user_id.column, users.since.column) == ("id", "signed_up")
    assert [(one.column, one.as_) for one in users.attributes] == [("age", "number"), ("country", None)]
    assert "# not used: [name]" in drafted.text


def test_users_without_a_name_are_told(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("minutes,region\n" + "".join(f"{i}.5,{i % 3}\n" for i in range(40)))
    (guess,) = draft.write(tmp_path, [file]).guesses
    assert "each row is a user of its own" in guess


def test_columns_with_strange_names_survive_yaml(tmp_path: Path) -> None:
    file = tmp_path / "e.csv"
    file.write_text("\"User: #1 'x' \U0001f600\",user,time\n5,u,2024-01-01\n")
    draft.write(tmp_path, [file])
    assert source_of(tmp_path).events is not None


def test_two_files_of_one_name_get_names_of_their_own(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "e.csv").write_text(CLICKS)
    draft.write(tmp_path, [tmp_path / "a" / "e.csv", tmp_path / "b" / "e.csv"])
    assert [source.name for source in project_file.read(tmp_path).sources] == ["e", "e_"]


def test_a_file_elsewhere_is_named_in_full(tmp_path: Path) -> None:
    file = tmp_path / "e.csv"
    file.write_text(CLICKS)
    deep = tmp_path / "a" / "b" / "c" / "d"
    draft.write(deep, [file])
    assert source_of(deep).table == str(file.resolve())


def test_a_file_that_tells_nothing_is_told_with_its_columns(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("a,b\nx y,\n")
    with pytest.raises(SourceError, match="its columns are: a, b"):
        draft.write(tmp_path, [tmp_path / "e.csv"])
    assert not (tmp_path / "coterie.yaml").exists()


def test_a_missing_or_empty_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"There is no file 'e\.csv'"):
        draft.write(tmp_path, [tmp_path / "e.csv"])
    (tmp_path / "e.csv").touch()
    with pytest.raises(SourceError, match="is empty"):
        draft.write(tmp_path, [tmp_path / "e.csv"])


def test_a_coterie_yaml_is_replaced_only_if_asked(tmp_path: Path) -> None:
    draft.write(tmp_path, [])
    with pytest.raises(UsageError, match="is there already; replace it with --force"):
        draft.write(tmp_path, [])
    draft.write(tmp_path, [], replace=True)
