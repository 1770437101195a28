"""What each table of the results holds and what each of its columns means, in one place.

Exports, comments in the warehouse, LookML, dbt and docs/tables.md all say what stands here; what features
mean, they say themselves (`coterie.features.feature.Feature.sentence`).
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

from coterie import profile_columns, profiles
from coterie.predictions.activity import tables as activity
from coterie.predictions.lifetime import tables as lifetime

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coterie.features.feature import Feature
    from coterie.sources.warehouse import Warehouse


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """A column and what it means.

    Attributes:
        name: As it is called.
        type: As DuckDB calls it.
        sentence: What it says of a row; with its unit and what null means, if it has any.
        unit: Of `coterie.features.feature.Unit`, or empty.
    """

    name: str
    type: str
    sentence: str
    unit: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """A table and what it holds.

    Attributes:
        name: As it is called.
        sentence: What a row is.
        columns: In order.
    """

    name: str
    sentence: str
    columns: tuple[Column, ...]


#: What a column means wherever it stands.
SHARED = {
    "user_id": "Who it is about.",
    "as_of": "Events at or after this date are not seen (UTC).",
    "run_id": "The run that made it; later runs have later ids.",
    "segmentation": "The name of the segmentation in coterie.yaml.",
    "segment": "The id of the segment; it stays while the segment is the same people.",
    "source": "The source, as coterie.yaml calls it.",
    "unit": "The file, table or query of the source.",
    "position": "The order of the rows, from 0.",
    "fingerprint": "Changes when the content does; null where nobody can tell.",
}

_EVENT = {
    "event_id": "Of two events with the same id, one is set aside.",
    "user_id": "Who did it.",
    "at": "When it happened (UTC).",
    "at_us": "When it happened: microseconds since 1970 (UTC).",
    "kind": "What was done: view, click, search, order, like, ...",
    "item": "The article, product or video.",
    "category": "What the item belongs to.",
    "value": "Money.",
    "duration": "Seconds.",
    "channel": "How the user came.",
    "device": "Class of device: mobile, desktop, tablet, ...",
    "device_id": "Which device it was.",
    "session_id": "The session, as the source counts them.",
    "query": "What was searched for.",
    "properties": "Further columns of the source, as JSON.",
    "row_number": "The row in its unit, from 1.",
}

_SEGMENT = {
    "name": "What the segment is called, after what its users do.",
    "users": "How many users.",
    "share": "Share of the users of the segmentation, from 0 to 1.",
    "engagement": "How engaged its users are, in standard deviations from everyone's mean.",
    "stability": "How much of the segment comes back when users are drawn again (Jaccard, 0 to 1).",
}

#: For each table what a row is, and what each column means that isn't shared by many.
TABLES: dict[str, tuple[str, Mapping[str, str]]] = {
    **activity.TABLES,
    **lifetime.TABLES,
    "catalogue": (
        "One row for each feature that the last run built.",
        {
            "name": "The column of features and profiles.",
            "family": "The family of features that it belongs to.",
            "unit": "What it counts.",
            "sentence": "What it is.",
            "null_meaning": "What a null means; empty if it is never null.",
            "fill": "What a method that can't take nulls puts in their place.",
            "behaviour": "Whether it is about acts, and not facts about people.",
            "higher_is": "1: a higher value is more engaged; -1: less; 0: neither.",
            "kind": "The kind of event it is about, if about one.",
            "sql": "The expression that computes it, in DuckDB's dialect.",
            "half_life_us": "Microseconds in which it loses half of its worth; 0 if it keeps it.",
        },
    ),
    "events": ("One row for each act of a user.", _EVENT),
    "features": ("One row for each user, as of the date of the last run; one column for each feature.", {}),
    "fitted_predictions": (
        "One row for each prediction of coterie.yaml: what was fitted, and how good it is.",
        {
            "prediction": "Its name in coterie.yaml.",
            "target": "What is foretold: inactive, none, count, value, first_time or becomes.",
            "horizon_days": "How many days from the date on it tells of.",
            "method": "The model that was chosen.",
            "users": "Of how many users something is foretold.",
            "total": "What it comes to for all of them together: users, events or money.",
            "low": "Lower end of its 95% interval.",
            "high": "Upper end of its 95% interval.",
            "measure": "How it was measured on a later date: auc, gini, ...",
            "value": "How good it was in that measure.",
            "naive": "The same of saying what happened in the period before.",
            "failed": "Why it could not be made; everything else is null then.",
            "made_from": "Fingerprint of the data and the settings.",
            "json": "The fitted prediction, as JSON.",
            "about": "How it came about, as JSON.",
        },
    ),
    "membership": ("One row for each user and segmentation: the segment that the user is in.", {}),
    "past_distributions": (
        "One row for each run, feature and bin: how the feature was distributed.",
        {
            "feature": "The feature.",
            "bin": "The number of the bin, from 0.",
            "holds": "What the bin holds: a range of numbers, one category, or null.",
            "place": "Where the bin begins, as the order of doubles; for sums over runs.",
            "low": "The lower bound.",
            "high": "The upper bound.",
            "category": "The category, where it holds one.",
            "share": "Share of the users, from 0 to 1.",
            "users": "How many users.",
        },
    ),
    "past_membership": ("Membership of each run that is compared with later ones.", {}),
    "past_segmentations": (
        "One row for each run and segmentation.",
        {
            "json": "The fitted segmentation, as JSON.",
            "names": "The names of its segments by id, as JSON.",
            "sizes": "How many users each segment had, as JSON.",
            "lineage": "Which segments of the run before they are, as JSON.",
            "fitted": "The run that fitted it; later ones may have kept it.",
        },
    ),
    "predictions": (
        "One row for each prediction and user it is foretold of.",
        {
            "prediction": "Its name in coterie.yaml.",
            "score": "A probability from 0 to 1, a count of events, or money.",
            "low": "Lower end of the interval that holds nine of ten users; null for probabilities.",
            "high": "Upper end of the interval that holds nine of ten users; null for probabilities.",
        },
    ),
    "profiles": ("One row for each user: features, segments and what is foretold.", {}),
    "publications": (
        "One row for each table that was published.",
        {
            "to_schema": "The schema it was published in.",
            "view": "The name of the view that readers look at.",
            "built": "The table that the view shows.",
            "mark": "The same for the same contents.",
            "published": "When (UTC).",
            "status": "shown; kept, for those who were reading it; building, if that broke off.",
        },
    ),
    "runs": (
        "One row for each run: what it was made from, and whether it came to its end.",
        {
            "started": "When it started (UTC).",
            "finished": "When it came to its end (UTC).",
            "settings": "Fingerprint of coterie.yaml.",
            "data": "Fingerprint of what was loaded.",
            "users": "How many users have features.",
            "events": "How many events there were.",
            "rows_read": "Rows that it read from the sources.",
            "rows_used": "Rows of those that became events or users.",
            "rows_set_aside": "Rows of those that were set aside with a reason.",
            "left_out": "Families of features that the data can't feed, and why, as JSON.",
            "status": "started, done, or broken_off.",
        },
    ),
    "segment_summary": (
        "One row for each segment and feature: what its users are like.",
        {
            **_SEGMENT,
            "feature": "The feature.",
            "category": "The category, for features of words.",
            "users": "How many users have a value.",
            "proportion": "Share of the segment's users who have a value, from 0 to 1.",
            "mean": "Mean of the feature over the segment.",
            "low": "Lower end of the 95% interval of the mean.",
            "high": "Upper end of the 95% interval of the mean.",
            "median": "Median of the feature over the segment.",
        },
    ),
    "segments": (
        "One row for each segment.",
        {
            **_SEGMENT,
            "traits": "What sets it apart, as JSON: features with direction and strength.",
            "description": "What sets it apart, in words.",
        },
    ),
    "set_aside": (
        "One row for each row of a source that could not be used.",
        {
            "row_number": "The row in its unit, from 1; null where nobody can tell.",
            "reason": "Why it was set aside.",
            "record": "The row as it was read, as JSON.",
        },
    ),
    "treatments": (
        "One row for each treatment: what it changed, and whether a learner tells whom it moves.",
        {
            "uplift": "Its name in coterie.yaml, and the arm where there are several.",
            "effect": "The average change of the outcome, a user; null where nothing could be told.",
            "low": "Lower end of its 95% interval.",
            "high": "Upper end of its 95% interval.",
            "qini": "Area between the best learner's Qini curve and the straight line, on users held out.",
            "ranks": "Whether that learner ranks users better than chance does.",
            "verdict": "Whom it is best to treat: best (a share), everyone or nobody.",
            "why_not": "Why nothing could be told; null where it was.",
            "json": "All that was learnt, as JSON.",
        },
    ),
    "units": (
        "One row for each file, table or query that was loaded.",
        {
            "rows_read": "Rows that were read.",
            "rows_used": "Rows that became events or users.",
            "rows_set_aside": "Rows that were set aside with a reason.",
            "loaded_at": "When it was loaded (UTC).",
        },
    ),
    "uplift": (
        "One row for each treatment and user: what treating the user is expected to change.",
        {
            "uplift": "What the treatment is called.",
            "score": "The expected change of the outcome; the average, where no learner tells users apart.",
        },
    ),
    "user_days": (
        "One row for each user and day with events (UTC): what most features are summed from.",
        {
            "day": "The day, counted from 1970-01-01.",
            "events": "Events of any kind.",
            "sessions": "Sessions that began on the day.",
            "session_us": "Microseconds spent in sessions.",
            "gap_days": "Days since the active day before; null on the first.",
            "night": "Events between 0 and 6 o'clock.",
            "morning": "Events between 6 and 12 o'clock.",
            "afternoon": "Events between 12 and 18 o'clock.",
            "orders": "Orders.",
            "priced_orders": "Orders with a value.",
            "spend": "Money spent on orders; null without any.",
            "refunds": "Refunds, and orders of a negative value.",
            "refunded": "Money given back; null without any.",
            "timed_views": "Views with a duration.",
            "view_seconds": "Seconds of them.",
            "timed_videos": "Videos with a duration.",
            "video_seconds": "Seconds of them.",
        },
    ),
    "users": (
        "One row for each user of the sources that describe users.",
        {
            "since_us": "When the user signed up: microseconds since 1970 (UTC).",
            "acquisition_channel": "What brought the user here.",
        },
    ),
}


def table(warehouse: Warehouse, name: str) -> Table:
    """Describe a table as it is in the warehouse; without columns if it isn't there yet."""
    said: tuple[str, Mapping[str, str]] = TABLES.get(name, (f"The table {name}.", {}))
    words = {**SHARED, **said[1]}
    features = {one.name: one for one in _features(warehouse, name)}
    beside = {one.name: one.sentence for one in profile_columns.read(warehouse)} if name == "profiles" else {}
    columns = [
        Column(column, kind, of_feature(features[column]), features[column].unit)
        if column in features
        else Column(column, kind, words.get(column) or beside.get(column) or _made(name, column))
        for column, kind in warehouse.columns(name).items()
    ]
    return Table(name, said[0], tuple(columns))


