from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest
from tests.sources.parts_on_duckdb import OnDuckDB

from coterie.errors import WarehouseError, WarehouseGoneError
from coterie.sources import writer
from coterie.sources.writer import Writer

if TYPE_CHECKING:
    from sqlglot import exp

WORDS = '{"holder": "it\'s run 1 \\\\", "until": "x"}'


@pytest.fixture
def place() -> OnDuckDB:
    return OnDuckDB(duckdb.connect())


@pytest.fixture
def note(place: OnDuckDB) -> Writer:
    def run(statement: exp.Expression) -> None:
        try:
            place._run(place._printed(statement), "")
        except duckdb.Error as error:
            raise WarehouseError(str(error)) from error

    return Writer(place.dialect, run, place._definition)


def test_one_alone_makes_it(note: Writer) -> None:
    assert note.read() is None
    assert note.make(WORDS)
    assert not note.make("another")
    assert note.read() == (WORDS, WORDS)
    note.remove()
    assert note.read() is None


def test_it_is_changed_where_nobody_has_changed_it(note: Writer, place: OnDuckDB) -> None:
    note.make("first")
    assert note.change("second", "first")
    assert not note.change("third", "first")
    assert note.read() == ("second", "second")
    note.remove()
    assert not note.change("fourth", "second")
    assert place.connection.sql("select * from duckdb_views() where not internal").fetchall() == []


def test_who_changes_it_keeps_others_from_doing_so(note: Writer) -> None:
    note.make("first")
    engine, others = note.run, []

    def slowly(statement: exp.Expression) -> None:
        if statement.args.get("replace"):
            others.append(note.change("other", "first"))
        engine(statement)

    assert Writer(note.dialect, slowly, note.definition).change("second", "first")
    assert others == [False]
    assert note.read() == ("second", "second")


def test_what_keeps_it_from_being_made_is_told(note: Writer, place: OnDuckDB) -> None:
    place._run(f"create table {writer.VIEW} (n int)", "")
    with pytest.raises(WarehouseError, match="already exists"):
        note.make("first")


def test_a_server_that_went_away_is_told(note: Writer) -> None:
    def gone(statement: exp.Expression) -> None:
        raise WarehouseGoneError(statement.key)

    with pytest.raises(WarehouseGoneError):
        Writer(note.dialect, gone, note.definition).make("first")
