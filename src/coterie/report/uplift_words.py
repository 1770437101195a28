"""What a treatment changed, whom it moves, whom to treat and how far to trust that, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.predictions.uplift.balance import APART
from coterie.predictions.uplift.result import Treatment
from coterie.report import uplift_data as data
from coterie.report import words
from coterie.report.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coterie.features.feature import Feature
    from coterie.predictions.uplift.result import Unmeasured
    from coterie.report.language import Language


def title(one: Treatment, vocabulary: Language) -> str:
    """Name a treatment with its two arms."""
    return vocabulary.say(
        "{name}: {treated} against {control}", name=one.name, treated=one.treated, control=one.control
    )


def effect(one: Treatment, vocabulary: Language) -> str:
    """Say what treating changes on average, with its interval."""
    found = one.effect
    facts = {
        "outcome": one.outcome,
        "change": change(found.difference, one),
        "low": change(found.low, one),
        "high": change(found.high, one),
        "with_it": level(found.mean_treated, one),
        "without": level(found.mean_others, one),
        "treated": f"{found.treated:,}",
        "others": f"{found.others:,}",
    }
    sentence = (
        "It changes {outcome} by {change} [{low}, {high}]: {with_it} of {treated} treated users against "
    )
    sentence += "{without} of {others} others."
    if not one.yes_or_no:
        sentence = (
            "It changes {outcome} by {change} a user [{low}, {high}]: {with_it} with {treated} treated "
        )
        sentence += "users against {without} with {others} others."
    told = vocabulary.say(sentence, **facts)
    return told if found.decided else f"{told} {vocabulary.say('Chance alone may have made that.')}"


def change(value: float, one: Treatment) -> str:
    """Write a change of the outcome: percentage points of a share, or an amount."""
    return f"{100 * value:+.2f} pp" if one.yes_or_no else f"{value:+,.3g}"


def area(value: float, one: Treatment) -> str:
    """Write an area below a curve, which has the unit of the outcome."""
    return f"{100 * value:.2f} pp" if one.yes_or_no else f"{value:,.3g}"


def level(value: float, one: Treatment) -> str:
    """Write a mean outcome: a share or an amount."""
    return words.percent(value) if one.yes_or_no else f"{value:,.3g}"


def whom(one: Treatment, vocabulary: Language) -> str:
    """Say whether a learner tells whom it moves, and whom to treat."""
    say, best = vocabulary.say, one.candidates[0]
    facts = {
        "learner": data.called(best.learner, best.base, vocabulary),
        "qini": area(best.qini, one),
        "low": area(best.low, one),
        "high": area(best.high, one),
    }
    if one.ranks:
        told = say(
            "Of the learners tried the {learner} tells best whom it moves: Qini area {qini} [{low}, {high}] "
            "on users held out.",
            **facts,
        )
    else:
        told = say(
            "No learner tells whom it moves better than chance does: the best, the {learner}, has a Qini "
            "area of {qini} [{low}, {high}] on users held out. Every user is scored with the average.",
            **facts,
        )
    return f"{told} {_policy(one, vocabulary)}"


def _policy(one: Treatment, vocabulary: Language) -> str:
    say, found = vocabulary.say, one.policy
    share = {"best": found.best, "everyone": 1.0, "nobody": 0.0}[one.verdict]
    inside, all_inside = found.within(share), found.within(1.0)
    facts = {
        "share": words.percent(share),
        "worth": f"{found.at(share):.3g}",
        "low": f"{inside.low:.3g}",
        "high": f"{inside.high:.3g}",
        "everyone": f"{found.at(1.0):.3g}",
        "all_low": f"{all_inside.low:.3g}",
        "all_high": f"{all_inside.high:.3g}",
        "cost": f"{found.cost:g}",
        "benefit": f"{found.benefit:g}",
    }
    if one.verdict == "best":
        return say(
            "At a cost of {cost} and a benefit of {benefit} it is best to treat the best-scored {share}: "
            "that is worth {worth} a user of everyone [{low}, {high}], treating everyone {everyone} "
            "[{all_low}, {all_high}].",
            **facts,
        )
    if one.verdict == "everyone" and not found.cost:
        return say("Treating costs nothing here (`cost`), so everyone may be treated.")
    if one.verdict == "everyone":
        return say(
            "At a cost of {cost} and a benefit of {benefit} treating everyone is worth {everyone} a user "
            "[{all_low}, {all_high}].",
            **facts,
        )
    return say(
        "At a cost of {cost} and a benefit of {benefit} it is best to treat nobody: treating everyone is "
        "worth {everyone} a user [{all_low}, {all_high}].",
        **facts,
    )


def table(found: Sequence[Treatment | Unmeasured], vocabulary: Language) -> Table:
    """Show each treatment: its arms, what it changes, and whom to treat."""
    say = vocabulary.say
    rows: list[tuple[str, ...]] = []
    for one in found:
        if not isinstance(one, Treatment):
            rows.append((one.name, "", "", "", one.why))
            continue
        change_of = say("{outcome} {change}", outcome=one.outcome, change=change(one.effect.difference, one))
        inside = f"{change(one.effect.low, one)} to {change(one.effect.high, one)}"
        arms = say("{treated} against {control}", treated=one.treated, control=one.control)
        rows.append((one.name, arms, change_of, inside, treat(one, vocabulary)))
    head = (say("Uplift"), say("Arms"), say("Changes"), say("95% interval"), say("Whom to treat"))
    return Table(say("What treatments changed"), head, tuple(rows), (), head[:1])


def treat(one: Treatment, vocabulary: Language) -> str:
    """Say shortly whom to treat, and whether the sizes of the arms forbid to say so."""
    say = vocabulary.say
    told = {
        "best": say("the best-scored {share}", share=words.percent(one.policy.best)),
        "everyone": say("everyone"),
        "nobody": say("nobody"),
    }[one.verdict]
    if not one.ranks:
        told = say("{told}; no learner tells users apart", told=told)
    if one.sizes is not None and one.sizes.mismatch:
        p = f"{one.sizes.p:.1g}"
        told = say("{told}; but sample ratio mismatch (p = {p}): don't trust it", told=told, p=p)
    return told


def trust(one: Treatment, features: Mapping[str, Feature], vocabulary: Language) -> Iterator[tuple[str, str]]:
    """Say whether the arms may be compared: ``warning``, ``note`` or ``good``, and a sentence each.

    Args:
        one: The treatment.
        features: By name.
        vocabulary: The language.
    """
    say, sizes = vocabulary.say, one.sizes
    if sizes is None:
        yield (
            "note",
            say(
                "Nothing was said of how large the arms were meant to be (`split`), so it could not be "
                "tested whether they were drawn at random."
            ),
        )
    else:
        there = ", ".join(f"{arm} {n:,}" for arm, n in zip(sizes.arms, sizes.users, strict=True))
        meant = ", ".join(words.percent(share) for share in sizes.expected)
        facts = {"there": there, "meant": meant, "p": f"{sizes.p:.2g}"}
        if sizes.mismatch:
            told = say(
                "Sample ratio mismatch: the arms have other sizes than was meant ({there}; meant: {meant}; "
                "p = {p}). Something has lost or added users; don't trust the effect until it is found.",
                **facts,
            )
            yield "warning", told
        else:
            told = say("The arms have the sizes that were meant ({there}; meant: {meant}; p = {p}).", **facts)
            yield "good", told
    yield from _balanced(one, features, vocabulary)
    for each in one.left_out:
        yield "note", say("{users} users are left out: {why}.", users=f"{each.users:,}", why=say(each.why))


def _balanced(
    one: Treatment, features: Mapping[str, Feature], vocabulary: Language
) -> Iterator[tuple[str, str]]:
    if not one.imbalances:
        return
    say, worst = vocabulary.say, one.imbalances[0]
    apart = sum(each.apart for each in one.imbalances)
    facts = {
        "column": data.label(worst.column, features, vocabulary),
        "difference": f"{worst.difference:+.2f}",
        "count": apart,
        "bound": f"{APART:g}",
    }
    if apart:
        told = say(
            "Before the treatment the arms were not alike: {count} columns differ by more than {bound} "
            "standard deviations, most of all “{column}” ({difference}). Arms drawn at random hardly ever "
            "do.",
            **facts,
        )
        yield "warning", told
    else:
        told = say(
            "Before the treatment the arms were alike: no column differs by more than {bound} standard "
            "deviations; “{column}” differs most ({difference}).",
            **facts,
        )
        yield "good", told
