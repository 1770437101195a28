"""coterie.yaml: reading it with every mistake at once, each with its line; and its JSON Schema."""

from __future__ import annotations

import dataclasses
import os
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml
from pydantic import ValidationError

from coterie.errors import ProjectError
from coterie.project import credentials, variables
from coterie.project.mistakes import Mistake, Place, mend, sentences, shown_place
from coterie.project.settings import Project

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

#: The one file that says what a project is.
FILE = "coterie.yaml"

#: Aliases can make a small file describe a huge tree; nobody writes this many values by hand.
_MOST_VALUES = 20_000
_DEEPEST = 40

#: How often a file is mended and checked again to find the mistakes behind the mistakes.
_MOST_PASSES = 6

Lines: TypeAlias = "dict[Place, int]"


def read(folder: Path, environment: Mapping[str, str] | None = None) -> Project:
    """Read and check the coterie.yaml of a folder.

    ``${VAR}`` and ``${VAR:-default}`` are replaced from the environment in `warehouse` and in the `table` and
    `connection` of sources; in `warehouse` and `connection` also from the file that `credentials` names.

    Args:
        folder: Where coterie.yaml lies; relative paths in it start there.
        environment: Values of variables; default: those of the process.

    Raises:
        ProjectError: The file is missing, unreadable or wrong; it names every mistake with its line.
    """
    text = _text(folder)
    tree = _Tree(os.environ if environment is None else environment)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:  # its own text shows the line, which may hold a secret
        raise ProjectError([_bad_yaml(error)]) from None
    if not isinstance(node, yaml.MappingNode):
        raise ProjectError([f"{FILE} line 1: it must be `name: value` lines; `coterie init` writes some."])
    tree.read_credentials(node, folder)
    value = tree.plain(node, ())
    return _checked(value, tree).model_copy(update={"folder": folder})


def schema() -> dict[str, Any]:
    """Return the JSON Schema of coterie.yaml, for editors and other programs.

    Examples:
        >>> sorted(schema()["required"])
        ['name', 'sources']
    """
    described = Project.model_json_schema(by_alias=True)
    del described["properties"]["folder"]
    described["description"] = "A coterie project: what is read, which features are built, who is grouped."
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **described, "title": FILE}


def _text(folder: Path) -> str:
    path = folder / FILE
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        told = "write one with `coterie init`, or name its folder with --project"
        raise ProjectError([f"There is no {FILE} in {folder}; {told}."]) from None
    except UnicodeDecodeError as error:
        byte = f"byte {error.start} is {error.object[error.start]:#04x}"
        raise ProjectError([f"{FILE} is not UTF-8 text ({byte}); save it as such."]) from error
    except OSError as error:
        raise ProjectError([f"{path} can't be read: {error.strerror}."]) from error


def _bad_yaml(error: yaml.YAMLError) -> str:
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return f"{FILE} is not YAML: {' '.join(str(error).split())}."
    mark = error.problem_mark
    told = ", ".join(part for part in (error.context, error.problem) if part)
    return f"{FILE} line {mark.line + 1}, column {mark.column + 1}: this is not YAML: {told}."


@dataclasses.dataclass
class _Tree:
    """Turns YAML nodes into plain values, and remembers lines and mistakes."""

    environment: Mapping[str, str]
    secrets: Mapping[str, str] = dataclasses.field(default_factory=dict)
    lines: Lines = dataclasses.field(default_factory=dict)
    mistakes: list[tuple[int, str]] = dataclasses.field(default_factory=list)
    values: int = 0

    def plain(self, node: yaml.Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        self.values += 1
        if self.values > _MOST_VALUES or len(place) > _DEEPEST:
            raise ProjectError(
                [f"{FILE} line {self.lines[place]}: aliases (`*name`) blow this up; write it out."]
            )
        if isinstance(node, yaml.MappingNode):
            return dict(self._entries(node, place))
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(child, (*place, i)) for i, child in enumerate(node.value)]
        return self._scalar(node, place)

    def _entries(self, node: yaml.MappingNode, place: Place) -> Iterator[tuple[str, Any]]:
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.mistake(line, place, "a name must be plain text, not a list or a mapping")
                continue
            key = key_node.value
            if key in first:
                self.mistake(
                    line, place, f"{key!r} is given twice; line {first[key]} has it already. Keep one"
                )
                continue
            first[key] = line
            self.lines[(*place, key)] = line
            yield key, self.plain(value_node, (*place, key))

    def _scalar(self, node: yaml.Node, place: Place) -> Any:
        try:
            value = yaml.SafeLoader("").construct_object(node)
        except (ValueError, yaml.YAMLError):
            self.mistake(node.start_mark.line + 1, place, f"{node.value!r} is not a value that YAML knows")
            return node.value
        return self._expanded(value, place) if isinstance(value, str) and _expands(place) else value

    def _expanded(self, text: str, place: Place) -> str:
        secret = None if place[-1] == "table" else self.secrets
        found = variables.expanded(text, self.environment, secret)
        for told in found.mistakes:
            self.mistake(self.lines[place], place, told)
        return found.text

    def read_credentials(self, top: yaml.MappingNode, folder: Path) -> None:
        """Read the file of secrets before what names them is read."""
        for key, value in top.value:
            if key.value == "credentials" and isinstance(value, yaml.ScalarNode) and value.value:
                try:
                    self.secrets = credentials.read(value.value, folder)
                except ProjectError as error:
                    self.secrets = variables.Unknown()
                    self.mistake(value.start_mark.line + 1, ("credentials",), str(error))

    def mistake(self, line: int, place: Place, told: str) -> None:
        where = f"{shown_place(place)}: " if place else ""
        sentence = f"{FILE} line {line}: {where}{told}{'' if told.endswith('.') else '.'}"
        if (line, sentence) not in self.mistakes:
            self.mistakes.append((line, sentence))


def _expands(place: Place) -> bool:
    match place:
        case ("warehouse",) | ("sources", int(), "table" | "connection"):
            return True
        case _:
            return False


def _checked(value: dict[str, Any], tree: _Tree) -> Project:
    """Check, mend what is wrong, and check again, so that one mistake doesn't hide the next."""
    if "folder" in value:
        tree.mistake(tree.lines["folder",], (), "unknown name 'folder': the folder is where this file lies")
        del value["folder"]
    blamed: set[Place] = set()
    for _ in range(_MOST_PASSES):
        found, project = _look(value)
        if project and not tree.mistakes:
            return project
        fresh = [one for one in found if one.place not in blamed]
        if not fresh:
            break
        for one in fresh:
            tree.mistake(_line(tree.lines, one.place), one.shown_at, one.told)
        for one in sorted(fresh, key=lambda one: len(one.place), reverse=True):  # what is inside comes first
            if moved := mend(value, one):
                _move(tree.lines, one.place, moved)
        blamed |= {one.place for one in fresh}
    raise ProjectError(sentence for _, sentence in sorted(tree.mistakes, key=lambda found: found[0]))


def _look(value: dict[str, Any]) -> tuple[list[Mistake], Project | None]:
    try:
        return [], Project.model_validate(value)
    except ValidationError as error:
        return sentences(error, value), None


def _move(lines: Lines, old: Place, new: Place) -> None:
    """What stands under a misspelt name keeps its lines under the right one."""
    for place in [place for place in lines if place[: len(old)] == old]:
        lines[(*new, *place[len(old) :])] = lines[place]


def _line(lines: Lines, place: Place) -> int:
    """The line of a place, or of the nearest thing around it that is in the file."""
    while place not in lines:
        place = place[:-1]
    return lines[place]
