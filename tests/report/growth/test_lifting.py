from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from tests.report.growth import grown

from coterie.report.growth import lifting

if TYPE_CHECKING:
    from coterie.growth.lift import Lifts


def lifts() -> Lifts:
    found = grown.found().lifts
    assert found is not None
    return found


def test_each_lift_names_its_denominator_and_interval() -> None:
    told = lifting.campaigns(lifts(), grown.speech())
    assert len(told) == 5
    assert told[0].startswith("Ng over at by users with orders / users: ")
    assert told[2].startswith("Ng over at by orders / events: ")
    assert len(lifting.campaigns(lifts(), grown.speech(), lifting.MAIN)) == 3
    table = lifting.lifts_data(lifts(), grown.speech()).to_pylist()
    assert table[0]["Measure"] == "Users with orders / users"
    assert table[0]["Rate"].count("/") == table[0]["Rate"].count("=") == 1
    assert {row["Against"] for row in table} == {"at", "everyone, at", "everyone, ng"}


def test_a_lift_of_few_is_marked_and_not_drawn() -> None:
    def poor(found: Lifts) -> Lifts:
        few = [
            dataclasses.replace(one, one=dataclasses.replace(one.one, achievers=4)) for one in found.within
        ]
        return dataclasses.replace(found, within=(*few[:5], *found.within[5:]))

    found = dataclasses.replace(grown.found(), lifts=poor(lifts()))
    figure = lifting.lift_figures(found, grown.speech())[1]
    assert "Not drawn, as a side has fewer than five users with orders: 5" in figure.caption
    assert figure.data.to_pylist()[0]["Lift"].endswith("\u25b2")


def test_without_campaigns_channels_alone_are_told() -> None:
    alone = dataclasses.replace(lifts(), campaigns=None, baseline=None, between=())
    found = dataclasses.replace(grown.found(), lifts=alone)
    assert [one.key for one in lifting.lift_figures(found, grown.speech())] == ["lifts"]
    chapter = lifting.lifting(found, grown.speech())
    assert chapter is not None
    assert "<ul>" not in chapter.section()
    none = dataclasses.replace(alone, within=())
    assert lifting.lifting(dataclasses.replace(found, lifts=none), grown.speech()) is None
    assert lifting.lift_figures(dataclasses.replace(found, lifts=none), grown.speech()) == []
    assert lifting.lift_figures(grown.nothing(), grown.speech()) == []
    undrawn = dataclasses.replace(
        lifts(), between=tuple(dataclasses.replace(one, one=dataclasses.replace(one.one, achievers=1))
                               for one in lifts().between), within=())  # fmt: skip
    assert lifting.lift_figures(dataclasses.replace(found, lifts=undrawn), grown.speech()) == []
