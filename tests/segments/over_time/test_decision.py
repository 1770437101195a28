from __future__ import annotations

import pytest
from tests.segments.over_time.hand import segmentation, step

from coterie.errors import SegmentationError
from coterie.project.settings import SegmentSettings
from coterie.segments.borders.predicates import predicates
from coterie.segments.over_time.decision import decide, needed
from coterie.segments.over_time.drift import Drift

LAST = segmentation([[0.0, 0.0], [1.0, 0.0]], [step("spend"), step("noise", weight=0.0)])
FROZEN = SegmentSettings(update="freeze")
WATCHED = SegmentSettings(update="freeze", drift=0.25)


def drifted(feature: str, index: float, chance: float = 0.01) -> Drift:
    return Drift(feature, index, chance, "changed", None, None, None, ())


def test_the_first_fit_is_anew() -> None:
    for settings in (FROZEN, SegmentSettings(), SegmentSettings(update="refit")):
        assert decide(settings, None).what == "fit_anew"


def test_match_is_the_default() -> None:
    assert decide(SegmentSettings(), LAST).what == "fit_and_match"


def test_refit_says_plainly_that_ids_start_over() -> None:
    found = decide(SegmentSettings(update="refit"), LAST)
    assert found.what == "fit_anew"
    assert "ids start over at 1" in found.reason


def test_freeze_keeps() -> None:
    found = decide(FROZEN, LAST, [drifted("spend", 9.0)], {"spend"})
    assert (found.what, found.feature) == ("keep", None)
    assert found.reason == "It is frozen as fitted on 2026-01-01; users were assigned to it."


def test_settings_that_a_frozen_one_does_not_heed_are_told() -> None:
    assert "count once `update` is match" in decide(FROZEN, LAST, changed=True).reason


def test_drift_beyond_the_threshold_fits_a_frozen_one_anew() -> None:
    found = decide(WATCHED, LAST, [drifted("spend", 0.31)], {"spend"})
    assert (found.what, found.feature) == ("fit_and_match", "spend")
    assert "{feature:spend} has drifted: its population stability index is 0.31" in found.reason


@pytest.mark.parametrize(
    "drift",
    [drifted("spend", 0.25), drifted("spend", 0.9, chance=1.0), drifted("noise", 2.0), drifted("other", 2.0)],
)
def test_less_chance_and_other_features_do_not(drift: Drift) -> None:
    assert decide(WATCHED, LAST, [drift], {"spend"}).what == "keep"


def test_a_frozen_one_without_its_features_is_one_clear_sentence() -> None:
    with pytest.raises(SegmentationError, match=r"'habit' needs spend, which no longer exists; .* match`"):
        decide(FROZEN, LAST, known={"noise"})


def test_conditions_need_what_they_speak_of() -> None:
    borders = predicates([("spend > 5 and country = 'at'", 0)], 1, {"spend": "number", "country": "word"})
    assert needed(LAST) == ("spend",)
    by_hand = segmentation([[0.0], [1.0]], [step("spend")], borders=borders)
    assert needed(by_hand) == ("spend", "country")
