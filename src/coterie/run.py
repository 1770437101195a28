"""The run: from what coterie.yaml names to segments, profiles and the report."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import time
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from coterie import atomic, compared, history, outlook, predicted, profiles, runs, updates, uplifted
from coterie.errors import DataError, PredictionError, SegmentationError
from coterie.events import days, ledger, load
from coterie.events.loading import Loading
from coterie.features import build
from coterie.history import Lineage, PastRun
from coterie.predictions import fitted
from coterie.predictions.uplift import scored
from coterie.progress import quiet
from coterie.report import gather, page
from coterie.segments import within
from coterie.segments.crossed import crossings
from coterie.segments.over_time.distribution import distributions
from coterie.shown import Shown
from coterie.sources import connect, guarded, retrying

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from coterie.features.feature import Feature, FeatureTable
    from coterie.outlook import Outlook
    from coterie.predictions.foretold import Failed, Foretold
    from coterie.predictions.uplift.result import Treatment, Unmeasured
    from coterie.profiles import Named
    from coterie.progress import Progress
    from coterie.project.settings import Project
    from coterie.report.material import Material
    from coterie.segments.crossed import Crossed
    from coterie.sources.warehouse import Warehouse
    from coterie.updates import Updated

#: The name of the report in the folder of the project.
REPORT = "report.html"


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class RunResult(Shown):
    """What a run did.

    Attributes:
        run_id: The run whose tables are in the warehouse: this one, or the last if nothing was new.
        as_of: Events at or after this date were not seen.
        nothing_new: Whether data and settings were those of the last run, so that nothing was done.
        loading: Row accounting.
        users: How many users have features.
        features: What was built of them.
        segmentations: The segmentations with their names, in the order of coterie.yaml.
        lineages: Where each comes from: kept or fitted, why, and what became of the segments before.
        predictions: What is foretold, in the order of coterie.yaml; of what could not be, why.
        crossed: The segmentations side by side, every two of them.
        outlook: The states of activity that users are in and will be in.
        treatments: What each treatment changed, in the order of coterie.yaml; of what could not be told, why.
        left_out: For each family of features that the data can't feed, why.
        report: Where the report is.
        timings: What took how many seconds, in order.
    """

    run_id: str
    as_of: dt.date
    nothing_new: bool
    loading: Loading
    users: int
    features: tuple[Feature, ...]
    segmentations: tuple[Named, ...]
    lineages: tuple[Lineage, ...]
    predictions: tuple[Foretold | Failed, ...]
    crossed: tuple[Crossed, ...]
    outlook: Outlook
    treatments: tuple[Treatment | Unmeasured, ...]
    left_out: tuple[tuple[str, str], ...]
    report: Path
    timings: tuple[tuple[str, float], ...]

    def caption(self) -> str:
        """Say what was done."""
        seconds = sum(spent for _, spent in self.timings)
        if self.nothing_new:
            return f"Nothing new: run {self.run_id} as of {self.as_of} stands ({seconds:.2f} s)."
        return f"Run {self.run_id} as of {self.as_of} ({seconds:.1f} s)."

    def to_arrow(self) -> pa.Table:
        """Return the segments, one a row."""
        rows = [
            {
                "segmentation": named.segmentation.name,
                "segment": segment.id,
                "name": named.names[segment.id],
                "users": segment.users,
                "share": segment.share,
                "engagement": segment.engagement,
            }
            for named in self.segmentations
            for segment in named.segmentation.segments
        ]
        return pa.Table.from_pylist(rows)


@dataclasses.dataclass
class _Clock:
    """Notes what takes how long."""

    spent: list[tuple[str, float]] = dataclasses.field(default_factory=list)

    @contextlib.contextmanager
    def step(self, what: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.spent.append((what, time.perf_counter() - start))


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
    clock = _Clock()
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
        return _made_anew(warehouse, project, _Run(run_id, moment, made_from, loading, clock, progress))


@dataclasses.dataclass(frozen=True)
class _Run:
    """What is known of a run once its data is loaded."""

    run_id: str
    started: dt.datetime
    made_from: tuple[str, str]
    loading: Loading
    clock: _Clock
    progress: Progress


def _as_it_stands(
    warehouse: Warehouse, project: Project, last: dict[str, Any], loading: Loading, clock: _Clock
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
        predictions=fitted.read(warehouse),
        crossed=crossings(warehouse, [one.segmentation for one in named]),
        outlook=outlook.read(warehouse),
        treatments=scored.read(warehouse),
        left_out=_left_out(last),
        report=project.folder / REPORT,
        timings=tuple(clock.spent),
    )


def _left_out(last: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((family, why) for family, why in json.loads(last["left_out"]))


def _made_anew(warehouse: Warehouse, project: Project, this: _Run) -> RunResult:
    clock, progress = this.clock, this.progress
    with clock.step("days"):
        days.refresh(warehouse, progress=progress)
    with clock.step("features"):
        planned = build.plan(warehouse, project.features, project.as_of, today=this.started.date())
        compared.remember(warehouse)
        build.write(warehouse, planned, run_id=this.run_id, progress=progress)
        table = build.read(warehouse, planned)
    if not len(table):
        raise DataError("There are no users to group: no row of any source was used; see `coterie check`.")
    with clock.step("segments"):
        found: list[Updated] = []
        for name in project.segments:
            found.append(_segmentation(warehouse, project, name, table, this, found))
    lineages = tuple(one.lineage for one in found)
    with clock.step("membership"):
        named = profiles.write_segments(warehouse, table, [one.named for one in found], run_id=this.run_id)
    with clock.step("predictions"):
        basis = predicted.Basis(planned, named, this.made_from[1], this.run_id)
        made = predicted.predicted(warehouse, project, basis, progress=progress)
    with clock.step("outlook"):
        foreseen = outlook.find(warehouse, project, table.as_of, this.run_id)
    with clock.step("uplift"):
        rests_on = uplifted.Basis(table, named, this.made_from[1], this.run_id)
        treatments = uplifted.find(warehouse, project, rests_on, progress=progress)
    with clock.step("profiles"):
        beside = (*predicted.beside(made), *uplifted.beside(treatments), *foreseen.columns)
        profiles.put_together(warehouse, table, named, beside, run_id=this.run_id)
        mark = PastRun(this.run_id, table.as_of)
        history.note(warehouse, list(zip(named, lineages, strict=True)), distributions(table), mark)
    with clock.step("report"):
        about = gather.Circumstances(this.started, this.loading, tuple(clock.spent))
        material = gather.gather(warehouse, project, table, named, about)
        write_report(project, material)
    runs.finish(warehouse, this.run_id, _ledger_row(this, table))
    return RunResult(
        run_id=this.run_id,
        as_of=table.as_of,
        nothing_new=False,
        loading=this.loading,
        users=_users(table),
        features=table.features,
        segmentations=named,
        lineages=lineages,
        predictions=made,
        crossed=material.crossed,
        outlook=foreseen,
        treatments=treatments,
        left_out=table.left_out,
        report=project.folder / REPORT,
        timings=tuple(clock.spent),
    )


def _segmentation(
    warehouse: Warehouse,
    project: Project,
    name: str,
    table: FeatureTable,
    this: _Run,
    before: Sequence[Updated],
) -> Updated:
    """Bring a segmentation up to date; it is that of the last run where that was made from the same."""
    settings = project.segments[name]
    others = [one.named for one in before]
    inside = profiles.inside(settings.within, others, name)
    parents = [one.segmentation for one in others]
    allowed = uplifted.without_hidden(table, project, settings.features)
    about = within.members(allowed, inside, parents, name)
    everyone = within.everyone(warehouse, inside, parents)
    made_from = runs.fingerprint(
        [
            runs.version(),
            this.made_from[1],
            str(table.as_of),
            [source.model_dump(mode="json") for source in project.sources],
            project.features.model_dump(mode="json"),
            settings.model_dump(mode="json"),
            sorted(uplifted.hidden(project)),
            inside and [*inside, *(one.made_from for one in others if one.segmentation.name == inside[0])],
        ]
    )
    asked = updates.Asked(name, settings, project.report.language, made_from, this.run_id)
    made = updates.updated(warehouse, about, asked, progress=this.progress, everyone=everyone)
    segmentation = dataclasses.replace(made.named.segmentation, within=inside)
    return dataclasses.replace(made, named=dataclasses.replace(made.named, segmentation=segmentation))


def write_report(project: Project, material: Material) -> Path:
    """Write report.html into the folder of the project; it appears whole or not at all."""
    path = project.folder / REPORT
    html = page.page(material)
    with atomic.whole(path) as part:
        part.write_text(html, encoding="utf-8")
    return path


def report_again(warehouse: Warehouse, project: Project, images_to: Path | None = None) -> tuple[Path, ...]:
    """Write the report again from the tables of the last run, and its charts as pictures if wanted.

    Returns:
        The files: report.html first.
    """
    last = runs.last(warehouse)
    if last is None:
        raise DataError(f"There are no results in {project.warehouse} yet; make them with `coterie run`.")
    table = build.read(warehouse, build.plan(warehouse, project.features, last["as_of"]))
    totals = ledger.totals(warehouse)
    loading = Loading(ledger.unit_counts(warehouse, set()), False, totals.users, totals.events)
    about = gather.Circumstances(last["started"], loading)
    named = profiles.read_segmentations(warehouse)
    material = gather.gather(warehouse, project, table, named, about)
    written = write_report(project, material)
    if images_to is None:
        return (written,)
    from coterie.report import images

    return (written, *images.write(material, images_to))


def _users(table: FeatureTable) -> int:
    """How many users there are, though `table` may be a sample of them."""
    return len(table) if table.everyone is None else table.everyone


def _ledger_row(this: _Run, table: FeatureTable) -> dict[str, Any]:
    counts = [(unit.read, unit.used, sum(n for _, n in unit.set_aside)) for unit in this.loading.units]
    read, used, set_aside = (sum(column) for column in zip((0, 0, 0), *counts, strict=True))
    settings, data = this.made_from
    return {
        "started": this.started,
        "finished": dt.datetime.now(dt.UTC),
        "as_of": table.as_of,
        "settings": settings,
        "data": data,
        "users": _users(table),
        "events": this.loading.events,
        "rows_read": read,
        "rows_used": used,
        "rows_set_aside": set_aside,
        "left_out": json.dumps(table.left_out, ensure_ascii=False),
    }
