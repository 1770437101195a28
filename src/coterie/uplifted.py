"""The treatments of a run, kept from the last one or measured anew; what fails is told."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from coterie import runs
from coterie.errors import CoterieError, PredictionError, SegmentationError, WarehouseError
from coterie.features import build
from coterie.features.feature import FeatureTable
from coterie.predictions.uplift import scored
from coterie.predictions.uplift.assigned import assigned
from coterie.predictions.uplift.fit import Asked, fit
from coterie.predictions.uplift.result import Treatment, Unmeasured
from coterie.profile_columns import Beside
from coterie.progress import quiet
from coterie.project import uplifting
from coterie.segments import within
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coterie.predictions.uplift.assigned import Assigned
    from coterie.profiles import Named
    from coterie.progress import Progress
    from coterie.project.settings import Project
    from coterie.sources.warehouse import Warehouse

_BEFORE = "features_before"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """What the treatments of a run rest on.

    Attributes:
        table: The features of the run.
        named: The segmentations of the run.
        data: Fingerprint of the loaded data.
        run_id: The run.
    """

    table: FeatureTable
    named: Sequence[Named]
    data: str
    run_id: str


def hidden(project: Project) -> frozenset[str]:
    """Name the features that say who was treated or what happened: they explain nothing else.

    Examples:
        >>> from coterie.project.settings import Project
        >>> from coterie.project.uplifting import UpliftSettings
        >>> mail = UpliftSettings(treatment="segment", control="none", outcome="visit")
        >>> source = {"name": "s", "table": "t", "users": {"attributes": ["segment", "visit", "age"]}}
        >>> shop = Project.model_validate({"name": "shop", "sources": [source], "uplift": {"mail": mail}})
        >>> sorted(hidden(shop))
        ['attributes_segment', 'attributes_visit']
    """
    named = {name for one in project.uplift.values() for name in one.attributes}
    return frozenset(f"attributes_{sql.plain_name(name)}" for name in named)


def without_hidden(table: FeatureTable, project: Project, named: Sequence[str] | None) -> FeatureTable:
    """Leave out of a table what says who was treated or what happened, unless it is named.

    Args:
        table: Users x features.
        project: Its treatments.
        named: The features that are asked for by name.

    Raises:
        SegmentationError: Nothing else is there.
    """
    left_out = hidden(project) - set(named or ())
    kept = tuple(one for one in table.features if one.name not in left_out)
    if table.features and not kept:
        raise SegmentationError(
            "Every feature says who was treated or what happened (`uplift`), and by those users are grouped "
            "only if you name them: give the segmentation `features`."
        )
    return table if len(kept) == len(table.features) else dataclasses.replace(table, features=kept)


def find(
    warehouse: Warehouse, project: Project, basis: Basis, *, progress: Progress = quiet
) -> tuple[Treatment | Unmeasured, ...]:
    """Measure every treatment of a project, and write `uplift` and `treatments`.

    One that was measured from the same data and settings in the last run is kept, with its scores.

    Args:
        warehouse: Where `features`, `users` and `events` lie.
        project: Its treatments, in order.
        basis: What they rest on.
        progress: Told how far it is.
    """
    before = _before(warehouse)
    made_from = {name: _made_from(project, basis, name) for name in project.uplift}
    kept = [one for one in before if one.made_from == made_from.get(one.entry)]
    scored.begin(warehouse, [one.name for one in kept], basis.run_id)
    found: list[Treatment | Unmeasured] = []
    for at, name in enumerate(project.uplift):
        progress("uplift", at, len(project.uplift))
        same = [one for one in kept if one.entry == name]
        found += same or _made(warehouse, project, basis, name, made_from[name])
    scored.write_results(warehouse, found, basis.table.as_of, basis.run_id)
    return tuple(found)


def beside(found: Sequence[Treatment | Unmeasured]) -> tuple[Beside, ...]:
    """List the columns that treatments have in `profiles`."""
    return tuple(
        Beside(scored.TABLE, "score", one.column, _sentence(one), only=("uplift", one.name))
        for one in found
        if isinstance(one, Treatment)
    )


def _sentence(one: Treatment) -> str:
    told = f"By how much {one.treated} is expected to change {one.outcome}, against {one.control}"
    return f"{told}." if one.ranks else f"{told}; the average, as no learner tells users apart."


def _before(warehouse: Warehouse) -> tuple[Treatment, ...]:
    """What the last run made; nothing where another version of coterie has stored it, so all is made anew."""
    try:
        found = scored.read(warehouse)
    except PredictionError:
        return ()
    return tuple(one for one in found if isinstance(one, Treatment))


def _made_from(project: Project, basis: Basis, name: str) -> str:
    return runs.fingerprint(
        [
            runs.version(),
            basis.data,
            str(basis.table.as_of),
            [source.model_dump(mode="json") for source in project.sources],
            project.features.model_dump(mode="json"),
            project.uplift[name].model_dump(mode="json"),
            sorted(hidden(project)),
            [one.made_from for one in basis.named],
        ]
    )


def _made(
    warehouse: Warehouse, project: Project, basis: Basis, name: str, made_from: str
) -> list[Treatment | Unmeasured]:
    """Measure one entry of `uplift`: as many treatments as it has treated arms."""
    settings = project.uplift[name]
    try:
        who = assigned(warehouse, settings, basis.table.as_of)
        table = _table(warehouse, project, basis, who)
    except WarehouseError:  # then nothing else can be done with the warehouse, either
        raise
    except CoterieError as error:
        return [Unmeasured(name, str(error))]
    found: list[Treatment | Unmeasured] = []
    for arm in who.arms.treated:
        called = name if len(who.arms.treated) == 1 else f"{name}_{_slug(arm, who.arms.treated)}"
        asked = Asked(called, name, arm, settings, who, table, hidden(project), _segments(basis.named, table))
        try:
            treatment, learnt = fit(asked)
        except CoterieError as error:
            found.append(Unmeasured(called, str(error)))
            continue
        scored.write(warehouse, called, learnt, basis.table.as_of, basis.run_id)
        found.append(dataclasses.replace(treatment, made_from=made_from))
    return found


def _slug(arm: str, arms: Sequence[str]) -> str:
    """Make the name of an arm part of a name; where two would get the same, each keeps a mark of its own."""
    plain = [uplifting.plain(one) for one in arms]
    mine = plain[arms.index(arm)]
    return mine if mine and plain.count(mine) == 1 else sql.plain_name(arm)


def _table(warehouse: Warehouse, project: Project, basis: Basis, who: Assigned) -> FeatureTable:
    """Give features of what users had done before they were treated."""
    if who.arms.before >= basis.table.as_of:
        return basis.table
    planned = build.plan(warehouse, project.features, who.arms.before)
    today = {one.name for one in basis.table.features}
    features = tuple(one for one in planned.catalogue.features if one.name in today)
    warehouse.create(_BEFORE, build.statement(planned), temporary=True)
    columns = [sql.column("user_id"), *(sql.column(one.name) for one in features)]
    rows = warehouse.query(sql.select(*columns).from_(sql.table(_BEFORE)).order_by(sql.column("user_id")))
    warehouse.drop(_BEFORE)
    return FeatureTable(who.arms.before, features, rows)


def _segments(named: Sequence[Named], table: FeatureTable) -> Mapping[str, Sequence[str]]:
    """Say in which segment each user of the table is, in words, for the segmentations that it can feed."""
    fitted = [one.segmentation for one in named]
    there = {one.name for one in table.features}
    found = {}
    for one in named:
        if {step.feature for step in one.segmentation.steps} <= there and one.segmentation.within is None:
            ids = within.assigned(one.segmentation, fitted, table.rows)
            found[one.segmentation.name] = [one.names.get(int(ident), "") for ident in ids]
    return found
