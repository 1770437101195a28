"""How tables are declared in MySQL and MariaDB, which sort and group by what a column may hold.

A column of 255 letters takes a kilobyte of every row that is sorted or grouped in memory, whatever is in it,
so the columns of events are as long as the longest text in them, and steps of a run as what they come from.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from sqlglot import exp

from coterie.sources import sql
from coterie.sources.dialects import WORD
from coterie.sources.relation import UNIT

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Lengths are multiples of this, so that few further letters change none.
_STEP = 8
#: What rows may be kept in the order of.
_KEYS = frozenset({"user_id", "day"})


@dataclasses.dataclass(frozen=True, slots=True)
class Declared:
    """What a column is declared as.

    Attributes:
        kind: Its type, without a length.
        letters: How many letters it may hold, if it holds text.
        is_hidden: Whether SELECT leaves it out, as a key that MySQL gives by itself to a table without one.
    """

    kind: str
    letters: int | None = None
    is_hidden: bool = False

    @property
    def is_word(self) -> bool:
        """Whether it is text that can be sorted in memory."""
        return self.kind == "varchar"


def indexed(columns: Mapping[str, Declared]) -> list[str]:
    """Let users be found, by whom steps of features are joined; events and rows of sources are read whole.

    Examples:
        >>> indexed({"user_id": Declared("varchar", 16)})
        ['add index (user_id)']
    """
    user = columns.get("user_id")
    is_joined = user is not None and user.is_word and not {UNIT, "at_us"} & set(columns)
    return ["add index (user_id)"] if is_joined else []


def made(columns: Mapping[str, Declared], rows: exp.Expression, *, stays: bool) -> list[str]:
    """How a table of the rows of a SELECT is changed before they come.

    Groups by user, or by user and day, are kept in their order. A table that stays takes words of any length,
    as later rows may have longer ones.

    Examples:
        >>> days = sql.sql("select user_id, day, count(*) as n from events group by user_id, day")
        >>> made({"user_id": Declared("varchar", 16), "day": Declared("int")}, days, stays=False)
        ['modify `user_id` varchar(16) not null', 'add primary key (`user_id`, `day`)']
    """
    key = _key(rows)
    changes = []
    for name, column in columns.items():
        if not column.is_word or column.letters is None:
            continue
        letters = max(column.letters, WORD) if stays else column.letters
        if letters != column.letters or name in key:
            changes.append(f"modify {_quoted(name)} varchar({letters}){' not null' * (name in key)}")
    if not key or not columns["user_id"].is_word:
        return changes + indexed(columns)
    hidden = [f"drop column {_quoted(name)}" for name, column in columns.items() if column.is_hidden]
    replaced = ["drop primary key", *hidden] if hidden else []
    return [*changes, *replaced, f"add primary key ({', '.join(map(_quoted, key))})"]


def lengths(columns: Mapping[str, Declared], letters: Mapping[str, int], *, may_shrink: bool) -> list[str]:
    """How columns of text are changed so that they hold so many letters.

    Examples:
        >>> lengths({"item": Declared("longtext")}, {"item": 9}, may_shrink=True)
        ['modify `item` varchar(16)']
        >>> lengths({"item": Declared("varchar", 16)}, {"item": 300}, may_shrink=False)
        ['modify `item` longtext']
    """
    changes = []
    for name, most in letters.items():
        column = columns[name]
        if most > WORD:
            wanted = Declared("longtext")
        else:
            wanted = Declared("varchar", min(max(-(-most // _STEP), 1) * _STEP, WORD))
        if column.kind != wanted.kind:
            is_changed = may_shrink or wanted.kind == "longtext"
        elif column.letters is None or wanted.letters is None:
            is_changed = False
        else:
            is_changed = wanted.letters > column.letters or (may_shrink and wanted.letters < column.letters)
        if is_changed:
            size = "" if wanted.letters is None else f"({wanted.letters})"
            changes.append(f"modify {_quoted(name)} {wanted.kind}{size}")
    return changes


def _key(rows: exp.Expression) -> list[str]:
    """By what a SELECT groups users, the user first; nothing where it doesn't."""
    group = rows.args.get("group")
    if not isinstance(rows, exp.Select) or group is None:
        return []
    names = [one.name for one in group.expressions if isinstance(one, exp.Column)]
    is_plain = len(names) == len(group.expressions) and names[:1] == ["user_id"]
    return names if is_plain and set(names) <= _KEYS & set(rows.named_selects) else []


def _quoted(name: str) -> str:
    return sql.column(name).sql(dialect="mysql")
