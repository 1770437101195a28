from __future__ import annotations

import contextlib
import csv
import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests import small_shop
from tests.predictions import shops

import coterie
from coterie import explained, export, run, written_sql
from coterie.cli import predictions, views
from coterie.errors import ProjectError
from coterie.predictions import fitted, foretell
from coterie.predictions.foretold import Failed, Foretold
from coterie.project import file as project_file
from coterie.report import foretelling
from coterie.sources import sql
from coterie.sources.duckdb import DuckDB

if TYPE_CHECKING:
    from pathlib import Path

    from coterie.predictions.training import Asked
    from coterie.project.settings import Project
    from coterie.run_result import RunResult
    from coterie.sources.warehouse import Warehouse

PREDICTIONS = """\
predictions:
  no_order: {target: none, horizon_days: 5, model: baseline, min_history_days: 3}
  orders: {target: count, horizon_days: 5, model: linear, features: [orders], min_history_days: 3}
  misspelt: {target: none, kind: oder}
  too_far: {target: value, horizon_days: 365}
  orders_spend: {target: count}
  eager: {target: becomes, segment: {segmentation: engagement, segment: Nobody}, horizon_days: 5}
"""


def add_predictions(folder: Path, text: str = PREDICTIONS) -> Project:
    path = folder / "coterie.yaml"
    path.write_text(path.read_text().replace("report:", text + "report:"))
    return project_file.read(folder)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, RunResult]:
    project = add_predictions(small_shop.make(tmp_path_factory.mktemp("shop")))
    return project, run.run(project)


def made(result: RunResult) -> dict[str, Foretold | Failed]:
    return {one.name: one for one in result.predictions}


def failure(result: RunResult, name: str) -> str:
    one = made(result)[name]
    assert isinstance(one, Failed)
    return one.sentence


def rows(project: Project, query: str) -> list[dict[str, Any]]:
    with run.finished(project) as warehouse:
        return list(warehouse.query(sql.sql(query)).to_pylist())


def test_what_can_be_foretold_is_and_the_rest_is_told(shop: tuple[Project, RunResult]) -> None:
    project, result = shop
    assert list(made(result)) == list(project.predictions)
    assert isinstance(made(result)["no_order"], Foretold)
    assert isinstance(made(result)["orders"], Foretold)
    assert (
        failure(result, "misspelt")
        == "No event is of kind 'oder'. Did you mean 'order'? Allowed: order, view."
    )
    assert failure(result, "too_far").startswith("A horizon of 365 days needs 737 days of data")
    assert failure(result, "orders_spend").startswith("'orders_spend' is the name of a feature too")
    assert failure(result, "eager").startswith("Segment 'Nobody' of engagement is not there; give the id or")
    assert result.report.is_file()


def test_profiles_have_a_column_for_each_prediction(shop: tuple[Project, RunResult]) -> None:
    project, _ = shop
    found = rows(project, "select user_id, no_order, orders from profiles")
    scores = rows(project, "select prediction, user_id, score from predictions")
    told = {(row["prediction"], row["user_id"]): row["score"] for row in scores}
    assert len(told) == len(scores) > 0
    for row in found:
        assert row["no_order"] == told.get(("no_order", row["user_id"]))
        assert row["orders"] == told.get(("orders", row["user_id"]))
    with run.finished(project) as warehouse:
        columns = export.rows_of(warehouse, "profiles").schema
        meaning = columns.field("no_order").metadata[b"description"].decode()
    assert meaning.startswith("Probability, from 0 to 1, to place no order within 5 days from 2026-")


def test_with_nothing_new_nothing_is_done(shop: tuple[Project, RunResult]) -> None:
    project, first = shop
    again = run.run(project)
    assert again.nothing_new
    assert [one.name for one in again.predictions] == [one.name for one in first.predictions]
    assert failure(again, "misspelt") == failure(first, "misspelt")


def test_predictions_whose_settings_stay_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = small_shop.make(tmp_path)
    project = add_predictions(folder)
    run.run(project)
    before = rows(
        project, "select user_id, score from predictions where prediction = 'orders' order by user_id"
    )
    fitted_again: list[str] = []
    original = foretell.foretell

    def noted(warehouse: Warehouse, asked: Asked, **more: Any) -> Foretold:
        fitted_again.append(asked.name)
        return original(warehouse, asked, **more)

    monkeypatch.setattr(foretell, "foretell", noted)
    path = folder / "coterie.yaml"
    path.write_text(
        path.read_text().replace("no_order: {target: none,", "no_order: {target: none, dates: 3,")
    )
    result = run.run(project_file.read(folder))
    assert fitted_again == ["no_order", "misspelt", "too_far"]
    assert rows(project, "select distinct run_id from predictions") == [{"run_id": result.run_id}]
    after = rows(
        project, "select user_id, score from predictions where prediction = 'orders' order by user_id"
    )
    assert after == before


def test_getting_into_the_most_engaged_segment_is_foretold(tmp_path: Path) -> None:
    text = """\
predictions:
  rise: {target: becomes, segment: {segmentation: engagement}, horizon_days: 6, model: linear, dates: 3}
"""
    project = add_predictions(_rising_shop(tmp_path), text)
    (one,) = run.run(project).predictions
    assert isinstance(one, Foretold), one
    inside = rows(project, "select user_id from membership where segmentation = 'engagement' and segment = 2")
    scored = {row["user_id"] for row in rows(project, "select user_id from predictions")}
    assert inside
    assert not scored & {row["user_id"] for row in inside}
    assert one.about.counted.belong == 200


