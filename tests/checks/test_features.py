"""Every feature passes every check; both are found by themselves."""

from __future__ import annotations

import contextlib
import functools
import itertools

import pytest
from tests.checks.features import CHECKS, Check, Rows
from tests.features import made
from tests.features.made import DAY, Event, User
from tests.features.test_build import AS_OF, NEVER

from coterie.events import days
from coterie.features import available, build, catalogue
from coterie.project.settings import FAMILIES, FeatureSettings
from coterie.sources.duckdb import DuckDB

KINDS = ("view", "click", "search", "order", "refund", "like", "share", "comment", "follow", "video", "open")
DATA = available.Available(
    kinds=KINDS,
    main_kinds=KINDS,
    fields=tuple((field, frozenset(KINDS)) for field in ("item", "category", "value", "duration", "query")),
    categories=("news", "sport"),
    channels=("google", "mail"),
    devices=("desktop", "mobile"),
    attributes=(("country", False), ("age", True)),
    since=True,
)
FEATURES = {feature.name: feature for feature in catalogue.catalogue(DATA).features}
USERS = (User("silent"), User("told", NEVER.at_us - DAY, None, "at", 30.0))


def acts(until: int = 30) -> list[Event]:
    """Some of everything, on days that lie unevenly, and nothing after the date."""
    return [
        Event(
            user, NEVER.at_us - (i * i % until) * DAY + i, kind, f"item {i % 7}", ("news", "sport")[i % 2],
            5.0 + i, 60.0, ("google", "mail")[i % 2], ("mobile", "desktop")[i // 2 % 2], f"words {i}",
        )
        for user, (i, kind) in itertools.product(("busy", "told"), enumerate(KINDS * 3))
    ]  # fmt: skip


@functools.cache
def built(*, with_the_future: bool = False) -> Rows:
    later = [
        Event(user, NEVER.at_us + DAY, kind, "new", "new") for user in ("busy", "told") for kind in KINDS
    ]
    with contextlib.closing(DuckDB()) as warehouse:
        made.put(warehouse, acts() + (later if with_the_future else []), USERS)
        days.refresh(warehouse)
        return made.feature_rows(build.build(warehouse, FeatureSettings(), AS_OF).rows)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", FEATURES)
def test_feature(name: str, check: Check) -> None:
    check(FEATURES[name], built())


@pytest.mark.parametrize("name", FEATURES)
def test_what_happens_after_the_date_changes_no_feature(name: str) -> None:
    assert {u: row[name] for u, row in built().items()} == {
        u: row[name] for u, row in built(with_the_future=True).items()
    }


def test_the_list_is_whole() -> None:
    assert set(FEATURES) == set(next(iter(built().values())))
    assert {feature.family for feature in FEATURES.values()} == set(FAMILIES)
    assert len(FEATURES) == len(catalogue.catalogue(DATA).features)
    assert len(FEATURES) >= 45
