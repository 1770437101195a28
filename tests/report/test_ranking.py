from __future__ import annotations

import json
from typing import TYPE_CHECKING

import altair as alt
import numpy as np
import pytest

from coterie.predictions.evaluation.comparison import Scored, compare
from coterie.predictions.evaluation.evaluated import evaluate
from coterie.predictions.evaluation.profit import Worth
from coterie.report import ranking, ranking_data
from coterie.report.language import language

if TYPE_CHECKING:
    from coterie.report.figures import Figure

RNG = np.random.default_rng(8)
SKILL = RNG.normal(size=800)
HAPPENED = (RNG.random(800) < 1 / (1 + np.exp(2 - 2 * SKILL))).astype(float)
GOOD = Scored("boosting", 1 / (1 + np.exp(2 - 2 * SKILL)), HAPPENED)
POOR = Scored("logistic", np.clip(GOOD.scores + 0.3 * RNG.normal(size=800), 0, 1), HAPPENED)
WORDS = language()
ONE = ranking.of_scores([GOOD], WORDS, worth=Worth(10, -3))
TWO = ranking.of_scores([GOOD, POOR], WORDS, worth=Worth(10, -3))
KEYS = ["gains", "lift", "roc", "precision", "calibration", "scores", "profit"]


def _of(figures: list[Figure], key: str) -> Figure:
    return next(figure for figure in figures if figure.key == key)


def test_everything_that_was_measured_is_drawn() -> None:
    assert [figure.key for figure in ONE] == KEYS
    assert [figure.key for figure in TWO] == [*KEYS, "difference"]
    amounts = ranking.of_scores([Scored("value", SKILL, HAPPENED * 7.5)], WORDS)
    assert [figure.key for figure in amounts] == ["gains", "lift", "scores"]


@pytest.mark.parametrize("figure", [*ONE, *TWO], ids=lambda figure: figure.key)
def test_a_chart_is_valid_and_as_wide_as_its_place(figure: Figure) -> None:
    alt.LayerChart.from_dict(figure.spec)
    assert figure.spec["width"] == "container"
    json.dumps(figure.spec, allow_nan=False)
    assert figure.data.num_rows
    assert figure.caption[0].isupper() or figure.caption.startswith("boosting")


def test_one_ranking_has_no_legend_and_no_column_of_names() -> None:
    for figure in ONE:
        assert "name" not in figure.data.column_names
        assert '"legend": {' not in json.dumps(figure.spec)
    for figure in TWO[:-1]:
        assert set(figure.data["name"].to_pylist()) == {"boosting", "logistic"}
        assert '"legend": {' in json.dumps(figure.spec)


def test_captions_tell_the_numbers() -> None:
    found = {"boosting": evaluate(GOOD, worth=Worth(10, -3)), "logistic": evaluate(POOR)}
    one, other = found["boosting"], found["logistic"]
    assert one.roc is not None
    assert other.roc is not None
    lift = _of(ONE, "lift").caption
    assert lift.startswith(f"The best-scored tenth has {one.gains.top_decile_lift:.2f} [")
    assert f"{one.roc.area:.3f} [" in _of(TWO, "roc").caption
    assert f"{other.roc.area:.3f} [" in _of(TWO, "roc").caption
    assert "(boosting), " in _of(TWO, "roc").caption
    assert one.profit is not None
    assert f"a score of {one.profit.cut_off:.3g}" in _of(ONE, "profit").caption


def test_where_nothing_pays_the_caption_says_so() -> None:
    figure = _of(ranking.of_scores([GOOD], WORDS, worth=Worth(-1, -1)), "profit")
    assert figure.caption.startswith("It is best to act on nobody.")


def test_who_is_better_is_said() -> None:
    assert "boosting beats logistic in: lift of the best tenth" in _of(TWO, "difference").caption
    same = ranking.verdict(compare(GOOD, GOOD, same_users=True), WORDS)
    assert same == "boosting and boosting differ by no more than chance may."
    back = ranking.verdict(compare(POOR, GOOD, same_users=True), WORDS)
    assert back.startswith("boosting beats logistic in: ")


def test_the_tables_begin_with_nothing_and_end_with_the_whole() -> None:
    found = {"one": evaluate(GOOD, worth=Worth(1, -1))}
    gains = ranking_data.gains_data(found).to_pylist()
    assert (gains[0]["share"], gains[0]["captured"]) == (0.0, 0.0)
    assert (gains[-1]["share"], gains[-1]["captured"]) == (1.0, 1.0)
    roc = ranking_data.roc_data(found).to_pylist()
    assert (roc[0]["false_positives"], roc[0]["true_positives"]) == (0.0, 0.0)
    assert roc[-1]["true_positives"] == 1.0
    profit = ranking_data.profit_data(found).to_pylist()
    assert [row["best"] for row in profit].count(True) == 1
    assert max(row["money"] for row in profit) == next(row["money"] for row in profit if row["best"])
    assert sum(ranking_data.spread_data(found)["users"].to_pylist()) == 800


def test_without_bands_nothing_is_said_of_them() -> None:
    found = {"one": evaluate(GOOD, band=False)}
    for figure in ranking.figures(found, WORDS):
        assert "Bands" not in figure.caption
    assert ranking_data.gains_data(found)["low"].null_count == 101


def test_a_model_without_probabilities_stands_beside_one_with() -> None:
    raw = Scored("raw", SKILL, HAPPENED)
    figures = ranking.of_scores([GOOD, raw], WORDS)
    assert _of(figures, "calibration").data.num_rows == 10
    assert "name" not in _of(figures, "calibration").data.column_names
    mixed = {"sure": evaluate(GOOD, band=False), "spend": evaluate(Scored("spend", SKILL, HAPPENED * 9))}
    assert len(ranking_data.roc_data(mixed)) == 105
    assert len(ranking_data.precision_data(mixed)) == 100
    assert len(ranking_data.profit_data(mixed)) == 0
