"""Features in a server, beside hand-written SQL for the same and beside moving the rows into pandas first.

    COTERIE_TEST_POSTGRES=... python benchmarks/warehouses.py postgres 2000000

`make services` starts the servers; SQLAlchemy and psycopg must be installed. Each way computes the same
features of the same events and is checked to find the same, once those of activity and recency alone and once
all of `examples/clickstream`; loading is stated apart.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
import os
import secrets
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from coterie.events import days, load
from coterie.events.synthetic.clickstream import make_clickstream
from coterie.features import build
from coterie.project.settings import FeatureSettings, Project
from coterie.sources import connect, sql
from peers import clickstream_sql

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    import pandas as pd
    import pyarrow as pa

    Compute: TypeAlias = Callable[[pd.DataFrame], pd.DataFrame]

    from coterie.sources.warehouse import Warehouse

SERVERS = {"postgres": "COTERIE_TEST_POSTGRES", "mysql": "COTERIE_TEST_MYSQL"}
AS_OF = dt.date(2026, 2, 26)
SETTINGS = FeatureSettings(families=("activity", "recency"))
ALL = FeatureSettings()
KINDS = ("click", "search", "view")
DAY_US = 86_400_000_000
SESSION_US = 1_800_000_000
END_US = (AS_OF - dt.date(1970, 1, 1)).days * DAY_US

#: What somebody who knows SQL would write.
BY_HAND = """
    with acts as ({acts}),
    seen as (
        select user_id, kind, at_us // :day_us as day,
            at_us - lag(at_us) over (partition by user_id order by at_us) as pause
        from acts where at_us < :end_us
    ),
    counted as (
        select user_id, count(*) as events, count(distinct day) as active_days,
            count(case when pause <= 1800000000 then 1 end) as follow, max(day) as last_day,
            sum(case when pause <= 1800000000 then pause else 0 end) as session_us, {kinds}
        from seen group by user_id
    )
    select user_id, events as activity_events, active_days as activity_active_days,
        events - follow as activity_sessions,
        cast(events as double) / (events - follow) as activity_events_per_session,
        cast(session_us as double) / 1000000 / (events - follow) as activity_session_seconds,
        :end_day - last_day as recency_days_since_last, {names}
    from counted