def of_feature(feature: Feature) -> str:
    """Say what a feature is, in which unit, and what its null means.

    Examples:
        >>> from coterie.features.feature import Feature
        >>> of_feature(Feature("orders_spend", "orders", "money", "Money spent.", null="no order yet"))
        'Money spent. Unit: money. Null: no order yet.'
    """
    unit = "" if feature.categorical else f" Unit: {feature.unit}."
    null = f" Null: {feature.null}." if feature.null else ""
    return f"{feature.sentence}{unit}{null}"


def _features(warehouse: Warehouse, name: str) -> tuple[Feature, ...]:
    """The features that are columns of a table."""
    if name not in ("features", "profiles") or not warehouse.columns("catalogue"):
        return ()
    return profiles.read_catalogue(warehouse)


def _made(name: str, column: str) -> str:
    """What a column means that is named after a segmentation, a kind of events or an attribute."""
    if name == "profiles" and (found := re.fullmatch(r"(\w+)_segment(_name)?", column)):
        what = "The name" if found[2] else "The id"
        return (
            f"{what} of the user's segment in segmentation {found[1]}; null where it is not about the user."
        )
    if name == "user_days" and (found := re.fullmatch(r"kind_(\w+)", column)):
        return f"Events of kind {found[1]}."
    if name == "users":
        return f"The attribute {column} of the user."
    return ""


