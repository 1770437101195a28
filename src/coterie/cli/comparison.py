"""What `coterie compare` prints: sentences and tables for people, a document for programs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from coterie.cli import terminal
from coterie.export import plain
from coterie.report import changes, over_time, words
from coterie.report.language import language
from coterie.segments.over_time.decision import FIRST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.compared import Compared, Comparison
    from coterie.features.feature import Feature
    from coterie.history import Lineage
    from coterie.profiles import Named
    from coterie.report.changes import Speech
    from coterie.segments.over_time.migration import Flow

#: Features whose drift is told: the furthest; all are in the document.
DRIFT = 10


def show(found: Comparison) -> None:
    """Print what changed between two runs."""
    terminal.say(found.caption(), *found.notes, "")
    for compared in found.segmentations:
        _show_segmentation(compared, changes.speech(compared, found.features, language()))
    _show_drift(found)


def _show_segmentation(compared: Compared, speak: Speech) -> None:
    say = speak.language.say
    terminal.say(say("Segmentation {name}", name=compared.name), *_renewed(compared, speak))
    terminal.say(*changes.changes(compared.changes, speak), over_time.counts(compared, speak), "")
    moved = [one for one in compared.migration.flows if one.users and (one.moved or _came_or_went(one))]
    if moved:
        head = (say("From"), say("To"), say("Users"), say("Share"), say("95% interval"))
        order = sorted(moved, key=lambda one: -one.users)
        terminal.show("", head, [_flow(one, speak) for one in order], right=head[2:], whole=head[2:])
    if compared.movers:
        terminal.say(*(changes.movers_sentence(one, speak) for one in compared.movers), "")


def _renewed(compared: Compared, speak: Speech) -> list[str]:
    told = "Ids started over between these runs; segments were matched by their people and centres."
    return [] if compared.same_ids else [speak.language.say(told)]


def _came_or_went(flow: Flow) -> bool:
    return flow.before is None or flow.after is None


def _flow(flow: Flow, speak: Speech) -> tuple[str, ...]:
    say = speak.language.say
    return (
        say("arrived since") if flow.before is None else speak.then(flow.before),
        say("left") if flow.after is None else speak.now(flow.after),
        f"{flow.users:,}",
        words.percent(flow.share),
        f"{words.percent(flow.low)} {words.NOTHING} {words.percent(flow.high)}",
    )


def _show_drift(found: Comparison) -> None:
    vocabulary = language()
    say = vocabulary.say
    speak = changes.Speech({}, {}, {one.name: one for one in found.features}, vocabulary)
    moved = [one for one in found.drift if one.level != "stable"]
    if not moved:
        terminal.say(say("None of {all} features has moved.", all=len(found.drift)))
        return
    terminal.say(say("{count} of {all} features have moved.", count=len(moved), all=len(found.drift)))
    terminal.say(*(changes.drift_sentence(one, speak) for one in moved[:DRIFT]))
    if len(moved) > DRIFT:
        terminal.say(say("{count} more are in the report and in --json.", count=len(moved) - DRIFT))


def show_lineage(named: Named, lineage: Lineage, features: Sequence[Feature]) -> None:
    """Print where a segmentation of a run comes from, and which segments are not those of the last."""
    if lineage.reason == FIRST:
        return
    told = lineage_document(named, lineage, features)
    other = [change["sentence"] for change in told["changes"] if change["kind"] != "kept"]
    same = len(told["changes"]) - len(other)
    if lineage.changes:
        all_ = len(named.segmentation.segments)
        other.append(
            language().say("{same} of {all} segments are those of the last run.", same=same, all=all_)
        )
    terminal.say(told["reason"], *other, "")


def lineage_document(named: Named, lineage: Lineage, features: Sequence[Feature]) -> dict[str, Any]:
    """Where a segmentation of a run comes from, for programs; each change with its sentence."""
    wording = words.wording(named.segmentation, features, named.names, language())
    speak = changes.Speech(lineage.called, named.names, wording.features, language())
    return {
        "ids_since": lineage.begun,
        "fitted": lineage.fitted,
        "reason": wording.sentence(lineage.reason),
        "changes": [
            {**dataclasses.asdict(one), "sentence": changes.change_sentence(one, speak)}
            for one in lineage.changes
        ],
    }


def document(found: Comparison) -> dict[str, Any]:
    """Everything about two runs, for programs; each sentence beside its numbers."""
    vocabulary = language()
    features = {one.name: one for one in found.features}
    speak = changes.Speech({}, {}, features, vocabulary)
    told: dict[str, Any] = plain(
        {
            "before": dataclasses.asdict(found.before),
            "after": dataclasses.asdict(found.after),
            "notes": list(found.notes),
            "segmentations": [
                _segmentation(one, changes.speech(one, found.features, vocabulary))
                for one in found.segmentations
            ],
            "drift": [
                {**dataclasses.asdict(one), "sentence": changes.drift_sentence(one, speak)}
                for one in found.drift
            ],
        }
    )
    return told


def _segmentation(compared: Compared, speak: Speech) -> dict[str, Any]:
    return {
        "name": compared.name,
        "same_ids": compared.same_ids,
        "changes": [
            {**dataclasses.asdict(one), "sentence": changes.change_sentence(one, speak)}
            for one in compared.changes
        ],
        "migration": [dataclasses.asdict(one) for one in compared.migration.flows],
        "movers": [
            {**dataclasses.asdict(one), "sentence": changes.movers_sentence(one, speak)}
            for one in compared.movers
        ],
        "sizes": [dataclasses.asdict(one) for one in compared.sizes],
    }
