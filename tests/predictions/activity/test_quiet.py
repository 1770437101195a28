from __future__ import annotations

import numpy as np
import pytest
from tests.predictions.activity import lives

from coterie.predictions.activity import history, quiet
from coterie.predictions.activity.quiet import SIGNS, Quiet


def planted(users: int, seed: int = 3) -> dict[str, list[int]]:
    """Users of an even rhythm of their own; each day one in sixty of them leaves for good."""
    rng = np.random.default_rng(seed)
    found = {}
    for user in range(users):
        every = int(rng.integers(1, 6))
        left = int(rng.geometric(1 / 60))
        first = int(rng.integers(40, 7 * 22))
        found[f"u{user}"] = [ago for ago in range(first, 0, -every) if first - ago < left]
    return found


def found_in(users: dict[str, list[int]]) -> Quiet:
    with lives.warehouse(users) as warehouse:
        past = history.read(warehouse, lives.SETTINGS, lives.DAY)
        assert past is not None
        return quiet.quiet(warehouse, lives.SETTINGS, past, lives.DAY)


def test_silence_beyond_the_own_rhythm_is_what_tells() -> None:
    found = found_in(planted(900))
    assert found.note == ""
    assert found.learnt_from > found.went_quiet > 100
    overdue = found.rhythms.silence > found.rhythms.usual_rest + 1
    assert overdue.sum() > 10
    assert found.probability[overdue].mean() > 3 * found.probability[~overdue].mean()
    assert (found.low <= found.probability).all()
    assert (found.probability <= found.high).all()
    worst = int(np.argmax(found.probability))
    assert SIGNS[int(np.argmax(found.reasons[worst]))] == "silence"


def test_what_is_foretold_happens_as_often_on_the_date_left_out() -> None:
    found = found_in(planted(1500))
    checked = found.checked
    assert checked is not None
    assert found.of_silence is not None
    assert found.brier_of_rate is not None
    assert checked.brier < found.of_silence.brier
    assert checked.brier < 0.9 * found.brier_of_rate
    assert checked.mean_predicted == pytest.approx(checked.mean_happened, abs=0.06)
    assert checked.error < 0.08


def test_shuffled_outcomes_teach_nothing() -> None:
    """Those who leave are drawn anew each fortnight, so that nothing before says who it is."""
    rng = np.random.default_rng(8)
    users = {}
    for user in range(400):
        away = rng.random(12) < 0.15
        users[f"u{user}"] = [ago for ago in range(1, 168) if not away[(ago - 1) // 14]]
    found = found_in(users)
    assert found.checked is not None
    assert found.brier_of_rate is not None
    assert found.checked.brier > 0.97 * found.brier_of_rate


def test_where_nobody_went_quiet_nothing_is_guessed() -> None:
    found = found_in({f"u{user}": list(range(1, 150)) for user in range(30)})
    assert np.isnan(found.probability).all()
    assert len(found.probability) == 30
    assert "0 of" in found.note
    assert found.checked is None


def test_of_no_frequent_users_nothing_is_said() -> None:
    found = found_in({"u": [100, 150]})
    assert len(found.probability) == 0
    assert found.note


def test_one_date_with_outcomes_gives_probabilities_without_a_check() -> None:
    users = planted(900)
    recent = {user: [ago for ago in days if ago <= 9 * 7] for user, days in users.items()}
    recent = {user: days for user, days in recent.items() if days} | {"first": [9 * 7]}
    found = found_in(recent)
    assert found.note == ""
    assert found.checked is None or found.checked.bins
