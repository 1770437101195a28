from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests import small_shop

from coterie import explained, run
from coterie.errors import DataError, UsageError
from coterie.project import file as project_file
from coterie.sources import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.sources.warehouse import Warehouse


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    project = project_file.read(small_shop.make(tmp_path_factory.mktemp("explained")))
    run.run(project)
    with run.opened(project) as opened:
        yield opened


def test_a_user_is_explained_in_every_segmentation(warehouse: Warehouse) -> None:
    found = explained.explain_user(warehouse, small_shop.HOSTILE)
    assert [named.segmentation.name for named, _ in found.explanations] == ["engagement", "habit"]
    assert all(why.user_id == small_shop.HOSTILE for _, why in found.explanations)
    assert {why.segment for _, why in found.explanations} == {2}


def test_the_events_behind_it_are_told_the_latest_first(warehouse: Warehouse) -> None:
    found = explained.explain_user(warehouse, small_shop.HOSTILE, "habit")
    assert len(found.explanations) == 1
    times = [row["at"] for row in found.latest]
    assert times == sorted(times, reverse=True)
    assert len(times) == explained.SHOWN
    assert all(row["unit"] == "clicks.csv" for row in found.latest)
    assert sum(row["events"] for row in found.kinds) >= 25
    assert max(row["last"] for row in found.kinds) == times[0]
    assert times[0].date() < found.as_of


def test_an_unknown_user_gets_the_ids_most_like_it(warehouse: Warehouse) -> None:
    with pytest.raises(UsageError, match="no user 'u111'; the ids most like it are 'u11'"):
        explained.explain_user(warehouse, "u111")


def test_an_unknown_segmentation_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(UsageError, match="no segmentation 'habbit'"):
        explained.explain_user(warehouse, "u1", "habbit")


def test_without_a_run_there_is_nothing_to_explain() -> None:
    with pytest.raises(DataError, match="coterie run"):
        explained.explain_user(connect.connect("duckdb://"), "u1")
