"""Results as tables of text, for a terminal: what is told, not how it is drawn."""

from __future__ import annotations

import collections
import dataclasses
from typing import TYPE_CHECKING

from coterie.report import words
from coterie.report.sections import LEVELS, SIGNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.events.loading import Loading
    from coterie.report.language import Language
    from coterie.report.words import Wording
    from coterie.segments.segmentation import Finding, Level

#: Findings of one check that are told: the first ones, as the audit puts the worst first.
OF_A_KIND = 2


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """A table to be drawn.

    Attributes:
        title: What it shows.
        head: The headings of the columns.
        rows: The cells.
        right: Headings of columns that hold numbers.
        whole: Headings of columns whose cells are never broken into lines.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()


def segments(wording: Wording) -> Table:
    """Show each segment: name, users, share, and the two strongest traits in words."""
    say, found = wording.language.say, wording.segmentation
    head = ("#", say("Segment"), say("Users"), say("Share"), say("What sets them apart"))
    rows = tuple(
        (
            str(segment.id),
            wording.name(segment.id),
            f"{segment.users:,}",
            words.percent(segment.share),
            "; ".join(wording.traits(segment, 2)) or words.NOTHING,
        )
        for segment in found.segments
    )
    title = say("Segmentation {name}", name=found.name)
    numbers = head[0], head[2], head[3]
    return Table(title, head, rows, numbers, numbers)


def rows(loading: Loading, vocabulary: Language) -> Table:
    """Show what became of the rows of each source, and the sum."""
    say = vocabulary.say
    counts: dict[str, list[int]] = {}
    reasons: dict[str, collections.Counter[str]] = {}
    for unit in loading.units:
        of_source = counts.setdefault(unit.source, [0, 0, 0])
        for at, count in enumerate((unit.read, unit.used, unit.read - unit.used)):
            of_source[at] += count
        reasons.setdefault(unit.source, collections.Counter()).update(dict(unit.set_aside))
    told = [
        (source, *map(_count, found), "; ".join(f"{why}: {n:,}" for why, n in reasons[source].items()))
        for source, found in counts.items()
    ]
    sums = [sum(column) for column in zip((0, 0, 0), *counts.values(), strict=True)]
    if len(told) > 1:
        told.append((say("all"), *map(_count, sums), ""))
    head = (say("Source"), say("Read"), say("Used"), say("Set aside"), say("Why"))
    return Table(say("Rows"), head, tuple(told), head[1:4], head[:4])


def _count(number: int) -> str:
    return f"{number:,}"


def audit(findings: Sequence[Finding], wording: Wording, most: int = OF_A_KIND) -> Table:
    """Show the audit, warnings first; a sign and a word tell the level.

    Args:
        findings: What was found.
        wording: Of their segmentation.
        most: Findings of one check and one level that are told; how many more there are is said.
    """
    say = wording.language.say
    seen: collections.Counter[tuple[Level, str]] = collections.Counter()
    told: list[tuple[str, ...]] = []
    for finding in sorted(findings, key=lambda finding: LEVELS.index(finding.level)):
        kind = finding.level, finding.check
        seen[kind] += 1
        if seen[kind] <= most:
            level = f"{SIGNS[finding.level]} {say(finding.level)}"
            told.append((level, wording.sentence(finding.sentence)))
    more = sum(max(0, count - most) for count in seen.values())
    if more:
        told.append(("", say("{count} more like these are in the report.", count=more)))
    head = (say("Audit"), "")
    return Table("", head, tuple(told), (), head[:1])
