"""A first coterie.yaml: drafted from the columns of data files, or a template to fill in or to try."""

from __future__ import annotations

import dataclasses
import os
import re
import textwrap
from typing import TYPE_CHECKING, Any

import yaml

from coterie import atomic
from coterie.cli import foreseen, preview
from coterie.cli import template as templates
from coterie.cli.draft_columns import Column, guess_events, guess_users
from coterie.errors import SourceError, UsageError
from coterie.events.synthetic.newsroom import make_newsroom
from coterie.project.file import FILE
from coterie.project.predicting import PredictionSettings
from coterie.project.settings import Project
from coterie.sources import connect, files, sql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from coterie.cli.preview import Preview
    from coterie.cli.template import Suggested, Template

#: Users of the synthetic data that a template is tried on.
SYNTHETIC_USERS = 1000

#: Rows that a guess is made from.
_SAMPLE = 2000

_HEAD = """\
# What coterie reads and makes. Check it with `coterie check`, then `coterie run`.
# Every setting: `coterie schema`. Names may use ${VARIABLES} and ${VARIABLE:-default} of the environment.
name: {name}
# warehouse: duckdb:///coterie.duckdb    # where results live, relative to this file
# as_of: latest                          # or a date: events at or after it are not seen
sources:
"""

_TEMPLATE_SOURCES = """\
  - name: events
    table: data/events-*.csv             # CSV, TSV, JSON lines, Parquet, also .gz or .zst; a path or a glob
    events:                              # our word: your column
      user_id: user_id
      at: {column: timestamp, unit: s}   # s, ms, us since 1970; for text: format: "%d/%m/%Y %H:%M"
      kind: {column: type, map: {VIEW: view, BUY: order}, default: other}
      # item: product_id
      # category: section
      # value: price                     # money, of orders
      # duration: seconds
  # - name: people                       # who users are, if you know more of them than what they do
  #   table: data/people.csv
  #   users: {user_id: id, attributes: [country, {column: age, as: number}]}
"""

_TAIL = """\
# features:
#   weeks: 8                             # length of weekly patterns
segments:
  engagement: {}                         # k: auto; or say how many, and from which features:
  # spending: {k: 5, features: [orders, recency]}
# predictions:
#   quiet: {target: inactive}            # also none, count, value, first_time and becomes
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Draft:
    """A coterie.yaml that was written.

    Attributes:
        path: Where.
        text: What it says.
        guesses: What was guessed of each file, in sentences.
    """

    path: Path
    text: str
    guesses: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return it for programs."""
        return {"path": str(self.path), "text": self.text, "guesses": list(self.guesses)}


def write(
    folder: Path,
    data: Sequence[Path],
    *,
    name: str | None = None,
    template: str | None = None,
    replace: bool = False,
) -> Draft:
    """Write the coterie.yaml of a folder.

    Args:
        folder: Where it goes; made if it isn't there.
        data: Files to guess the sources from; without any, it is a template to fill in, or, where there is
            a maker for it, synthetic data to try it on.
        name: Of the project; default: the folder's.
        template: The segmentations of an industry, one of `coterie.cli.template.NAMES`.
        replace: Whether a coterie.yaml that is there may be replaced.

    Raises:
        UsageError: There is a coterie.yaml already, or no such template; or synthetic data would be mixed
            with the data that is there.
        SourceError: A file can't be read, or holds neither events nor users.
    """
    path = folder / FILE
    if path.exists() and not replace:
        raise UsageError(f"{path} is there already; replace it with --force, or name another folder.")
    chosen = templates.template(template) if template is not None else None
    taken: set[str] = set()
    drafted = [_source(file, folder, taken) for file in data]
    sources = "".join(text for text, _ in drafted)
    guesses = [guess for _, guess in drafted]
    if chosen is not None and chosen.maker and not data:
        sources = templates.synthetic_sources(chosen.maker)
        guesses.append(_make_synthetic(folder))
    head = _HEAD.replace("{name}", _name(name or folder.resolve().name, "project"))
    folder.mkdir(parents=True, exist_ok=True)
    if chosen is None:
        text = f"{head}{sources or _TEMPLATE_SOURCES}{_TAIL}"
    else:
        text = _of_template(chosen, f"{chosen.about()}{head}", sources, folder)
    with atomic.whole(path) as part:
        part.write_text(text, encoding="utf-8")
    return Draft(path, text, tuple(guesses))


