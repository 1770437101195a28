"""The predictions of a run, kept from the last one or made anew; what fails is told, and the rest goes on."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from sqlglot import exp

from coterie import profiles, runs
from coterie.errors import CoterieError, PredictionError, UsageError, WarehouseError
from coterie.predictions import fitted, foretell, scored
from coterie.predictions.foretold import Failed, Foretold
from coterie.predictions.outcomes import Membership
from coterie.predictions.training import Asked
from coterie.profile_columns import Beside
from coterie.progress import quiet
from coterie.project.predicting import MOST_ENGAGED
from coterie.report import foretelling
from coterie.segments import within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.features.build import Plan
    from coterie.profiles import Named
    from coterie.progress import Progress
    from coterie.project.predicting import PredictionSettings, Segment
    from coterie.project.settings import FeatureSettings, Project
    from coterie.sources.warehouse import Warehouse


@dataclasses.dataclass(frozen=True, slots=True)
class Basis:
    """What the predictions of a run rest on.

    Attributes:
        planned: What the table `features` was built from.
        named: The segmentations of the run.
        data: Fingerprint of the loaded data.
        run_id: The run.
    """

    planned: Plan
    named: Sequence[Named]
    data: str
    run_id: str


def predicted(
    warehouse: Warehouse, project: Project, basis: Basis, *, progress: Progress = quiet
) -> tuple[Foretold | Failed, ...]:
    """Make every prediction of a project, and write `predictions` and `fitted_predictions`.

    One that was made from the same data and settings in the last run is kept, with its scores.

    Args:
        warehouse: Where `features` and `user_days` lie.
        project: Its predictions, in order.
        basis: What they rest on.
        progress: Told how far it is.
    """
    before = _before(warehouse)
    made_from = {name: _made_from(project, basis, name) for name in project.predictions}
    kept = [name for name, one in before.items() if one.made_from == made_from.get(name)]
    scored.begin(warehouse, kept, basis.run_id)
    made = tuple(
        before[name] if name in kept else _made(warehouse, project, basis, name, made_from[name], progress)
        for name in project.predictions
    )
    fitted.write(warehouse, made, as_of=basis.planned.as_of, run_id=basis.run_id)
    return made


def beside(made: Sequence[Foretold | Failed]) -> tuple[Beside, ...]:
    """List the columns that predictions have in `profiles`."""
    return tuple(
        Beside(scored.TABLE, "score", one.name, foretelling.meaning(one), only=("prediction", one.name))
        for one in made
        if isinstance(one, Foretold)
    )


def asked_of(name: str, settings: PredictionSettings, features: FeatureSettings, basis: Basis) -> Asked:
    """Put together what one prediction asks for.

    Args:
        name: Of the prediction.
        settings: What is foretold.
        features: Which features the project has.
        basis: What it rests on.

    Raises:
        PredictionError: Its name is that of a feature.
        UsageError: It is about a segment that isn't there.
    """
    if name.lower() in {feature.name.lower() for feature in basis.planned.catalogue.features}:
        raise PredictionError(
            f"{name!r} is the name of a feature too, and both would be columns of `profiles`; give the "
            "prediction another name."
        )
    membership = None if settings.segment is None else _membership(settings.segment, basis)
    return Asked(name, settings, features, basis.planned, membership)


def _before(warehouse: Warehouse) -> dict[str, Foretold]:
    """What the last run made; nothing where another version of coterie has stored it, so all is made anew."""
    try:
        found = fitted.read(warehouse)
    except PredictionError:
        return {}
    return {one.name: one for one in found if isinstance(one, Foretold)}


def _made(
    warehouse: Warehouse, project: Project, basis: Basis, name: str, made_from: str, progress: Progress
) -> Foretold | Failed:
    try:
        asked = asked_of(name, project.predictions[name], project.features, basis)
        return foretell.foretell(
            warehouse, asked, run_id=basis.run_id, made_from=made_from, progress=progress
        )
    except WarehouseError:  # then nothing else can be done with the warehouse, either
        raise
    except CoterieError as error:
        return Failed(name, str(error))


def _made_from(project: Project, basis: Basis, name: str) -> str:
    settings = project.predictions[name]
    about = settings.segment.segmentation if settings.segment else None
    return runs.fingerprint(
        [
            runs.version(),
            basis.data,
            str(basis.planned.as_of),
            [source.model_dump(mode="json") for source in project.sources],
            project.features.model_dump(mode="json"),
            settings.model_dump(mode="json"),
            [one.made_from for one in basis.named if about is not None],
        ]
    )


def _membership(asked: Segment, basis: Basis) -> Membership:
    (named,) = profiles.only(basis.named, asked.segmentation)
    segmentations = [one.segmentation for one in basis.named]
    segment = _segment(asked, named)

    def assigning(relation: str) -> exp.Select:
        return within.assigning(named.segmentation, segmentations, relation)

    known = {feature.name for feature in basis.planned.catalogue.features}
    used = {column.name for column in assigning("features").find_all(exp.Column)}
    return Membership(segment, used & known, assigning, basis.planned)


def _segment(asked: Segment, named: Named) -> int:
    """Find the segment by its id or its name, or the one of the highest engagement."""
    segments = named.segmentation.segments
    wanted = str(asked.segment).strip().lower()
    if wanted == MOST_ENGAGED:
        return max(segments, key=lambda one: one.engagement).id
    for one in segments:
        if wanted in (named.names[one.id].lower(), str(one.id)):
            return one.id
    there = ", ".join(f"{one.id} ({named.names[one.id]})" for one in segments)
    raise UsageError(
        f"Segment {asked.segment!r} of {asked.segmentation} is not there; give the id or the name of one of "
        f"{there}, or {MOST_ENGAGED}."
    )
