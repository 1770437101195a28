from __future__ import annotations

import dataclasses

from tests.report.growth import grown

from coterie.report.growth import converting


def test_steps_are_told_with_shares_and_waits() -> None:
    found, speech = grown.found(), grown.speech()
    assert found.funnel is not None
    whole, apart = converting.funnel_figures(found, speech)
    table = whole.data.to_pylist()
    assert [row["Step"] for row in table] == ["1. Views", "2. Clicks", "3. Orders"]
    assert table[0]["Of the step before"] == "\u2013"
    assert table[1]["Median time since the step before"] == "14.4 min"
    assert {"By", "Value"} <= set(apart.data.column_names)
    assert converting.funnel_data(found.funnel, speech).num_rows == 3 * len(found.funnel.paths)


def test_what_the_funnel_asks_is_said() -> None:
    found = grown.found()
    assert found.funnel is not None
    chapter = converting.converting(found, grown.speech())
    assert chapter is not None
    assert "Users with views, clicks, orders, one after the other" in chapter.section()
    paths = tuple(dataclasses.replace(path, still_open=3) for path in found.funnel.paths)
    loose = dataclasses.replace(found, funnel=dataclasses.replace(found.funnel, strict=False, paths=paths))
    chapter = converting.converting(loose, grown.speech())
    assert chapter is not None
    assert "in any order" in chapter.section()
    assert "3 of them are short of the last step and still have time." in chapter.section()


def test_too_few_to_draw_is_nothing_to_draw() -> None:
    nobody = dataclasses.replace(grown.speech(), fewest=1000)
    assert converting.funnel_figures(grown.found(), nobody) == []
    assert converting.converting(grown.nothing(), grown.speech()) is None
    assert converting.funnel_figures(grown.nothing(), grown.speech()) == []
