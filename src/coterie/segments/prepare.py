"""How features become coordinates: fill, logarithm, scale, clip and weight, each choice with its reason."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import SegmentationError, UsageError, did_you_mean
from coterie.features.shape import correlations, logged, worth_a_logarithm
from coterie.features.values import UNKNOWN, numbers, words
from coterie.project.settings import Preparation, SegmentSettings
from coterie.segments.segmentation import Step

if TYPE_CHECKING:
    import pyarrow as pa

    from coterie.features.feature import Feature, FeatureTable
    from coterie.features.values import Floats

#: Robustly scaled numbers are bound to this many scales from the centre.
CLIP = 5.0

#: How far from zero coordinates may lie: their squares still have digits to tell them apart.
FARTHEST = 1e15

#: Values of one attribute that get an indicator: the most frequent ones.
MOST_VALUES = 30

_IQR_OF_A_NORMAL = 1.3489795003921634
_LOWEST_VARIANCE = 0.5
_NAMES_AT_LEAST = 50
_TINY = 1e-12
_WIDE = 1.2
_ROWS_CORRELATED = 20_000


def chosen(table: FeatureTable, settings: SegmentSettings) -> tuple[Feature, ...]:
    """Pick the features to segment by: those the settings name, or what users do, or else all.

    Raises:
        UsageError: The settings name a feature or family that the table doesn't have.
        SegmentationError: The table has no features.
    """
    if not table.features:
        raise SegmentationError("There are no features to segment by; give the project events or attributes.")
    known = {feature.name for feature in table.features}
    _refuse_unknown("`prepare`", settings.prepare, known)
    if settings.features is None:
        behaviour = tuple(feature for feature in table.features if feature.behaviour)
        return behaviour or table.features
    families = {feature.family for feature in table.features}
    _refuse_unknown("`features`", settings.features, known | families)
    wanted = set(settings.features)
    return tuple(feature for feature in table.features if {feature.name, feature.family} & wanted)


def _refuse_unknown(where: str, names: object, allowed: set[str]) -> None:
    for name in names if isinstance(names, tuple | dict) else ():
        if name not in allowed:
            raise UsageError(f"{where} names {name!r}, which is not there. {did_you_mean(name, allowed)}")


def prepare(
    table: FeatureTable, features: tuple[Feature, ...], settings: SegmentSettings
) -> tuple[Step, ...]:
    """Decide how each feature becomes one coordinate, or several.

    Numbers: ``weight * clip((f(x) - centre) / scale)``. With ``scale: robust`` the centre is the median and
    the scale IQR / 1.349 (the standard deviation, if normal); where that is less than half of the spread
    (the standard deviation without the outer hundredth), as when most values are equal, or a fifth more
    than it, as when there are two peaks, the spread.
    ``zscore`` and ``none`` are taken to the letter: neither clip nor weights.

    Words: an indicator a value. ``category_weight: balanced`` divides all indicators of an attribute by
    ``sqrt(max(sum p (1 - p), 1/2))``, p being the shares of its values: the attribute as a whole has at most
    the variance of one number, and two users who differ in it are at most 2 apart, however rare the value.
    ``none`` z-scores each indicator by itself.

    Robustly scaled numbers that say the same share their say: the weight is ``1 / sqrt(sum r^2)`` over the
    correlations r with all numbers, itself included, so 24 copies of a number count as one.

    Args:
        table: Users x features.
        features: Those to prepare.
        settings: Choices that win over the ones made here.

    Returns:
        The steps, in order of feature and value; weight 0 with the reason where a feature says nothing.
    """
    return _shared(table.rows, measured(table, features, settings), settings)


def measured(
    table: FeatureTable, features: tuple[Feature, ...], settings: SegmentSettings
) -> tuple[Step, ...]:
    """Decide as `prepare` does, but for each feature by itself: numbers that say the same don't share."""
    found: list[Step] = []
    for feature in sorted(features, key=lambda each: each.name):
        asked = settings.prepare.get(feature.name, Preparation())
        if feature.categorical:
            found += _of_words(table.rows, feature, asked, settings)
        else:
            found.append(_of_numbers(numbers(table.rows, feature.name), feature, asked, settings))
    return tuple(found)


