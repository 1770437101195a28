from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from tests.features import made
from tests.features.made import DAY, Event

from coterie.events import days
from coterie.features import available, build
from coterie.features.as_of import AsOf
from coterie.project.settings import FeatureSettings

if TYPE_CHECKING:
    from coterie.sources.duckdb import DuckDB

AT = AsOf(20_000, 20_000 * DAY)


def test_without_a_table_of_events_there_are_attributes_alone(warehouse: DuckDB) -> None:
    warehouse.drop("events")
    warehouse.create("users", pa.table({"user_id": ["a"], "country": ["at"], "age": [3.5]}))
    found = available.available(warehouse, FeatureSettings(), AT)
    assert found == available.Available(attributes=(("country", False), ("age", True)))


def test_words_come_with_the_most_frequent_first(warehouse: DuckDB) -> None:
    words = ("b", "a", "c", "c")
    made.put(
        warehouse, [Event("u", AT.us - 1, word, category=word, channel=word, device=word) for word in words]
    )
    found = available.available(warehouse, FeatureSettings(categories=2), AT)
    assert found.kinds == found.channels == found.devices == ("c", "a", "b")
    assert found.categories == ("c", "a")
    assert found.has("category", "a")
    assert not found.has("item")


def test_social_acts_without_views_have_no_rates(warehouse: DuckDB) -> None:
    made.put(warehouse, [Event("u", AT.us - 1, "like")])
    days.refresh(warehouse)
    table = build.build(warehouse, FeatureSettings(families=("social",)))
    assert [feature.name for feature in table.features] == ["social_likes"]
    assert table.feature("social_likes").unit == "events"
