"""The parts of the page that tell where everything comes from: rows, features, settings and time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.report import words
from coterie.report.markup import Markup, element, join, table

if TYPE_CHECKING:
    from coterie.events.loading import Loading
    from coterie.features.feature import FeatureTable
    from coterie.report.language import Language
    from coterie.report.material import Material
    from coterie.report.words import Wording


def accounting(loading: Loading, vocabulary: Language) -> Markup:
    """Tell what became of each row that was read: used, or set aside and why."""
    say = vocabulary.say
    head = [say("Source"), say("Unit"), say("Reasons"), say("Read"), say("Used"), say("Set aside")]
    rows = [
        (
            unit.source,
            unit.unit,
            "; ".join(f"{reason}: {count:,}" for reason, count in unit.set_aside) or words.NOTHING,
            f"{unit.read:,}",
            f"{unit.used:,}",
            f"{unit.read - unit.used:,}",
        )
        for unit in loading.in_brief()
    ]
    return join(
        element("p", rows_sentence(loading, vocabulary)),
        table(say("Rows read = rows used + rows set aside"), head, rows, text=3),
    )


def rows_sentence(loading: Loading, vocabulary: Language) -> str:
    """Say how many rows were read, used and set aside, and whether that adds up."""
    read = sum(unit.read for unit in loading.units)
    used = sum(unit.used for unit in loading.units)
    aside = sum(count for unit in loading.units for _, count in unit.set_aside)
    counts = {"read": f"{read:,}", "used": f"{used:,}", "aside": f"{aside:,}"}
    if read == used + aside:
        return vocabulary.say("{read} rows were read: {used} are used and {aside} set aside.", **counts)
    return vocabulary.say(
        "{read} rows were read, but {used} used and {aside} set aside don't add up to them.", **counts
    )


def making(material: Material, wordings: list[Wording]) -> Markup:
    """Tell how the report was made: dates, settings, times and what was left out."""
    say = wordings[0].language.say
    facts = [
        (say("Project"), material.name),
        (
            say("As of"),
            say("{date}; events on or after that day were not seen", date=material.as_of.isoformat()),
        ),
        (say("Made"), f"{material.created:%Y-%m-%d %H:%M %Z}".strip()),
        (say("Users and features"), f"{len(material.features):,} by {len(material.features.features)}"),
    ]
    for wording in wordings:
        found = wording.segmentation
        settings = say(
            "{method} into {k}, seed {seed}, inertia {inertia}",
            method=words.method(found.method, wording.language),
            k=len(found.segments),
            seed=found.seed,
            inertia=words.number(found.inertia),
        )
        facts.append((say("Segmentation {name}", name=found.name), settings))
    if material.timings:
        times = ", ".join(f"{what} {words.seconds(taken)}" for what, taken in material.timings)
        facts.append((say("Time taken"), times))
    pairs = [element("div", element("dt", name), element("dd", fact)) for name, fact in facts]
    return join(
        element("dl", *pairs, class_="making"),
        _sentences(say("Notes"), list(material.notes)),
        _left_out(material.features, wordings[0].language),
        *(_preparation(wording) for wording in wordings),
        catalogue(material.features, wordings[0].language),
    )


def _sentences(heading: str, sentences: list[str]) -> Markup | None:
    if not sentences:
        return None
    return join(element("h3", heading), element("ul", *(element("li", sentence) for sentence in sentences)))


def _left_out(features: FeatureTable, vocabulary: Language) -> Markup | None:
    reasons = [f"{words.family(name, vocabulary)}: {reason}" for name, reason in features.left_out]
    return _sentences(vocabulary.say("Families of features left out"), reasons)


def _preparation(wording: Wording) -> Markup:
    say = wording.language.say
    head = [
        say("Feature"),
        say("Why"),
        say("Log scale"),
        say("Null is"),
        say("Centre"),
        say("Scale"),
        say("Weight"),
    ]
    rows = [
        (
            wording.label(step.feature) + (f": {step.category}" if step.category is not None else ""),
            step.why,
            say("yes") if step.log else say("no"),
            words.number(step.fill) if step.category is None else words.NOTHING,
            f"{step.centre:.3g}",
            f"{step.scale:.3g}",
            f"{step.weight:.3g}",
        )
        for step in wording.segmentation.steps
    ]
    caption = say("How each feature was prepared for the segmentation {name}", name=wording.segmentation.name)
    return element("details", element("summary", caption), table(caption, head, rows, text=3))


def catalogue(features: FeatureTable, vocabulary: Language) -> Markup:
    """List every feature with its unit, its sentence and what a null means."""
    say = vocabulary.say
    head = [say("Column"), say("Name"), say("Family"), say("Unit"), say("What it is"), say("Null means")]
    rows = [
        (
            feature.name,
            words.label(feature, vocabulary),
            words.family(feature.family, vocabulary),
            feature.unit,
            feature.sentence,
            feature.null or say("never null"),
        )
        for feature in features.features
    ]
    caption = say("Catalogue of features")
    return element("details", element("summary", caption), table(caption, head, rows, text=len(head)))
