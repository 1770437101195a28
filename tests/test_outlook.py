from __future__ import annotations

import dataclasses

from tests.predictions.activity import lives
from tests.predictions.activity.test_quiet import planted
from tests.predictions.lifetime import shops

from coterie import outlook
from coterie.project.lasting import PROFILE_COLUMNS, ActivitySettings, LifetimeSettings
from coterie.project.settings import Project
from coterie.project.sourcing import Source, UserMapping
from coterie.sources import sql

PROJECT = Project(name="shop", sources=(Source(name="people", table="x.csv", users=UserMapping()),))


def project(**changed: object) -> Project:
    return PROJECT.model_copy(update=changed)


def test_what_is_found_is_read_back_and_shown_in_profiles() -> None:
    with lives.warehouse(planted(200)) as warehouse:
        found = outlook.find(warehouse, PROJECT, lives.AS_OF, "r")
        again = outlook.read(warehouse)
        columns = {one.column for one in found.columns}
        assert columns <= set(warehouse.columns("activity_states"))
    assert found.activity is not None
    assert again.activity is not None
    assert again.activity.facts == found.activity.facts
    assert again.columns == found.columns
    assert (found.notes, again.notes) == ((), ())


def test_what_users_do_not_allow_is_told_and_nothing_stale_is_left() -> None:
    with lives.warehouse(planted(200)) as warehouse:
        outlook.find(warehouse, PROJECT, lives.AS_OF, "r")
        warehouse.create("user_days", lives.user_days({"u": [1, 2, 9]}))
        found = outlook.find(warehouse, PROJECT, lives.AS_OF, "s")
        again = outlook.read(warehouse)
        assert not warehouse.columns("activity_states")
    assert found.activity is again.activity is None
    assert found.columns == ()
    (note,) = found.notes
    assert again.notes == (note,)
    assert note.startswith("Activity states as of 2026-03-02 need 9 weeks of events")


def test_without_events_or_where_switched_off_nothing_is_said() -> None:
    off = project(activity=ActivitySettings(enabled=False))
    with lives.warehouse(planted(20)) as warehouse:
        assert dataclasses.astuple(outlook.read(warehouse)) == (None, None, ())
        assert dataclasses.astuple(outlook.find(warehouse, off, lives.AS_OF, "r")) == (None, None, ())
        warehouse.execute(sql.sql("delete from user_days"))
        nothing = outlook.find(warehouse, PROJECT, lives.AS_OF, "r")
        assert dataclasses.astuple(nothing) == (None, None, ())


def test_what_users_are_worth_is_found_where_it_is_asked_for() -> None:
    wanted = project(activity=ActivitySettings(enabled=False), lifetime=LifetimeSettings(model="bg_nbd"))
    with shops.warehouse(shops.drawn(120), {"u1": {"country": "at"}, "u2": {"country": "ng"}}) as warehouse:
        found = outlook.find(warehouse, wanted, shops.AS_OF, "r")
        again = outlook.read(warehouse)
        assert {one.column for one in found.columns} <= set(warehouse.columns("lifetime_value"))
        assert found.lifetime is not None
        assert again.lifetime is not None
        assert again.lifetime.facts == found.lifetime.facts
        assert set(found.lifetime.ranking.column("dimension").to_pylist()) == {"country"}
        warehouse.execute(sql.sql("delete from events"))
        nobody = outlook.find(warehouse, wanted, shops.AS_OF, "s")
        assert not warehouse.columns("lifetime_value")
    assert nobody.lifetime is None
    assert "so nobody has a lifetime value" in nobody.notes[0]


def test_the_columns_of_profiles_are_those_that_predictions_may_not_have() -> None:
    known = [one.name for one in (*outlook._ACTIVITY, *outlook._LIFETIME)]
    assert known == list(PROFILE_COLUMNS)
