"""Events and users that hypothesis draws: few people, odd words, times at the edges of sessions and days."""

from __future__ import annotations

from hypothesis import strategies as st
from tests.features.made import DAY, MINUTE, Event, User

FIRST_DAY = 20_000
#: The date of most tests; some events are drawn after it.
AS_OF_DAY = FIRST_DAY + 60

PEOPLE = ("ann", "Ann", "o'neil", "zoë \U0001f600", "'; drop table events; --", "")
KINDS = (
    "view", "click", "search", "order", "refund", "like", "share", "comment", "video", "open", "View",
    "it's \"odd\"; --", "\U0001f4b8",
)  # fmt: skip
WORDS = ("sport", "Sport", "a'b", "\U0001f600", "select 1; --")

_days = st.one_of(
    st.sampled_from([0, 1, 2, 3, 7, 30, 52, 53, 58, 59, 60, 61]), st.integers(min_value=0, max_value=62)
)
_minutes = st.one_of(
    st.sampled_from([0, 1, 29, 30, 31, 59, 60, 360, 720, 1080, 1410, 1439]), st.integers(0, 1439)
)
_times = st.builds(
    lambda day, minute, us: (FIRST_DAY + day) * DAY + minute * MINUTE + us,
    _days, _minutes, st.sampled_from([0, 0, 0, 1, 59_999_999]),
)  # fmt: skip
_word = st.one_of(st.none(), st.sampled_from(WORDS))
_amount = st.one_of(st.none(), st.sampled_from([0.0, 1.0, 9.99, -5.0, 1e6]))

events = st.builds(
    Event,
    user_id=st.sampled_from(PEOPLE),
    at_us=_times,
    kind=st.sampled_from(KINDS),
    item=_word,
    category=_word,
    value=_amount,
    duration=st.one_of(st.none(), st.sampled_from([0.0, 0.5, 300.0])),
    channel=_word,
    device=st.one_of(st.none(), st.sampled_from(["mobile", "desktop"])),
    query=st.one_of(st.none(), st.sampled_from(["", " ", "Red Shoes", "red shoes ", "été", "\U0001f600'"])),
)
many_events = st.lists(events, max_size=40)

_users = st.builds(
    User,
    user_id=st.sampled_from((*PEOPLE, "only a user", "late joiner")),
    since_us=st.one_of(
        st.none(), st.sampled_from([0, 1, 19_999, 20_010, 20_060, 20_061]).map(lambda day: day * DAY)
    ),
    acquisition_channel=_word,
    country=_word,
    age=st.one_of(st.none(), st.sampled_from([0.0, 37.5])),
)
many_users = st.lists(_users, max_size=5, unique_by=lambda user: user.user_id)
