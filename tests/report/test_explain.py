from __future__ import annotations

import dataclasses

import numpy as np
from tests.report import made

from coterie.report import explain
from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.explaining.explain import Contribution, Explanation
from coterie.segments.explaining.moves import Change

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
    one = made.wording(made.material(users=60, groups=1))
    assert explain.sentences(alone, one)[1:] == ["There is no other segment."]
    assert not explain.table(alone, one).rows
    stuck = Explanation("1", 1, 2, 1.0, 2.0, (), None)
    assert explain.sentences(stuck, WORDING)[2] == "No change of a single feature would move them."


def test_a_mixture_tells_probabilities() -> None:
    found = dataclasses.replace(FOUND, by="density", probability=0.974)
    assert explain.sentences(found, WORDING)[1] == (
        f"They belong to it with a probability of 97.4%; the likeliest other is “{WORDING.name(2)}”."
    )


def test_conditions_are_told_as_they_are_written() -> None:
    ruled = dataclasses.replace(
        FOUND, by="conditions", condition="orders_spend > 500", distance=None, distance_to_nearest=None,
        contributions=tuple(dataclasses.replace(c, push=float(c.push > 1)) for c in FOUND.contributions),
    )  # fmt: skip
    assert explain.sentences(ruled, WORDING)[1] == "The condition that holds for them: orders_spend > 500"
    rows = explain.table(ruled, WORDING).rows
    assert [row[-1] for row in rows] == ["yes", "no", "no", "no"]
    rest = explain.sentences(dataclasses.replace(ruled, condition=None), WORDING)
    assert rest[1] == "None of the conditions holds for them."


def test_whoever_is_unlike_the_rest_is_told_how_far() -> None:
    borders = Prototypes.around(np.array([[0.0], [1.0]]), radius=2.0, outside=2)
    wording = dataclasses.replace(
        WORDING, segmentation=dataclasses.replace(WORDING.segmentation, borders=borders)
    )
    beyond = dataclasses.replace(FOUND, segment=3, nearest=1, distance=2.0, distance_to_nearest=5.0)
    assert explain.sentences(beyond, wording)[1] == (
        f"They are 2.5 times as far from “{wording.name(1)}”, the nearest segment, as its users are at most."
    )
    inside = dataclasses.replace(FOUND, nearest=3, distance=1.0, distance_to_nearest=2.0)
    assert explain.sentences(inside, wording)[1] == (
        f"At 2.0 times their distance from its middle they would be “{wording.name(3)}”."
    )
