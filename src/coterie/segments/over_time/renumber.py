"""Giving the segments of a fit the ids of those they continue."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coterie.segments.segmentation import Finding, Segmentation

_SEGMENT = re.compile(r"\{segment:(\d+)\}")


def renumbered(segmentation: Segmentation, ids: Sequence[int]) -> Segmentation:
    """Give segments other ids, wherever they are spoken of; their order stays.

    Args:
        segmentation: A fitted segmentation.
        ids: The id of each segment, in their order; distinct.

    Raises:
        ValueError: There are more or fewer ids than segments, or two are the same.
    """
    if len(set(ids)) != len(segmentation.segments):
        msg = f"{len(segmentation.segments)} segments need as many distinct ids, not {list(ids)}."
        raise ValueError(msg)
    new = {segment.id: ident for segment, ident in zip(segmentation.segments, ids, strict=True)}
    return dataclasses.replace(
        segmentation,
        segments=tuple(dataclasses.replace(one, id=new[one.id]) for one in segmentation.segments),
        findings=tuple(_spoken(finding, new) for finding in segmentation.findings),
        verdict=_sentence(segmentation.verdict, new),
        notes=tuple(_sentence(note, new) for note in segmentation.notes),
    )


def _spoken(finding: Finding, new: Mapping[int, int]) -> Finding:
    segment = finding.segment
    return dataclasses.replace(
        finding,
        sentence=_sentence(finding.sentence, new),
        segment=new.get(segment, segment) if segment is not None else None,
    )


def _sentence(text: str, new: Mapping[int, int]) -> str:
    return _SEGMENT.sub(lambda found: f"{{segment:{new.get(int(found[1]), int(found[1]))}}}", text)
