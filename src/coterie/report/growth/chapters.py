"""Growth as chapters of a report, and as a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.report import shell
from coterie.report.chapter import Chapter
from coterie.report.growth.converting import converting, funnel_figures
from coterie.report.growth.counting import act_figures, acting, count_figures, counting
from coterie.report.growth.earning import concentrated, earning, profit_figures
from coterie.report.growth.lifting import MAIN, campaigns, lift_figures, lifting, listed
from coterie.report.growth.returning import retention_figures, returning
from coterie.report.growth.speech import Speech, percent
from coterie.report.language import language
from coterie.report.markup import Markup, element, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.growth.growth import Growth
    from coterie.report.figures import Figure

#: What each question is called.
_CALLED = {
    "counts": "Who comes, and from where",
    "actions": "What they do, and where",
    "profit": "Who and what is most profitable",
    "retention": "Who comes back",
    "funnel": "From step to step",
    "lift": "What lifted what",
    "campaigns": "One campaign against another",
}


def speech(found: Growth, code: str = "en") -> Speech:
    """Gather what it takes to speak of growth."""
    return Speech(language(code), found.goal, found.fewest)


def chapters(found: Growth, code: str = "en") -> tuple[Chapter, ...]:
    """Tell the answers as chapters, and what the data can't answer as the last one."""
    speak = speech(found, code)
    told = (counting, acting, earning, returning, converting, lifting)
    answered = [one for one in (tell(found, speak) for tell in told) if one is not None]
    return (*answered, *_unanswered(found, speak))


def figures(found: Growth, code: str = "en") -> list[Figure]:
    """Draw everything there is to draw of growth, each with its table."""
    speak = speech(found, code)
    drawing = (count_figures, act_figures, profit_figures, retention_figures, funnel_figures, lift_figures)
    return [one for draw in drawing for one in draw(found, speak)]


def page(found: Growth, title: str, code: str = "en") -> str:
    """Write growth as one HTML file that works offline.

    Args:
        found: What there is to say.
        title: The heading.
        code: The language.
    """
    speak = speech(found, code)
    say = speak.language.say
    about = say(
        "Growth of {users} users with {events} events as of {date}",
        users=f"{found.users:,}",
        events=f"{found.events:,}",
        date=found.as_of.isoformat(),
    )
    told = [element("p", one) for one in in_short(found, speak)]
    lifted = listed(campaigns(found.lifts, speak, MAIN)) if found.lifts is not None else None
    short = Chapter("verdict", say("In short"), (*told, lifted))
    return shell.whole(title, about, (short, *chapters(found, code)), speak.language)


def in_short(found: Growth, speak: Speech) -> list[str]:
    """Say the most telling answer to each question in a sentence."""
    told = [_most(found, speak), _back(found, speak), _through(found, speak)]
    if found.concentration is not None:
        told.insert(1, concentrated(found.concentration, speak))
    return [one for one in told if one]


def _most(found: Growth, speak: Speech) -> str:
    say = speak.language.say
    told = say(
        "{active} of {users} users have events ({share}).",
        active=f"{found.active:,}",
        users=f"{found.users:,}",
        share=percent(found.active / found.users if found.users else None),
    )
    first = next((one for one in found.counts if len(one.rows) > 1), None)
    if first is None:
        return told
    best = max(first.rows, key=lambda row: row.users)
    return f"{told} " + say(
        "The largest {by} is {value} ({share} of users).",
        by=speak.dimension(first.dimension).lower(),
        value=best.value,
        share=percent(best.users / found.users if found.users else None),
    )


def _back(found: Growth, speak: Speech) -> str:
    say = speak.language.say
    if found.retention is None or not found.retention.curves:
        return ""
    back = found.retention
    unit = {"day": say("day"), "week": say("week"), "month": say("month")}[back.calendar.unit]
    told = [one for one in back.curves[0].periods if one.of >= found.fewest and one.period]
    if not told:
        return say(
            "Nobody can be said to come back yet: too few users have lived through a {unit}.", unit=unit
        )
    first, last = told[0], told[-1]
    sentence = say(
        "{share} of users are seen again in {unit} 1 after their first event",
        share=percent(first.share, first.low, first.high),
        unit=unit,
    )
    if last is first:
        return f"{sentence}."
    return sentence + say(
        ", {share} in {unit} {period}.",
        share=percent(last.share, last.low, last.high),
        unit=unit,
        period=last.period,
    )


def _through(found: Growth, speak: Speech) -> str:
    if found.funnel is None or not found.funnel.paths:
        return ""
    last = found.funnel.paths[0].steps[-1]
    return speak.language.say(
        "Of {began} users with {first}, {share} get to {last} within {days} days.",
        began=f"{found.funnel.paths[0].steps[0].users:,}",
        first=speak.kind(found.funnel.kinds[0]).lower(),
        last=speak.kind(last.kind).lower(),
        share=percent(last.of_first, last.of_first_low, last.of_first_high),
        days=found.funnel.window_days,
    )


def question(name: str, speak: Speech) -> str:
    """Name a question, or what it was to be told by."""
    say = speak.language.say
    if name in _CALLED:
        return say(_CALLED[name])
    return say("By {name}", name=speak.dimension(name).lower())


def _unanswered(found: Growth, speak: Speech) -> Iterator[Chapter]:
    if not found.unanswered:
        return
    say = speak.language.say
    rows = [[question(name, speak), say(why)] for name, why in found.unanswered]
    title = say("What the data can't answer")
    inner: Markup = table(title, [say("Question"), say("Why")], rows, text=2)
    yield Chapter("g-unanswered", title, (inner,))
