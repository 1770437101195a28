"""What a run makes of loaded data: features, segments, predictions, profiles and the report."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from coterie import atomic, compared, history, outlook, predicted, profiles, runs, updates, uplifted
from coterie.errors import DataError
from coterie.events import days, ledger
from coterie.events.loading import Loading
from coterie.features import build
from coterie.history import PastRun
from coterie.report import gather, page
from coterie.run_result import REPORT, RunResult
from coterie.segments import within
from coterie.segments.over_time.distribution import distributions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from coterie.features.feature import FeatureTable
    from coterie.progress import Clock, Progress
    from coterie.project.settings import Project
    from coterie.report.material import Material
    from coterie.sources.warehouse import Warehouse
    from coterie.updates import Updated


@dataclasses.dataclass(frozen=True)
class Begun:
    """What is known of a run once its data is loaded.

    Attributes:
        run_id: The run.
        started: When it began.
        made_from: Fingerprints of the settings and of the data.
        loading: Row accounting.
        clock: Notes what takes how long.
        progress: Told how far it is.
    """

    run_id: str
    started: dt.datetime
    made_from: tuple[str, str]
    loading: Loading
    clock: Clock
    progress: Progress


def make(warehouse: Warehouse, project: Project, this: Begun) -> RunResult:
    """Build features, group users, foretell, write profiles and the report.

    Args:
        warehouse: Where the data is loaded.
        project: What to do.
        this: The run.

    Raises:
        DataError: There are no users.
    """
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
    this: Begun,
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

    return (written, *images.write(page.chapters(material), images_to))


def _users(table: FeatureTable) -> int:
    """How many users there are, though `table` may be a sample of them."""
    return len(table) if table.everyone is None else table.everyone


def _ledger_row(this: Begun, table: FeatureTable) -> dict[str, Any]:
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
