from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import lkml
import pytest
import yaml
from tests import small_shop

from coterie import run
from coterie.described import Column
from coterie.errors import UsageError
from coterie.features.feature import Feature
from coterie.profile_columns import Beside
from coterie.profiles import put_together, read_catalogue, read_segmentations
from coterie.project import file as project_file
from coterie.publish import folder
from coterie.publish.contents import contents
from coterie.publish.lookml import project as lookml
from coterie.publish.lookml import text, views
from coterie.publish.statements import Place, Published
from coterie.report.language import language
from coterie.sources import sql

if TYPE_CHECKING:
    from pathlib import Path

PLACE = Place("dashboards", "bigquery", "x")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The LookML of a shop after two runs, with a prediction beside."""
    where = small_shop.make(tmp_path_factory.mktemp("shop"))
    project = project_file.read(where)
    run.run(project)
    small_shop.add_events(where)
    run.run(project)
    with run.opened(project) as warehouse:
        warehouse.create(
            "predictions", sql.sql("select user_id, 'churn' as prediction, 0.5 as score from users")
        )
        beside = Beside("predictions", "score", "churn_score", "How likely it is.", ("prediction", "churn"))
        from coterie.features import build

        table = build.read(warehouse, build.plan(warehouse, project.features, project.as_of))
        put_together(warehouse, table, read_segmentations(warehouse), [beside], run_id="r")
        assert read_catalogue(warehouse)
        return lookml.files(warehouse, project, contents(warehouse, project), PLACE, 'my "own" connection')


def parsed(files: dict[str, str], ending: str) -> list[dict[str, Any]]:
    return [lkml.load(content) for path, content in files.items() if path.endswith(ending)]


def fields(files: dict[str, str]) -> dict[str, set[str]]:
    """The fields of each view; a group of dimensions has one for each timeframe."""
    found: dict[str, set[str]] = {}
    for document in parsed(files, ".view.lkml"):
        (view,) = document["views"]
        names = [one["name"] for kind in ("dimensions", "measures") for one in view.get(kind, [])]
        for group in view.get("dimension_groups", []):
            names += [f"{group['name']}_{frame}" for frame in group["timeframes"]]
        assert len(names) == len(set(names)), view["name"]
        found[view["name"]] = set(names)
    return found


def test_every_file_is_parsed_by_an_independent_parser(files: dict[str, str]) -> None:
    assert len([path for path in files if path.endswith(".view.lkml")]) == 9
    for path, content in files.items():
        assert content.startswith(lookml.MARK)
        if path.endswith(".lkml"):
            again = lkml.load(content)
            dumped = lkml.dump(again)
            assert dumped is not None
            assert lkml.load(dumped) == again
        else:
            assert isinstance(yaml.safe_load(content), list)


def test_what_fields_refer_to_is_there(files: dict[str, str]) -> None:
    known = fields(files)
    for document in parsed(files, ".view.lkml"):
        (view,) = document["views"]
        sets = {one["name"]: one["fields"] for one in view.get("sets", [])}
        for names in sets.values():
            assert set(names) <= known[view["name"]], view["name"]
        for measure in view.get("measures", []):
            (named,) = re.findall(r"\$\{(\w+)\}", measure["sql"])
            assert named in known[view["name"]], measure
            assert {one.removesuffix("*") for one in measure.get("drill_fields", [])} <= set(sets)
            assert {"label", "description", "value_format", "type"} <= set(measure)
        for dimension in view["dimensions"]:
            assert dimension.get("hidden") == "yes" or {"label", "description"} <= set(dimension)
            assert set(re.findall(r"\$\{(\w+)\}", dimension["sql"])) == {"TABLE"}
        keys = [one for one in view["dimensions"] if one.get("primary_key") == "yes"]
        assert len(keys) == 1, view["name"]


def test_explores_join_fields_that_are_there(files: dict[str, str]) -> None:
    known = fields(files)
    (model,) = parsed(files, ".model.lkml")
    assert model["connection"] == 'my \\"own\\" connection'
    assert {one["name"] for one in model["explores"]} == set(known) - {"segment_summary"}
    for explore in model["explores"]:
        reachable = {explore["name"]}
        for join in explore.get("joins", []):
            assert join["relationship"] in ("many_to_one", "one_to_many")
            for view, field in re.findall(r"\$\{(\w+)\.(\w+)\}", join["sql_on"]):
                assert field in known[view]
                assert view in reachable | {join["name"]}
            reachable.add(join["name"])


def test_every_tile_of_the_dashboard_shows_fields_that_its_explore_reaches(files: dict[str, str]) -> None:
    known = fields(files)
    (model,) = parsed(files, ".model.lkml")
    reach = {
        one["name"]: {one["name"], *(join["name"] for join in one.get("joins", []))}
        for one in model["explores"]
    }
    ((dashboard,),) = (yaml.safe_load(text) for path, text in files.items() if path.endswith(".lookml"))
    titles = [tile["title"] for tile in dashboard["elements"]]
    assert titles == [
        "Users",
        "What sets segments apart",
        "Sizes",
        "Sizes over time",
        "Profiles of segments",
        "Who moved between the last two runs",
        "Predictions by segment",
    ]
    for tile in [*dashboard["elements"], *dashboard["filters"]]:
        used = [*tile.get("fields", []), *tile.get("pivots", []), *tile.get("filters", {})]
        used += [*tile.get("listen", {}).values(), *([tile["field"]] if "field" in tile else [])]
        used += [one.split()[0] for one in tile.get("sorts", [])]
        assert tile["model"] == "coterie_shop"
        for one in used:
            view, field = one.split(".")
            assert view in reach[tile["explore"]], one
            assert field in known[view], one
        assert set(tile.get("sorts", [])) <= {
            *tile.get("fields", []),
            *(f"{one} desc" for one in tile.get("fields", [])),
        }
    places = [(tile["row"], tile["col"], tile["width"]) for tile in dashboard["elements"]]
    assert len(set(places)) == len(places)
    assert all(col + width <= 24 for _, col, width in places)
    (profiles,) = (tile for tile in dashboard["elements"] if tile["name"] == "profiles")
    assert profiles["filters"]["segment_summary.feature"]
    (foretold,) = (tile for tile in dashboard["elements"] if tile["name"] == "predictions")
    assert foretold["fields"] == ["membership.segment_name", "profiles.mean_churn_score"]


def test_a_feature_has_the_label_format_and_group_of_its_unit(files: dict[str, str]) -> None:
    (view,) = lkml.load(files["views/profiles.view.lkml"])["views"]
    spend = next(one for one in view["dimensions"] if one["name"] == "orders_spend")
    assert spend["label"] == "Spend"
    assert spend["value_format"] == "#,##0.00"
    assert spend["description"].startswith("Money spent on orders")
    assert spend["sql"] == "${TABLE}.`orders_spend`"
    assert view["sql_table_name"] == "`dashboards`.`profiles`"
    mean = next(one for one in view["measures"] if one["name"] == "mean_orders_spend")
    assert (mean["type"], mean["label"]) == ("average", "Mean: Spend")
    hidden = {one["name"] for one in view["dimensions"] if one.get("hidden") == "yes"}
    assert hidden == {"engagement_segment", "habit_segment"}


def test_hostile_names_stay_text() -> None:
    sentence = 'He said "hm" }} {% raw %} \\ ;;\nand went.'
    feature = Feature("orders_x", "orders", "money", sentence)
    table = Published(
        "profiles",
        sentence,
        (
            Column("user_id", "VARCHAR", sentence),
            Column("orders_x", "DOUBLE", sentence, "money"),
            Column('Plan "B"', "BOOLEAN", sentence),
        ),
        (),
    )
    block = views.view(table, Place("s", "snowflake", "x"), {"orders_x": feature}, language("en"))
    (view,) = lkml.load(block.text())["views"]
    assert [one["name"] for one in view["dimensions"]] == ["user_id", "orders_x", "plan_b"]
    told = view["dimensions"][0]["description"]
    assert "{%" not in told
    assert "}}" not in told
    assert "\n" not in told
    assert view["dimensions"][2]["type"] == "yesno"
    assert view["dimensions"][2]["sql"] == '${TABLE}."Plan ""B"""'


def test_only_files_of_ours_are_replaced(tmp_path: Path) -> None:
    files = {"a.model.lkml": f"{lookml.MARK}\n1", "views/b.view.lkml": f"{lookml.MARK}\n1"}
    assert folder.write(tmp_path, files, lookml.MARK) == (
        tmp_path / "a.model.lkml",
        tmp_path / "views/b.view.lkml",
    )
    newer = {name: content.replace("1", "2") for name, content in files.items()}
    folder.write(tmp_path, newer, lookml.MARK)
    assert (tmp_path / "a.model.lkml").read_text(encoding="utf-8").endswith("2")
    (tmp_path / "views" / "b.view.lkml").write_text("view: mine {}", encoding="utf-8")
    with pytest.raises(UsageError, match=r"b\.view\.lkml is there already and not written by coterie"):
        folder.write(tmp_path, files, lookml.MARK)
    assert (tmp_path / "a.model.lkml").read_text(encoding="utf-8").endswith("2")


def test_names_are_names_of_lookml() -> None:
    assert text.name("Ünïcode 7") == "n_code_7"
    assert text.written(["a"]) == "[a]"