def matrix(steps: tuple[Step, ...], rows: pa.Table) -> Floats:
    """Prepare rows: one column a step, in float64; steps of weight 0 are columns of zeros."""
    result = np.zeros((rows.num_rows, len(steps)))
    for name in dict.fromkeys(step.feature for step in steps if step.weight > 0):
        places = [place for place, step in enumerate(steps) if step.feature == name and step.weight > 0]
        if steps[places[0]].category is None:
            values = numbers(rows, name)
            for place in places:
                result[:, place] = prepared(values, steps[place])
        else:
            column = words(rows, name)
            for place in places:
                of_value = np.array([value == steps[place].category for value in column.values], dtype=float)
                result[:, place] = weighed(of_value, steps[place])[column.codes]
    return result


def measurable(fitted: Floats, steps: tuple[Step, ...]) -> Floats:
    """Return prepared rows whose distances can be measured.

    Raises:
        SegmentationError: A coordinate lies beyond `FARTHEST`, as one that isn't scaled may.
    """
    reach = np.abs(fitted).max(axis=0, initial=0.0)
    if reach.max(initial=0.0) > FARTHEST:
        at = int(reach.argmax())
        raise SegmentationError(
            f"{steps[at].feature} reaches {reach[at]:.3g} as it is prepared, and distances are measured up "
            f"to {FARTHEST:.0e}; scale it (`scale: robust`), or give it a smaller weight in `prepare`."
        )
    return fitted


def prepared(values: Floats, step: Step) -> Floats:
    """Prepare the numbers of one feature; NaN is null.

    Examples:
        >>> step = Step("n", None, fill=0, log=False, centre=1, scale=2, weight=1, clip=None, why="")
        >>> prepared(np.array([5.0, np.nan]), step).tolist()
        [2.0, -0.5]
    """
    return weighed(logged(np.where(np.isnan(values), step.fill, values), step.log), step)


def weighed(values: Floats, step: Step) -> Floats:
    """Centre, scale, clip and weigh values."""
    result: Floats = (values - step.centre) / step.scale
    if step.clip is not None:
        result = np.clip(result, -step.clip, step.clip)
    return result * step.weight


def _of_numbers(values: Floats, feature: Feature, asked: Preparation, settings: SegmentSettings) -> Step:
    present = values[~np.isnan(values)]
    if not present.size and asked.fill is None:
        return _left_out(feature.name, None, 0.0, "nobody has a value")
    fill, why_fill = _fill(present, feature, asked)
    filled = np.where(np.isnan(values), fill, values)
    if np.ptp(filled) <= _TINY * max(1.0, float(np.abs(filled).max())):
        return _left_out(feature.name, None, fill, "everyone has the same value")
    log, why_log = _log(filled, feature, asked, settings)
    how = asked.scale or settings.scale
    centre, scale, why_scale = _scale(logged(filled, log), how)
    clip = CLIP if how == "robust" else None
    weight = 1.0 if asked.weight is None else asked.weight
    why_weight = "" if asked.weight is None else f"weight {weight:g} as asked"
    reasons = (why_fill if present.size < values.size else "", why_log, why_scale, why_weight)
    why = "; ".join(filter(None, reasons))
    return Step(feature.name, None, fill, log, centre, scale, weight, clip, why)


def _left_out(feature: str, category: str | None, fill: float, why: str) -> Step:
    return Step(feature, category, fill, False, 0.0, 1.0, 0.0, None, f"left out: {why}")


def _fill(present: Floats, feature: Feature, asked: Preparation) -> tuple[float, str]:
    if asked.fill is not None:
        return asked.fill, f"null is {asked.fill:g}, as asked"
    if feature.fill == "zero":
        return 0.0, "null is 0"
    if feature.fill == "largest":
        return float(present.max()), "null is the largest value"
    return float(np.median(present)), "null is the median"


