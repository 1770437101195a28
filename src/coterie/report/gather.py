"""Gathering what a report is made from out of the warehouse."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pyarrow as pa

from coterie import history, outlook
from coterie.compared import compare
from coterie.events.days import DAY_US
from coterie.features.as_of import AsOf
from coterie.growth import growth as answers
from coterie.predictions import fitted
from coterie.predictions.uplift import scored
from coterie.progress import quiet
from coterie.report.material import Grouping, Material
from coterie.report.worked_out import explained, worked_out
from coterie.segments import within
from coterie.segments.crossed import crossings
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.compared import Comparison
    from coterie.events.loading import Loading
    from coterie.features.feature import FeatureTable
    from coterie.growth.growth import Growth
    from coterie.profiles import Named
    from coterie.progress import Progress
    from coterie.project.growing import GrowthSettings
    from coterie.project.settings import Project
    from coterie.segments.segmentation import Segmentation
    from coterie.sources.warehouse import Warehouse

_WEEKLY = """
select cast(week * 7 - 3 as integer) as week_start, cast(segment as bigint) as segment,
       cast(sum(events) as bigint) as events, count(*) as users
from (
    select (d.day + 3) // 7 as week, m.segment, d.user_id, sum(d.events) as events
    from user_days as d
    join membership as m on m.user_id = d.user_id and m.segmentation = :segmentation
    where d.day < :until
    group by (d.day + 3) // 7, m.segment, d.user_id
) as active
group by week, segment
order by week, segment
"""

_FIRST = "select min(day) as day from user_days"

_EPOCH = dt.date(1970, 1, 1)


@dataclasses.dataclass(frozen=True, slots=True)
class Circumstances:
    """What a report says about the run itself.

    Attributes:
        created: When the run began.
        loading: Row accounting.
        timings: What took how many seconds, in order.
    """

    created: dt.datetime
    loading: Loading | None = None
    timings: tuple[tuple[str, float], ...] = ()


def gather(
    warehouse: Warehouse, project: Project, table: FeatureTable, named: Sequence[Named], about: Circumstances
) -> Material:
    """Gather what a report tells, from the tables of the last run.

    Args:
        warehouse: Where `membership` and `events` are.
        project: For its name, its title and its language.
        table: The features of the run.
        named: Its segmentations.
        about: What to say of the run itself.
    """
    others = [one.segmentation for one in named]
    groupings = tuple(worked_out(_grouping(warehouse, table, one, others), table) for one in named)
    return Material(
        name=project.name,
        title=project.report.title or project.name,
        as_of=table.as_of,
        created=about.created,
        features=table,
        groupings=groupings,
        crossed=crossings(warehouse, others),
        explained=explained(table, groupings),
        comparison=_comparison(warehouse, project),
        outlook=outlook.read(warehouse),
        growth=growth(warehouse, project, project.growth, table.as_of) if project.growth else None,
        predictions=fitted.read(warehouse),
        treatments=scored.read(warehouse),
        loading=about.loading,
        timings=about.timings,
        language=project.report.language,
    )


def growth(
    warehouse: Warehouse,
    project: Project,
    settings: GrowthSettings,
    as_of: dt.date,
    *,
    progress: Progress = quiet,
) -> Growth:
    """Answer the questions about growth as of a date.

    Args:
        warehouse: Where `events`, `users`, `user_days` and the segments are.
        project: For the sources that hold users.
        settings: What is asked.
        as_of: Events at or after this date are not seen.
        progress: Told how far it is.
    """
    day = (as_of - _EPOCH).days
    sources = [source.name for source in project.sources if source.users is not None]
    asked = answers.Asked(as_of, AsOf(day, day * DAY_US), sources)
    return answers.growth(warehouse, settings, asked, progress=progress)


def _comparison(warehouse: Warehouse, project: Project) -> Comparison | None:
    """What has changed since the run before, if there was one."""
    return compare(warehouse, project) if len(history.runs(warehouse)) > 1 else None


def _grouping(
    warehouse: Warehouse, table: FeatureTable, named: Named, others: Sequence[Segmentation]
) -> Grouping:
    segmentation = named.segmentation
    members = within.assigned(segmentation, others, table.rows)
    return Grouping(segmentation, named.names, members, _weekly(warehouse, segmentation.name, table.as_of))


def _weekly(warehouse: Warehouse, segmentation: str, as_of: dt.date) -> pa.Table:
    """What each segment did in each week, from Monday on, and how many days of the week there are data of."""
    until = (as_of - _EPOCH).days
    found = warehouse.query(sql.sql(_WEEKLY, segmentation=segmentation, until=until))
    first = warehouse.query(sql.sql(_FIRST)).column("day")[0].as_py()
    starts = found.column("week_start").to_pylist()
    days = [min(start + 7, until) - max(start, first) for start in starts]
    dates = pa.array(starts, pa.int32()).cast(pa.date32())
    return found.set_column(0, "week_start", dates).append_column("days", pa.array(days, pa.int64()))
