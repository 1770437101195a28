from __future__ import annotations

from tests.segments.tables import behaviour

from coterie.project.settings import SegmentSettings
from coterie.segments.fit import fit
from coterie.segments.segmentation import Trait


def test_a_segmentation_shows_itself() -> None:
    fitted = fit(behaviour(), SegmentSettings(k=2, k_max=2, starts=1), name="engagement")
    assert fitted.caption().startswith("engagement: 2 segments of 400 users. 2 segments were asked for.")
    shown = fitted.to_arrow()
    assert shown["users"].to_pylist() == [segment.users for segment in fitted.segments]
    assert "favourite news" in str(fitted)
    assert "<table>" in fitted.to_html()
    assert fitted.to_dict()["name"] == "engagement"


def test_a_trait_needs_no_language() -> None:
    assert str(Trait("spend", None, 1, "very", 1.54)) == "spend +1.5"
    assert str(Trait("country", "AT", -1, "slightly", -0.44)) == "country AT -0.4"
