from __future__ import annotations

from tests.report.growth import grown

from coterie.growth.bootstrap import Estimate
from coterie.report import words
from coterie.report.growth import speech


def test_what_is_counted_has_words() -> None:
    speak = grown.speech()
    assert (speak.goals, speak.achievers) == ("Orders", "Users with orders")
    assert speak.kind("open") == "E-mails opened"
    assert speak.dimension("acquisition_channel") == "Acquisition channel"
    assert speak.measure("goals", "active") == "Orders / active users"


def test_what_is_not_known_is_a_dash() -> None:
    unknown, alone = Estimate(None, None, None), Estimate(2.0, None, None)
    assert speech.money(unknown) == speech.times(unknown) == speech.percent(None) == words.NOTHING
    assert (speech.money(alone), speech.times(alone)) == ("2", "2.0000")
    assert speech.money(Estimate(2.0, 1.0, 3.0)) == "2 (1 to 3)"
