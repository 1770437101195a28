"""Video and e-mail: what users watch and open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.features.available import kind_days
from coterie.features.family import USER_DAYS, Block, Family
from coterie.features.feature import Feature

if TYPE_CHECKING:
    from coterie.features.available import Available


def _video(data: Available) -> tuple[Block, ...]:
    if "video" not in data.kinds:
        return ()
    plays = kind_days("video")
    features = [
        Feature(
            "video_plays", "video", "events", "Videos played.", higher_is=1, kind="video", sql=f"sum({plays})"
        )
    ]
    if data.has("duration", "video"):
        features += [
            Feature(
                "video_seconds",
                "video",
                "seconds",
                "Time spent on videos.",
                higher_is=1,
                kind="video",
                sql="coalesce(sum(video_seconds), 0)",
            ),
            Feature(
                "video_seconds_per_play",
                "video",
                "seconds",
                "Time spent on a video, on average.",
                null="no video with a duration yet",
                fill="median",
                higher_is=1,
                kind="video",
                sql="sum(video_seconds) / nullif(sum(timed_videos), 0)",
            ),
        ]
    return (Block(USER_DAYS, tuple(features)),)


def _email(data: Available) -> tuple[Block, ...]:
    if "open" not in data.kinds:
        return ()
    opens = kind_days("open")
    return (
        Block(
            USER_DAYS,
            (
                Feature(
                    "email_opens",
                    "email",
                    "events",
                    "E-mails opened.",
                    higher_is=1,
                    kind="open",
                    sql=f"sum({opens})",
                ),
                Feature(
                    "email_share",
                    "email",
                    "share",
                    "Share of events that are e-mail opens.",
                    null="no event yet",
                    kind="open",
                    sql=f"cast(sum({opens}) as double) / nullif(sum(events), 0)",
                ),
            ),
        ),
    )


VIDEO = Family("video", "What users watch.", _video, "events of kind video")
EMAIL = Family("email", "Which e-mails users open.", _email, "events of kind open")
