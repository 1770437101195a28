"""What is wrong in a coterie.yaml, in sentences: what was found, what is allowed, a close match."""

from __future__ import annotations

import dataclasses
import difflib
import itertools
import re
from typing import TYPE_CHECKING, Any, TypeAlias, get_args, get_origin

from pydantic import BaseModel

from coterie import urls
from coterie.errors import did_you_mean
from coterie.project.predicting import PredictionSettings, Segment, WorthSettings
from coterie.project.settings import Project
from coterie.project.sourcing import EventMapping, FieldMapping, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

#: Names and numbers that lead from the top of the file to a value: ("sources", 0, "events", "at").
Place: TypeAlias = tuple[str | int, ...]

#: What each kind of mistake wanted; `{ge}` and the like come from pydantic's context.
_WANTED = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "text (between quotes where it looks like a number, a date or yes/no)",
    "string_pattern_mismatch": "letters, digits and _, starting with a letter",
    "string_too_long": "at most {max_length} characters",
    "string_too_short": "at least {min_length} character",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "tuple_type": "a list, such as [a, b]",
    "dict_type": "`name: value` lines",
    "model_type": "`name: value` lines",
    "too_short": "at least {min_length} entry",
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), "a whole number"),
    **dict.fromkeys(("float_type", "float_parsing"), "a number"),
    "finite_number": "a finite number",
    **dict.fromkeys(
        ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
        "a date such as 2026-03-31",
    ),
}

#: What may stand for a wrong entry while the rest of the file is checked.
_STAND_IN: dict[type[BaseModel], Any] = {
    Source: {"table": "x", "users": {}},
    EventMapping: {"user_id": "x", "at": "x"},
    FieldMapping: "x",
    PredictionSettings: {"target": "inactive"},
    Segment: {"segmentation": "x"},
    WorthSettings: {"hit": 0, "wasted": 0},
}

#: Characters of a wrong value that are shown.
_LONGEST = 60

_counter = itertools.count(1)


