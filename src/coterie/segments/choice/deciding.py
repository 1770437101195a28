"""How many segments, and by which method: asked for, or chosen by evidence."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import SegmentationError
from coterie.segments.choice import auto
from coterie.segments.choice.auto import Choice
from coterie.segments.choice.choose import USERS_A_SEGMENT, candidates, choose

if TYPE_CHECKING:
    from coterie.features.values import Floats
    from coterie.progress import Progress
    from coterie.project.settings import SegmentSettings
    from coterie.segments.partition import Method
    from coterie.segments.segmentation import Candidate

#: Users who differ in no more ways than this are told apart by `k` alone: there is nothing to choose.
FEWEST_WAYS = 2


def decided(fitted: Floats, way: Method | None, settings: SegmentSettings, progress: Progress) -> Choice:
    """Decide on a number of segments, and on a method if the settings leave that open.

    Args:
        fitted: Prepared rows.
        way: The method; ``None`` to choose one by evidence.
        settings: Those of the segmentation.
        progress: Told how far it is.

    Raises:
        SegmentationError: Fewer different users than segments that were asked for.
    """
    asked = settings.k if isinstance(settings.k, int) else 0
    distinct = _distinct(fitted, 2 * max(settings.k_max, asked, auto.MOST) + 1)
    if not asked:
        return _automatic(fitted, way, distinct, settings, progress)
    if asked > distinct:
        raise SegmentationError(
            f"k is {asked}, but {_count(len(fitted), 'user')} differ{'s' * (len(fitted) == 1)} in only "
            f"{_count(distinct, 'way')}; ask for at most {_count(distinct, 'segment')}, or give more "
            "features."
        )
    return _asked(fitted, way, distinct, settings, progress)


def _automatic(
    fitted: Floats, way: Method | None, distinct: int, settings: SegmentSettings, progress: Progress
) -> Choice:
    if distinct == 1:
        told = "There is one user" if len(fitted) == 1 else f"All {len(fitted):,} users are alike"
        verdict = f"{told} in these features, so there is one segment."
        return Choice(_simplest(settings), 1, (), clustered=False, verdict=verdict)
    if way is None:
        return _of_all_methods(fitted, distinct, settings, progress)
    ks = range(2, min(settings.k_max, len(fitted) // USERS_A_SEGMENT, distinct - 1) + 1)
    if not ks and distinct <= FEWEST_WAYS:
        verdict = f"Users differ in only {distinct} ways in these features; give `k` to tell them apart."
        return Choice(settings.method, 1, (), clustered=False, verdict=verdict)
    if not ks:
        verdict = f"{len(fitted):,} users are too few to find clusters in, so there is one segment."
        return Choice(settings.method, 1, (), clustered=False, verdict=verdict)
    found, k = choose(_evidence(fitted, way, ks, settings, progress), len(fitted))
    if k == 1:
        verdict = (
            f"These users form no clusters: however they are cut into 2 to {ks[-1]}, a cut runs through a "
            "crowd or falls elsewhere when users are drawn again. They are one segment; give `k` to cut them "
            "anyway."
        )
        return Choice(settings.method, 1, found, clustered=False, verdict=verdict)
    best = next(candidate for candidate in found if candidate.k == k)
    verdict = (
        f"{k} segments are the most that hold together: halves of the users agree on them by "
        f"{best.stability:.2f}, and every border runs through a gap."
    )
    return Choice(settings.method, k, found, clustered=True, verdict=verdict)


def _asked(
    fitted: Floats, way: Method | None, distinct: int, settings: SegmentSettings, progress: Progress
) -> Choice:
    k = int(settings.k)
    if k == 1:
        return Choice(_simplest(settings), 1, (), clustered=False, verdict="One segment was asked for.")
    if way is None:
        return auto.asked(fitted, k, seed=settings.seed, progress=progress)
    highest = min(max(settings.k_max, 2 * k - 2), distinct - 1, len(fitted) // 4)
    found, best = choose(_evidence(fitted, way, range(2, highest + 1), settings, progress), len(fitted))
    found = tuple(dataclasses.replace(candidate, chosen=candidate.k == k) for candidate in found)
    verdict = f"{k} segments were asked for."
    if best == k:
        verdict += " The evidence agrees: they are the most that hold together."
    elif found:
        verdict += (
            f" The evidence would choose {best}."
            if best > 1
            else " The evidence says that users form no clusters."
        )
    return Choice(settings.method, k, found, clustered=True, verdict=verdict)


def _evidence(
    fitted: Floats, way: Method, ks: range, settings: SegmentSettings, progress: Progress
) -> tuple[Candidate, ...]:
    if not ks:
        return ()
    return candidates(way, fitted, ks, seed=settings.seed, starts=settings.starts, progress=progress)


def _simplest(settings: SegmentSettings) -> str:
    """Name the method that makes one segment of everyone."""
    return "kmeans" if settings.method == "auto" else settings.method


def _of_all_methods(fitted: Floats, distinct: int, settings: SegmentSettings, progress: Progress) -> Choice:
    most = settings.k_max if "k_max" in settings.model_fields_set else auto.MOST
    ks = range(2, min(most, len(fitted) // auto.ROWS_A_SEGMENT, distinct - 1) + 1)
    if not ks:
        verdict = f"{_count(len(fitted), 'user')} are too few to find clusters in, so there is one segment."
        return Choice("kmeans", 1, (), clustered=False, verdict=verdict)
    return auto.automatic(fitted, ks, seed=settings.seed, starts=settings.starts, progress=progress)


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def _distinct(fitted: Floats, enough: int) -> int:
    """Count distinct rows, up to `enough`."""
    some = len(np.unique(fitted[: 20 * enough], axis=0))
    return some if some >= enough else len(np.unique(fitted, axis=0))
