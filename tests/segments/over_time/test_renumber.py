from __future__ import annotations

import pytest
from tests.segments.over_time.hand import segmentation, step

from coterie.segments.over_time.renumber import renumbered


def test_a_segment_is_renumbered_wherever_it_is_spoken_of() -> None:
    found = renumbered(segmentation([[0.0], [1.0]], [step("x")], notes=("Of {segment:2}.",)), [2, 7])
    assert [segment.id for segment in found.segments] == [2, 7]
    assert [segment.engagement for segment in found.segments] == [0.0, 1.0]
    assert found.findings[0].segment == 7
    assert found.findings[0].sentence == "{segment:7} is small beside {segment:2}."
    assert found.findings[1].segment is None
    assert found.verdict == "Two, as {segment:2} and {segment:7} are apart."
    assert found.notes == ("Of {segment:7}.",)


def test_its_own_ids_change_nothing() -> None:
    one = segmentation([[0.0], [1.0]], [step("x")], [3, 5])
    assert renumbered(one, [3, 5]) == one


@pytest.mark.parametrize("ids", [[1], [1, 2, 3], [4, 4]])
def test_too_few_too_many_or_equal_ids_are_refused(ids: list[int]) -> None:
    with pytest.raises(ValueError, match="as many distinct ids"):
        renumbered(segmentation([[0.0], [1.0]], [step("x")]), ids)
