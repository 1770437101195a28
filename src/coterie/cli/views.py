"""What the verbs print of each result: tables and sentences for people, documents for programs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from coterie.cli import comparison, outlook, terminal
from coterie.export import plain
from coterie.report import crossing, tables, words
from coterie.report.language import language

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from coterie.cli.preview import Look, Preview
    from coterie.events.loading import Loading
    from coterie.explained import Explained
    from coterie.features.feature import Feature
    from coterie.predictions.foretold import Failed, Foretold
    from coterie.profiles import Named
    from coterie.project.settings import Project
    from coterie.run_result import RunResult
    from coterie.segments.curves import Curves


def show_run(result: RunResult) -> None:
    """Print what a run did: row accounting, segments with what sets them apart, the audit, the report."""
    show_loading(result.loading)
    for named, lineage in zip(result.segmentations, result.lineages, strict=True):
        show_segmentation(named, result.features)
        comparison.show_lineage(named, lineage, result.features)
    if result.crossed:
        wordings = {
            one.segmentation.name: words.wording(one.segmentation, result.features, one.names, language())
            for one in result.segmentations
        }
        terminal.say(*(crossing.sentence(pair, wordings) for pair in result.crossed), "")
    if result.predictions:
        from coterie.cli import predictions  # slow to import, and not every project has them

        predictions.show(result.predictions)
    outlook.show(result.outlook)
    if result.treatments:
        from coterie.report import uplift_words  # the same

        terminal.show_table(uplift_words.table(result.treatments, language()))
    if result.left_out:
        families = ", ".join(family for family, _ in result.left_out)
        terminal.say(f"Left out, because the data can't feed them: {families}.")
    terminal.say(f"Report: {result.report}", result.caption())


def show_loading(loading: Loading) -> None:
    """Print for each source what became of its rows."""
    terminal.show_table(tables.rows(loading, language()))


def show_segmentation(named: Named, features: Sequence[Feature]) -> None:
    """Print a segmentation: its segments, why this many, and what the audit found."""
    one = named.segmentation
    wording = words.wording(one, features, named.names, language())
    terminal.show_table(tables.segments(wording))
    terminal.say(wording.sentence(one.verdict), "")
    if one.findings:
        terminal.show_table(tables.audit(one.findings, wording))


def show_curves(found: Mapping[str, Curves]) -> None:
    """Print the curves of each segmentation, and what they point at."""
    from coterie.report import curves

    for name, one in found.items():
        rows = [
            (str(point.k), *map(_cell, (point.inertia, point.taken_off, point.silhouette, point.gap)))
            for point in one.points
        ]
        head = ("k", "Inertia", "Taken off", "Silhouette", "Gap")
        terminal.show(f"{name}: {one.rows:,} of {one.of:,} users", head, rows, right=head, whole=head)
        terminal.say(*curves.sentences(one, language()), "")


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"  # noqa: PLR2004


def show_preview(project: Project, found: Preview) -> None:
    """Print what a run would make of each source, and what else coterie.yaml asks for."""
    terminal.show(
        f"A sample of the sources of {project.name}",
        ("Source", "Rows", "Used", "Set aside", "Kinds", "Days"),
        [_look_row(look) for look in found.looks],
        right=("Rows", "Used"),
        whole=("Source", "Rows", "Used"),
    )
    for look in found.looks:
        terminal.complain(*look.mistakes)
    foretold = f" foretell {', '.join(project.predictions)}," if project.predictions else ""
    terminal.say(
        f"A run would build features as of {project.as_of}, find the segments "
        f"{', '.join(project.segments)},{foretold} and write to {project.warehouse} and report.html.",
        found.caption(),
    )


def preview_document(found: Preview) -> dict[str, Any]:
    """What a run would make of each source, for programs."""
    document: dict[str, Any] = plain({"fine": found.fine, **found.to_dict()})
    return document


def _look_row(look: Look) -> tuple[str, ...]:
    return (
        look.source,
        _count(look.rows),
        _count(look.used),
        _counts(look.set_aside),
        _counts(look.kinds) or look.what,
        f"{look.first:%Y-%m-%d} to {look.last:%Y-%m-%d}" if look.first and look.last else "",
    )


def _counts(pairs: Iterable[tuple[str, int]], most: int = 8) -> str:
    found = [f"{word} {_count(n)}" for word, n in pairs]
    return ", ".join(found[:most]) + (f" and {len(found) - most} more" if len(found) > most else "")


def show_explained(found: Explained) -> None:
    """Print why a user is where they are, and the events behind it."""
    from coterie.cli import predictions
    from coterie.report import explain

    for named, explanation in found.explanations:
        wording = words.wording(named.segmentation, found.features, named.names, language())
        terminal.say(f"{named.segmentation.name}:", *explain.sentences(explanation, wording), "")
        decisive = explain.table(explanation, wording)
        if decisive.rows:
            terminal.show_table(decisive)
    for named in found.elsewhere:
        name, segment = named.segmentation.within or ("", 0)
        terminal.say(
            f"{named.segmentation.name}: it groups the users of segment {segment} of {name} alone, and this "
            "user is not in it.",
            "",
        )
    predictions.show_of_one(found)
    if not found.kinds:
        terminal.say(f"There are no events of this user before {found.as_of}.")
        return
    acts = ", ".join(_acts(row) for row in found.kinds)
    terminal.say(f"Before {found.as_of}: {acts}. The latest:", "")
    columns = [name for name in _TOLD if any(row[name] is not None for row in found.latest)]
    terminal.show(
        f"Events of {found.user_id}",
        ["Time (UTC)", *(name.capitalize() for name in columns), "From"],
        [_event_row(row, columns) for row in found.latest],
        right=("Value",),
        whole=("Time (UTC)", "Kind", "Value"),
    )


#: What is told of an event beside its time and where it came from.
_TOLD = ("kind", "item", "category", "value", "channel", "query")


def _acts(row: dict[str, Any]) -> str:
    act = language().act(row["kind"])
    return f"{_count(row['events'])} {act.one if row['events'] == 1 else act.many}"


def _event_row(row: dict[str, Any], columns: Sequence[str]) -> list[Any]:
    cells = [words.number(row[name]) if isinstance(row[name], float) else row[name] for name in columns]
    number = "" if row["row_number"] is None else f":{row['row_number']}"
    return [f"{row['at']:%Y-%m-%d %H:%M}", *cells, f"{row['unit']}{number}"]


def explained_document(found: Explained) -> dict[str, Any]:
    """An explanation, for programs."""
    document: dict[str, Any] = plain(
        {
            "user_id": found.user_id,
            "as_of": found.as_of,
            "segmentations": [
                {
                    "name": named.segmentation.name,
                    "segment_name": named.names[explanation.segment],
                    **explanation.to_dict(),
                }
                for named, explanation in found.explanations
            ],
            "not_in": [named.segmentation.name for named in found.elsewhere],
            "predictions": [
                {"name": one.foretold.name, "score": one.score, "low": one.low, "high": one.high}
                | {"reasons": one.reasons.to_arrow().to_pylist()}
                for one in found.foretold
            ],
            "not_foretold": [one.name for one in found.not_foretold],
            "kinds": found.kinds,
            "latest": found.latest,
        }
    )
    return document


def run_document(result: RunResult) -> dict[str, Any]:
    """Everything that a run did, for programs."""
    found: dict[str, Any] = plain(
        {
            "run_id": result.run_id,
            "as_of": result.as_of,
            "nothing_new": result.nothing_new,
            "users": result.users,
            "events": result.loading.events,
            "units": [dataclasses.asdict(unit) for unit in result.loading.units],
            "segmentations": [
                segmentation_document(one, result.features)
                | comparison.lineage_document(one, lineage, result.features)
                for one, lineage in zip(result.segmentations, result.lineages, strict=True)
            ],
            "predictions": _predictions(result.predictions),
            "crossed": [dataclasses.asdict(pair) for pair in result.crossed],
            "outlook": outlook.document(result.outlook),
            "uplift": [dataclasses.asdict(one) for one in result.treatments],
            "left_out": dict(result.left_out),
            "report": str(result.report),
            "seconds": dict(result.timings),
        }
    )
    return found


def _predictions(made: Sequence[Foretold | Failed]) -> list[dict[str, Any]]:
    if not made:
        return []
    from coterie.cli import predictions  # slow to import, and not every project has them

    return [predictions.document(one) for one in made]


def segmentation_document(named: Named, features: Sequence[Feature]) -> dict[str, Any]:
    """A segmentation, for programs."""
    one = named.segmentation
    wording = words.wording(one, features, named.names, language())
    return {
        "name": one.name,
        "method": one.method,
        "clustered": one.clustered,
        "verdict": wording.sentence(one.verdict),
        "segments": [
            {
                "segment": segment.id,
                "name": named.names[segment.id],
                "users": segment.users,
                "share": segment.share,
                "engagement": segment.engagement,
                "traits": wording.traits(segment),
            }
            for segment in one.segments
        ],
        "audit": [
            {**dataclasses.asdict(finding), "sentence": wording.sentence(finding.sentence)}
            for finding in one.findings
        ],
    }


def _count(number: int) -> str:
    return f"{number:,}"
