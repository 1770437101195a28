"""How well scores rank, as figures: gains, lift, ROC, precision, calibration, profit, and their differences.

Each figure is of one or of several rankings, by name; the tables behind the charts are those of
`coterie.report.ranking_data`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from coterie.predictions.evaluation import comparison, evaluated
from coterie.report import ranking_charts as charts
from coterie.report import ranking_data as data
from coterie.report import words
from coterie.report.figures import Figure
from coterie.report.vega_lite import specification

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coterie.predictions.evaluation.comparison import Comparison, Measure, Scored
    from coterie.predictions.evaluation.evaluated import Evaluated
    from coterie.predictions.evaluation.profit import Worth
    from coterie.predictions.evaluation.resampling import Interval
    from coterie.report.language import Language

_MEASURES: dict[Measure, str] = {
    "lift": "lift of the best tenth",
    "gini": "normalised Gini",
    "auc": "area below the ROC curve",
    "precision": "average precision",
}
_DIAGONAL = ((0.0, 0.0), (1.0, 1.0))
_UNIT = (0.0, 1.0)


def of_scores(
    scored: Sequence[Scored], vocabulary: Language, *, worth: Worth | None = None, same_users: bool = True
) -> list[Figure]:
    """Draw everything that scores and outcomes allow.

    Args:
        scored: One or several models of the same users, or campaigns of different ones; each by its name.
        vocabulary: The language.
        worth: What acting and not acting are worth, for the profit curve.
        same_users: Whether all are about the same users, row for row.
    """
    found = {one.name: evaluated.evaluate(one, worth=worth) for one in scored}
    first, *others = scored
    compared = [comparison.compare(first, other, same_users=same_users) for other in others]
    return list(figures(found, vocabulary, compared))


def figures(
    found: Mapping[str, Evaluated], vocabulary: Language, compared: Sequence[Comparison] = ()
) -> Iterator[Figure]:
    """Draw everything that was measured; what was not is left out."""
    values = found.values()
    yield gains(found, vocabulary)
    yield lift(found, vocabulary)
    if any(one.roc is not None for one in values):
        yield roc(found, vocabulary)
    if any(one.precision is not None for one in values):
        yield precision(found, vocabulary)
    if any(one.calibration is not None for one in values):
        yield calibration(found, vocabulary)
    yield spread(found, vocabulary)
    if any(one.profit is not None for one in values):
        yield profit(found, vocabulary)
    if compared:
        yield difference(compared, vocabulary)


def gains(found: Mapping[str, Evaluated], vocabulary: Language) -> Figure:
    """Draw cumulative gains: what part of the outcome the best-scored part of the users holds."""
    say = vocabulary.say
    shares = {name: words.percent(one.gains.at(0.1)) for name, one in found.items()}
    told = [
        say("The best-scored tenth of the users holds {shares} of the outcome.", shares=_listed(shares)),
        say("On the dashed line a ranking is worth nothing."),
    ]
    x = charts.Axis("share", say("Share of users, best-scored first"), ".0%", _UNIT)
    y = charts.Axis("captured", say("Share of the outcome"), ".0%", _UNIT)
    return _curves("gains", say("Cumulative gains"), told, data.gains_data(found), (x, y), vocabulary)


def lift(found: Mapping[str, Evaluated], vocabulary: Language) -> Figure:
    """Draw the lift of each tenth of the users."""
    say = vocabulary.say
    lifts = {
        name: f"{one.gains.top_decile_lift:.2f}" + _within(one.gains.tenths[0] if one.gains.tenths else None)
        for name, one in found.items()
    }
    told = [say("The best-scored tenth has {lifts} times the outcome of everyone.", lifts=_listed(lifts))]
    if any(one.gains.tenths for one in found.values()):
        told.append(say("Thin lines are 95% intervals."))
    table = data.lift_data(found)
    spec = charts.lift(table, vocabulary)
    return _figure("lift", say("Lift by tenth of the users"), told, spec, table, "")


def roc(found: Mapping[str, Evaluated], vocabulary: Language) -> Figure:
    """Draw ROC curves: whom a cut-off finds, and whom it takes for one of them by mistake."""
    say = vocabulary.say
    areas = {
        name: f"{one.roc.area:.3f}" + _within(one.roc.area_interval, ".3f")
        for name, one in found.items()
        if one.roc is not None
    }
    told = [
        say("The area below the curve is {areas}.", areas=_listed(areas)),
        say("1 tells all of them apart, 0.5 (the dashed line) none."),
    ]
    x = charts.Axis("false_positives", say("Share of the others taken for them"), ".0%", _UNIT)
    y = charts.Axis("true_positives", say("Share of them found"), ".0%", _UNIT)
    return _curves("roc", say("ROC curve"), told, data.roc_data(found), (x, y), vocabulary)


def precision(found: Mapping[str, Evaluated], vocabulary: Language) -> Figure:
    """Draw precision by recall: how many of those found are right, by how many are found."""
    say = vocabulary.say
    measured = {name: one.precision for name, one in found.items() if one.precision is not None}
    areas = {
        name: f"{one.average:.3f}" + _within(one.average_interval, ".3f") for name, one in measured.items()
    }
    rate = next(iter(measured.values())).rate
    told = [
        say("Average precision is {areas}.", areas=_listed(areas)),
        say("Without a ranking it would be {rate} (the dashed line).", rate=f"{rate:.3f}"),
    ]
    x = charts.Axis("recall", say("Recall (share of them found)"), ".0%", _UNIT)
    y = charts.Axis("precision", say("Precision (share who are right)"), ".0%", _UNIT)
    level, title = ((0.0, rate), (1.0, rate)), say("Precision and recall")
    return _curves("precision", title, told, data.precision_data(found), (x, y), vocabulary, straight=level)


def calibration(found: Mapping[str, Evaluated], vocabulary: Language) -> Figure:
    """Draw what happened against what was foretold, in bins of about equally many users."""
    say = vocabulary.say
    measured = {name: one.calibration for name, one in found.items() if one.calibration is not None}
    briers = {name: f"{one.brier:.4f}" for name, one in measured.items()}
    rate = next(iter(measured.values())).of_the_rate
    told = [
        say("On the dashed line what is foretold with 20% happens to 20%; upright lines are 95% intervals."),
        say(
            "Brier's score is {briers}; foretelling everyone's rate to everyone has {rate}.",
            briers=_listed(briers),
            rate=f"{rate:.4f}",
        ),
    ]
    table = data.calibration_data(found)
    spec = charts.calibration(table, vocabulary)
    return _figure("calibration", say("Foretold and seen"), told, spec, table, "")


def spread(found: Mapping[str, Evaluated], vocabulary: Language) -> Figure:
    """Draw the histogram of scores."""
    say = vocabulary.say
    table = data.spread_data(found)
    told = [say("How many users have which score.")]
    return _figure("scores", say("How scores are spread"), told, charts.spread(table, vocabulary), table, "")


def profit(found: Mapping[str, Evaluated], vocabulary: Language) -> Figure:
    """Draw what acting on the best-scored users earns, with the best cut-off marked."""
    say = vocabulary.say
    measured = {name: one.profit for name, one in found.items() if one.profit is not None}
    told = []
    for name, one in measured.items():
        called = f"{name}: " if len(measured) > 1 else ""
        if one.cut_off is None:
            told.append(say("{name}it is best to act on nobody.", name=called))
            continue
        told.append(
            say(
                "{name}it is best to act on the best-scored {share}, down to a score of {score}, which earns "
                "{money} a user of everyone (the diamond).",
                name=called,
                share=words.percent(one.best),
                score=f"{one.cut_off:.3g}",
                money=f"{one.earned:,.3g}",
            )
        )
    told.append(say("The best of many cut-offs flatters itself a little: expect less from new users."))
    table = data.profit_data(found)
    spec = charts.curves(
        table,
        charts.Axis("share", say("Share of users acted on, best-scored first"), ".0%", _UNIT),
        charts.Axis("money", say("Earned (money a user of everyone)"), "~r"),
        straight=((0.0, 0.0), (1.0, 0.0)),
        mark="best",
    )
    shown = table.filter(pc.or_(table["best"], _at_tenths(table, "share")))
    return _figure("profit", say("Profit"), told, spec, shown, _banded(table, vocabulary))


def difference(compared: Sequence[Comparison], vocabulary: Language) -> Figure:
    """Draw how much more of the outcome one ranking captures than another."""
    say = vocabulary.say
    told = [
        say(
            "Above 0 {one} captures more of the outcome than {other} from as many users, below 0 less.",
            one=one.one,
            other=one.other,
        )
        for one in compared
    ]
    told += [verdict(one, vocabulary) for one in compared]
    table = data.difference_data(compared)
    spec = charts.curves(
        table,
        charts.Axis("share", say("Share of users, best-scored first"), ".0%", _UNIT),
        charts.Axis("captured", say("Difference in the share of the outcome"), "+.0%"),
        straight=((0.0, 0.0), (1.0, 0.0)),
    )
    shown = data.measures_data(compared)
    measures = pa.array([say(_MEASURES[one]) for one in shown["measure"].to_pylist()], pa.string())
    shown = shown.set_column(1, "measure", measures)
    title = say("Which ranks better")
    return _figure("difference", title, told, spec, shown, _banded(table, vocabulary), text=2)


def verdict(one: Comparison, vocabulary: Language) -> str:
    """Say whether one of two rankings is better, and in what."""
    say = vocabulary.say
    better = [d for d in one.differences if d.decided and d.difference > 0]
    worse = [d for d in one.differences if d.decided and d.difference < 0]
    if not better and not worse:
        return say("{one} and {other} differ by no more than chance may.", one=one.one, other=one.other)
    told = []
    for winner, loser, found in ((one.one, one.other, better), (one.other, one.one, worse)):
        if found:
            what = ", ".join(say(_MEASURES[each.measure]) for each in found)
            told.append(say("{one} beats {other} in: {what}.", one=winner, other=loser, what=what))
    return " ".join(told)


def _listed(values: Mapping[str, str]) -> str:
    """List values with the name each belongs to, where there are several."""
    if len(values) == 1:
        return next(iter(values.values()))
    return ", ".join(f"{value} ({name})" for name, value in values.items())


def _within(interval: Interval | None, form: str = ".2f") -> str:
    return "" if interval is None else f" [{interval.low:{form}}, {interval.high:{form}}]"


def _banded(table: pa.Table, vocabulary: Language) -> str:
    if table["low"].null_count == len(table):
        return ""
    return vocabulary.say("Bands hold 95% of what users drawn again would show.")


def _at_tenths(table: pa.Table, column: str) -> pa.ChunkedArray:
    return pc.is_in(pc.round(table[column], 4), pa.array([at / 10 for at in range(11)]))


def _curves(
    key: str,
    title: str,
    told: list[str],
    table: pa.Table,
    axes: tuple[charts.Axis, charts.Axis],
    vocabulary: Language,
    *,
    straight: tuple[tuple[float, float], tuple[float, float]] = _DIAGONAL,
) -> Figure:
    """Draw curves between 0 and 1, of which the table shows each tenth of the way across."""
    spec = charts.curves(table, *axes, straight=straight)
    shown = table.filter(_at_tenths(table, axes[0].field))
    return _figure(key, title, told, spec, shown, _banded(table, vocabulary))


def _figure(
    key: str, title: str, told: list[str], chart: object, shown: pa.Table, more: str, *, text: int = 1
) -> Figure:
    several = len(set(shown["name"].to_pylist())) > 1 or text > 1
    shown = shown if several else shown.drop_columns(["name"])
    caption = " ".join(sentence for sentence in [*told, more] if sentence)
    if not several:
        caption = caption[:1].upper() + caption[1:]
    return Figure(key, title, caption, specification(chart), shown, text=text if several else 0)
