"""The methods of segmentation, by the name that coterie.yaml gives them: one file each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.segments.kmeans import kmeans

if TYPE_CHECKING:
    from coterie.segments.partition import Method

METHODS: dict[str, Method] = {"kmeans": kmeans}
