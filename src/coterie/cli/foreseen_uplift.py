"""What is wrong with the treatments of a coterie.yaml, as far as a sample of the sources shows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pyarrow as pa

from coterie.errors import PredictionError, did_you_mean
from coterie.predictions.uplift import arms
from coterie.predictions.uplift.assigned import numbers
from coterie.project.sourcing import attributes
from coterie.project.uplifting import Acts, Happening

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from coterie.cli.preview import Preview
    from coterie.project.settings import Project
    from coterie.project.uplifting import UpliftSettings


def mistakes(project: Project, found: Preview, kinds: Collection[str]) -> Iterator[str]:
    """Say what is wrong, one sentence each.

    Args:
        project: Its treatments.
        found: What the sources show, read as a whole.
        kinds: The kinds of events that there are, or are mapped to.
    """
    for name, settings in project.uplift.items():
        where = f"coterie.yaml, uplift.{name}"
        told = [*_kinds(settings, kinds), *_words(project, found, settings), *_ends(found, settings)]
        yield from (f"{where}: {one}" for one in told)


def _kinds(settings: UpliftSettings, kinds: Collection[str]) -> Iterator[str]:
    for what in ("treatment", "control", "outcome"):
        acts = getattr(settings, what)
        if isinstance(acts, Acts) and acts.kind not in kinds:
            yield f"no event is of kind {acts.kind!r} (`{what}`). {did_you_mean(acts.kind, kinds)}"


def _words(project: Project, found: Preview, settings: UpliftSettings) -> Iterator[str]:
    """Say which arms nobody is in, and which outcome is no number, as a run would."""
    try:
        compared = [arms.TREATED, arms.CONTROL]
        if isinstance(settings.treatment, str):
            values = _values(project, found, settings.treatment)
            compared = [*arms.compared(settings, settings.treatment, values), str(settings.control)]
        arms.check_split(settings, compared)
    except PredictionError as error:
        yield str(error)
    if isinstance(settings.outcome, str):
        words = sorted(_values(project, found, settings.outcome))
        try:
            if not all(map(_is_number, words)):
                numbers(pa.chunked_array([pa.array(words, pa.string())]), settings.outcome)
        except PredictionError as error:
            yield str(error)


def _values(project: Project, found: Preview, attribute: str) -> frozenset[str]:
    """The values of an attribute as a run would write them: numbers without needless digits."""
    there = [values for look in found.looks for name, values in look.values if name == attribute]
    words: frozenset[str] = frozenset().union(*there)
    how = [one for name, one in attributes(project.sources) if name == attribute]
    if any(one.as_ == "category" or one.map is not None for one in how) or not all(map(_is_number, words)):
        return words
    return frozenset(arms.word(float(one)) for one in words)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _ends(found: Preview, settings: UpliftSettings) -> Iterator[str]:
    """Say that the data end before the outcome can be seen of anybody."""
    seen = [(look.first, look.last) for look in found.looks if look.first and look.last]
    if not isinstance(settings.outcome, Happening) or not seen:
        return
    first = settings.as_of or min(first for first, _ in seen).date()
    ends = max(last for _, last in seen).date() + dt.timedelta(days=1)
    days = settings.outcome.within_days
    if first + dt.timedelta(days=days) > ends:
        yield (
            f"the outcome looks {days} days ahead of {first}, and the data end before that, on {ends}; give "
            "fewer `within_days`, or wait."
        )
