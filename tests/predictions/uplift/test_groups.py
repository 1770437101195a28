from __future__ import annotations

import numpy as np
import pytest

from coterie.predictions.uplift.groups import by_groups, ranges
from coterie.predictions.uplift.trial import Trial

RNG = np.random.default_rng(7)
USERS = 4_000
COUNTRY = RNG.choice(["AT", "BR", "ZA"], USERS)
TREATED = (RNG.random(USERS) < 0.5).astype(float)
OUTCOMES = (RNG.random(USERS) < 0.3 + np.where(COUNTRY == "BR", 0.3, 0.0) * TREATED).astype(float)
TRIAL = Trial(np.zeros((USERS, 0)), OUTCOMES, TREATED)


def test_the_attribute_that_matters_comes_first_and_no_other_differs() -> None:
    noise = {f"noise {at}": RNG.choice(["a", "b"], USERS).tolist() for at in range(6)}
    found = by_groups(
        TRIAL, {"engagement": RNG.choice(["x", "y"], USERS).tolist()}, {"country": COUNTRY.tolist(), **noise}
    )
    assert [one.what for one in found if one.differ] == ["country"]
    assert found[0].adjusted == pytest.approx(8 * found[0].p)
    of = {group.name: group.effect for group in found[0].groups}
    assert of["BR"].difference == pytest.approx(0.3, abs=0.08)
    assert of["BR"].decided
    assert sum(group.users for group in found[0].groups) == USERS
    assert {one.what for one in found if one.segments} == {"engagement"}


def test_groups_of_few_users_are_left_out() -> None:
    words = ["rare"] * 10 + ["often"] * (USERS // 2) + ["other"] * (USERS // 2 - 10)
    (found,) = by_groups(TRIAL, {}, {"word": words})
    assert [group.name for group in found.groups] == ["often", "other"]
    assert by_groups(TRIAL, {}, {"one": ["same"] * USERS}) == ()


def test_numbers_become_quarters() -> None:
    found, order = ranges(RNG.random(1_000))
    assert [order.index(word) for word in sorted(set(found), key=order.index)] == [0, 1, 2, 3]
    assert sorted(np.unique(found, return_counts=True)[1].tolist()) == [250] * 4
    assert set(ranges(np.array([0.0, 1.0, 1.0, np.nan]))[0]) == {"0", "1", "unknown"}
