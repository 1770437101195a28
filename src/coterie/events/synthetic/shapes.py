"""The raw shapes of a newsroom's files: which columns each has, and the rows in it that are wrong."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from coterie.events.synthetic.draw import DEVICES, KINDS, SEARCH_WORDS, SECTIONS, UTC_OFFSET

if TYPE_CHECKING:
    from collections.abc import Callable

    from coterie.events.synthetic.draw import Drawn, Integers, Numbers

COUNTRIES = ("NG", "GH", "KE", "ZA", "GB", "US")
ACQUIRED = ("organic", "social ads", "referral", "search ads", "partner")
_PAGES_FROM = (
    "", "https://search.example/", "https://social.example/feed", "https://letters.example/weekly",
    "https://partner.example/go",
)  # fmt: skip
_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148",
    "Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6",
)
_THINGS = (
    "phone", "running shoes", "election", "café guide", "concert tickets", 'the "real" story',
    "rice cooker", "football", "上海 flights", "🎧 headphones", "o'neill jacket", "school fees",
    "solar panel", "novel", "sofa", "weather", "jobs", "recipes; drop table users", "tax return", "handbag",
)  # fmt: skip
_DETAILS = ("", " 2026", " near me", " review", " online", " for beginners", " lagos", " price")


@dataclasses.dataclass(frozen=True, slots=True)
class Wrong:
    """Rows that nobody can use: lines as they stand in the file (JSON for Parquet), and why."""

    reason: str
    lines: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Shape:
    """One raw file.

    Attributes:
        source: Its name in coterie.yaml.
        path: Inside the project's folder.
        rows: Makes its table from what users did.
        wrong: Rows that are set aside.
        repeated: How many of its first rows stand in it twice.
        repeated_reason: Why the second one of two such rows is set aside.
    """

    source: str
    path: str
    rows: Callable[[Drawn, np.random.Generator], pa.Table]
    wrong: tuple[Wrong, ...]
    repeated: int = 0
    repeated_reason: str = ""


def user_ids(numbers: Integers) -> pa.Array:
    """Name users by their number: ``u0000042``."""
    digits = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), 7, "0")
    return pc.binary_join_element_wise(pa.scalar("u"), digits, "")


def _words(words: tuple[str, ...], index: Integers) -> pa.Array:
    return pa.array(words).take(pa.array(index))


def _join(*parts: pa.Array | str) -> pa.Array:
    texts = [pa.scalar(part) if isinstance(part, str) else pc.cast(part, pa.string()) for part in parts]
    return pc.binary_join_element_wise(*texts, "")


def _instants(seconds: Numbers, unit: str) -> npt.NDArray[np.datetime64]:
    factor = {"s": 1, "ms": 1_000, "us": 1_000_000}[unit]
    return np.round(seconds * factor).astype(np.dtype(f"datetime64[{unit}]"))


def _clicks(drawn: Drawn, _: np.random.Generator) -> pa.Table:
    clicks = drawn.acts.of("click")
    return pa.table({
        "visitor": user_ids(clicks.number),
        "ts": np.round(clicks.at * 1000).astype(np.int64),
        "page": _join("/", _words(SECTIONS, clicks.section), "/", pa.array(clicks.item)),
        "referrer": _words(_PAGES_FROM, clicks.referrer),
        "ua": _words(_AGENTS, clicks.device),
    })  # fmt: skip


def _searches(drawn: Drawn, rng: np.random.Generator) -> pa.Table:
    searches = drawn.acts.of("search")
    size = len(searches)
    thing = (rng.random(size) ** 1.7 * len(_THINGS)).astype(np.int64)
    local = _instants(searches.at + UTC_OFFSET, "s")
    return pa.table({
        "user": user_ids(searches.number),
        "time": _join(pa.array(np.datetime_as_string(local)), "+01:00"),
        "q": _join(
            _words(SEARCH_WORDS, searches.words),
            _words(_THINGS, thing),
            _words(_DETAILS, rng.integers(0, len(_DETAILS), size)),
        ),
    })  # fmt: skip


def _articles(drawn: Drawn, _: np.random.Generator) -> pa.Table:
    views = drawn.acts.of("view")
    return pa.table({
        "reader": user_ids(views.number),
        "article": pa.array(views.item, pa.int32()),
        "section": _words(SECTIONS, views.section),
        "seconds": pa.array(views.seconds),
        "at": pa.array(_instants(views.at, "us"), pa.timestamp("us", "UTC")),
    })  # fmt: skip


def _reactions(drawn: Drawn, _: np.random.Generator) -> pa.Table:
    reactions = drawn.acts.of("like", "share", "comment")
    return pa.table({
        "who": user_ids(reactions.number),
        "what": _words(tuple(kind.upper() for kind in KINDS), reactions.kind),
        "article": pa.array(reactions.item),
        "when": pa.array(reactions.at.astype(np.int64)),
    })  # fmt: skip


def _orders(drawn: Drawn, _: np.random.Generator) -> pa.Table:
    orders = drawn.acts.of("order", "refund")
    local = pa.array(_instants(orders.at + UTC_OFFSET, "s"))
    return pa.table({
        "number": _join("A-", pa.array(orders.serial)),
        "customer": user_ids(orders.number),
        "type": _words(KINDS, orders.kind),
        "sku": _join("sku", pa.array(orders.item)),
        "section": _words(SECTIONS, orders.section),
        "amount": pa.array(orders.amount),
        "currency": pa.repeat("USD", len(orders)),
        "ordered": pc.strftime(local, "%d/%m/%Y %H:%M:%S"),
    })  # fmt: skip


def _videos(drawn: Drawn, _: np.random.Generator) -> pa.Table:
    videos = drawn.acts.of("video")
    return pa.table({
        "viewer": user_ids(videos.number),
        "video": _join("v", pa.array(videos.item)),
        "topic": _words(SECTIONS, videos.section),
        "watched": pa.array(videos.seconds),
        "device": _words(DEVICES, videos.device),
        "started": pa.array(_instants(videos.at, "ms")),
    })  # fmt: skip


def _opens(drawn: Drawn, rng: np.random.Generator) -> pa.Table:
    opens = drawn.acts.of("open")
    return pa.table({
        "recipient": user_ids(opens.number),
        "letter": _join("weekly-", pa.array(rng.integers(1, 40, len(opens)))),
        "opened": pa.array(opens.at.astype(np.int64)),
    })  # fmt: skip


def _people(drawn: Drawn, rng: np.random.Generator) -> pa.Table:
    people = drawn.people
    size = len(people.number)
    country = rng.choice(len(COUNTRIES), size=size, p=[0.5, 0.18, 0.12, 0.1, 0.06, 0.04])
    acquired = rng.choice(len(ACQUIRED), size=size, p=[0.45, 0.25, 0.1, 0.15, 0.05])
    table = pa.table({
        "id": user_ids(people.number),
        "country": _words(COUNTRIES, country),
        "signed_up": pa.array(people.joined.astype("datetime64[D]")),
        "acquired": _words(ACQUIRED, acquired),
        "age": pa.array(people.age, pa.int16(), from_pandas=True, safe=False),
    })  # fmt: skip
    return table.filter(pa.array(people.registered))


_YEAR_2100_MS = 4_102_444_800_000

SHAPES = (
    Shape(
        source="clicks",
        path="data/clicks.csv.gz",
        rows=_clicks,
        wrong=(
            Wrong(
                "no user",
                (
                    ",1767225600000,/sport/1,,",
                    ',1767225600001,/home/2,"",',
                    '"",1767225600002,/home/3,,',
                ),
            ),
            Wrong("unreadable time", ("u0000001,yesterday,/sport/1,,", "u0000001,,/sport/2,,")),
            Wrong("time in the future", (f"u0000001,{_YEAR_2100_MS},/sport/1,,",) * 2),
            Wrong("unreadable row", ("u0000001,1767225600000,/sport/1,,,a comma too many",)),
        ),
    ),
    Shape(
        source="searches",
        path="data/searches.jsonl.gz",
        rows=_searches,
        wrong=(
            Wrong(
                "no user",
                (
                    '{"user": null, "time": "2026-01-01T08:00:00+01:00", "q": "who am I"}',
                    '{"time": "2026-01-01T08:00:00+01:00", "q": "no key"}',
                ),
            ),
            Wrong("unreadable time", ('{"user": "u0000001", "time": "soon", "q": "clock"}',)),
        ),
    ),
    Shape(
        source="articles",
        path="data/articles.parquet",
        rows=_articles,
        wrong=(
            Wrong("no user", ('{"article": 1, "section": "sport", "at": 1767225600000000}',) * 2),
            Wrong("time before 1990", ('{"reader": "u0000001", "article": 1, "at": 0}',)),
        ),
    ),
    Shape(
        source="reactions",
        path="data/reactions.tsv",
        rows=_reactions,
        wrong=(Wrong("unmapped kind", ("u0000001\tPOKE\t17\t1767225600", "u0000002\tpoke\t18\t1767225600")),),
    ),
    Shape(
        source="orders",
        path="data/orders.csv",
        rows=_orders,
        wrong=(
            Wrong("no user", ("A-0,,order,sku1,sport,9.5,USD,01/01/2026 08:00:00",)),
            Wrong("unreadable time", ("A-1,u0000001,order,sku1,sport,9.5,USD,2026-13-45",)),
        ),
        repeated=2,
        repeated_reason="duplicate event id",
    ),
    Shape(
        source="videos",
        path="data/videos.parquet",
        rows=_videos,
        wrong=(),
        repeated=3,
        repeated_reason="exact duplicate",
    ),
    Shape(
        source="opens",
        path="data/opens.jsonl",
        rows=_opens,
        wrong=(Wrong("time in the future", (f'{{"recipient": "u1", "opened": {_YEAR_2100_MS // 1000}}}',)),),
    ),
    Shape(
        source="people",
        path="data/people.csv",
        rows=_people,
        wrong=(Wrong("no user", (",NG,2026-01-01,organic,33",)),),
        repeated=1,
        repeated_reason="duplicate user",
    ),
)
