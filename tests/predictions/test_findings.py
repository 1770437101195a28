from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from tests.predictions.made import examples, settings

from coterie.features.feature import Feature
from coterie.predictions.findings import findings, not_for
from coterie.predictions.fit import fit
from coterie.predictions.origins import origins

if TYPE_CHECKING:
    from coterie.predictions.prediction import Finding

MADE = examples(users=100)


def _checks(found: tuple[Finding, ...], level: str | None = None) -> list[str]:
    return [finding.check for finding in found if level in (None, finding.level)]


def test_a_good_model_is_said_to_be_good() -> None:
    found = fit(examples(users=200), settings("linear"), name="churn")
    assert "naive" in _checks(found.findings, "good")
    told = next(finding for finding in found.findings if finding.check == "naive")
    assert told.sentence.startswith("It beats saying what happened in the period before: Brier score ")


def test_where_the_period_before_says_it_all_it_is_said() -> None:
    made = dataclasses.replace(MADE, naive=MADE.outcomes)
    found = fit(made, settings("linear"), name="churn")
    sentences = [finding.sentence for finding in found.findings if finding.check == "naive"]
    assert any("as good or better: Brier score 0.000 without a model" in said for said in sentences)
    assert any("as good or better: area below the ROC curve 1.000" in said for said in sentences)
    auto = fit(made, settings("auto"), name="churn")
    assert auto.method == "baseline"
    assert auto.findings[0].sentence.startswith("No model foretold better on earlier dates")


def test_few_examples_are_told() -> None:
    few = np.flatnonzero(MADE.outcomes * ~MADE.held_out)[12:]
    outcomes = MADE.outcomes.copy()
    outcomes[few] = 0
    found = fit(dataclasses.replace(MADE, outcomes=outcomes), settings("linear"), name="churn")
    assert "few" in _checks(found.findings, "warning")
    told = next(finding for finding in found.findings if finding.check == "few")
    assert told.sentence == "It rests on 12 examples of the rarer outcome among 200."
    assert {"calibration", "change"} <= set(_checks(found.findings))
    assert "calibration" in _checks(found.findings, "warning")
    assert any(said.startswith("Sums over users") for said in found.not_for)


def test_a_word_that_gives_the_outcome_away_is_told_however_rows_alternate() -> None:
    """Of every two rows the second has a word of its own: in every other row no word is seen twice."""
    known = np.flatnonzero(~MADE.held_out)
    words = np.where(MADE.outcomes > 0, "stays", "leaves").astype(object)
    words[known[1::2]] = [f"{word}_{at % 3}" for at, word in enumerate(words[known[1::2]])]
    given = MADE.rows.append_column("word", pa.array(words, pa.string()))
    feature = Feature("word", "attributes", "category", "A word.")
    made = dataclasses.replace(MADE, rows=given, features=(*MADE.features, feature))
    found = fit(made, settings("linear"), name="churn")
    leak = next(finding for finding in found.findings if finding.check == "leak")
    assert leak.feature == "word"
    assert leak.number > 0.98


def test_what_is_to_be_known_follows_from_the_prediction() -> None:
    made = examples("amount", users=60)
    found = fit(made, settings("linear", "amount"), name="value")
    again = findings(made, found, origins(made, seed=42))
    assert again == found.findings
    assert not_for(found, again) == found.not_for
    assert found.not_for[0].startswith("Times other than the 7 days")
