"""Names after how engaged segments are, for those who ask for low, moderate and high."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coterie.project.settings import SegmentSettings

#: Keys of names by how many segments there are, from the least engaged on; languages say what they mean.
_KEYS = {
    2: ("low", "high"),
    3: ("low", "moderate", "high"),
    4: ("very_low", "low", "high", "very_high"),
    5: ("very_low", "low", "moderate", "high", "very_high"),
    6: ("lowest", "very_low", "low", "high", "very_high", "highest"),
    7: ("lowest", "very_low", "low", "moderate", "high", "very_high", "highest"),
}


def levels(settings: SegmentSettings, k: int) -> tuple[str, ...]:
    """The keys of the names of k segments, the least engaged first; none where names are after acts.

    Examples:
        >>> from coterie.project.settings import SegmentSettings
        >>> levels(SegmentSettings(names="levels"), 3)
        ('level:low', 'level:moderate', 'level:high')
        >>> levels(SegmentSettings(), 3)
        ()
    """
    if settings.names != "levels":
        return ()
    return tuple(f"level:{key}" for key in _KEYS.get(k, ()))