"""
OF_A_KIND = """count(case when kind = '{0}' then 1 end) as activity_{0}_events,
    count(distinct case when kind = '{0}' then day end) as activity_{0}_days,
    :end_day - max(case when kind = '{0}' then day end) as recency_days_since_{0}"""
NAMES = "activity_{0}_events, activity_{0}_days, recency_days_since_{0}"
#: The events as coterie keeps them, and as the application does.
MAPPED = "select user_id, kind, at_us from events"
RAW = "select user_id, '{1}' as kind, epoch_us(at) as at_us from {0}"


#: How the tables of the application are mapped, as in `examples/clickstream`.
FIELDS = {
    "clickstream": {
        "kind": {"value": "click"}, "item": "url", "channel": "referrer",
        "device": {"column": "device", "as": "device"}, "duration": "time_spent",
    },
    "search_queries": {"kind": {"value": "search"}, "query": "query"},
    "article_views": {"kind": {"value": "view"}, "item": "article_id", "duration": "time_spent"},
}  # fmt: skip
EACH = {"user_id": "user_id", "at": "at"}
#: What a script reads of them for all features.
WANTED = {
    "clickstream": "user_id, at, url as item, referrer as channel, device, time_spent as duration",
    "search_queries": "user_id, at, query",
    "article_views": "user_id, at, article_id as item, time_spent as duration",
}
#: Columns of `features` beside the user and the features.
ABOUT = ("as_of", "run_id")


@dataclasses.dataclass(frozen=True, slots=True)
class Ways:
    """Some features and the ways to them.

    Attributes:
        settings: Which features.
        by_hand: Makes a table of them from a SELECT of events, by one statement.
        mapped: Selects the events that coterie mapped.
        raw: Selects them from the tables of the application.
        columns: By table of the application, what a script reads of it.
        in_pandas: Computes them.
    """

    settings: FeatureSettings
    by_hand: Callable[[Warehouse, str, str], None]
    mapped: str
    raw: str
    columns: Mapping[str, str]
    in_pandas: Compute


class Meter:
    """What a server and this process spend on something.

    Args:
        system: A key of `SERVERS`, which must be on this machine for its CPU to be told.
    """

    def __init__(self, system: str) -> None:
        self.process = {"postgres": "postgres", "mysql": "mariadbd"}[system]

    def server(self) -> float:
        """CPU seconds of the server since it started, of whomever it worked for."""
        ticks = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):  # it ended meanwhile
                name, _, rest = path.read_text().partition("(")[2].rpartition(")")
                # PostgreSQL's sessions are processes, which the first one inherits the time of.
                if name == self.process:
                    ticks += sum(map(int, rest.split()[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def timed(self, what: str, act: Callable[[], object]) -> tuple[float, float]:
        """Do it and tell how long it took: by the clock, and CPU seconds of server and process."""
        clock, server, here = time.perf_counter(), self.server(), time.process_time()
        act()
        clock, here = time.perf_counter() - clock, time.process_time() - here
        time.sleep(0.2)  # a server writes its time down a little later
        server = self.server() - server
        print(
            f"{what:<64}{clock:8.1f} s   CPU {server + here:6.1f} s, {server:6.1f} in the server", flush=True
        )
        return clock, server + here


def by_hand(warehouse: Warehouse, acts: str, table: str) -> None:
    """Make a table of activity and recency by one statement."""
    text = BY_HAND.format(
        acts=acts, kinds=", ".join(map(OF_A_KIND.format, KINDS)), names=", ".join(map(NAMES.format, KINDS))
    )
    warehouse.create(table, sql.sql(text, day_us=DAY_US, end_us=END_US, end_day=END_US // DAY_US))


def all_by_hand(warehouse: Warehouse, acts: str, table: str) -> None:
    """Make a table of all features by one statement."""
    warehouse.create(table, sql.sql(clickstream_sql.statement(acts, END_US // DAY_US)))


def by_coterie(warehouse: Warehouse, settings: FeatureSettings) -> None:
    """Make the table `features`, from events that nothing was computed of yet."""
    for table in ("user_days", "features", "features_state"):
        warehouse.drop(table)
    days.refresh(warehouse)
    build.write(warehouse, build.plan(warehouse, settings, AS_OF))


def in_pandas(rows: pd.DataFrame) -> pd.DataFrame:
    """Compute from rows of user_id, kind and at_us."""
    import pandas as pd

    rows = rows[rows["at_us"] < END_US].sort_values(["user_id", "at_us"])
    rows["day"] = rows["at_us"] // DAY_US
    pause = rows.groupby("user_id")["at_us"].diff()
    rows["starts"] = ~(pause <= SESSION_US)
    rows["inside"] = pause.where(pause <= SESSION_US, 0)
    users = rows.groupby("user_id")
    sessions = users["starts"].sum()
    found = pd.DataFrame(
        {
            "activity_events": users.size(),
            "activity_active_days": users["day"].nunique(),
            "activity_sessions": sessions,
            "activity_events_per_session": users.size() / sessions,
            "activity_session_seconds": users["inside"].sum() / 1e6 / sessions,
            "recency_days_since_last": END_US // DAY_US - users["day"].max(),
        }
    )
    for kind in KINDS:
        chosen = rows[rows["kind"] == kind].groupby("user_id")["day"]
        found[f"activity_{kind}_events"] = chosen.size()
        found[f"activity_{kind}_days"] = chosen.nunique()
        found[f"recency_days_since_{kind}"] = END_US // DAY_US - chosen.max()
    return found.reset_index()


def all_in_pandas(rows: pd.DataFrame) -> pd.DataFrame:
    """Compute all features."""
    from peers import clickstream_pandas

    return clickstream_pandas.features(rows, END_US // DAY_US)


def by_arrow(warehouse: Warehouse, acts: str, compute: Compute) -> None:
    """Move the rows into pandas as coterie reads them, and the result back."""
    import pyarrow as pa

    found = compute(warehouse.query(sql.sql(acts)).to_pandas())
    warehouse.create("by_arrow", pa.Table.from_pandas(found, preserve_index=False))


def by_sqlalchemy(server: str, warehouse: Warehouse, columns: Mapping[str, str], compute: Compute) -> None:
    """Move the rows into pandas as most scripts do, and the result back."""
    import pandas as pd
    import sqlalchemy

    driver = {"postgres": "postgresql+psycopg", "mysql": "mysql+pymysql"}[warehouse.dialect]
    engine = sqlalchemy.create_engine(f"{driver}://{server.partition('://')[2]}")
    with engine.begin() as connection:
        parts = [
            pd.read_sql(sqlalchemy.text(f"select {chosen} from {warehouse.schema}.{name}"), connection)
            for name, chosen in columns.items()
        ]
        for part in parts:
            if "item" in part:
                part["item"] = part["item"].astype(str)
        rows = pd.concat(
            [part.assign(kind=kind) for part, kind in zip(parts, KINDS, strict=True)], ignore_index=True
        )
        rows["at_us"] = rows.pop("at").astype("datetime64[us]").astype("int64")
        made = {"schema": warehouse.schema, "index": False, "if_exists": "replace"}
        compute(rows).to_sql("by_sqlalchemy", connection, **made)


def check(warehouse: Warehouse, table: str) -> None:
    """Make sure that a table holds what `features` does."""
    import pyarrow as pa

    names = [name for name in warehouse.columns("features") if name not in ABOUT]
    assert set(names) == set(warehouse.columns(table)), (table, names)  # noqa: S101
    columns = [sql.column(name) for name in names]

    def read(of: str) -> pa.Table:
        return warehouse.query(sql.select(*columns).from_(sql.table(of)).order_by(sql.column("user_id")))

    one, other = read("features"), read(table)
    for name in names[1:]:
        left, right = one.column(name), other.column(name)
        if pa.types.is_floating(left.type):
            left, right = (np.nan_to_num(column.to_numpy().astype(float)) for column in (left, right))
            same = bool(np.allclose(left, right))
        else:
            same = left.to_pylist() == right.to_pylist()
        assert same, (table, name)  # noqa: S101 - a benchmark of different results is none


def compare(meter: Meter, warehouse: Warehouse, loaded: tuple[float, float], how: Ways, server: str) -> None:
    """Measure each way to some features, and check that all find the same."""
    ours = meter.timed("coterie: user_days and features", lambda: by_coterie(warehouse, how.settings))
    features = len(warehouse.columns("features")) - len(ABOUT) - 1
    ways = {
        "by_hand": (
            "hand-written SQL on the events",
            lambda: how.by_hand(warehouse, how.mapped, "by_hand"),
        ),
        "by_hand_raw": (
            "hand-written SQL on the tables of the application",
            lambda: how.by_hand(warehouse, how.raw, "by_hand_raw"),
        ),
        "by_sqlalchemy": (
            "rows into pandas by read_sql of SQLAlchemy, and back by to_sql",
            lambda: by_sqlalchemy(server, warehouse, how.columns, how.in_pandas),
        ),
        "by_arrow": (
            "rows into pandas as coterie reads them, by Arrow, and back",
            lambda: by_arrow(warehouse, how.raw, how.in_pandas),
        ),
    }
    for table, (what, act) in ways.items():
        clock, cpu = meter.timed(what, act)
        check(warehouse, table)
        print(
            f"    {features} features: coterie takes {ours[1] / cpu:.2f} times its CPU and"
            f" {ours[0] / clock:.2f} of its clock; with the load {(loaded[1] + ours[1]) / cpu:.2f} and"
            f" {(loaded[0] + ours[0]) / clock:.2f}",
            flush=True,
        )


def main(system: str, rows: str = "2000000") -> None:
    """Measure one server."""
    server, meter = os.environ[SERVERS[system]], Meter(system)
    with contextlib.closing(connect.connect(f"{server}?schema=bench_{secrets.token_hex(3)}")) as warehouse:
        made = make_clickstream(int(rows))
        for name, table in made.tables.items():
            put = functools.partial(warehouse.create, name, table)
            meter.timed(f"put {table.num_rows:,} rows into {name}", put)
        sources = [
            {"name": name, "table": f"{warehouse.schema}.{name}", "events": {**FIELDS[name], **EACH}}
            for name in made.tables
        ]
        project = Project.model_validate({"name": "bench", "sources": sources})
        now = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
        loaded = meter.timed(
            "coterie: load (map in place, count, check)",
            lambda: load.load(warehouse, project, run_id="r", now=now),
        )
        raw = " union all ".join(map(RAW.format, made.tables, KINDS))
        few = dict.fromkeys(made.tables, "user_id, at")
        compare(meter, warehouse, loaded, Ways(SETTINGS, by_hand, MAPPED, raw, few, in_pandas), server)
        acts, whole = clickstream_sql.MAPPED, clickstream_sql.RAW
        compare(meter, warehouse, loaded, Ways(ALL, all_by_hand, acts, whole, WANTED, all_in_pandas), server)
        cascade = " cascade" if warehouse.dialect == "postgres" else ""
        warehouse.execute(sql.sql(f"drop schema {warehouse.schema}{cascade}"))


if __name__ == "__main__":
    main(*sys.argv[1:])
