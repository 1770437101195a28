"""What the tables of activity hold, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_STATE = "New, frequent, infrequent, dormant or dead."
_BAND = {"low": "Lower end of the 95% interval.", "high": "Upper end of the 95% interval."}
_WEEK = {"date": "The end of the week: events at or after it are not seen (UTC).", "state": _STATE}

#: For each table what a row is, and what each column means.
TABLES: dict[str, tuple[str, Mapping[str, str]]] = {
    "activity_arrivals": (
        "One row for each past week: who was seen for the first time.",
        {"date": _WEEK["date"], "users": "How many users were first seen in it."},
    ),
    "activity_at_risk": (
        "One row for each frequent user: how likely it is that there will be no event in the next weeks.",
        {
            "going_quiet": "The probability, 0 to 1; null where it can't be learnt.",
            **_BAND,
            "reasons": "What makes it likelier than for most, the strongest first.",
            "silence_days": "Days without an event.",
            "usual_rest_days": "Days from one active day to the next, on average.",
            "days_lately": "Active days in the last weeks.",
            "days_usual": "Active days in as many weeks before.",
            "active_weeks": "Active weeks of the window.",
            "age_weeks": "Weeks since the first event.",
        },
    ),
    "activity_calibration": (
        "One row for each group of frequent users of the last date that could be checked.",
        {
            "users": "How many users.",
            "predicted": "The probability of going quiet that was foretold of them, on average.",
            "happened": "The share of them who went quiet.",
            **_BAND,
        },
    ),
    "activity_checks": (
        "One row for each forecast of the past, week and state.",
        {
            "made": "As of when it was made.",
            **_WEEK,
            "happened": "How many users were in the state.",
            "users": "How many were foretold.",
            **_BAND,
            "naive": "How many there were when it was made: the same as last week.",
        },
    ),
    "activity_facts": (
        "One row: how the states of activity were found.",
        {
            "window_weeks": "How many weeks tell frequent users, infrequent ones and dormant ones.",
            "frequent_weeks": "Frequent: active in at least so many of them.",
            "new_weeks": "New: first seen within so many weeks.",
            "dead_weeks": "Dead: without an event for so many weeks.",
            "moves": "From how many weeks the moves between states were learnt.",
            "arrival_weeks": "How many of the last weeks' arrivals go on in the forecast.",
            "widened": "By how much intervals were widened after the checks; 1 is not at all.",
            "quiet_weeks": "Going quiet: no event in so many weeks.",
            "learnt_from": "Frequent users of past dates that going quiet was learnt from.",
            "went_quiet": "How many of them went quiet.",
            "brier": "Mean squared error of the probabilities on the date left out; null without one.",
            "brier_of_rate": "The same of foretelling everyone the rate of the dates before.",
            "brier_of_silence": "The same of going by days of silence alone.",
            "mean_predicted": "Foretold on that date, on average.",
            "mean_happened": "The share who went quiet after it.",
            "note": "Why there are no probabilities of going quiet; empty if there are.",
        },
    ),
    "activity_forecast": (
        "One row for each week to come and state.",
        {
            **_WEEK,
            "users": "How many users are expected in the state.",
            **_BAND,
            "arrivals": "How many of them are expected to arrive only after the date.",
        },
    ),
    "activity_moves": (
        "One row for each move that a week can bring.",
        {
            "state": "The state at the end of a week.",
            "next_state": "The state a week later.",
            "users": "How many users moved so, over all weeks learnt from.",
            "share": "Their share of the users of the state, 0 to 1.",
            **_BAND,
        },
    ),
    "activity_shifts": (
        "One row for each state: whether its users come back as they used to.",
        {
            "state": _STATE,
            "before": "The share who had an event in the next week, over the earlier weeks, 0 to 1.",
            "lately": "The same over the last third of the weeks.",
            "chance": "How likely a difference as large is where nothing changes (Welch's test).",
        },
    ),
    "activity_states": (
        "One row for each user who ever had an event.",
        {
            "state": _STATE,
            "active_weeks": "Active weeks of the window.",
            "quiet_weeks": "Whole weeks since the last event.",
            "age_weeks": "Weeks since the first event.",
            "going_quiet": "How likely a frequent user is to go quiet, 0 to 1; null for others.",
        },
    ),
    "activity_weeks": (
        "One row for each past week and state.",
        {**_WEEK, "users": "How many users were in the state."},
    ),
}
