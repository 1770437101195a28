"""What a report is made from."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from coterie.outlook import Outlook

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    from coterie.compared import Comparison
    from coterie.events.loading import Loading
    from coterie.features.feature import FeatureTable
    from coterie.growth.growth import Growth
    from coterie.predictions.foretold import Failed, Foretold
    from coterie.predictions.uplift.result import Treatment, Unmeasured
    from coterie.segments.between.difference import Difference
    from coterie.segments.crossed import Crossed
    from coterie.segments.segmentation import Segmentation
    from coterie.segments.twin.twin import Twin


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """A segmentation together with the users in it.

    Attributes:
        segmentation: The fitted result.
        names: What its segments are called, by their ids.
        membership: The id of each user's segment, aligned with the rows of the features table; 0 for users
            whom the segmentation is not about, as it is within a segment of another.
        weekly: What the segments did: ``week_start`` (date), ``segment``, ``events``, active ``users`` and
            ``days`` of that week there are data of (int); no rows if there are no events.
        twin: The same in a few conditions; ``None`` where there is one segment, or conditions make them.
        differences: What the segments say of features that they were not made from.
    """

    segmentation: Segmentation
    names: Mapping[int, str]
    membership: npt.NDArray[np.integer]
    weekly: pa.Table
    twin: Twin | None = None
    differences: tuple[Difference, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What a report is made from.

    Attributes:
        name: Of the project.
        title: For the top of the page.
        as_of: Events at or after this date were not seen.
        created: When the run began (with a time zone).
        features: Users x features.
        groupings: The segmentations of these users, in the order of coterie.yaml; at least one.
        crossed: The segmentations side by side, every two of them.
        explained: For each attribute that users may be grouped by, what it explains of what they do.
        comparison: What has changed since the run before, if there was one.
        outlook: What becomes of users.
        growth: The answers to the questions about growth, if they are asked.
        predictions: What is foretold of users, in the order of coterie.yaml; of what could not be, why.
        treatments: What each treatment changed, and why it can't be told of others.
        loading: Row accounting, if rows were loaded.
        notes: Sentences about this run that a reader should know.
        timings: What took how many seconds, in order.
        language: Such as ``en``.
    """

    name: str
    title: str
    as_of: dt.date
    created: dt.datetime
    features: FeatureTable
    groupings: tuple[Grouping, ...]
    crossed: tuple[Crossed, ...] = ()
    explained: tuple[tuple[Difference, ...], ...] = ()
    comparison: Comparison | None = None
    outlook: Outlook = dataclasses.field(default_factory=Outlook)
    growth: Growth | None = None
    predictions: tuple[Foretold | Failed, ...] = ()
    treatments: tuple[Treatment | Unmeasured, ...] = ()
    loading: Loading | None = None
    notes: tuple[str, ...] = ()
    timings: tuple[tuple[str, float], ...] = ()
    language: str = "en"
