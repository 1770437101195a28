from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from coterie.report.colours import domain, slots
from coterie.report.look import LIGHT


@given(st.sets(st.integers(1, 60), min_size=1, max_size=len(LIGHT)))
def test_segments_have_colours_of_their_own(ids: set[int]) -> None:
    found = slots(ids)
    assert len(set(found.values())) == len(ids)
    assert all(0 <= at < len(LIGHT) for at in found.values())


def test_a_segment_keeps_its_colour_when_others_come_and_go() -> None:
    assert slots([1, 2, 3])[2] == slots([2, 7])[2] == 1


def test_more_segments_than_colours_share_some_at_places_of_their_own() -> None:
    found = slots(range(1, len(LIGHT) + 3))
    assert found[len(LIGHT) + 1] == len(LIGHT)
    assert len(set(found.values())) == len(found)


@given(st.dictionaries(st.integers(1, 30), st.text("abc", min_size=1), min_size=1, max_size=8))
def test_names_stand_at_the_places_of_their_colours(names: dict[int, str]) -> None:
    listed = domain(names)
    for ident, at in slots(names).items():
        assert listed[at] == names[ident]
    assert len(listed) == max(slots(names).values()) + 1
