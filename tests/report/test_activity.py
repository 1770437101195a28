from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from typing import TYPE_CHECKING

import altair as alt
import pyarrow as pa
import pytest
from tests.predictions.activity import lives
from tests.predictions.activity.test_quiet import planted
from tests.report import made
from tests.report.html_check import check_html

from coterie.outlook import Outlook
from coterie.predictions.activity import activity as finding
from coterie.report import activity
from coterie.report.language import language
from coterie.report.page import page

if TYPE_CHECKING:
    from coterie.predictions.activity.activity import Activity

WORDS = language()


@functools.cache
def found() -> Activity:
    with lives.warehouse(planted(700) | {"<b>gone": [120, 150]}) as warehouse:
        return finding.find(warehouse, lives.SETTINGS, lives.AS_OF)


def told(one: Activity) -> str:
    return " ".join(activity.sentences(one, WORDS))


def facts(**changed: object) -> Activity:
    return dataclasses.replace(found(), facts=dataclasses.replace(found().facts, **changed))  # type: ignore[arg-type]


def test_the_chapter_is_part_of_a_page_that_holds_together() -> None:
    material = dataclasses.replace(made.material(users=60, groups=2), outlook=Outlook(found()))
    html = page(material)
    check_html(html)
    assert 'id="activity"' in html
    assert html.count('class="figure quiet"') == 1
    without = page(dataclasses.replace(material, outlook=Outlook()))
    assert 'id="activity"' not in without


def test_each_figure_is_valid_and_has_a_table() -> None:
    keys = []
    for figure in activity.figures(found(), WORDS):
        alt.LayerChart.from_dict(figure.spec).to_dict()
        assert figure.data.num_rows
        assert figure.caption
        keys.append(figure.key)
    assert keys == ["flow", "moves", "forecast", "quiet", "calibration"]


def test_tables_say_what_charts_show() -> None:
    figures = {figure.key: figure for figure in activity.figures(found(), WORDS)}
    flow = figures["flow"].data.to_pylist()
    assert flow[-1] == {"date": lives.AS_OF, **found().now()}
    assert figures["forecast"].data.num_rows == found().forecast.num_rows
    assert figures["quiet"].data.num_rows == activity.LISTED
    (state,) = figures["forecast"].choices
    assert state.options[state.chosen].changes == ((("params", 0, "value"), "frequent"),)


def test_the_definition_names_the_settings() -> None:
    said = activity.definition(facts(new_weeks=3, dead_weeks=20), WORDS)
    assert "within 3 weeks" in said
    assert "at least 3 of the last 4 weeks" in said
    assert "for 20 weeks" in said


def test_arrivals_are_stated_apart() -> None:
    said = told(found())
    assert "New users are taken to arrive as in the last 8 weeks" in said
    assert "of them." in said


def test_it_is_said_how_past_forecasts_went() -> None:
    checks = found().checks.to_pylist()
    better = [row | {"users": float(row["happened"]), "naive": row["happened"] + 5} for row in checks]
    worse = [row | {"users": row["happened"] + 9.0, "naive": row["happened"]} for row in checks]
    schema = found().checks.schema
    good, bad = (
        told(dataclasses.replace(found(), checks=pa.Table.from_pylist(rows, schema=schema)))
        for rows in (better, worse)
    )
    assert "no better than that" not in good
    assert "go by the numbers of last week" in bad
    assert "too few weeks to check" in told(dataclasses.replace(found(), checks=found().checks.slice(0, 0)))
    assert "widened 2.5 times" in told(facts(widened=2.5))
    assert "widened" not in told(facts(widened=1.0))


def test_it_is_said_whether_users_come_back_as_before() -> None:
    schema = found().shifts.schema
    row = {"state": "frequent", "before": 0.9, "lately": 0.5, "chance": 1e-6}
    moved = dataclasses.replace(found(), shifts=pa.Table.from_pylist([row], schema=schema))
    assert "frequent 90% before, 50% lately" in told(moved)
    still = pa.Table.from_pylist([row | {"chance": 0.5}], schema=schema)
    assert "no more than by chance" in told(dataclasses.replace(found(), shifts=still))
    assert "too few weeks to tell" in told(dataclasses.replace(found(), shifts=schema.empty_table()))


def test_it_is_said_whether_the_list_can_be_trusted() -> None:
    good = facts(brier=0.05, brier_of_rate=0.08, brier_of_silence=0.07)
    assert "0.0500 (everyone the same: 0.0800" in told(good)
    assert "no worse" not in told(good)
    assert "The simpler way was no worse" in told(facts(brier=0.09, brier_of_rate=0.08, brier_of_silence=0.1))
    assert "mean squared error" not in told(facts(brier=None))


def test_without_probabilities_it_is_said_why() -> None:
    without = facts(note="Nobody ever did.")
    assert "can't be told: Nobody ever did." in told(without)
    assert "quiet" not in [figure.key for figure in activity.figures(without, WORDS)]
    none = dataclasses.replace(without, at_risk=found().at_risk.slice(0, 0))
    assert activity.most_likely(none, WORDS) == ""


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        ("silence", "9 days without an event, where 2 days are usual"),
        (
            "fewer_days,missed_weeks",
            "active on 3 days lately, where 7 are usual; active in only 3 of the last weeks",
        ),
        ("long_rests,unevenness", "comes only every 2 days; comes at irregular times"),
        ("short_history", "known for 6 weeks only"),
        ("", "\N{EN DASH}"),
    ],
)
def test_reasons_are_told_in_words(signs: str, expected: str) -> None:
    row = found().at_risk.to_pylist()[0] | {
        "reasons": signs, "silence_days": 9.0, "usual_rest_days": 2.0, "days_lately": 3.0, "days_usual": 7.0,
        "active_weeks": 3.0, "age_weeks": 6.0,
    }  # fmt: skip
    one = dataclasses.replace(found(), at_risk=pa.Table.from_pylist([row], schema=found().at_risk.schema))
    assert activity.at_risk(one, WORDS).column("why").to_pylist() == [expected]
    assert expected in activity.most_likely(one, WORDS)


def test_a_terminal_gets_a_table_of_states() -> None:
    table = activity.table(found(), WORDS)
    assert table.head[2] == f"Expected by {lives.AS_OF + dt.timedelta(weeks=8)}"
    assert [row[0] for row in table.rows] == ["new", "frequent", "infrequent", "dormant", "dead"]
