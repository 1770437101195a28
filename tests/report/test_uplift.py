from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import altair as alt
import pytest
from tests.report import treatments

from coterie.features.feature import Feature
from coterie.predictions.uplift.result import Unmeasured
from coterie.report import uplift, uplift_data, uplift_words
from coterie.report.language import language

if TYPE_CHECKING:
    from coterie.report.figures import Figure

WORDS = language()
FEATURES = (Feature("attributes_age", "attributes", "number", "Age."),)
NAMED = {one.name: one for one in FEATURES}
ONE, AMOUNTS, BROKEN = treatments.treatment(), treatments.treatment("amounts"), treatments.broken()
FIGURES = [*uplift.figures(ONE, NAMED, WORDS), *uplift.figures(AMOUNTS, NAMED, WORDS)]


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.key)
def test_a_chart_is_valid_and_as_wide_as_its_place(figure: Figure) -> None:
    alt.LayerChart.from_dict(figure.spec)
    assert figure.spec["width"] == "container"
    json.dumps(figure.spec, allow_nan=False)
    assert figure.data.num_rows
    assert figure.caption


def test_everything_is_drawn_and_what_is_not_there_is_left_out() -> None:
    keys = [figure.key for figure in uplift.figures(ONE, NAMED, WORDS)]
    assert keys == ["uplift", "qini", "worth", "learners", "groups", "balance"]
    bare = dataclasses.replace(ONE, groups=(), imbalances=())
    assert [figure.key for figure in uplift.figures(bare, NAMED, WORDS)] == keys[:4]


def test_tables_begin_with_nothing_and_end_with_the_whole() -> None:
    for table in (uplift_data.uplift_data(ONE), uplift_data.qini_data(ONE)):
        rows = table.to_pylist()
        assert (rows[0]["share"], rows[0]["change"]) == (0.0, 0.0)
        assert rows[-1]["change"] == pytest.approx(ONE.effect.difference)
    worth = uplift_data.policy_data(ONE).to_pylist()
    assert worth[-1]["worth"] == pytest.approx(ONE.effect.difference - 0.1)
    assert [row["share"] for row in worth if row["best"]] == [ONE.policy.best]
    groups = uplift_data.groups_data(ONE, NAMED, WORDS).to_pylist()
    assert groups[0]["group"] == "Everyone"
    assert {row["by"] for row in groups} == {"", "Age", "engagement"}
    assert uplift_data.balance_data(ONE, NAMED, WORDS)["column"].to_pylist().count("Age") == 1


def test_the_effect_is_said_in_points_or_amounts() -> None:
    told = uplift_words.effect(ONE, WORDS)
    assert told.startswith(f"It changes visit by {100 * ONE.effect.difference:+.2f} pp [")
    assert f"of {ONE.effect.treated:,} treated users" in told
    assert uplift_words.effect(AMOUNTS, WORDS).startswith(
        f"It changes visit by {AMOUNTS.effect.difference:+.3g}"
    )
    undecided = dataclasses.replace(ONE, effect=dataclasses.replace(ONE.effect, low=-0.1))
    assert uplift_words.effect(undecided, WORDS).endswith("Chance alone may have made that.")


def test_who_is_to_be_treated_is_said() -> None:
    assert "-learner (linear) tells best whom it moves: Qini area" in uplift_words.whom(ONE, WORDS)
    assert f"best-scored {100 * ONE.policy.best:.0f}%" in uplift_words.whom(ONE, WORDS)
    assert "No learner tells whom it moves better than chance" in uplift_words.whom(BROKEN, WORDS)
    assert "treating everyone is worth" in uplift_words.whom(BROKEN, WORDS)
    nobody = dataclasses.replace(BROKEN, verdict="nobody")
    assert "it is best to treat nobody" in uplift_words.whom(nobody, WORDS)
    free = dataclasses.replace(BROKEN, policy=dataclasses.replace(BROKEN.policy, cost=0.0))
    assert "Treating costs nothing here" in uplift_words.whom(free, WORDS)


def test_what_speaks_against_the_arms_is_told() -> None:
    found = dict(reversed(list(uplift_words.trust(ONE, NAMED, WORDS))))
    assert set(found) == {"good", "note"}
    assert found["note"] == "12 users are left out: their outcome is unknown."
    worse = [told for sign, told in uplift_words.trust(BROKEN, NAMED, WORDS) if sign == "warning"]
    assert worse[0].startswith(
        "Sample ratio mismatch: the arms have other sizes than was meant (mail 900, none 600"
    )
    assert "“Age” (+0.40)" in worse[1]
    unsaid = dataclasses.replace(ONE, sizes=None, imbalances=())
    signs = [sign for sign, _ in uplift_words.trust(unsaid, NAMED, WORDS)]
    assert signs == ["note", "note"]


def test_the_table_for_the_terminal_has_a_row_each() -> None:
    shown = uplift_words.table([ONE, BROKEN, Unmeasured("other", "Nobody was treated.")], WORDS)
    assert [row[0] for row in shown.rows] == ["mail", "mail", "other"]
    assert shown.rows[0][4] == f"the best-scored {100 * ONE.policy.best:.0f}%"
    assert "no learner tells users apart; but sample ratio mismatch" in shown.rows[1][4]
    assert shown.rows[2][4] == "Nobody was treated."


def test_the_chapter_tells_all_treatments() -> None:
    found = uplift.chapter("uplift", [ONE, BROKEN, Unmeasured("other", "Nobody < 1.")], FEATURES, WORDS)
    html = "".join(part for part in found.html if part)
    assert "mail: mail against none" in html
    assert "Nobody &lt; 1." in html
    assert html.index("Sample ratio mismatch") > 0
    assert len(found.scripts) == 12
    assert len({script["id"] for script in found.scripts}) == 12
    assert "It differs by none of them." in html
    assert html.count("<ul") == html.count("</ul>")
