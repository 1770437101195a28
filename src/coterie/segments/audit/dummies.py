"""Does behaviour decide the segments, or do they look users up in a table of attributes?"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.features.values import words
from coterie.segments.audit.material import eta_squared, number
from coterie.segments.segmentation import Finding

if TYPE_CHECKING:
    from coterie.features.feature import FeatureTable
    from coterie.features.values import Ints
    from coterie.segments.audit.material import Material

#: Attributes that name the segment of so many users are a lookup table.
DECIDED = 0.9

#: Behaviour that explains less than this of any feature's variance says little.
LITTLE = 0.1

#: Behaviour that explains this much goes with the attributes.
MUCH = 0.5

#: A cell of attributes must hold this many users on average, or it names users.
USERS_A_CELL = 10

#: A number with at most so many values may be a code for a category.
MOST_CODES = 20

#: And repeats the category that explains this much of it.
REPEATS = 0.95


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    attributes: tuple[str, ...]
    codes: Ints
    decided: float
    pure: int
    count: int


def dummies(material: Material) -> tuple[Finding, ...]:
    """Compare what attributes and what numbers have to do with the segments.

    Attributes decide if the segment of nearly every user follows from his cell, the combination of his
    categories; numbers count by eta squared, the share of their variance between segments.
    """
    if material.k == 1:
        return ()
    explained = _explained(material)
    cells = _cells(material)
    most = max(explained.values(), default=0.0)
    behaviour = ", ".join(
        f"{number(value)} of {{feature:{name}}}" for name, value in sorted(explained.items())[:6]
    )
    if cells is not None and cells.decided >= DECIDED:
        return (_lookup(cells, behaviour, most),)
    if not explained:
        return ()
    mean = float(np.mean(list(explained.values())))
    if most < LITTLE:
        sentence = f"No behaviour tells the segments apart: they explain {behaviour} (eta squared)."
        return (Finding("dummies", "warning", sentence, most),)
    best = max(explained, key=explained.__getitem__)
    sentence = (
        f"Behaviour decides the segments: on average they explain {mean:.0%} of the variance of the numbers "
        f"they were fitted on (eta squared), most of {{feature:{best}}} ({most:.0%})."
    )
    return (Finding("dummies", "good", sentence, mean),)


def _lookup(cells: _Cells, behaviour: str, most: float) -> Finding:
    names = " and ".join(f"{{feature:{name}}}" for name in cells.attributes)
    sentence = f"The segments are a lookup table on {names}: "
    if cells.pure == cells.count:
        sentence += f"in all {cells.count} cells every user has the same segment"
    else:
        sentence += f"{cells.pure} of {cells.count} cells lie in one segment"
        sentence += f", and {cells.decided:.1%} of the users follow"
    if behaviour:
        little = "little" if most < LITTLE else "less"
        sentence += f". Behaviour has {little} to do with it: the segments explain {behaviour} (eta squared)"
    return Finding("dummies", "warning" if most < MUCH else "note", f"{sentence}.", cells.decided)


def _explained(material: Material) -> dict[str, float]:
    """Eta squared of each number that isn't a code for one of the categories."""
    coded = {name for name, _, _ in codes_of_categories(material)}
    return {
        feature.name: eta_squared(material.filled(feature.name), material.labels)
        for feature in material.features
        if not feature.categorical and feature.name not in coded
    }


def codes_of_categories(material: Material) -> list[tuple[str, str, float]]:
    """Find numbers of few values that say what a category says: number, category, eta squared."""
    categories = [feature.name for feature in material.features if feature.categorical]
    columns = {name: words(material.table.rows, name).codes for name in categories}
    found = []
    for feature in material.features:
        if feature.categorical:
            continue
        values = material.filled(feature.name)
        if len(np.unique(values)) > MOST_CODES:
            continue
        repeated = [(eta_squared(values, codes), name) for name, codes in columns.items()]
        if repeated and max(repeated)[0] > REPEATS:
            found.append((feature.name, max(repeated)[1], max(repeated)[0]))
    return found


def _cells(material: Material) -> _Cells | None:
    """Add the attribute that decides most, until no other one adds a hundredth."""
    left = [feature.name for feature in material.features if feature.categorical]
    best: _Cells | None = None
    while left:
        tried = [_with(material.table, best, name, material) for name in left]
        better = max(tried, key=lambda cells: cells.decided)
        too_fine = better.count * USERS_A_CELL > len(material.table)
        if too_fine or (best is not None and better.decided < best.decided + 0.01):
            break
        best = better
        left.remove(better.attributes[-1])
    return best


def _with(table: FeatureTable, cells: _Cells | None, name: str, material: Material) -> _Cells:
    column = words(table.rows, name)
    codes = column.codes if cells is None else cells.codes * len(column.values) + column.codes
    _, codes = np.unique(codes, return_inverse=True)
    inside = np.zeros((int(codes.max()) + 1, material.k))
    np.add.at(inside, (codes, material.labels), 1)
    most = inside.max(axis=1)
    attributes = (*(cells.attributes if cells else ()), name)
    pure = int((most == inside.sum(axis=1)).sum())
    return _Cells(attributes, codes, float(most.sum() / len(table)), pure, len(inside))
