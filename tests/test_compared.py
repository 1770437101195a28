from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from tests import small_shop, two_loads

from coterie import compared, history, run
from coterie.errors import DataError, UsageError
from coterie.project import file as project_file
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from coterie.compared import Comparison
    from coterie.project.settings import Project
    from coterie.run_result import RunResult
    from coterie.sources.warehouse import Warehouse


@dataclasses.dataclass
class Shop:
    project: Project
    warehouse: Warehouse
    first: RunResult
    second: RunResult

    def compare(self, *names: str | None, **more: bool) -> Comparison:
        return compared.compare(self.warehouse, self.project, *names, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("compared")
    first, second = two_loads.make(folder)
    project = project_file.read(folder)
    with run.finished(project) as warehouse:
        yield Shop(project, warehouse, first, second)


@pytest.fixture(scope="module")
def found(shop: Shop) -> Comparison:
    return shop.compare()


def test_the_last_two_runs_are_compared_unless_others_are_named(shop: Shop, found: Comparison) -> None:
    assert (found.before.run_id, found.after.run_id) == (shop.first.run_id, shop.second.run_id)
    for names in (("previous", "last"), ("last", "previous"), (shop.first.run_id, None), (None, "last")):
        other = shop.compare(*names, reasons=False)
        assert (other.before, other.after) == (found.before, found.after)


def test_segments_that_are_the_same_keep_ids_and_names(shop: Shop, found: Comparison) -> None:
    for one, first, second in zip(
        found.segmentations, shop.first.segmentations, shop.second.segmentations, strict=True
    ):
        assert one.same_ids
        assert {change.kind for change in one.changes} == {"kept"}
        assert one.names_before == one.names_after == first.names == second.names


def test_every_user_is_in_the_matrix(shop: Shop, found: Comparison) -> None:
    for one in found.segmentations:
        flows = one.migration.flows
        assert sum(flow.users for flow in flows if flow.before is not None) == small_shop.USERS
        assert sum(flow.users for flow in flows if flow.after is not None) == shop.second.users
        assert sum(flow.users for flow in flows if flow.before is None) == 1
        assert one.migration.users(1, 2) == len(two_loads.AWOKEN)
    assert found.to_arrow().num_rows == sum(len(one.migration.flows) for one in found.segmentations)
    assert set(found.to_arrow().column("segmentation").to_pylist()) == {"engagement", "habit"}


def test_those_who_moved_did_so_because_they_did_more(found: Comparison) -> None:
    engagement = found.segmentations[0]
    (movers,) = engagement.movers
    assert (movers.before, movers.after, movers.users) == (1, 2, 4)
    assert movers.by_border == 0.0
    assert movers.reasons
    families = [reason.feature.split("_")[0] for reason in movers.reasons]
    assert sorted(families) == ["activity", "orders"]
    for reason in movers.reasons:
        assert reason.effect > 1
        assert reason.low > 0
        assert (reason.after or 0) > (reason.before or 0)


def test_reasons_may_be_left_out(shop: Shop) -> None:
    found = shop.compare(reasons=False)
    assert [movers.reasons for movers in found.segmentations[0].movers] == [()]
    assert found.segmentations[0].movers[0].by_border is None


def test_nothing_is_left_behind(shop: Shop, found: Comparison) -> None:
    assert found.segmentations
    for table in ("features_before", "features_after", "fresh_membership"):
        assert not shop.warehouse.columns(table)


def test_features_set_aside_are_used_as_they_were(tmp_path: Path) -> None:
    folder = small_shop.make(tmp_path)
    project = project_file.read(folder)
    run.run(project)
    with run.opened(project) as warehouse:
        compared.remember(warehouse)
        aside = warehouse.columns("features_before")
        assert "activity_events" in aside
        assert "attributes_country" not in aside
    two_loads.load_more(folder)
    run.run(project)
    with run.opened(project) as warehouse:
        compared.remember(warehouse)  # of the last run, which is not the earlier one of the two
        found = compared.compare(warehouse, project)
        assert found.segmentations[0].movers[0].reasons


def test_a_run_of_another_version_is_a_note_and_no_error(tmp_path: Path) -> None:
    two_loads.make(tmp_path)
    project = project_file.read(tmp_path)
    with run.opened(project) as warehouse:
        first = history.runs(warehouse)[0].run_id
        old = """update past_segmentations set json = '{"version": 0}' where run_id = :run"""
        warehouse.execute(sql.sql(old, run=first))
        found = compared.compare(warehouse, project)
        assert found.segmentations == ()
        assert found.drift
        (note,) = found.notes
        assert note.startswith(f"The segmentations of run {first} can't be compared.")
        everything = sql.sql("""update past_segmentations set json = '{"version": 0}'""")
        warehouse.execute(everything)
        compared.remember(warehouse)
        assert not warehouse.columns("features_before")


def test_sizes_are_told_over_time(shop: Shop, found: Comparison) -> None:
    sizes = found.segmentations[0].sizes
    assert [one.run_id for one in sizes] == [shop.first.run_id] * 2 + [shop.second.run_id] * 2
    assert sum(one.users for one in sizes[:2]) == small_shop.USERS


def test_every_feature_of_both_runs_has_a_drift(shop: Shop, found: Comparison) -> None:
    assert {one.feature for one in found.drift} == {one.name for one in shop.first.features}
    indexes = [one.index for one in found.drift]
    assert indexes == sorted(indexes, reverse=True)


def test_only_one_segmentation_is_compared_if_asked(shop: Shop) -> None:
    one = compared.compare(shop.warehouse, shop.project, segmentation="habit", reasons=False)
    assert [each.name for each in one.segmentations] == ["habit"]
    with pytest.raises(UsageError, match="Did you mean 'habit'"):
        compared.compare(shop.warehouse, shop.project, segmentation="habbit")


def test_it_shows_itself(found: Comparison) -> None:
    assert found.caption().startswith(f"From run {found.before.run_id} as of 2026-01-")
    assert "engagement" in str(found)
    assert found.to_dict()["segmentations"][0]["name"] == "engagement"


def test_a_run_with_itself_or_an_unknown_one_is_refused(shop: Shop) -> None:
    with pytest.raises(UsageError, match="name two runs, such as: coterie compare previous last"):
        shop.compare("last", "last")
    with pytest.raises(UsageError, match="Did you mean 'previous'"):
        shop.compare("previos")


def test_the_first_run_as_the_later_one_is_compared_with_the_last(shop: Shop, found: Comparison) -> None:
    other = shop.compare(None, shop.first.run_id, reasons=False)
    assert (other.before, other.after) == (found.before, found.after)


def test_one_run_alone_says_how_to_come_to_another(tmp_path: Path) -> None:
    project = project_file.read(small_shop.make(tmp_path))
    run.run(project)
    with run.finished(project) as warehouse, pytest.raises(DataError, match="only one run"):
        compared.compare(warehouse, project)


def test_runs_in_the_past_are_rebuilt_and_started_over_ids_are_matched(tmp_path: Path) -> None:
    two_loads.make(tmp_path)
    text = (tmp_path / "coterie.yaml").read_text(encoding="utf-8")
    again = text.replace("k: 2, starts: 2, features: [activity, orders]", "k: 2, starts: 2, update: refit")
    (tmp_path / "coterie.yaml").write_text(again.replace("habit:", "custom:"), encoding="utf-8")
    small_shop.add_events(tmp_path, 3)
    third = run.run(project_file.read(tmp_path))
    assert "ids start over" in third.lineages[0].reason
    project = project_file.read(tmp_path)
    with run.finished(project) as warehouse:
        first = history.runs(warehouse)[0].run_id
        past = compared.compare(warehouse, project, first, "previous")
        assert past.segmentations[0].movers[0].reasons
        last = compared.compare(warehouse, project, reasons=False)
    (engagement,) = last.segmentations
    assert not engagement.same_ids
    assert {change.kind for change in engagement.changes} == {"kept"}
    assert engagement.migration.moved == 0
    assert [note.split(" is in run")[0] for note in last.notes] == [
        "The segmentation 'custom'",
        "The segmentation 'habit'",
    ]
