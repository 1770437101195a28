"""What a run gives back."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pyarrow as pa

from coterie.shown import Shown

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from coterie.events.loading import Loading
    from coterie.features.feature import Feature
    from coterie.history import Lineage
    from coterie.outlook import Outlook
    from coterie.predictions.foretold import Failed, Foretold
    from coterie.predictions.uplift.result import Treatment, Unmeasured
    from coterie.profiles import Named
    from coterie.segments.crossed import Crossed

#: The name of the report in the folder of the project.
REPORT = "report.html"


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class RunResult(Shown):
    """What a run did.

    Attributes:
        run_id: The run whose tables are in the warehouse: this one, or the last if nothing was new.
        as_of: Events at or after this date were not seen.
        nothing_new: Whether data and settings were those of the last run, so that nothing was done.
        loading: Row accounting.
        users: How many users have features.
        features: What was built of them.
        segmentations: The segmentations with their names, in the order of coterie.yaml.
        lineages: Where each comes from: kept or fitted, why, and what became of the segments before.
        predictions: What is foretold, in the order of coterie.yaml; of what could not be, why.
        crossed: The segmentations side by side, every two of them.
        outlook: The states of activity that users are in and will be in.
        treatments: What each treatment changed, in the order of coterie.yaml; of what could not be told, why.
        left_out: For each family of features that the data can't feed, why.
        report: Where the report is.
        timings: What took how many seconds, in order.
    """

    run_id: str
    as_of: dt.date
    nothing_new: bool
    loading: Loading
    users: int
    features: tuple[Feature, ...]
    segmentations: tuple[Named, ...]
    lineages: tuple[Lineage, ...]
    predictions: tuple[Foretold | Failed, ...]
    crossed: tuple[Crossed, ...]
    outlook: Outlook
    treatments: tuple[Treatment | Unmeasured, ...]
    left_out: tuple[tuple[str, str], ...]
    report: Path
    timings: tuple[tuple[str, float], ...]

    def caption(self) -> str:
        """Say what was done."""
        seconds = sum(spent for _, spent in self.timings)
        if self.nothing_new:
            return f"Nothing new: run {self.run_id} as of {self.as_of} stands ({seconds:.2f} s)."
        return f"Run {self.run_id} as of {self.as_of} ({seconds:.1f} s)."

    def to_arrow(self) -> pa.Table:
        """Return the segments, one a row."""
        rows = [
            {
                "segmentation": named.segmentation.name,
                "segment": segment.id,
                "name": named.names[segment.id],
                "users": segment.users,
                "share": segment.share,
                "engagement": segment.engagement,
            }
            for named in self.segmentations
            for segment in named.segmentation.segments
        ]
        return pa.Table.from_pylist(rows)
