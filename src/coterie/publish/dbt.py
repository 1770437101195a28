"""dbt files of what is published: sources with descriptions and freshness, and the report as an exposure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from coterie.publish.lookml.text import name
from coterie.publish.lookml.views import KEYS, titled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.project.settings import Project
    from coterie.publish.statements import Place, Published

#: The first line of every file that is written, and what tells them from files of others.
MARK = "# Written by coterie publish --dbt; what is changed here is lost the next time."

#: The one table with a time at which results were made, and after how many days they are old.
_TIMED = "runs"
_WARN_AFTER, _ERROR_AFTER = 2, 7

#: Tables that the report is drawn from.
_SHOWN = (
    "profiles",
    "membership",
    "segments",
    "segment_summary",
    "segment_sizes",
    "migration",
    "predictions",
)


def files(project: Project, tables: Sequence[Published], place: Place) -> dict[str, str]:
    """Write sources.yml and exposures.yml, as text by path; they belong into the models of a dbt project.

    Args:
        project: Whose results they are.
        tables: What is published.
        place: Where.
    """
    called = name(f"coterie_{project.name}")
    title = project.report.title or titled(project.name)
    source = {
        "name": called,
        "description": f"Segments of users of {title}, their profiles, and what is foretold.",
        "schema": place.schema,
        "loader": "coterie",
        "tables": [_table(table) for table in tables],
    }
    there = [table.name for table in tables]
    exposure = {
        "name": f"{called}_report",
        "label": title,
        "type": "dashboard",
        "maturity": "high",
        "description": "report.html of coterie: segments, what sets them apart, and their audit.",
        "depends_on": [f"source('{called}', '{one}')" for one in _SHOWN if one in there],
        "owner": {"name": project.name},
    }
    return {
        "sources.yml": _written({"version": 2, "sources": [source]}),
        "exposures.yml": _written({"version": 2, "exposures": [exposure]}),
    }


def _table(table: Published) -> dict[str, Any]:
    keys = KEYS.get(table.name, ())
    found: dict[str, Any] = {"name": table.name, "description": table.sentence}
    if table.name == _TIMED:
        found["config"] = {
            "loaded_at_field": "finished",
            "freshness": {
                "warn_after": {"count": _WARN_AFTER, "period": "day"},
                "error_after": {"count": _ERROR_AFTER, "period": "day"},
            },
        }
    found["columns"] = [
        {
            "name": column.name,
            "description": _plain(column.sentence),
            "data_type": column.type.lower(),
            **({"data_tests": ["unique", "not_null"]} if keys == (column.name,) else {}),
        }
        for column in table.columns
    ]
    return found


def _plain(sentence: str) -> str:
    """A sentence without what dbt would take for Jinja."""
    return sentence.replace("{", "(").replace("}", ")")


def _written(content: dict[str, Any]) -> str:
    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
    return f"{MARK}\n\n{text}"
