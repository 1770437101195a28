from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from coterie.segments.between.correction import corrected

PS = st.lists(st.floats(0, 1), min_size=1, max_size=20)


@given(PS)
def test_benjamini_hochberg_is_that_of_scipy(ps: list[float]) -> None:
    assert corrected(ps, "benjamini_hochberg") == pytest.approx(stats.false_discovery_control(ps))


@given(PS)
def test_holm_is_between_nothing_and_bonferroni(ps: list[float]) -> None:
    fixed = corrected(ps)
    for p, after in zip(ps, fixed, strict=True):
        assert p <= after <= min(1.0, p * len(ps) * (1 + 1e-12))
    order = sorted(range(len(ps)), key=ps.__getitem__)
    assert [fixed[at] for at in order] == sorted(fixed)


def test_holm_steps_down() -> None:
    assert corrected([0.01, 0.02, 0.5]) == pytest.approx([0.03, 0.04, 0.5])


def test_nothing_needs_no_correction() -> None:
    assert corrected([]) == []