def _made_for_dashboards(name: str, sentence: str, columns: Mapping[str, tuple[str, str]]) -> Table:
    """A table that only dashboards see; what is shared by many is told as everywhere."""
    found = [Column(column, kind, meaning or SHARED[column]) for column, (kind, meaning) in columns.items()]
    return Table(name, sentence, tuple(found))


#: What `coterie publish` makes beside the tables above.
MIGRATION = _made_for_dashboards(
    "migration",
    "One row for each pair of segments: how many users went from one to the other between the last two runs.",
    {
        "segmentation": ("VARCHAR", ""),
        "before_as_of": ("DATE", "The date of the earlier run."),
        "after_as_of": ("DATE", "The date of the later run."),
        "before_segment": ("INTEGER", "The id of the segment before; null for users who arrived since."),
        "before_name": ("VARCHAR", "Its name then; null for users who arrived since."),
        "after_segment": ("INTEGER", "The id of the segment after; null for users who left."),
        "after_name": ("VARCHAR", "Its name; null for users who left."),
        "users": ("BIGINT", "How many users went from the one to the other, or stayed."),
        "share": ("DOUBLE", "Of all who were in the segment before; of all who arrived, for those; 0 to 1."),
        "low": ("DOUBLE", "Lower end of the 95% interval of the share (Wilson's)."),
        "high": ("DOUBLE", "Upper end of the 95% interval of the share (Wilson's)."),
        "moved": ("BOOLEAN", "Whether they are in a segment that is not the one they were in."),
        "run_id": ("VARCHAR", ""),
    },
)
SIZES = _made_for_dashboards(
    "segment_sizes",
    "One row for each segment and run: how many users it had.",
    {
        "segmentation": ("VARCHAR", ""),
        "segment": ("INTEGER", ""),
        "name": ("VARCHAR", "What the segment was called at that run."),
        "as_of": ("DATE", ""),
        "users": ("BIGINT", "How many users it had."),
        "share": ("DOUBLE", "Share of the users of the segmentation, from 0 to 1."),
        "ids_since": (
            "VARCHAR",
            "The run at which its ids began; of another beginning it is another segment.",
        ),
        "run_id": ("VARCHAR", ""),
    },
)
DICTIONARY = _made_for_dashboards(
    "data_dictionary",
    "One row for each column that is published: what it means.",
    {
        "table_name": ("VARCHAR", "The table."),
        "column_name": ("VARCHAR", "The column."),
        "type": ("VARCHAR", "Its type, as DuckDB calls it."),
        "unit": ("VARCHAR", "What it counts, for features; else empty."),
        "meaning": ("VARCHAR", "What it says of a row."),
    },
)