def _of_template(chosen: Template, head: str, sources: str, folder: Path) -> str:
    """Put the segmentations of a template under the sources; those that can't be fed become comments."""
    sources = sources or textwrap.indent(chosen.sources, "  ")
    project = Project.model_validate(yaml.safe_load(head + sources)).model_copy(update={"folder": folder})
    found = preview.preview(project)
    fed = foreseen.features(project, found)
    fine = [one.name for one in chosen.predictions if _can_be_foretold(one, project, found)]
    foretold = templates.foretelling(chosen, fine)
    return f"{head}{sources}{foretold}segments:\n{chosen.grouping(fed)}"


def _can_be_foretold(one: Suggested, project: Project, found: Preview) -> bool:
    """Whether the sources give enough for a prediction, as far as a sample shows."""
    settings = PredictionSettings.model_validate(yaml.safe_load(one.text))
    asked = project.model_copy(update={"predictions": {one.name: settings}, "segments": {}})
    lacking = one.lacks(foreseen.features(project, found))
    return found.fine and not lacking and not foreseen.mistakes(asked, found)


def _make_synthetic(folder: Path) -> str:
    there = folder / "data"
    if there.is_dir() and any(there.iterdir()):
        raise UsageError(
            f"{there} holds data already, and synthetic data would be mixed with it; name your files: "
            "coterie init --template NAME FILE..., or another folder with --project."
        )
    make_newsroom(folder, users=SYNTHETIC_USERS)
    return (
        f"{there}: synthetic data of {SYNTHETIC_USERS:,} people who never existed; put your own in its place."
    )


def _source(file: Path, folder: Path, taken: set[str]) -> tuple[str, str]:
    """Draft one source, and say what was guessed."""
    columns = look(file)
    mapping = guess_events(columns) or guess_users(columns)
    if mapping is None:
        raise SourceError(
            f"{file} holds neither a time (for events) nor anything that describes users; its columns are: "
            f"{', '.join(column.name for column in columns)}. Start from the template: coterie init"
        )
    name = _name(file.name.split(".")[0], "source")
    while name in taken:
        name += "_"
    taken.add(name)
    lines = [f"  - name: {name}", f"    table: {_flow(_relative(file, folder))}", f"    {mapping.what}:"]
    lines += [f"      {word}: {_flow(value)}" for word, value in mapping.fields.items()]
    if mapping.unused:
        lines.append(f"      # not used: {_flow(list(mapping.unused))}")
    told = ", ".join(f"{word} from {_flow(value)}" for word, value in mapping.fields.items())
    doubts = "".join(f" {doubt}" for doubt in mapping.doubts)
    return "\n".join(lines) + "\n", f"{file}: {mapping.what}; {told}.{doubts}"


def look(file: Path) -> tuple[Column, ...]:
    """Read the columns of a file and a sample of their values, as text."""
    folder = file.resolve().parent
    warehouse = connect.connect("duckdb://")
    try:
        names = [unit.name for unit in files.units(file.name, folder)]
        (found,) = files.relations(warehouse, names, folder, delimiter=None, wanted=())
        (relation,) = files.relations(warehouse, names, folder, delimiter=None, wanted=found.columns)
        texts = [
            sql.named(sql.sql("cast(:column as varchar)", column=sql.column(name)), name)
            for name in relation.columns
        ]
        rows = relation.rows.subquery("rows")
        sample = warehouse.query(sql.select(*texts).from_(rows).limit(_SAMPLE))
    finally:
        warehouse.close()
    return tuple(Column(name, tuple(sample.column(name).to_pylist())) for name in sample.column_names)


def _relative(file: Path, folder: Path) -> str:
    """The path as coterie.yaml should say it: from its own folder where the file lies in or near it."""
    path = os.path.relpath(file.resolve(), folder.resolve())
    return str(file.resolve()) if path.startswith("../../..") else path


def _name(text: str, otherwise: str) -> str:
    word = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")[:60].lower()
    return word if re.match(r"[a-z]", word) else otherwise + (f"_{word}" if word else "")


def _flow(value: Any) -> str:
    """A value on one line of YAML."""
    text: str = yaml.safe_dump(
        value, default_flow_style=True, allow_unicode=True, width=10**9, sort_keys=False
    )
    return text.removesuffix("\n").removesuffix("\n...")
