"""The run: from what coterie.yaml names to segments, profiles and the report."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from coterie import history, outlook, profiles, runs
from coterie.errors import DataError, PredictionError, SegmentationError
from coterie.events import load
from coterie.progress import Clock, quiet
from coterie.run_result import REPORT, RunResult
from coterie.segments.crossed import crossings
from coterie.sources import connect, guarded, retrying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.events.loading import Loading
    from coterie.predictions.foretold import Failed, Foretold
    from coterie.predictions.uplift.result import Treatment, Unmeasured
    from coterie.progress import Progress
    from coterie.project.settings import Project
    from coterie.sources.warehouse import Warehouse


@contextlib.contextmanager
def opened(project: Project) -> Iterator[Warehouse]:
    """Open the warehouse of a project, and close it again."""
    warehouse = connect.connect(project.warehouse, project.folder)
    with contextlib.closing(guarded.guarded(warehouse, project.limits)) as found:
        yield found


@contextlib.contextmanager
def finished(project: Project) -> Iterator[Warehouse]:
    """Open the warehouse of a project that a run has come to its end in.

    Raises:
        DataError: There was no such run yet.
    """
    told = f"There are no results in {project.warehouse} yet; make them with `coterie run`."
    if connect.system(project.warehouse) in connect.IN_FILES:
        _, file, _ = connect.split(project.warehouse)
        if file is None:
            raise DataError(
                f"The warehouse {project.warehouse!r} is in memory and gone after each command; "
                "name a file for it, such as duckdb:///coterie.duckdb, then `coterie run`."
            )
        if not (project.folder / file).exists():  # opening it would make an empty one
            raise DataError(told)
    with opened(project) as warehouse:
        if runs.last(warehouse) is None:
            raise DataError(told)
        yield warehouse


def run(project: Project, *, progress: Progress = quiet, now: dt.datetime | None = None) -> RunResult:
    """Load what is new, build features, group users, write profiles and the report.

    With the same data and settings as the last run nothing is done. Whenever the process dies, the next run
    starts from whole tables: each source's new rows and its entry in the ledger become visible together, and
    so do features, segments, profiles and the end of the run. The report is replaced just before that. When
    the warehouse goes away, the run starts over after a pause, a few times.

    Args:
        project: What to do.
        progress: Told how far it is.
        now: The time of the run; events after it are set aside as being in the future.

    Raises:
        DataError: A source, the warehouse or the data doesn't allow it.
    """
    moment = now or dt.datetime.now(dt.UTC)

    def once() -> RunResult:
        with opened(project) as warehouse:
            return _run_on(warehouse, project, moment, progress)

    return retrying.again(once)


def _run_on(warehouse: Warehouse, project: Project, moment: dt.datetime, progress: Progress) -> RunResult:
    run_id = runs.new_id(moment)
    with warehouse.alone(f"run {run_id}"):
        return _run_alone(warehouse, project, run_id, moment, progress)


def _run_alone(
    warehouse: Warehouse, project: Project, run_id: str, moment: dt.datetime, progress: Progress
) -> RunResult:
    clock = Clock()
    warehouse.sweep()
    runs.begin(warehouse, run_id, moment)
    with clock.step("load"):
        loading = load.load(warehouse, project, run_id=run_id, now=moment, progress=progress)
    made_from = runs.settings_fingerprint(project), runs.data_fingerprint(warehouse)
    last = runs.last(warehouse)
    report = project.folder / REPORT
    if last and (last["settings"], last["data"]) == made_from and report.is_file():
        with contextlib.suppress(SegmentationError, PredictionError):  # another version's is made anew
            standing = _as_it_stands(warehouse, project, last, loading, clock)
            runs.forget(warehouse, run_id)
            return standing
    with warehouse.transaction():
        from coterie import making  # slow to import, and not needed with nothing new

        return making.make(
            warehouse, project, making.Begun(run_id, moment, made_from, loading, clock, progress)
        )


def _as_it_stands(
    warehouse: Warehouse, project: Project, last: dict[str, Any], loading: Loading, clock: Clock
) -> RunResult:
    named = profiles.read_segmentations(warehouse)
    return RunResult(
        run_id=last["run_id"],
        as_of=last["as_of"],
        nothing_new=True,
        loading=loading,
        users=last["users"],
        features=profiles.read_catalogue(warehouse),
        segmentations=named,
        lineages=tuple(past.lineage for past in history.segmentations(warehouse, last["run_id"])),
        predictions=_predictions(warehouse) if project.predictions else (),
        crossed=crossings(warehouse, [one.segmentation for one in named]),
        outlook=outlook.read(warehouse),
        treatments=_treatments(warehouse) if project.uplift else (),
        left_out=_left_out(last),
        report=project.folder / REPORT,
        timings=tuple(clock.spent),
    )


def _predictions(warehouse: Warehouse) -> tuple[Foretold | Failed, ...]:
    from coterie.predictions import fitted  # slow to import, and not every project has predictions

    return fitted.read(warehouse)


def _treatments(warehouse: Warehouse) -> tuple[Treatment | Unmeasured, ...]:
    from coterie.predictions.uplift import scored  # the same of uplift

    return scored.read(warehouse)


def _left_out(last: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((family, why) for family, why in json.loads(last["left_out"]))
