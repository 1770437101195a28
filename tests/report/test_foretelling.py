from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from tests.predictions import made

from coterie.predictions.fit import fit
from coterie.predictions.foretold import Circumstances, Failed, Foretold
from coterie.predictions.gaps import Gaps
from coterie.predictions.population import Counted
from coterie.predictions.score import Expected
from coterie.predictions.totals import Level
from coterie.project.predicting import PredictionSettings
from coterie.report.foretelling import happening, headline, meaning, sentences, table

AS_OF = dt.date(2026, 3, 1)
CHURN = fit(made.examples(users=60), made.settings("baseline"), name="churn")


def foretold(*, new: int = 0, gaps: Gaps | None = None, **settings: Any) -> Foretold:
    about = Circumstances(
        settings=PredictionSettings(**settings),
        counted=Counted(AS_OF, 3_100, 3_000 + new, new),
        trained=(),
        expected=Expected(3_000, 412.3, 394.2, 430.4),
        on_holdout=Expected(2_900, 400.0, 380.0, 420.0),
        levels=(Level(dt.date(2026, 2, 22), 2_900, 400.0, 410.0),),
        gaps=gaps,
        notes=("A note.",),
    )
    prediction = dataclasses.replace(CHURN, horizon_days=7, holdout=dt.date(2026, 2, 22))
    return Foretold(prediction, about, AS_OF)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"target": "inactive"}, "do nothing within 7 days"),
        ({"target": "inactive", "kind": "view"}, "have no view within 7 days"),
        ({"target": "none"}, "place no order within 7 days"),
        ({"target": "first_time", "kind": "share"}, "have their first share within 7 days"),
        ({"target": "count"}, "place so many orders within 7 days"),
        ({"target": "count", "kind": "any"}, "have so many events within 7 days"),
        ({"target": "value"}, "bring so much money within 7 days"),
        (
            {"target": "becomes", "segment": {"segmentation": "engagement"}},
            "get into the most engaged segment of engagement within 7 days",
        ),
        (
            {"target": "becomes", "segment": {"segmentation": "engagement", "segment": "Fans"}},
            "get into “Fans” of engagement within 7 days",
        ),
    ],
)
def test_what_will_happen_is_said_in_words(settings: dict[str, Any], told: str) -> None:
    assert happening(PredictionSettings(**settings), 7) == told


def test_a_day_is_a_day() -> None:
    assert happening(PredictionSettings(target="none"), 1) == "place no order within a day"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"target": "none"}, "Of 3,000 users 412 (394 to 430) will place no order within 7 days."),
        ({"target": "count"}, "3,000 users will have 412 (394 to 430) orders within 7 days."),
        ({"target": "count", "kind": "any"}, "3,000 users will have 412 (394 to 430) events within 7 days."),
        ({"target": "value"}, "3,000 users will bring 412 (394 to 430) within 7 days."),
    ],
)
def test_the_headline_says_how_many_it_comes_to(settings: dict[str, Any], told: str) -> None:
    assert headline(foretold(**settings)) == told


def test_what_a_reader_should_know_is_said() -> None:
    gaps = Gaps((1, 2), (50, 50), (0, 0), 2, too_few=False)
    assert sentences(foretold(target="none", new=38, gaps=gaps)) == (
        "Of 3,000 users 412 (394 to 430) will place no order within 7 days.",
        "As of 2026-02-22 it would have foretold 400 (380 to 420), and it came to 410.",
        "What happened in the period before foretells as well; no model is needed for this.",
        "38 users known for less than 7 days are too new to be guessed.",
        "100% of those who come back are back within 2 days (100 pauses).",
        "A note.",
    )


def test_predictions_are_a_table_and_failed_ones_are_not_in_it() -> None:
    found = table([foretold(target="none"), Failed("other", "It can't be.")])
    assert found.head[:4] == ("Prediction", "Users", "Expected", "95% interval")
    ((name, users, expected, interval, good, naive, model),) = found.rows
    assert (name, users, expected, interval, model) == ("churn", "3,000", "412", "394 to 430", "baseline")
    assert good.startswith("area below ROC 0.")
    assert naive.endswith("(as good)")


def test_a_score_has_a_meaning() -> None:
    null = "Null: not among those it is foretold of, or known for less than 7 days."
    assert meaning(foretold(target="none")) == (
        f"Probability, from 0 to 1, to place no order within 7 days from 2026-03-01 on. {null}"
    )
    assert meaning(foretold(target="count")) == f"Expected orders within 7 days from 2026-03-01 on. {null}"
    assert meaning(foretold(target="value")).startswith("Expected money, refunds taken off, within 7 days")
    assert meaning(foretold(target="count", kind="any")).startswith("Expected events within 7 days")
