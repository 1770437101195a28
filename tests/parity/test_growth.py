"""The questions about growth have the same answers on every warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.features import made
from tests.growth import asked
from tests.growth.alike import assert_same
from tests.parity.test_warehouses import AS_OF, USERS, events

from coterie.events import days
from coterie.features.as_of import AsOf
from coterie.growth.growth import Asked, growth
from coterie.project.growing import GrowthSettings

if TYPE_CHECKING:
    from coterie.sources.warehouse import Warehouse

DAY = (AS_OF - asked.EPOCH).days


@pytest.mark.parametrize("strict", [True, False])
def test_growth(warehouse: Warehouse, duck: Warehouse, *, strict: bool) -> None:
    settings = GrowthSettings.model_validate({
        "by": ["acquisition_channel", "channel", "category", "device", "country", "age"],
        "funnel": {"steps": ["view", "order", "refund"], "strict": strict, "window_days": 20},
        "campaigns": "country",
        "retention": {"cohorts": "month" if strict else "week", "unbounded": strict},
    })  # fmt: skip
    found = []
    for place in (duck, warehouse):
        made.put(place, events(), USERS)
        days.refresh(place)
        found.append(growth(place, settings, Asked(AS_OF, AsOf(DAY, DAY * made.DAY))).to_dict())
    one, other = found
    assert_same(one, other)
