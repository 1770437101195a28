"""Which colour and shape stand for a segment: those of its id, so that they stay as long as the segment."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from coterie.report.look import LIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Names nothing: it holds the place of a colour that no segment has now.
_NOBODY = "\N{ZERO WIDTH SPACE}"


def slots(ids: Iterable[int]) -> dict[int, int]:
    """Give each segment the place of its colour, which goes round where places outnumber the colours.

    The place follows from the id; where two ids want the same, the older one has it and the other the next
    that is free. With more segments than colours some share one, and differ in shape.

    Examples:
        >>> slots([1, 2, 5]), slots([2, 14])
        ({1: 0, 2: 1, 5: 4}, {2: 1, 14: 2})
    """
    found: dict[int, int] = {}
    count = len(LIGHT)
    for ident in sorted(ids):
        wanted = [(ident - 1 + ahead) % count for ahead in range(count)]
        rounds = itertools.count(step=count)
        taken = set(found.values())
        found[ident] = next(at + more for more in rounds for at in wanted if at + more not in taken)
    return found


def domain(names: Mapping[int, str]) -> list[str]:
    """List names so that each stands at the place of its colour, for the scale of a chart.

    The legend of such a chart must list the names themselves, as places without a segment are held by
    names that nobody has.

    Examples:
        >>> [name.strip("\N{ZERO WIDTH SPACE}") for name in domain({1: "Rare", 3: "Often"})]
        ['Rare', '', 'Often']
    """
    at = {slot: names[ident] for ident, slot in slots(names).items()}
    return [at.get(slot, _NOBODY * (slot + 1)) for slot in range(max(at, default=-1) + 1)]
