"""The parts of the page that tell of one segmentation: verdict, cards, audit, choice of k and summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.report import colours, words
from coterie.report.look import LIGHT, SHAPES
from coterie.report.markup import Markup, element, join, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coterie.features.feature import Feature, Unit
    from coterie.report.language import Language
    from coterie.report.words import Wording
    from coterie.segments.segmentation import Finding, Level, Segment, Summary

LEVELS: tuple[Level, ...] = ("warning", "note", "good")
#: A sign for each level, so that colour never stands alone.
SIGNS = {"warning": "▲", "note": "●", "good": "✓"}
_WORDS = {"warning": "Warning", "note": "Note", "good": "Good"}
_STABLE, _SHAKY = 0.75, 0.5
#: Warnings that are told at the top of the page.
_WARNINGS = 4
_OUTLINES = {
    "circle": '<circle cx="8" cy="8" r="6"/>',
    "square": '<rect x="2.5" y="2.5" width="11" height="11"/>',
    "triangle-up": '<path d="M8 2 14.5 13.5H1.5z"/>',
    "diamond": '<path d="M8 1 13.5 8 8 15 2.5 8z"/>',
    "cross": '<path d="M6 2h4v4h4v4h-4v4H6v-4H2V6h4z"/>',
    "triangle-down": '<path d="M8 14 14.5 2.5H1.5z"/>',
    "triangle-right": '<path d="M14 8 2.5 1.5v13z"/>',
    "triangle-left": '<path d="M2 8 13.5 1.5v13z"/>',
}


def verdict(wording: Wording) -> Markup:
    """Say how many users and segments there are, and whether they may be trusted, before anything else."""
    say, found = wording.language.say, wording.segmentation
    users = f"{sum(segment.users for segment in found.segments):,}"
    if found.clustered:
        sentence = say("{users} users fall into {count} segments.", users=users, count=len(found.segments))
    elif len(found.segments) == 1:
        sentence = say(
            "{users} users form no clusters: they are one group, and are shown as one.", users=users
        )
    else:
        sentence = say(
            "{users} users were put into {count} segments, but the evidence is that they form no clusters.",
            users=users,
            count=len(found.segments),
        )
    warnings = [finding for finding in found.findings if finding.level == "warning"]
    told = [audit_item(finding, wording) for finding in warnings[:_WARNINGS]]
    listed = element("ul", *told, class_="findings")
    more = len(warnings) - len(told)
    return join(
        element("p", element("strong", sentence), " ", wording.sentence(found.verdict)),
        element("p", trust(wording), class_="trust"),
        listed if warnings else None,
        element("p", say("{count} more are in the audit.", count=more), class_="soft") if more else None,
    )


def trust(wording: Wording) -> str:
    """Say in a sentence whether the audit speaks for or against a segmentation."""
    say, levels = wording.language.say, [finding.level for finding in wording.segmentation.findings]
    if not levels:
        return say("May you trust it? It was not audited.")
    if "warning" in levels:
        count = levels.count("warning")
        if count == 1:
            return say("May you trust it? With care: the audit warns of one thing.")
        return say("May you trust it? With care: the audit warns of {count} things.", count=count)
    if "note" in levels:
        return say("May you trust it? Yes; the audit has notes, but no warning.")
    return say("May you trust it? Yes; the audit found nothing against it.")


def cards(wording: Wording, engagement: Mapping[int, str]) -> Markup:
    """Show each segment as a card: name, size, engagement and what its users do."""
    slots = colours.slots(wording.names)
    found = [_card(slots[one.id], one, wording, engagement) for one in wording.segmentation.segments]
    return element("ul", *found, class_="cards")


def mark(at: int) -> Markup:
    """Draw the colour and shape that stand for a segment in every chart.

    Args:
        at: The place of its colour, of `coterie.report.colours.slots`.
    """
    outline = _OUTLINES[SHAPES[at % len(SHAPES)]]
    start = f'<svg class="mark c{at % len(LIGHT)}" viewBox="0 0 16 16" aria-hidden="true" focusable="false">'
    return Markup(f"{start}{outline}</svg>")


def _card(at: int, segment: Segment, wording: Wording, engagement: Mapping[int, str]) -> Markup:
    say = wording.language.say
    traits = wording.traits(segment)
    what = element("ul", *(element("li", sentence) for sentence in traits), class_="traits")
    facts = [
        (say("Users"), f"{segment.users:,} ({words.percent(segment.share)})"),
        (say("Engagement"), engagement.get(segment.id)),
        (say("Stability"), _stability(segment.stability, wording)),
    ]
    pairs = [element("div", element("dt", name), element("dd", fact)) for name, fact in facts if fact]
    width = f"width:{max(segment.share * 100, 0.5):.1f}%"
    return element(
        "li",
        element("h4", mark(at), wording.name(segment.id)),
        element(
            "div",
            element("span", class_=f"c{at % len(LIGHT)}", style=width),
            class_="bar",
            aria_hidden="true",
        ),
        element("dl", *pairs, class_="facts"),
        what if traits else element("p", say("Nothing sets them apart from everyone."), class_="soft"),
        class_="card",
    )


def _stability(stability: float, wording: Wording) -> str:
    say = wording.language.say
    if stability >= _STABLE:
        word = say("stable")
    else:
        word = say("fairly stable") if stability >= _SHAKY else say("unstable")
    return f"{word} ({stability:.2f})"


def audit(wording: Wording) -> Markup:
    """List every point of the audit, warnings first."""
    findings = sorted(wording.segmentation.findings, key=lambda finding: LEVELS.index(finding.level))
    if not findings:
        return element("p", wording.language.say("There was nothing to audit."))
    return element("ul", *(audit_item(finding, wording) for finding in findings), class_="findings")


def audit_item(finding: Finding, wording: Wording) -> Markup:
    """Show one point of the audit with a sign and a word for its level."""
    return point(finding.level, wording.sentence(finding.sentence), wording.language)


def point(level: Level, sentence: str, vocabulary: Language) -> Markup:
    """Show a sentence with a sign and a word for its level."""
    return element(
        "li",
        element("span", SIGNS[level], class_="sign", aria_hidden="true"),
        element("span", element("b", vocabulary.say(_WORDS[level])), ": ", sentence),
        class_=level,
    )


def summary(wording: Wording, prefix: str) -> Markup:
    """Tabulate every feature in every segment, folded by family, with a box to search in."""
    say = wording.language.say
    families = dict.fromkeys(feature.family for feature in wording.features.values())
    box = f"{prefix}-find"
    search = element(
        "p",
        element("label", say("Find a feature"), for_=box),
        element("input", type="search", id=box, data_find=f"{prefix}-families", autocomplete="off"),
        element("output", for_=box, class_="soft"),
        class_="find",
        hidden=True,
    )
    folded = [_family(family, wording, at == 0) for at, family in enumerate(families)]
    return join(search, element("div", *folded, id=f"{prefix}-families"))


def _family(family: str, wording: Wording, first: bool) -> Markup | None:
    say = wording.language.say
    features = [feature for feature in wording.features.values() if feature.family == family]
    rows = [row for feature in features for row in _rows(feature, wording)]
    if not rows:
        return None
    heading = words.family(family, wording.language)
    segments = [wording.name(segment.id) for segment in wording.segmentation.segments]
    caption = say("{family}: mean or share with its 95% interval, median and number of users", family=heading)
    shown = table(caption, [say("Feature"), say("Everyone"), *segments], rows)
    count = element("span", str(len(features)), class_="soft")
    return element("details", element("summary", heading, " ", count), shown, open=first)


def _rows(feature: Feature, wording: Wording) -> Iterator[list[str]]:
    segments = wording.segmentation.segments
    entries = [entry for segment in segments for entry in segment.summary if entry.feature == feature.name]
    for category in dict.fromkeys(entry.category for entry in entries):
        name = wording.label(feature.name)
        unit: Unit = "share" if category is not None else feature.unit
        mean = words.everyone(wording.segmentation, feature.name, category)
        cells = [
            _cell(words.summary_of(segment, feature.name, category), unit, wording) for segment in segments
        ]
        yield [name if category is None else f"{name}: {category}", words.number(mean, unit), *cells]


def _cell(entry: Summary | None, unit: Unit, wording: Wording) -> str:
    say = wording.language.say
    if entry is None or entry.mean is None:
        return element("span", words.NOTHING, title=say("nobody has a value"))
    small = [f"{words.number(entry.low, unit)} {words.NOTHING} {words.number(entry.high, unit)}"]
    if entry.median is not None:
        small.append(say("median {median}", median=words.number(entry.median, unit)))
    small.append(say("N {users}", users=f"{entry.users:,}"))
    lines = [element("span", line, class_="small") for line in small]
    return join(element("b", words.number(entry.mean, unit)), *lines)