def test_what_another_version_has_stored_is_made_anew(shop: tuple[Project, RunResult]) -> None:
    project, _ = shop
    with run.opened(project) as warehouse:
        warehouse.execute(sql.sql("update fitted_predictions set json = '{}' where failed is null"))
    again = run.run(project)
    assert not again.nothing_new
    with run.finished(project) as warehouse:
        assert sum(isinstance(one, Foretold) for one in fitted.read(warehouse)) == 2


def test_mistakes_in_predictions_are_those_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="Did you mean 'inactive'"):
        add_predictions(small_shop.make(tmp_path), "predictions: {a: {target: inactiv}}\n")


def _rising_shop(folder: Path) -> Path:
    """Make a shop of 200 users, who turn from a visit now and then to many, each on a day of their own."""
    small_shop.make(folder)
    draw = np.random.default_rng(4)
    lines = []
    for number in range(200):
        turn = int(draw.integers(5, 60))
        for day in range(30):
            often = day >= turn
            for _ in range(int(draw.poisson(4 if often else 0.4))):
                at = small_shop.START + dt.timedelta(days=day, minutes=int(draw.integers(600)))
                kind = "order" if draw.random() < 0.2 else "view"
                lines.append([f"u{number}", at.isoformat(), kind, f"i{draw.integers(9)}", "5"])
    with (folder / "clicks.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["user", "at", "kind", "item", "price"], *lines])
    return folder


def test_a_user_is_told_what_is_foretold_and_why(
    shop: tuple[Project, RunResult], capsys: pytest.CaptureFixture[str]
) -> None:
    project, _ = shop
    about, _ = rows(project, "select * from predictions where prediction = 'orders' order by score desc")[:2]
    with run.finished(project) as warehouse:
        found = explained.explain_user(warehouse, about["user_id"])
    by_name = {one.foretold.name: one for one in found.foretold}
    assert by_name["orders"].score == about["score"]
    assert by_name["orders"].reasons.reasons
    views.show_explained(found)
    told = capsys.readouterr().out
    assert f"orders: {about['score']:,.3g} expected, nine of ten between" in told
    assert "; up by " in told
    document = views.explained_document(found)
    assert {one["name"] for one in document["predictions"]} == set(by_name)


def test_of_whom_nothing_is_foretold_is_said(
    shop: tuple[Project, RunResult], capsys: pytest.CaptureFixture[str]
) -> None:
    project, _ = shop
    without = "select user_id from features where not user_id in (select user_id from predictions) limit 1"
    (row,) = rows(project, without)
    with run.finished(project) as warehouse:
        found = explained.explain_user(warehouse, row["user_id"])
    assert [one.name for one in found.not_foretold] == ["no_order", "orders"]
    views.show_explained(found)
    assert (
        "Not foretold: no_order, orders; this user is not among those it is about" in capsys.readouterr().out
    )


def test_a_prediction_is_sql_that_gives_the_same_scores(shop: tuple[Project, RunResult]) -> None:
    project, _ = shop
    scores = rows(project, "select user_id, score from predictions where prediction = 'orders'")
    with run.finished(project) as warehouse:
        statements = written_sql.statements(warehouse, project, "predictions")
        found = warehouse.query(sql.sql(statements["orders"])).to_pylist()
    assert list(statements) == ["orders"]
    by_user = {row["user_id"]: row["score"] for row in found}
    assert {row["user_id"]: pytest.approx(row["score"], rel=1e-9) for row in scores} == {
        row["user_id"]: by_user[row["user_id"]] for row in scores
    }


def test_the_report_has_a_card_for_each_prediction_and_says_what_failed(
    shop: tuple[Project, RunResult],
) -> None:
    _, result = shop
    told = result.report.read_text()
    assert "Prediction: no_order" in told
    assert "Prediction: orders" in told
    assert "What could not be foretold" in told
    assert "No event is of kind" in told
    one = made(result)["no_order"]
    assert isinstance(one, Foretold)
    assert foretelling.headline(one) in told


def test_the_terminal_tells_the_same(
    shop: tuple[Project, RunResult], capsys: pytest.CaptureFixture[str]
) -> None:
    _, result = shop
    predictions.show(result.predictions)
    told = capsys.readouterr().out
    assert "no_order: Of " in told
    assert "misspelt could not be foretold. No event is of kind 'oder'." in told
    document = views.run_document(result)["predictions"]
    assert [one["name"] for one in document] == list(made(result))
    assert document[0]["expected"]["users"] > 0
    assert document[2] == {"name": "misspelt", "failed": failure(result, "misspelt")}


def test_predictions_are_made_step_by_step() -> None:
    with contextlib.closing(DuckDB()) as warehouse:
        shops.fill(warehouse, shops.random_history(users=60))
        features = coterie.build_features(warehouse)
        ask = coterie.PredictionSettings(target="none", model="linear", features=("recency", "orders"))
        one = coterie.fit_prediction(warehouse, ask, name="none")
        two = coterie.fit_prediction(warehouse, coterie.PredictionSettings(target="count"), name="orders")
        segments = coterie.fit(features, coterie.SegmentSettings(k=2, starts=2))
        coterie.write_profiles(warehouse, features, [segments], [one, two])
        columns = warehouse.columns("profiles")
    assert {"none", "orders", "segments_segment"} <= set(columns)
