"""LookML as text: blocks, words, quoted text and SQL, each escaped as it must be."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclasses.dataclass(frozen=True, slots=True)
class Sql:
    """SQL, which ends in ``;;``."""

    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Text:
    """Text between quotes; may hold anything."""

    text: str


Value: TypeAlias = "str | bool | Sql | Text | Sequence[str]"


@dataclasses.dataclass(frozen=True, slots=True)
class Block:
    """``kind: name { ... }``.

    Attributes:
        kind: Such as view, dimension or explore.
        name: Of LookML: small letters, digits and underscores; empty where the kind has no names.
        entries: Values by name, in order. A str is a word; a bool is yes or no.
        blocks: What stands inside, after the entries.
    """

    kind: str
    name: str
    entries: tuple[tuple[str, Value], ...] = ()
    blocks: tuple[Block, ...] = ()

    def text(self) -> str:
        """Write the block.

        Examples:
            >>> print(Block("view", "users", (("label", Text("Users")),), (Block("set", "a"),)).text())
            view: users {
              label: "Users"
            <BLANKLINE>
              set: a {
              }
            }
        """
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.kind}: {self.name} {{" if self.name else f"{self.kind}: {{"
        for name, value in self.entries:
            yield f"  {name}: {written(value)}"
        for block in self.blocks:
            if self.entries or block is not self.blocks[0]:
                yield ""
            for line in block._lines():  # noqa: SLF001
                yield f"  {line}" if line else ""
        yield "}"


def written(value: Value) -> str:
    r"""Write a value.

    Examples:
        >>> written(True), written("number"), written(["a", "b"]), written(Sql("${TABLE}.a"))
        ('yes', 'number', '[a, b]', '${TABLE}.a ;;')
        >>> written(Text('He said "{{ hm }}"'))
        '"He said \\"{ { hm } }\\""'
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Sql):
        return f"{value.text} ;;"
    if isinstance(value, Text):
        return f'"{plain(value.text)}"'
    return value if isinstance(value, str) else f"[{', '.join(value)}]"


def plain(text: str) -> str:
    """Text in which nothing is a quote, a line or Liquid any more."""
    one_line = " ".join(text.split()).replace("\\", "/").replace('"', '\\"')
    return re.sub(r"([{}%])(?=[{}%])", r"\1 ", one_line)


def name(text: str) -> str:
    """Make of any text a name in LookML.

    Examples:
        >>> name("Plan B_segment"), name("1st")
        ('plan_b_segment', 'n_1st')
    """
    found = re.sub(r"[^a-z0-9_]+", "_", text.lower()).strip("_")
    return found if found and not found[0].isdigit() else f"n_{found}"
