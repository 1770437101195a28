"""What `coterie run --plan` prints: each statement under its step and table, and what is not known."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from coterie.cli import terminal
from coterie.sources import sql
from coterie.sources.estimate import size

if TYPE_CHECKING:
    from coterie.planned import Plan
    from coterie.sources.recording import Noted


def show(found: Plan) -> None:
    """Print statements on standard output, and on standard error what they depend on."""
    for number, one in enumerate(found.noted, start=1):
        marks = [f"{number}. {one.step}", terminal.visible(one.table), *_marks(found, one)]
        text = sql.pretty(one.tree, found.dialect)
        sys.stdout.write(f"-- {', '.join(mark for mark in marks if mark)}\n{text};\n\n")
    sys.stdout.flush()
    terminal.complain(*(f"{step}: {why}." for step, why in found.open), found.caption())


def _marks(found: Plan, one: Noted) -> list[str]:
    return [
        "writes" if one.writes else "reads",
        "depends on what is found" if found.unsure_of(one) else "",
        "" if one.reads.rows is None else f"about {one.reads.rows:,} rows",
        "" if one.reads.bytes is None else size(one.reads.bytes),
    ]


def document(found: Plan) -> dict[str, Any]:
    """The same for programs."""
    return {
        "caption": found.caption(),
        "nothing_new": found.nothing_new,
        "statements": [
            {
                "step": one.step,
                "table": one.table,
                "writes": one.writes,
                "depends": found.unsure_of(one),
                "rows": one.reads.rows,
                "bytes": one.reads.bytes,
                "sql": one.tree.sql(dialect=found.dialect, identify=True),
            }
            for one in found.noted
        ],
        "not_known": [{"step": step, "why": why} for step, why in found.open],
    }
