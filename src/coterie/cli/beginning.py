"""Verbs to begin with: demo, init, schema. What is slow to import is imported where it is used."""

from pathlib import Path
from typing import Annotated

import typer

from coterie.cli import terminal, verb
from coterie.errors import UsageError

#: Tells a folder that `coterie demo` made from one with a project of someone's own.
_DEMO_MARK = ".coterie-demo"


def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to make it.")] = Path("coterie-demo"),
    users: Annotated[int, typer.Option(min=20, help="How many users.")] = 3000,
    days: Annotated[int, typer.Option(min=14, help="How many days of events.")] = 120,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same newsroom.")] = 7,
    json: verb.Json = False,
) -> None:
    """Make a synthetic newsroom with a shop, and run it: raw files, segments, report.html.

    Example: coterie demo /tmp/newsroom --users 5000
    """
    from coterie import run
    from coterie.cli import views
    from coterie.events import synthetic
    from coterie.project import file as project_file

    if (folder / project_file.FILE).exists() and not (folder / _DEMO_MARK).exists():
        raise UsageError(f"{folder} holds a project of your own; name another folder: coterie demo DIR")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _DEMO_MARK).touch()
    with terminal.progress_bar() as progress:
        newsroom = synthetic.make_newsroom(folder, users=users, days=days, seed=seed, progress=progress)
        result = run.run(project_file.read(folder), progress=progress)
    if json:
        terminal.document(views.run_document(result))
        return
    terminal.say(
        f"A newsroom with a shop in {folder}: {newsroom.events:,} events of {users:,} synthetic users."
    )
    views.show_run(result)


def init(
    data: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Data files to write it for.")
    ] = None,
    project: verb.ProjectDir = verb.HERE,
    name: Annotated[str | None, typer.Option(help="Name of the project; default: the folder's.")] = None,
    template: Annotated[
        str | None,
        typer.Option(
            "--template", "-t", metavar="NAME", help="Segmentations of a trade; --list-templates names them."
        ),
    ] = None,
    list_templates: Annotated[
        bool, typer.Option("--list-templates", help="Say which templates there are.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a coterie.yaml that is there.")] = False,
    json: verb.Json = False,
) -> None:
    """Write a coterie.yaml: from the columns of data files, or a template to fill in.

    With --template it has the segmentations and questions of a trade; without files it is tried on synthetic
    data, where there are any for it.

    Example: coterie init --template shop data/orders.csv data/customers.parquet
    """
    from coterie.cli import draft
    from coterie.cli import template as templates

    if list_templates:
        known = {one: templates.template(one).sentence for one in templates.NAMES}
        if json:
            terminal.document({"templates": known})
        else:
            terminal.say(*(f"{one}: {sentence}" for one, sentence in known.items()))
        return
    drafted = draft.write(project, data or [], name=name, template=template, replace=force)
    if json:
        terminal.document(drafted.to_dict())
        return
    terminal.say(f"Wrote {drafted.path}.", *drafted.guesses)
    terminal.say("Look it over, then try it: coterie check")


def schema() -> None:
    """Print the JSON Schema of coterie.yaml, for editors.

    Example: coterie schema > coterie.schema.json
    """
    from coterie.project import file as project_file

    terminal.document(project_file.schema())
