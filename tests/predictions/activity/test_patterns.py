from __future__ import annotations

import pytest

from coterie.predictions.activity.patterns import Pattern, patterns, reachable
from coterie.predictions.activity.states import STATES
from coterie.project.lasting import ActivitySettings

SETTINGS = [
    ActivitySettings(),
    ActivitySettings(window_weeks=2, frequent_weeks=2, new_weeks=1, dead_weeks=3),
    ActivitySettings(window_weeks=6, frequent_weeks=1, new_weeks=6, dead_weeks=26),
]


@pytest.mark.parametrize("settings", SETTINGS)
def test_every_pattern_leads_to_two_patterns_that_there_are(settings: ActivitySettings) -> None:
    found = patterns(settings)
    assert len(set(found.every)) == len(found.every)
    assert found.next.shape == (len(found.every), 2)
    for at, (without, come) in enumerate(found.next.tolist()):
        one, absent, present = found.every[at], found.every[without], found.every[come]
        assert present.recent % 2 == 1
        assert absent.recent % 2 == 0
        assert absent.age == present.age == min(one.age + 1, settings.new_weeks)
        assert not (absent.recent and absent.quiet)
    assert found.every[found.newborn] == Pattern(0, 1, 0)


def test_silence_passes_through_dormant_to_dead_and_an_event_ends_it() -> None:
    found = patterns(ActivitySettings())
    at = found.place[Pattern(4, 8, 0)]
    passed = []
    for _ in range(12):
        at = int(found.next[at, 0])
        passed.append(STATES[found.state[at]])
    assert passed == ["dormant"] * 8 + ["dead"] * 4
    assert STATES[found.state[found.next[at, 1]]] == "infrequent"


def test_no_week_leads_from_dead_to_frequent_or_back_to_new() -> None:
    moves = {(STATES[at], STATES[to]) for at, to in reachable(patterns(ActivitySettings()))}
    assert ("dead", "infrequent") in moves
    assert ("new", "dormant") in moves
    assert ("dead", "frequent") not in moves
    assert not [move for move in moves if move[1] == "new" and move[0] != "new"]