def _log(filled: Floats, feature: Feature, asked: Preparation, settings: SegmentSettings) -> tuple[bool, str]:
    if asked.log is not None:
        return asked.log, "logarithm as asked" if asked.log else "no logarithm, as asked"
    skewed = None if settings.log == "never" else worth_a_logarithm(filled, feature.unit)
    if skewed is None:
        return False, ""
    before, after = skewed
    return True, f"logarithm: skewness {before:.1f} becomes {after:.1f}"


def _scale(values: Floats, how: str) -> tuple[float, float, str]:
    if how == "none":
        return 0.0, 1.0, "not scaled"
    if how == "zscore":
        return float(values.mean()), float(values.std()), "z-score"
    low, quarter, median, three_quarters, high = np.percentile(values, [0.5, 25, 50, 75, 99.5])
    robust = (three_quarters - quarter) / _IQR_OF_A_NORMAL
    spread = float(np.clip(values, low, high).std())
    if spread / 2 <= robust <= _WIDE * spread and robust > 0:
        return float(median), float(robust), "median and interquartile range"
    if spread > 0:
        shape = "most values are close to equal" if robust < spread else "the middle half is wide"
        return float(median), spread, f"median and spread, as {shape}"
    return float(median), float(values.std()), "median and standard deviation, as nearly all values are equal"


def _of_words(rows: pa.Table, feature: Feature, asked: Preparation, settings: SegmentSettings) -> list[Step]:
    column = words(rows, feature.name)
    counts = column.counts()
    order = np.lexsort((np.arange(len(counts)), -counts))
    if len(counts) <= 1:
        value = column.values[0] if len(counts) else UNKNOWN
        return [_left_out(feature.name, value, 0.0, "everyone has the same value")]
    if len(counts) > max(_NAMES_AT_LEAST, rows.num_rows / 2):
        why = f"{len(counts)} values among {rows.num_rows} users name users, not groups"
        return [_left_out(feature.name, column.values[order[0]], 0.0, why)]
    shares = counts / rows.num_rows
    kept = sorted(order[:MOST_VALUES].tolist())
    return [_indicator(feature.name, column.values[at], at, shares, asked, settings) for at in kept]


def _indicator(
    name: str, value: str, at: int, shares: Floats, asked: Preparation, settings: SegmentSettings
) -> Step:
    share = float(shares[at])
    how = asked.scale or ("balanced" if settings.category_weight == "balanced" else "zscore")
    if how == "none":
        centre, scale, why = 0.0, 1.0, "indicator, not scaled"
    elif how == "zscore":
        centre, scale, why = share, float(np.sqrt(share * (1 - share))), "indicator, z-score"
    else:
        together = float(np.sum(shares * (1 - shares)))
        centre, scale = share, float(np.sqrt(max(together, _LOWEST_VARIANCE)))
        why = f"indicator; all {len(shares)} values together weigh as one number at most"
    weight = 1.0 if asked.weight is None else asked.weight
    if len(shares) > MOST_VALUES:
        why += f"; the {MOST_VALUES} most frequent values"
    if asked.weight is not None:
        why += f"; weight {weight:g} as asked"
    return Step(name, value, 0.0, False, centre, scale, weight, None, why)


def _shared(rows: pa.Table, steps: tuple[Step, ...], settings: SegmentSettings) -> tuple[Step, ...]:
    sharing = [place for place, step in enumerate(steps) if step.clip is not None and step.weight > 0]
    if len(sharing) <= 1:
        return steps
    stride = -(-rows.num_rows // _ROWS_CORRELATED)
    some = rows.take(np.arange(0, rows.num_rows, stride)) if stride > 1 else rows
    together = matrix(tuple(dataclasses.replace(steps[place], weight=1.0) for place in sharing), some)
    squares = np.square(correlations(together))
    result = list(steps)
    for place, alike in zip(sharing, squares.sum(axis=1).tolist(), strict=True):
        step = steps[place]
        if settings.prepare.get(step.feature, Preparation()).weight is None:
            why = f"{step.why}; shares its say with numbers like it: {alike:.1f} in all"
            result[place] = dataclasses.replace(step, weight=float(alike**-0.5), why=why)
    return tuple(result)
