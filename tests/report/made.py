"""A plausible report's material, made without running anything: users of five kinds and what they do."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa

from coterie.events.loading import Loading, UnitCount
from coterie.features.feature import Feature, FeatureTable
from coterie.report import names, words
from coterie.report.language import language
from coterie.report.material import Grouping, Material
from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.segmentation import Candidate, Finding, Segment, Segmentation, Step, Summary, Trait

AS_OF = dt.date(2024, 5, 1)


def _feature(name: str, family: str, unit: Any, sentence: str, **more: Any) -> Feature:
    return Feature(name, family, unit, sentence, **more)


FEATURES = (
    _feature("activity_events", "activity", "events", "Events of any kind.", higher_is=1),
    _feature("activity_active_days", "activity", "days", "Days with an event.", higher_is=1),
    _feature("activity_sessions", "activity", "events", "Visits, with gaps of 30 minutes.", higher_is=1),
    _feature(
        "activity_events_per_session",
        "activity",
        "number",
        "Events a visit.",
        null="no visit yet",
        fill="median",
    ),
    _feature(
        "activity_session_minutes",
        "activity",
        "number",
        "Minutes a visit.",
        null="no visit yet",
        fill="median",
    ),
    _feature("activity_views", "activity", "events", "Views.", kind="view"),
    _feature("activity_clicks", "activity", "events", "Clicks.", kind="click"),
    _feature(
        "recency_days_since_last",
        "recency",
        "days",
        "Days since the last event.",
        null="no event yet",
        fill="largest",
        higher_is=-1,
    ),
    _feature(
        "recency_days_since_order",
        "recency",
        "days",
        "Days since the last order.",
        null="no order yet",
        fill="largest",
        higher_is=-1,
        kind="order",
    ),
    *(
        _feature(f"pattern_week_{week}", "pattern", "events", f"Events {week} weeks ago.")
        for week in range(1, 9)
    ),
    _feature("pattern_trend", "pattern", "per week", "Change of events a week."),
    _feature(
        "pattern_longest_silence",
        "pattern",
        "days",
        "Longest time without an event.",
        null="one event",
        fill="largest",
    ),
    _feature("orders_count", "orders", "events", "Orders.", kind="order", higher_is=1),
    _feature("orders_spend", "orders", "money", "Money spent on orders.", kind="order", higher_is=1),
    _feature(
        "orders_average",
        "orders",
        "money",
        "Money an order.",
        kind="order",
        null="no order yet",
        fill="median",
    ),
    _feature("orders_refunds", "orders", "events", "Orders sent back.", kind="refund"),
    _feature("reading_items", "reading", "items", "Articles read.", kind="view"),
    _feature("reading_seconds", "reading", "seconds", "Time spent reading."),
    _feature(
        "reading_return_share",
        "reading",
        "share",
        "Views of articles seen before.",
        null="no view yet",
        fill="median",
    ),
    _feature("search_count", "search", "events", "Searches.", kind="search"),
    _feature("search_distinct", "search", "number", "Distinct queries.", kind="search"),
    _feature(
        "search_length",
        "search",
        "characters",
        "Mean length of a query.",
        null="no search yet",
        fill="median",
    ),
    _feature("social_likes", "social", "events", "Likes.", kind="like"),
    _feature("social_shares", "social", "events", "Shares.", kind="share"),
    _feature("social_comments", "social", "events", "Comments.", kind="comment"),
    _feature("video_seconds", "video", "seconds", "Time spent watching."),
    _feature("email_opens", "email", "events", "E-mails opened.", kind="open"),
    _feature("breadth_items", "breadth", "items", "Distinct items."),
    _feature(
        "breadth_favourite_category",
        "breadth",
        "category",
        "Most frequent category.",
        null="no item",
        fill="category",
    ),
    _feature("time_morning_share", "time", "share", "Events from 6 to 12.", null="no event", fill="median"),
    _feature("time_weekend_share", "time", "share", "Events at weekends.", null="no event", fill="median"),
    _feature(
        "channels_email_share", "channels", "share", "Events from e-mail.", null="no event", fill="median"
    ),
    _feature("devices_mobile_share", "devices", "share", "Events on mobile.", null="no event", fill="median"),
    _feature("tenure_days", "tenure", "days", "Days since the first event.", null="no event", fill="median"),
    _feature(
        "acquisition_channel",
        "acquisition",
        "category",
        "Where they came from.",
        null="unknown",
        fill="category",
        behaviour=False,
    ),
    _feature(
        "attributes_age",
        "attributes",
        "number",
        "Age in years.",
        null="unknown",
        fill="median",
        behaviour=False,
    ),
    _feature(
        "attributes_country",
        "attributes",
        "category",
        "Country.",
        null="unknown",
        fill="category",
        behaviour=False,
    ),
    _feature("intent_view_14d", "intent", "score", "Recency-weighted views.", kind="view"),
    _feature("intent_order_1d", "intent", "score", "Recency-weighted orders.", kind="order"),
    _feature("intent_category_sport_14d", "intent", "score", "Recency-weighted events in sport."),
)

#: How much of each family a group does, for up to as many groups as are asked for.
TASTES = ("orders", "search", "reading", "social", "video", "email")


def rows(users: int, groups: int, seed: int) -> tuple[pa.Table, Any]:
    """Make users of `groups` kinds, more active from the first to the last."""
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.full(groups, 8.0))
    group = np.sort(rng.choice(groups, users, p=weights)) if groups > 1 else np.zeros(users, dtype=int)
    level = np.exp(0.5 * group + rng.normal(0, 0.3, users))
    columns: dict[str, Any] = {"user_id": [f"user{n:07d}" for n in range(users)]}
    for feature in FEATURES:
        taste = np.array([2.5 if TASTES[g % len(TASTES)] == feature.family else 0.7 for g in group])
        nulls = rng.random(users) < (0.1 if feature.null else 0.0)
        columns[feature.name] = pa.array(_column(feature, level, taste, rng), mask=nulls)
    return pa.table(columns), group + 1


def _column(feature: Feature, level: Any, taste: Any, rng: np.random.Generator) -> Any:
    users = len(level)
    if feature.categorical:
        return rng.choice(np.array(["sport", "politics", "culture", "science"]), users)
    if feature.unit == "share":
        return rng.beta(2, 3, users)
    if feature.name == "attributes_age":
        return np.round(rng.normal(40, 12, users))
    if feature.name == "pattern_trend":
        return rng.normal(0, 1, users)
    if feature.higher_is < 0:
        return np.round(60 / level * rng.exponential(1.0, users), 1)
    scale = {"seconds": 600, "money": 40, "days": 5}.get(feature.unit, 4)
    return np.round(rng.gamma(2, scale * level * taste / 2), 2)


def steps(table: pa.Table) -> tuple[Step, ...]:
    """Prepare every number that is behaviour in a simple way."""
    found = []
    for feature in FEATURES:
        if feature.categorical or not feature.behaviour:
            continue
        values = np.asarray(table.column(feature.name).drop_null(), dtype=float)
        log = feature.unit in {"events", "money", "seconds", "items"}
        seen = np.log1p(values) if log else values
        centre, scale = (float(seen.mean()), float(seen.std()) or 1.0) if len(seen) else (0.0, 1.0)
        found.append(Step(feature.name, None, 0.0, log, centre, scale, 1.0, 5.0, "logarithm, z-score"))
    return tuple(found)


def segment(ident: int, table: pa.Table, members: Any, used: tuple[Step, ...]) -> Segment:
    """Describe a segment from its users."""
    mine = table.filter(pa.array(members == ident))
    summary = tuple(s for feature in FEATURES for s in _summaries(feature, mine))
    traits = []
    for step in used:
        values, own = (np.asarray(t.column(step.feature).drop_null(), dtype=float) for t in (table, mine))
        effect = float((own.mean() - values.mean()) / (values.std() or 1.0)) if len(own) else 0.0
        if abs(effect) >= 0.3:
            strength: Any = "very" if abs(effect) > 1 else "clearly" if abs(effect) > 0.5 else "slightly"
            traits.append(Trait(step.feature, None, 1 if effect > 0 else -1, strength, effect))
    traits.sort(key=lambda trait: -abs(trait.effect))
    share = mine.num_rows / max(table.num_rows, 1)
    engagement = float(ident)
    centre = tuple(0.1 * ident for _ in used)
    return Segment(
        ident, mine.num_rows, share, engagement, tuple(traits), 0.8 + 0.01 * ident, centre, summary
    )


def _summaries(feature: Feature, mine: pa.Table) -> list[Summary]:
    known = mine.column(feature.name).drop_null()
    if feature.categorical:
        values = known.to_pylist()
        return [_share(feature.name, value, values) for value in sorted(set(values))]
    if not len(known):
        return [Summary(feature.name, None, 0, None, None, None, None)]
    numbers = np.asarray(known, dtype=float)
    mean, error = float(numbers.mean()), float(1.96 * numbers.std() / np.sqrt(len(numbers)))
    median = float(np.median(numbers))
    return [Summary(feature.name, None, len(numbers), mean, mean - error, mean + error, median)]


def _share(feature: str, value: str, values: list[str]) -> Summary:
    share = values.count(value) / len(values)
    return Summary(feature, value, len(values), share, max(share - 0.03, 0), min(share + 0.03, 1), None)


FINDINGS = (
    Finding("stability", "good", "Found again in 50 resamples with an adjusted Rand index of 0.91.", 0.91),
    Finding(
        "tiny", "note", "{segment:1} holds 2.1 % of all users; read its numbers with care.", 0.021, segment=1
    ),
    Finding(
        "one_row",
        "warning",
        "One user carries 41 % of the mean of {feature:orders_spend} in {segment:2}.",
        0.41,
        segment=2,
        feature="orders_spend",
    ),
)

LOADING = Loading(
    units=(
        UnitCount(
            "clicks",
            "data/clicks.csv",
            61_204,
            61_000,
            (("no user", 200), ("unreadable time", 4)),
            was_new=True,
        ),
        UnitCount("orders", "data/orders.parquet", 4_010, 4_010, (), was_new=False),
    ),
    changed=True,
    users=2_000,
    events=65_010,
)


def candidates(k: int) -> tuple[Candidate, ...]:
    """Make evidence for 2 to 8 segments that speaks for `k`."""
    tried = range(2, 9)
    gaps = {each: abs(each - k) for each in tried}
    return tuple(
        Candidate(
            each,
            9000.0 / each,
            0.95 - 0.1 * gap,
            0.9 - 0.12 * gap,
            0.35 - 0.02 * gap,
            0.2 - 0.03 * gap,
            0.5 / each,
            each == k,
            "most stable and best separated" if each == k else "less stable",
        )
        for each, gap in gaps.items()
    )


def weekly(members: Any, groups: int, weeks: int = 12) -> pa.Table:
    """Make weekly events that rise with the segment."""
    found = []
    for week in range(weeks):
        start = AS_OF - dt.timedelta(days=AS_OF.weekday() + 7 * (weeks - week))
        for ident in range(1, groups + 1):
            users = int((members == ident).sum())
            active = users // 2
            found.append(
                {
                    "week_start": start,
                    "segment": ident,
                    "events": active * (2 * ident + week % 3),
                    "users": active,
                    "days": 7 if week else 3,
                }
            )
    counts = [(name, pa.int64()) for name in ("segment", "events", "users", "days")]
    schema = pa.schema([("week_start", pa.date32()), *counts])
    return pa.Table.from_pylist(found, schema=schema)


def segmentation(table: pa.Table, members: Any, groups: int) -> Segmentation:
    """Make a segmentation of users whose segments are known."""
    used = steps(table)
    segments = tuple(segment(ident, table, members, used) for ident in range(1, groups + 1))
    return Segmentation(
        name="engagement",
        method="kmeans",
        as_of=AS_OF,
        seed=42,
        steps=used,
        borders=Prototypes.around(np.array([one.centre for one in segments])),
        segments=segments,
        candidates=candidates(groups) if groups > 1 else (),
        clustered=groups > 1,
        verdict=f"{groups} segments are the most stable and the best separated of 2 to 8.",
        inertia=1234.5,
        findings=FINDINGS if groups > 1 else FINDINGS[:1],
    )


def summary_with(
    found: Segmentation, feature: str, means: tuple[float, ...], users: tuple[int, ...]
) -> Segmentation:
    """Say of each segment the mean of one feature, and nothing else."""
    segments = tuple(
        dataclasses.replace(each, summary=(Summary(feature, None, count, mean, mean, mean, mean),))
        for each, mean, count in zip(found.segments, means, users, strict=True)
    )
    return dataclasses.replace(found, segments=segments)


def _grouping(table: pa.Table, members: Any, groups: int) -> Grouping:
    found = segmentation(table, members, groups)
    return Grouping(found, names.segment_names(found, FEATURES), members, weekly(members, groups))


def material(users: int = 2_000, groups: int = 5, seed: int = 1, **changes: Any) -> Material:
    """Make what a report is made from."""
    table, members = rows(users, groups, seed)
    left_out = (("attributes", "no source describes users"),) if seed == 1 else ()
    made = Material(
        name="newsroom",
        title="Newsroom and shop",
        as_of=AS_OF,
        created=dt.datetime(2024, 5, 2, 9, 30, tzinfo=dt.UTC),
        features=FeatureTable(AS_OF, FEATURES, table, left_out),
        groupings=(_grouping(table, members, groups),),
        loading=LOADING,
        notes=("The clock of one source was ahead by an hour.",),
        timings=(("load", 1.2), ("features", 3.4), ("segments", 5.6)),
    )
    return dataclasses.replace(made, **changes)


def wording(made: Material) -> words.Wording:
    """Speak of the first segmentation of a material."""
    grouping = made.groupings[0]
    return words.wording(grouping.segmentation, made.features.features, grouping.names, language())
