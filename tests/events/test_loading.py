from __future__ import annotations

from coterie.events.loading import Loading, UnitCount

UNITS = (
    UnitCount("clicks", "shop.clicks 2026-01-05", 3, 2, (("no user", 1),), was_new=False),
    UnitCount("clicks", "shop.clicks (no day)", 2, 0, (("no user", 1), ("unreadable time", 1)), was_new=True),
    UnitCount("files", "2026-01-05.csv", 1, 1, (), was_new=False),
)


def test_the_days_of_a_table_are_told_together() -> None:
    loading = Loading(UNITS, changed=True, users=2, events=3)
    assert loading.in_brief() == (
        UnitCount("clicks", "shop.clicks", 5, 2, (("no user", 2), ("unreadable time", 1)), was_new=True),
        UNITS[2],
    )
    assert loading.to_arrow().column("set aside").to_pylist() == [3, 0]
    assert loading.caption() == "6 rows read = 3 used + 3 set aside; 3 events of 2 users"
