"""The events that the benchmarks measure: 10 million acts of 500,000 users, and 1 % more of the next day.

Run it as ``python benchmarks/workload.py FOLDER``; files that are there already are kept.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from pathlib import Path

import duckdb

#: A user's number falls out of this skew, so that few users do much and many do little.
SKEW = 1.6
FIRST_DAY = 1_735_689_600  # 2025-01-01, in seconds since 1970
DAY = 86_400


@dataclasses.dataclass(frozen=True, slots=True)
class Workload:
    """Where the files are.

    Attributes:
        events: ``events.parquet``.
        more: ``more.parquet``: about 1 % more, of the day after the last.
        users: Upper bound of the number of users.
        days: Length of the period.
    """

    events: Path
    more: Path
    users: int
    days: int


def make_workload(
    folder: Path, *, events: int = 10_000_000, users: int = 500_000, days: int = 180, seed: int = 42
) -> Workload:
    """Write ``events.parquet`` and ``more.parquet`` unless they are there."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Workload(folder / "events.parquet", folder / "more.parquet", users, days)
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")  # random() repeats itself on one thread alone
        if not made.events.exists():
            _write(connection, made.events, seed, events, users, first_day=0, days=days)
        if not made.more.exists():
            _write(connection, made.more, seed + 1, events // 100, users, first_day=days, days=1)
    return made


def _write(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    seed: int,
    events: int,
    users: int,
    *,
    first_day: int,
    days: int,
) -> None:
    """Draw sessions, then the acts in each; the file takes its name when it is whole."""
    connection.execute("select setseed($seed)", {"seed": seed / 1000}).fetchall()
    start = FIRST_DAY + first_day * DAY
    partial = path.with_suffix(".partial")
    statement = f"""
    copy (
      with sessions as (
        select i as session, cast(floor(pow(random(), {SKEW}) * {users}) as bigint) as u,
               {start} + cast(floor(random() * {days * DAY - 3600}) as bigint) as starts,
               1 + cast(floor(-ln(random() + 1e-9) * 4) as int) as acts
        from range({events * 10 // 45}) t(i)),
      acts as (
        select session, u, starts + j * 90 + cast(floor(random() * 60) as bigint) as at_s, random() as r, j
        from (select *, unnest(range(least(acts, 35))) as j from sessions))
      select 'u' || u as user_id,
        make_timestamp(at_s * 1000000) as "at",
        case when r < .45 then 'view' when r < .70 then 'click' when r < .82 then 'search'
             when r < .87 then 'like' when r < .90 then 'share' when r < .94 then 'order'
             when r < .97 then 'video' else 'open' end as kind,
        case when r < .70 or r >= .82 then 'item' || cast(floor(pow(random(), 2) * 20000) as int) end as item,
        'cat' || ((u * 31 + j // 3) * 7919 % 12) as category,
        case when r >= .90 and r < .94 then round(exp(random() * 4), 2) end as value,
        case when r < .45 or (r >= .94 and r < .97) then round(random() * 300) end as duration,
        case u % 5 when 0 then 'google' when 1 then 'facebook' when 2 then 'mail'
                   else 'direct' end as channel,
        case when (u * 7 + session) % 3 = 0 then 'mobile' else 'desktop' end as device,
        case when r >= .70 and r < .82 then 'query ' || cast(floor(random() * 5000) as int) end as query
      from acts
    ) to '{partial}' (format parquet, compression zstd)"""
    connection.execute(statement).fetchall()
    partial.rename(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--users", type=int, default=500_000)
    parser.add_argument("--days", type=int, default=180)
    options = parser.parse_args()
    started = time.perf_counter()
    made = make_workload(options.folder, events=options.events, users=options.users, days=options.days)
    seconds = time.perf_counter() - started
    for path in (made.events, made.more):
        with duckdb.connect() as connection:
            counts = connection.execute(
                'select count(*), count(distinct user_id), min("at"), max("at") from read_parquet($path)',
                {"path": str(path)},
            ).fetchall()
        print(path, *counts[0], f"{path.stat().st_size / 1e6:.0f} MB")
    print(f"{seconds:.1f} s")


if __name__ == "__main__":
    main()