@dataclasses.dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong.

    Attributes:
        place: Where in the file.
        told: What is wrong and what is allowed.
        kind: What pydantic calls it.
        allowed: The words allowed there, if it is a choice.
    """

    place: Place
    told: str
    kind: str
    allowed: tuple[str, ...] = ()

    @property
    def shown_at(self) -> Place:
        """The place to name: an unknown name is a mistake of what it stands in."""
        return self.place[:-1] if self.kind in ("extra_forbidden", "missing") else self.place


def sentences(error: ValidationError, value: Any) -> list[Mistake]:
    """Say what pydantic found wrong in `value`, one mistake a place."""
    details = [one for one in error.errors(include_url=False) if not _follows_from_others(one)]
    found = [(_place(one, value), one) for one in details]
    groups: dict[Place, list[ErrorDetails]] = {}
    for place, one in found:
        groups.setdefault(place, []).append(one)
    mistakes = [_mistake(place, group) for place, group in groups.items()]
    misspelt = {(*one.place[:-1], _resembled(one)) for one in mistakes if one.kind == "extra_forbidden"}
    return [one for one in mistakes if one.kind != "missing" or one.place not in misspelt]


def shown_place(place: Place) -> str:
    """Write a place as people write it.

    Examples:
        >>> shown_place(("sources", 0, "events", "at"))
        'sources[0].events.at'
    """
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).lstrip(".")


def mend(value: Any, mistake: Mistake) -> Place | None:
    """Replace what is wrong in `value` by something right, so that a second look finds what hid behind it.

    Returns:
        The new place, where a name was replaced by another.
    """
    if not mistake.place:
        return None
    *way, last = mistake.place
    parent = value
    for step in way:
        parent = parent[step]
    if mistake.kind == "extra_forbidden":
        return _rename(parent, mistake)
    if mistake.kind == "[key]":
        name = f"x{next(_counter)}"
        parent[name] = parent.pop(last)
        return (*way, name)
    if last == "segmentation":
        segmentations = value.get("segments")
        parent[last] = next(iter(segmentations if isinstance(segmentations, dict) else ()), "engagement")
    elif (stand_in := _stand_in(mistake, parent, last)) is None:
        del parent[last]
    else:
        parent[last] = stand_in
    return None


def _rename(parent: dict[str, Any], mistake: Mistake) -> Place | None:
    content = parent.pop(str(mistake.place[-1]))
    name = _resembled(mistake)
    if name is None or name in parent:
        return None
    parent[name] = content
    return (*mistake.place[:-1], name)


def _resembled(mistake: Mistake) -> str | None:
    """The allowed name that a misspelt one was meant to be."""
    return next(iter(difflib.get_close_matches(str(mistake.place[-1]).lower(), mistake.allowed, n=1)), None)


def _stand_in(mistake: Mistake, parent: Any, last: str | int) -> Any:
    if mistake.allowed:
        return mistake.allowed[0]
    if last == "name":
        return f"x{next(_counter)}"
    model = _model(_annotation(mistake.place))
    if model is not None:
        name = parent[last].get("name") if model is Source and isinstance(parent[last], dict) else None
        again = {"name": name if isinstance(name, str) else f"x{next(_counter)}"} if model is Source else {}
        stand_in = _STAND_IN.get(model, {})
        return {**stand_in, **again} if isinstance(stand_in, dict) else stand_in
    return "x" if mistake.kind in ("string_type", "missing") else None


def _follows_from_others(one: ErrorDetails) -> bool:
    """An empty list of sources is no mistake of its own where each source in it is wrong."""
    return one["type"] == "too_short" and len(one["input"]) > 0


def _place(one: ErrorDetails, value: Any) -> Place:
    """Cut off what pydantic adds for alternatives of a type: only steps that are in the file remain."""
    place: list[str | int] = []
    for step in one["loc"]:
        known = (
            step in value if isinstance(value, dict) else isinstance(value, list) and isinstance(step, int)
        )
        if not known and not (one["type"] == "missing" and step == one["loc"][-1]):
            break
        inside: Any = value
        value = inside[step] if known else None
        place.append(step)
    return tuple(place)


def _mistake(place: Place, group: list[ErrorDetails]) -> Mistake:
    one = group[0]
    kind = "[key]" if one["loc"][-1:] == ("[key]",) else one["type"]
    if kind == "extra_forbidden":
        allowed = _names(_annotation(place[:-1]))
        return Mistake(
            place, f"unknown name {place[-1]!r}. {did_you_mean(str(place[-1]), allowed)}", kind, allowed
        )
    if kind == "missing":
        return Mistake(place, f"{place[-1]!r} is missing; {_needed(place)}.", kind)
    if kind == "value_error":
        return Mistake(place, f"{str(one['ctx']['error']).rstrip('.')}.", kind)
    if kind == "[key]":
        return Mistake(place, f"{place[-1]!r} can't be a name; allowed: {_wanted(one)}.", kind)
    if kind == "literal_error" and len(group) == 1:
        allowed = _words(one)
        return Mistake(place, f"{_shown(one['input'])} is unknown here. {_hint(one, allowed)}", kind, allowed)
    wanted = " or ".join(dict.fromkeys(_wanted(each) for each in group))
    return Mistake(place, f"it is {_shown(one['input'])}; allowed: {wanted}.", kind)


def _hint(one: ErrorDetails, allowed: tuple[str, ...]) -> str:
    return did_you_mean(str(one["input"]), allowed, most=len(allowed))


def _needed(place: Place) -> str:
    """Say what a missing entry is for."""
    return {
        "sources": "a list of the tables to read",
        "user_id": "the column that says whose event it is",
        "at": "the column that says when it happened",
        "name": "a short name of letters, digits and _",
        "target": "what is foretold: inactive, none, count, value, first_time or becomes",
        "segmentation": "the segmentation that the segment is of",
        "hit": "what acting on a user is worth to whom it happens",
        "wasted": "what acting on a user costs to whom it doesn't happen; a cost is negative",
    }.get(str(place[-1]), "add it")


def _wanted(one: ErrorDetails) -> str:
    if one["type"] == "literal_error":
        return " or ".join(_words(one))
    wanted = _WANTED.get(one["type"])
    return wanted.format(**one.get("ctx", {})) if wanted else one["msg"]


def _words(one: ErrorDetails) -> tuple[str, ...]:
    return tuple(re.findall(r"'([^']*)'", one["ctx"]["expected"]))


def _shown(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a mapping of names to values"
    text = repr(urls.shown(value)) if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _alternatives(annotation: Any) -> Iterator[Any]:
    """Take `X | None`, `Annotated[X, ...]` and the like apart."""
    if (isinstance(annotation, type) and issubclass(annotation, BaseModel)) or get_origin(annotation) in (
        dict,
        tuple,
    ):
        yield annotation
    else:
        for inner in get_args(annotation):
            yield from _alternatives(inner)


def _annotation(place: Iterable[str | int]) -> Any:
    """The type that belongs at a place; None where nothing does."""
    annotation: Any = Project
    for step in place:
        annotation = next((_inside(one, step) for one in _alternatives(annotation)), None)
    return annotation


def _inside(annotation: Any, step: str | int) -> Any:
    if get_origin(annotation) is dict:
        return get_args(annotation)[1]
    if get_origin(annotation) is tuple:
        return get_args(annotation)[0]
    fields = annotation.model_fields
    return next((field.annotation for name, field in fields.items() if step in (name, field.alias)), None)


def _model(annotation: Any) -> type[BaseModel] | None:
    found = (one for one in _alternatives(annotation) if isinstance(one, type))
    return next((one for one in found if issubclass(one, BaseModel)), None)


def _names(annotation: Any) -> tuple[str, ...]:
    """The names that a mapping at this place may have."""
    model = _model(annotation)
    fields = model.model_fields.items() if model else ()
    return tuple(field.alias or name for name, field in fields if not field.exclude)
