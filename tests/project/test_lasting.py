from __future__ import annotations

import pytest
from pydantic import ValidationError

from coterie.project.lasting import ActivitySettings, LifetimeSettings


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"frequent_weeks": 5}, "at most `window_weeks`"),
        ({"new_weeks": 5}, "a new user would be dormant"),
        ({"dead_weeks": 4}, "`dead_weeks` above `window_weeks`"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(changed: dict[str, int], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        ActivitySettings(**changed)  # type: ignore[arg-type]


def test_settings_that_fit_together_are_taken() -> None:
    assert ActivitySettings(window_weeks=6, frequent_weeks=5, new_weeks=6, dead_weeks=26).dead_weeks == 26


def test_horizons_are_given_in_order() -> None:
    assert LifetimeSettings(horizons_days=(7, 14)).horizons_days == (7, 14)
    with pytest.raises(ValidationError, match="in ascending order"):
        LifetimeSettings(horizons_days=(14, 7))
