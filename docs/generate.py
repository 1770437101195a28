"""Write the pages of this folder that follow from the code; a test checks that they are fresh."""

from __future__ import annotations

import datetime as dt
import types
import typing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic_core import PydanticUndefined

from coterie import described
from coterie.project import growing, lasting, limits, predicting, sourcing, strict, uplifting
from coterie.project import settings as project

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

FOLDER = Path(__file__).parent

_SECTIONS: tuple[tuple[type[strict.Settings], str], ...] = (
    (project.Project, "The whole file"),
    (sourcing.Source, "sources"),
    (sourcing.EventMapping, "sources: events"),
    (sourcing.UserMapping, "sources: users"),
    (sourcing.FieldMapping, "One field of an event or user"),
    (project.FeatureSettings, "features"),
    (project.SegmentSettings, "segments"),
    (project.Preparation, "segments: prepare"),
    (project.Rule, "segments: rules"),
    (project.Within, "segments: within"),
    (predicting.PredictionSettings, "predictions"),
    (predicting.Segment, "predictions: segment"),
    (predicting.WorthSettings, "predictions: worth"),
    (lasting.ActivitySettings, "activity"),
    (uplifting.UpliftSettings, "uplift"),
    (uplifting.Acts, "uplift: treatment, control"),
    (uplifting.Happening, "uplift: outcome"),
    (lasting.LifetimeSettings, "lifetime"),
    (lasting.SubscriptionSettings, "lifetime: subscriptions"),
    (growing.GrowthSettings, "growth"),
    (growing.FunnelSettings, "growth: funnel"),
    (growing.RetentionSettings, "growth: retention"),
    (growing.CampaignSettings, "growth: campaigns"),
    (limits.LimitSettings, "limits"),
    (project.ReportSettings, "report"),
)

_PLAIN = {str: "text", int: "a whole number", float: "a number", bool: "`true`, `false`", dt.date: "a date"}

_HEAD = """# Settings

Every setting of `coterie.yaml`. Written by `make docs` from the checked settings themselves; `coterie schema`
prints the same as a JSON Schema, for editors. In `warehouse`, and in a source's `table` and `connection`,
`${VARIABLE}` and `${VARIABLE:-default}` stand for variables of the environment. A password never stands in
the file: it comes from a variable, or from the file that `credentials` names.
"""

_TABLES = """# Tables

What a run writes and `coterie export` hands out. Written by `make docs` from `coterie.described`, where
Parquet files that are exported take their descriptions from, too. The columns of `features` and `profiles`
are named after features; `coterie export catalogue --to -` says what each means. In many tables stand:

| column | meaning |
|---|---|
""" + "".join(f"| `{name}` | {meaning} |\n" for name, meaning in described.SHARED.items())


def pages() -> dict[str, str]:
    """Return the text of every generated page, by its name."""
    return {"settings.md": settings(), "tables.md": tables()}


def settings() -> str:
    """Return the text of settings.md."""
    return "\n".join([_HEAD, *(_section(model, title) for model, title in _SECTIONS)])


def tables() -> str:
    """Return the text of tables.md."""
    return "\n".join([_TABLES, *(_table(name) for name in described.TABLES)])


def _table(name: str) -> str:
    sentence, columns = described.TABLES[name]
    rows = [f"| `{column}` | {meaning} |" for column, meaning in columns.items()]
    head = ["| column | meaning |", "|---|---|", *rows, ""] if rows else []
    return "\n".join([f"## {name}\n", f"{sentence}\n", *head])


def _section(model: type[strict.Settings], title: str) -> str:
    first_line = (model.__doc__ or "").strip().splitlines()[0]
    rows = [_row(name, field) for name, field in model.model_fields.items() if not field.exclude]
    return "\n".join(
        [
            f"## {title}\n",
            f"{first_line}\n",
            "| setting | allowed | default | meaning |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _row(name: str, field: FieldInfo) -> str:
    allowed = ", ".join(dict.fromkeys([*_allowed(field.annotation), *_bounds(field.metadata)]))
    cells = (f"`{field.alias or name}`", allowed, _default(field), field.description or "")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _bounds(metadata: list[Any]) -> list[str]:
    words = {"ge": "at least", "le": "at most", "min_length": "at least", "max_length": "at most"}
    return [
        f"{word} {getattr(bound, key)}" + (" long" if "length" in key else "")
        for bound in metadata
        for key, word in words.items()
        if getattr(bound, key, None) is not None
    ]


def _allowed(kind: Any) -> list[str]:
    """Say in words what a type allows."""
    if isinstance(kind, type) and issubclass(kind, sourcing.FieldMapping):
        return ["a column, or a field as below"]
    if isinstance(kind, type) and issubclass(kind, strict.Settings):
        return ["settings as below"]
    if kind in _PLAIN:
        return [_PLAIN[kind]]
    return _allowed_inside(typing.get_origin(kind), typing.get_args(kind))


def _allowed_inside(origin: Any, arguments: tuple[Any, ...]) -> list[str]:
    if origin is typing.Annotated:
        inner, *metadata = arguments
        bounds = [bound for part in metadata for bound in getattr(part, "metadata", [])]
        return [*_allowed(inner), *_bounds(bounds)]
    if origin is Literal:
        return [f"`{value}`" for value in arguments]
    if origin is tuple:
        return ["a list of: " + ", ".join(_allowed(arguments[0]))]
    if origin is dict:
        return ["names, each with: " + ", ".join(_allowed(arguments[1]))]
    if origin in {typing.Union, types.UnionType}:
        return [word for one in arguments if one is not type(None) for word in _allowed(one)]
    message = f"say in words what {origin} allows"
    raise TypeError(message)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    value = field.default
    if value is PydanticUndefined or isinstance(value, strict.Settings):
        value = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, strict.Settings):
        given = ", ".join(f"{key}: {each}" for key, each in value.model_dump(exclude_unset=True).items())
        return f"`{{{given}}}`" if given else ""
    if value is None or value in ((), {}):
        return ""
    if isinstance(value, dict):
        return "`{" + ", ".join(f"{key}: {{}}" for key in value) + "}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def main() -> None:
    """Write every generated page."""
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
