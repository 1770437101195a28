"""Features in a server, beside hand-written SQL for the same and beside moving the rows into pandas first.

    COTERIE_TEST_POSTGRES=... python benchmarks/warehouses.py postgres 2000000

`make services` starts the servers. Each way computes the same features of the same events and is checked to
find the same; loading is stated apart.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import os
import secrets
import sys
import time
from typing import TYPE_CHECKING

import numpy as np

from coterie.events import days, load
from coterie.events.synthetic.clickstream import make_clickstream
from coterie.features import build
from coterie.project.settings import FeatureSettings, Project
from coterie.sources import connect, sql

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    import pyarrow as pa

    from coterie.sources.warehouse import Warehouse

SERVERS = {"postgres": "COTERIE_TEST_POSTGRES", "mysql": "COTERIE_TEST_MYSQL"}
AS_OF = dt.date(2026, 2, 26)
SETTINGS = FeatureSettings(families=("activity", "recency"))
KINDS = ("click", "search", "view")
DAY_US = 86_400_000_000
END_US = (AS_OF - dt.date(1970, 1, 1)).days * DAY_US

#: What somebody who knows SQL would write.
BY_HAND = """
    with seen as (
        select user_id, kind, at_us, at_us // :day_us as day,
            case when at_us - lag(at_us) over (partition by user_id order by at_us) <= 1800000000
                then 0 else 1 end as starts
        from events where at_us < :end_us
    )
    select user_id, count(*) as activity_events, count(distinct day) as activity_active_days,
        sum(starts) as activity_sessions, :end_day - max(day) as recency_days_since_last, {kinds}
    from seen group by user_id
"""
OF_A_KIND = """count(case when kind = '{0}' then 1 end) as activity_{0}_events,
    count(distinct case when kind = '{0}' then day end) as activity_{0}_days,
    :end_day - max(case when kind = '{0}' then day end) as recency_days_since_{0}"""


def timed(what: str, act: Callable[[], object]) -> float:
    """Do it and tell how long it took."""
    start = time.perf_counter()
    act()
    seconds = time.perf_counter() - start
    print(f"{what:<60}{seconds:8.1f} s", flush=True)
    return seconds


def by_hand(warehouse: Warehouse) -> None:
    """Make the table `by_hand`."""
    text = BY_HAND.format(kinds=", ".join(map(OF_A_KIND.format, KINDS)))
    warehouse.create("by_hand", sql.sql(text, day_us=DAY_US, end_us=END_US, end_day=END_US // DAY_US))


def by_coterie(warehouse: Warehouse) -> None:
    """Make the table `features`, from events that nothing was computed of yet."""
    days.refresh(warehouse)
    build.write(warehouse, build.plan(warehouse, SETTINGS, AS_OF))


def by_pandas(warehouse: Warehouse) -> pd.DataFrame:
    """Move the rows, compute, and write the result back."""
    import pandas as pd
    import pyarrow as pa

    events = warehouse.query(
        sql.sql("select user_id, kind, at_us from events where at_us < :end", end=END_US)
    )
    rows = events.to_pandas().sort_values(["user_id", "at_us"])
    rows["day"] = rows["at_us"] // DAY_US
    rows["starts"] = ~(rows.groupby("user_id")["at_us"].diff() <= 1_800_000_000)
    users = rows.groupby("user_id")
    found = pd.DataFrame(
        {
            "activity_events": users.size(),
            "activity_active_days": users["day"].nunique(),
            "activity_sessions": users["starts"].sum(),
            "recency_days_since_last": END_US // DAY_US - users["day"].max(),
        }
    )
    for kind in KINDS:
        chosen = rows[rows["kind"] == kind].groupby("user_id")["day"]
        found[f"activity_{kind}_events"] = chosen.size()
        found[f"activity_{kind}_days"] = chosen.nunique()
        found[f"recency_days_since_{kind}"] = END_US // DAY_US - chosen.max()
    warehouse.create("by_pandas", pa.Table.from_pandas(found.reset_index(), preserve_index=False))
    return found


def check(warehouse: Warehouse, table: str) -> None:
    """Make sure that a table holds what `features` does."""
    names = [name for name in warehouse.columns(table) if name in warehouse.columns("features")]
    columns = [sql.column(name) for name in names]

    def read(of: str) -> pa.Table:
        return warehouse.query(sql.select(*columns).from_(sql.table(of)).order_by(sql.column("user_id")))

    one, other = read("features"), read(table)
    for name in names[1:]:
        left, right = (np.nan_to_num(rows.column(name).to_numpy().astype(float)) for rows in (one, other))
        assert np.allclose(left, right), (table, name)  # noqa: S101 - a benchmark of different results is none


def main(system: str, rows: str = "2000000") -> None:
    """Measure one server."""
    server = os.environ[SERVERS[system]]
    with contextlib.closing(connect.connect(f"{server}?schema=bench_{secrets.token_hex(3)}")) as warehouse:
        made = make_clickstream(int(rows))
        for name, table in made.tables.items():
            put = functools.partial(warehouse.create, name, table)
            timed(f"put {table.num_rows:,} rows into {name}", put)
        sources = [
            {"name": name, "table": f"{warehouse.schema}.{name}",
             "events": {"user_id": "user_id", "at": "at", "kind": {"value": kind}}}
            for name, kind in zip(made.tables, KINDS, strict=True)
        ]  # fmt: skip
        project = Project.model_validate({"name": "bench", "sources": sources})
        now = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
        timed("load: map in place, count, check", lambda: load.load(warehouse, project, run_id="r", now=now))
        ours = timed("coterie: user_days and features", lambda: by_coterie(warehouse))
        hand = timed("hand-written SQL for the same features", lambda: by_hand(warehouse))
        moved = timed("moving the rows into pandas, and back", lambda: by_pandas(warehouse))
        check(warehouse, "by_hand")
        check(warehouse, "by_pandas")
        print(f"coterie / hand-written SQL: {ours / hand:.2f}; pandas / coterie: {moved / ours:.1f}")
        cascade = " cascade" if warehouse.dialect == "postgres" else ""
        warehouse.execute(sql.sql(f"drop schema {warehouse.schema}{cascade}"))


if __name__ == "__main__":
    main(*sys.argv[1:])
