from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import altair as alt
import pyarrow as pa
from tests.predictions.lifetime.test_lifetime import found
from tests.report import made
from tests.report.html_check import check_html

from coterie.outlook import Outlook
from coterie.report import lifetime
from coterie.report.language import language
from coterie.report.page import page

if TYPE_CHECKING:
    from coterie.predictions.lifetime.lifetime import Lifetime

WORDS = language()


def told(one: Lifetime) -> str:
    return " ".join(lifetime.sentences(one, WORDS))


def measured(**own: Any) -> Lifetime:
    """The same where the model and past money alone did as given."""
    one = found()
    rows = one.models.to_pylist()
    for row in rows:
        if row["model"] == one.facts.model:
            row.update(own)
        if row["model"] == "naive":
            row.update(gini=0.5, spearman=0.5)
    return dataclasses.replace(one, models=pa.Table.from_pylist(rows, schema=one.models.schema))


def test_the_chapter_is_part_of_a_page_that_holds_together() -> None:
    material = dataclasses.replace(made.material(users=60, groups=2), outlook=Outlook(lifetime=found()))
    html = page(material)
    check_html(html)
    assert 'id="lifetime"' in html
    assert "What users are worth" in html


def test_each_figure_is_valid_and_has_a_table() -> None:
    retention = pa.table(
        {"renewal": [1, 2], "subscribers": [9, 5], "happened": [0.5, 0.8], "expected": [0.6, 0.7]}
    )
    one = dataclasses.replace(found(), retention=retention)
    keys = []
    for figure in lifetime.figures(one, WORDS):
        alt.LayerChart.from_dict(figure.spec).to_dict()
        assert figure.data.num_rows
        assert figure.caption
        keys.append(figure.key)
    assert keys == ["customers", "worth", "simple", "tracking", "tenths", "concentration", "renewals"]


def test_what_there_is_none_of_is_not_drawn() -> None:
    one = found(model="simple")
    none = dataclasses.replace(one, ranking=one.ranking.slice(0, 0))
    assert [figure.key for figure in lifetime.figures(none, WORDS)] == [
        "customers",
        "simple",
        "concentration",
    ]
    assert "which it did not know" not in told(none)


def test_it_is_said_who_wins_in_which_measure() -> None:
    assert "rank by it" in told(measured(gini=0.4, spearman=0.4))
    assert "the model orders the others" in told(measured(gini=0.4, spearman=0.6))
    assert "past money alone orders the others" in told(measured(gini=0.6, spearman=0.4))
    both = told(measured(gini=0.6, spearman=0.6))
    assert "normalised Gini is 0.600 (past money alone: 0.500)" in both
    assert "orders the others" not in both
    assert "Gini" not in told(measured(gini=None))


def test_the_most_profitable_are_named_with_their_interval() -> None:
    one = found()
    rows = one.ranking.to_pylist()
    rows[0].update(low=9e5, mean=1e6, high=1.1e6)
    sure = dataclasses.replace(one, ranking=pa.Table.from_pylist(rows, schema=one.ranking.schema))
    leading = next(said for said in lifetime.sentences(sure, WORDS) if said.startswith("By country"))
    assert "chance" not in leading
    assert f"{rows[0]['group']} is worth most: 1.00 million a user" in leading
    rows[0].update(low=None, high=None)
    unsure = dataclasses.replace(one, ranking=pa.Table.from_pylist(rows, schema=one.ranking.schema))
    assert "which may be chance" in told(unsure)
    assert "By category" in told(one)
    assert "Most money comes in by" in told(one)


def test_a_terminal_gets_the_most_valuable_customers_and_the_factors() -> None:
    table = lifetime.table(found(), WORDS)
    assert len(table.rows) == lifetime.NAMED
    assert table.rows[0][0] == found().customers.column("user_id")[0].as_py()
    assert "orders a month" in lifetime.factors(found(), WORDS)
    assert lifetime.model("pareto_nbd", WORDS) == "Pareto/NBD"
    assert str(found().facts.horizon_days) in lifetime.summary(found(), WORDS)
