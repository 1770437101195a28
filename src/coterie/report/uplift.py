"""The part of the report that tells what treatments changed, whom they move and whom to treat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coterie.predictions.uplift.balance import APART
from coterie.predictions.uplift.result import Treatment
from coterie.report import drawn, ranking_charts, uplift_charts, words
from coterie.report import uplift_data as data
from coterie.report import uplift_words as told
from coterie.report.chapter import Chapter
from coterie.report.figures import Figure
from coterie.report.markup import Markup, element, join
from coterie.report.ranking_charts import Axis
from coterie.report.sections import SIGNS
from coterie.report.vega_lite import specification

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa

    from coterie.features.feature import Feature
    from coterie.predictions.uplift.result import Unmeasured
    from coterie.report.language import Language

_UNIT = (0.0, 1.0)
#: Groups and features that a chart shows at most; the tables have all.
_MOST_GROUPS, _MOST_COLUMNS = 28, 20


def chapter(
    prefix: str,
    found: Sequence[Treatment | Unmeasured],
    features: Sequence[Feature],
    vocabulary: Language,
) -> Chapter:
    """Tell what each treatment changed.

    Args:
        prefix: The id of the section, which sets the ids of its charts apart.
        found: The treatments; at least one.
        features: Those of the run, for their names.
        vocabulary: The language.
    """
    named = {one.name: one for one in features}
    parts: list[Markup] = []
    charts: list[drawn.Drawn] = []
    for at, one in enumerate(found, start=1):
        if not isinstance(one, Treatment):
            parts.append(join(element("h3", one.name), _finding("warning", one.why, vocabulary)))
            continue
        shown = [
            drawn.drawn(each, f"{prefix}-{at}", vocabulary, called=f"{prefix}-{one.name}")
            for each in figures(one, named, vocabulary)
        ]
        charts += shown
        parts.append(
            join(
                element("h3", told.title(one, vocabulary)),
                element(
                    "p", element("strong", told.effect(one, vocabulary)), " ", told.whom(one, vocabulary)
                ),
                element("ul", *_trust(one, named, vocabulary), class_="findings"),
                element("div", *(each.html for each in shown), class_="figures"),
            )
        )
    return Chapter(prefix, vocabulary.say("What treatments changed"), tuple(parts), tuple(charts))


def _trust(one: Treatment, features: Mapping[str, Feature], vocabulary: Language) -> Iterator[Markup]:
    """Say whether the arms may be compared, worst first."""
    for sign, sentence in sorted(
        told.trust(one, features, vocabulary), key=lambda each: each[0] != "warning"
    ):
        yield _finding(sign, sentence, vocabulary)


def _finding(sign: str, sentence: str, vocabulary: Language) -> Markup:
    heading = {"warning": "Warning", "note": "Note", "good": "Good"}[sign]
    return element(
        "li" if sign else "p",
        element("span", SIGNS[sign], class_="sign", aria_hidden="true"),
        element("span", element("b", vocabulary.say(heading)), ": ", sentence),
        class_=sign,
    )


def figures(one: Treatment, features: Mapping[str, Feature], vocabulary: Language) -> Iterator[Figure]:
    """Draw everything there is to draw of a treatment."""
    yield _uplift(one, vocabulary)
    yield _qini(one, vocabulary)
    yield _worth(one, vocabulary)
    yield _learners(one, vocabulary)
    if one.groups:
        yield _groups(one, features, vocabulary)
    if one.imbalances:
        yield _balance(one, features, vocabulary)


def _form(one: Treatment) -> str:
    return "+.1%" if one.yes_or_no else "+~g"


def _uplift(one: Treatment, vocabulary: Language) -> Figure:
    say, table = vocabulary.say, data.uplift_data(one)
    spec = ranking_charts.curves(
        table,
        Axis("share", say("Share of users treated, best-scored first"), ".0%", _UNIT),
        Axis("change", _of_everyone(one, vocabulary), _form(one)),
        straight=((0.0, 0.0), (1.0, one.effect.difference)),
    )
    caption = say(
        "What treating the best-scored users changes, in a user of everyone, on users held out. The dashed "
        "line is treating as many by chance; the band holds 95% of what users drawn again would show."
    )
    return _figure("uplift", say("Uplift by share treated"), caption, spec, _at_tenths(table))


def _of_everyone(one: Treatment, vocabulary: Language) -> str:
    return vocabulary.say("Change of {outcome} (a user of everyone)", outcome=one.outcome)


def _qini(one: Treatment, vocabulary: Language) -> Figure:
    say, table = vocabulary.say, data.qini_data(one)
    spec = ranking_charts.curves(
        table,
        Axis("share", say("Share of users, best-scored first"), ".0%", _UNIT),
        Axis("change", say("More of {outcome} (a treated user)", outcome=one.outcome), _form(one)),
        straight=((0.0, 0.0), (1.0, one.effect.difference)),
    )
    inside = one.measured.qini_interval
    area = told.area(one.measured.qini_area, one)
    if inside is not None:
        area += f" [{told.area(inside.low, one)}, {told.area(inside.high, one)}]"
    caption = say(
        "Outcome of the treated among the best-scored less that of the others scaled to as many. The area "
        "above the dashed line is {area}; 0 is chance.",
        area=area,
    )
    return _figure("qini", say("Qini curve"), caption, spec, _at_tenths(table))


def _worth(one: Treatment, vocabulary: Language) -> Figure:
    say, table, found = vocabulary.say, data.policy_data(one), one.policy
    spec = ranking_charts.curves(
        table,
        Axis("share", say("Share of users treated, best-scored first"), ".0%", _UNIT),
        Axis("worth", say("Worth (money a user of everyone)"), "~r"),
        straight=((0.0, 0.0), (1.0, found.value[-1])),
        mark="best",
    )
    caption = say(
        "What treating the best-scored share is worth at a cost of {cost} a treated user and a benefit of "
        "{benefit}. The diamond is the highest point ({share}), which flatters itself a little; the dashed "
        "line is treating as many by chance.",
        cost=f"{found.cost:g}",
        benefit=f"{found.benefit:g}",
        share=words.percent(found.best),
    )
    return _figure("worth", say("What treating is worth"), caption, spec, _at_tenths(table))


def _learners(one: Treatment, vocabulary: Language) -> Figure:
    say, table = vocabulary.say, data.learners_data(one, vocabulary)
    axis = Axis("qini", say("Qini area on users held out"), "~g")
    spec = uplift_charts.intervals(table, "learner", axis, "chosen", vocabulary)
    caption = say(
        "How well each learner tells whom the treatment moves, with 95% intervals; 0 is chance. p is that of "
        "chance, times the learners tried; the filled one is used."
    )
    return _figure("learners", say("Learners"), caption, spec, table, text=1)


def _groups(one: Treatment, features: Mapping[str, Feature], vocabulary: Language) -> Figure:
    say, table = vocabulary.say, data.groups_data(one, features, vocabulary)
    by, group = table["by"].to_pylist(), table["group"].to_pylist()
    names = [f"{what}: {name}" if what else name for what, name in zip(by, group, strict=True)]
    drawn_from = table.slice(0, _MOST_GROUPS).append_column("name", [names[:_MOST_GROUPS]])
    axis = Axis("change", say("Change of {outcome} (a user)", outcome=one.outcome), _form(one))
    spec = uplift_charts.intervals(drawn_from, "name", axis, "differ", vocabulary)
    differ = [each for each in one.groups if each.differ]
    named = ", ".join(
        each.what if each.segments else data.label(each.what, features, vocabulary) for each in differ
    )
    caption = say(
        "The effect in each group, with 95% intervals. Of {groups} groups about {wrong} would miss their "
        "true effect by chance, so whether groups differ at all is tested once for each attribute and "
        "segmentation (Cochran's Q) and corrected for all {tests} of them (Holm).",
        groups=table.num_rows - 1,
        wrong=f"{(table.num_rows - 1) / 20:.1f}",
        tests=len(one.groups),
    )
    if differ:
        caption += " " + say("The effect differs by: {named} (filled).", named=named)
    else:
        caption += " " + say("It differs by none of them.")
    return _figure("groups", say("For whom"), caption, spec, table, text=2)


def _balance(one: Treatment, features: Mapping[str, Feature], vocabulary: Language) -> Figure:
    say, table = vocabulary.say, data.balance_data(one, features, vocabulary)
    spec = uplift_charts.balance(table.slice(0, _MOST_COLUMNS), APART, vocabulary)
    caption = say(
        "How far the arms were apart before the treatment, as standardised mean differences; arms drawn at "
        "random lie between the dashed lines."
    )
    return _figure("balance", say("Balance of the arms"), caption, spec, table, text=1)


def _at_tenths(table: pa.Table) -> pa.Table:
    best = table["best"].to_pylist() if "best" in table.column_names else [False] * len(table)
    wanted = [at for at in range(len(table)) if at % 10 == 0 or best[at]]
    return table.take(wanted).drop_columns(["name"])


def _figure(key: str, called: str, caption: str, chart: Any, shown: pa.Table, *, text: int = 0) -> Figure:
    return Figure(key, called, caption, specification(chart), shown, text=text)
