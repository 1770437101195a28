"""The list of all families, and what each can give for the data at hand."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING

from coterie.errors import SourceError
from coterie.features.activity import ACTIVITY
from coterie.features.breadth import BREADTH
from coterie.features.clock import TIME
from coterie.features.intent import INTENT
from coterie.features.media import EMAIL, VIDEO
from coterie.features.mixes import CHANNEL_MIX, DEVICE_MIX
from coterie.features.orders import ORDERS
from coterie.features.pattern import PATTERN
from coterie.features.people import ACQUISITION, ATTRIBUTES, TENURE
from coterie.features.reading import READING
from coterie.features.recency import RECENCY
from coterie.features.searching import SEARCH
from coterie.features.social import SOCIAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.features.available import Available
    from coterie.features.family import Block, Family
    from coterie.features.feature import Feature

#: Every family, in the order of the columns.
ALL: tuple[Family, ...] = (
    ACTIVITY, RECENCY, PATTERN, ORDERS, READING, SEARCH, SOCIAL, VIDEO, EMAIL, BREADTH, TIME, CHANNEL_MIX,
    DEVICE_MIX, TENURE, ACQUISITION, ATTRIBUTES, INTENT,
)  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Catalogue:
    """The features of a project, before they are computed.

    Attributes:
        families: Each family with its blocks, in the order of the columns.
        left_out: For each family that isn't there, why.
    """

    families: tuple[tuple[Family, tuple[Block, ...]], ...]
    left_out: tuple[tuple[str, str], ...]

    @property
    def features(self) -> tuple[Feature, ...]:
        """All features, in the order of the columns."""
        return tuple(feature for _, blocks in self.families for block in blocks for feature in block.features)


def catalogue(data: Available, wanted: Sequence[str] | None = None) -> Catalogue:
    """List the features that the data can feed.

    Args:
        data: What there is.
        wanted: Names of families; all if None.

    Raises:
        SourceError: No family can be fed.
    """
    families: list[tuple[Family, tuple[Block, ...]]] = []
    left_out: list[tuple[str, str]] = []
    taken: set[str] = set()
    for family in ALL:
        if wanted is not None and family.name not in wanted:
            left_out.append((family.name, "not asked for in coterie.yaml"))
        elif blocks := family.blocks(data):
            families.append((family, tuple(_told_apart(block, taken) for block in blocks)))
        else:
            left_out.append((family.name, f"the data has no {family.needs}"))
    if not families and wanted is None:
        raise SourceError(
            "No features can be made: there is no event before the date and no user with an attribute. "
            "`coterie check` shows what became of the rows of each source; "
            "`as_of` in coterie.yaml may lie before all events."
        )
    if not families:
        needs = "; ".join(f"{name}: {why}" for name, why in left_out if name in (wanted or ()))
        raise SourceError(
            f"No features can be made of the families in coterie.yaml ({needs}). "
            "Name others under `features`, or leave `families` out for all that the data can feed."
        )
    return Catalogue(tuple(families), tuple(left_out))


def _told_apart(block: Block, taken: set[str]) -> Block:
    """Rename features whose name is taken: the kind ``last`` would have a recency like that of all events."""
    features = []
    for feature in block.features:
        name = feature.name
        if name in taken:
            name = f"{name}_{hashlib.sha256(feature.sql.encode()).hexdigest()[:6]}"
        taken.add(name)
        features.append(dataclasses.replace(feature, name=name))
    return dataclasses.replace(block, features=tuple(features))
