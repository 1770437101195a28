from __future__ import annotations

import dataclasses

from tests.report import made

from coterie.report import explain
from coterie.segments.explain import Change, Contribution, Explanation

WORDING = made.wording(made.material(users=300, groups=3))
FOUND = Explanation(
    user_id="<b>17</b>",
    segment=1,
    nearest=2,
    distance=1.25,
    distance_to_nearest=2.5,
    contributions=(
        Contribution("orders_spend", 12.0, 10.0, 60.0, 3.5),
        Contribution("attributes_country", "sport", 0.5, 0.25, -0.25),
        Contribution("reading_return_share", None, 0.5, 0.25, 0.0),
        Contribution("unheard_of", 1.0, None, 0.25, 0.25),
    ),
    change=Change("orders_spend", 45.0, 2, 0.7),
)


def test_an_explanation_in_sentences() -> None:
    told = explain.sentences(FOUND, WORDING)
    assert told[0].startswith(f"User <b>17</b> is in “{WORDING.name(1)}”, with ")
    assert told[1] == (
        f"The nearest other segment is “{WORDING.name(2)}”, 2.0 times as far from them as their own."
    )
    assert told[2] == (f"The least that would move them: Spend of 45 instead of 12, to “{WORDING.name(2)}”.")


def test_borders_and_middles_are_told() -> None:
    near = dataclasses.replace(FOUND, distance_to_nearest=1.3)
    assert explain.sentences(near, WORDING)[1].startswith("They are near the border")
    middle = dataclasses.replace(FOUND, distance=0.0)
    assert explain.sentences(middle, WORDING)[1].startswith("They are at the very middle of it")


def test_features_have_units_and_say_where_they_point() -> None:
    assert explain.table(FOUND, WORDING).rows == (
        ("Spend", "12", "10", "60", "here, 88%"),
        ("Country", "sport", "50%", "25%", "the other, 6%"),
        ("unheard_of", "1", "\N{EN DASH}", "0.25", "here, 6%"),
    )
    assert len(explain.table(FOUND, WORDING, most=1).rows) == 1


def test_nowhere_else_to_go() -> None:
    alone = Explanation("1", 1, None, 1.0, None, (), None)
    assert explain.sentences(alone, WORDING)[1:] == ["There is no other segment."]
    assert not explain.table(alone, WORDING).rows
    stuck = Explanation("1", 1, 2, 1.0, 2.0, (), None)
    assert explain.sentences(stuck, WORDING)[2] == "No change of a single feature would move them."
