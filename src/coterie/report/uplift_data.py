"""The numbers behind the charts of a treatment, as tables: the headless twins of `coterie.report.uplift`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.predictions.evaluation.ranking import SHARES
from coterie.report import words
from coterie.report.ranking_data import ends

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coterie.features.feature import Feature
    from coterie.predictions.evaluation.resampling import Band
    from coterie.predictions.uplift.result import Treatment
    from coterie.report.language import Language

_CURVE = pa.schema(
    [("name", pa.string())] + [(name, pa.float64()) for name in ("share", "change", "low", "high")]
)
_POLICY = pa.schema(
    [("name", pa.string())]
    + [(name, pa.float64()) for name in ("share", "worth", "low", "high")]
    + [("best", pa.bool_())]
)
_GROUPS = pa.schema([
    ("by", pa.string()), ("group", pa.string()), ("users", pa.int64()), ("change", pa.float64()),
    ("low", pa.float64()), ("high", pa.float64()), ("p", pa.float64()), ("differ", pa.bool_()),
])  # fmt: skip


def uplift_data(one: Treatment) -> pa.Table:
    """Read what treating the best-scored changes: ``name, share, change, low, high``, a user of everyone."""
    return _curve(one, one.measured.uplift, one.measured.band)


def qini_data(one: Treatment) -> pa.Table:
    """Read the Qini curve: ``name, share, change, low, high``, a treated user."""
    return _curve(one, one.measured.qini, one.measured.qini_band)


def _curve(one: Treatment, values: tuple[float, ...], band: Band | None) -> pa.Table:
    change = np.interp(SHARES, one.measured.share, values).tolist()
    rows = [
        {"name": one.treated, "share": share, "change": value, "low": low, "high": high}
        for share, value, (low, high) in zip(SHARES.tolist(), change, ends(band, len(SHARES)), strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=_CURVE)


def policy_data(one: Treatment) -> pa.Table:
    """Read what treating a share is worth, in money a user: ``name, share, worth, low, high, best``."""
    found = one.policy
    rows = [
        {"name": one.treated, "share": s, "worth": v, "low": low, "high": high, "best": s == found.best}
        for s, v, low, high in zip(found.share, found.value, found.low, found.high, strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=_POLICY)


def learners_data(one: Treatment, vocabulary: Language) -> pa.Table:
    """List the learners that were tried: ``learner, qini, low, high, p`` and ``chosen`` (bool)."""
    return pa.table({
        "learner": [called(each.learner, each.base, vocabulary) for each in one.candidates],
        "qini": [each.qini for each in one.candidates],
        "low": [each.low for each in one.candidates],
        "high": [each.high for each in one.candidates],
        "p": [each.p for each in one.candidates],
        "chosen": [at == 0 and one.ranks for at in range(len(one.candidates))],
    })  # fmt: skip


def called(learner: str, base: str, vocabulary: Language) -> str:
    """Name a learner with the models it is built from.

    Examples:
        >>> from coterie.report.language import language
        >>> called("dr", "linear", language())
        'DR-learner (linear)'
    """
    return vocabulary.say("{learner}-learner ({base})", learner=learner.upper(), base=vocabulary.say(base))


def groups_data(one: Treatment, features: Mapping[str, Feature], vocabulary: Language) -> pa.Table:
    """List effects by group.

    Returns:
        ``by, group, users, change, low, high, p`` (corrected) and ``differ`` (bool): whether the effect is
        not the same in all groups of `by`. The first row is everyone.
    """
    whole = one.effect
    everyone = {
        "by": "",
        "group": vocabulary.say("Everyone"),
        "users": whole.treated + whole.others,
        "change": whole.difference,
        "low": whole.low,
        "high": whole.high,
        "p": None,
        "differ": False,
    }
    rows = [
        {
            "by": by.what if by.segments else label(by.what, features, vocabulary),
            "group": each.name,
            "users": each.users,
            "change": each.effect.difference,
            "low": each.effect.low,
            "high": each.effect.high,
            "p": by.adjusted,
            "differ": by.differ,
        }
        for by in one.groups
        for each in by.groups
    ]
    return pa.Table.from_pylist([everyone, *rows], schema=_GROUPS)


def balance_data(one: Treatment, features: Mapping[str, Feature], vocabulary: Language) -> pa.Table:
    """List how far the arms were apart before: ``column, difference`` (standard deviations), ``apart``."""
    return pa.table({
        "column": [label(each.column, features, vocabulary) for each in one.imbalances],
        "difference": [each.difference for each in one.imbalances],
        "apart": [each.apart for each in one.imbalances],
    })  # fmt: skip


def label(name: str, features: Mapping[str, Feature], vocabulary: Language) -> str:
    """Name a feature, or a word of one such as ``attributes_channel: Web``."""
    feature, colon, word = name.partition(": ")
    found = words.label(features[feature], vocabulary) if feature in features else feature
    return f"{found}{colon}{word}"
