"""The verbs of coterie from a shell. What is slow to import is imported inside the verb that needs it."""

from __future__ import annotations

import contextlib
import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from coterie.cli import terminal
from coterie.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from coterie.progress import Progress
    from coterie.project.settings import Project

app = typer.Typer(
    name="coterie",
    help="From raw events of users to segments that are true, in one command.",
    epilog="Start with `coterie demo`; on your own data with `coterie init events.csv`, then `coterie run`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ProjectDir = Annotated[
    Path, typer.Option("--project", "-p", metavar="DIR", help="The folder of coterie.yaml.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document, for programs.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")]
Segmentation = Annotated[
    str | None, typer.Option("--segmentation", "-s", metavar="NAME", help="One of those in coterie.yaml.")
]

_HERE = Path()


def main() -> None:
    """Run the command line."""
    app()


def _verb(function: Callable[..., None]) -> Callable[..., None]:
    """Make a function a verb: it gets --debug, and its errors become one sentence and an exit code."""

    def told(*, debug: bool = False, **given: Any) -> None:
        try:
            function(**given)
            sys.stdout.flush()
        except typer.Exit:
            raise
        except BrokenPipeError:
            terminal.leave_closed_pipe()
        except (Exception, KeyboardInterrupt) as error:
            # The one place that catches everything, because what a person at a shell needs is a sentence.
            # Nothing is hidden: the exit code says that it failed, and --debug shows all of it.
            if debug:
                raise
            code, sentence = terminal.verdict(error)
            terminal.complain(sentence)
            raise typer.Exit(code) from error

    hints = get_type_hints(function, include_extras=True)
    parameters = inspect.signature(function).parameters.values()
    options = [one.replace(annotation=hints[one.name], kind=one.KEYWORD_ONLY) for one in parameters]
    debug = inspect.Parameter("debug", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Debug)
    told.__signature__ = inspect.Signature([*options, debug])  # type: ignore[attr-defined]
    told.__annotations__ = {**hints, "debug": Debug}
    told.__doc__ = function.__doc__
    app.command(function.__name__.rstrip("_"), no_args_is_help=False)(told)
    return function


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """From raw events of users to segments that are true, in one command."""
    if version:
        from coterie import runs

        terminal.say(f"coterie {runs.version()}")
        raise typer.Exit


@_verb
def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to make it.")] = Path("coterie-demo"),
    users: Annotated[int, typer.Option(min=20, help="How many users.")] = 3000,
    days: Annotated[int, typer.Option(min=14, help="How many days of events.")] = 120,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same newsroom.")] = 7,
    json: Json = False,
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


#: Tells a folder that `coterie demo` made from one with a project of someone's own.
_DEMO_MARK = ".coterie-demo"


@_verb
def init(
    data: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Data files to write it for.")
    ] = None,
    project: ProjectDir = _HERE,
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
    json: Json = False,
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


@_verb
def check(project: ProjectDir = _HERE, json: Json = False) -> None:
    """Read coterie.yaml, look at a sample of each source, and say what a run would do.

    Example: coterie check --project shop
    """
    from coterie.cli import foreseen, preview, views
    from coterie.errors import ProjectError

    with _of(project) as (checked, progress):
        found = preview.preview(checked, progress=progress)
    if json:
        terminal.document(views.preview_document(found))
    else:
        views.show_preview(checked, found)
    if not found.fine:
        raise typer.Exit(1)
    if wrong := foreseen.mistakes(checked, found):
        raise ProjectError(wrong)


@_verb
def run(project: ProjectDir = _HERE, json: Json = False) -> None:
    """Load what is new, build features, find segments, write profiles and report.html.

    With nothing new and the same coterie.yaml it does nothing.

    Example: coterie run --project shop
    """
    from coterie import run as running
    from coterie.cli import views

    with _of(project) as (checked, progress):
        result = running.run(checked, progress=progress)
    if json:
        terminal.document(views.run_document(result))
    else:
        views.show_run(result)


@_verb
def sql(
    what: Annotated[str, typer.Argument(help="features, membership, profiles or twin.")],
    dialect: Annotated[str, typer.Option(help="duckdb, bigquery, spark, postgres, mysql, ...")] = "duckdb",
    segmentation: Segmentation = None,
    project: ProjectDir = _HERE,
    json: Json = False,
) -> None:
    """Print the SQL that makes features, membership or profiles, with what each column means.

    twin is membership said in at most three conditions a segment, with how often that is right.

    Example: coterie sql membership --dialect bigquery
    """
    from coterie import run, written_sql
    from coterie.project import file as project_file

    checked = project_file.read(project)
    with run.finished(checked) as warehouse:
        statements = written_sql.statements(warehouse, checked, what, dialect, segmentation)
    if json:
        terminal.document({"what": what, "dialect": dialect, "statements": statements})
    else:
        sys.stdout.write("\n\n".join(f"{statement};" for statement in statements.values()) + "\n")


@_verb
def explain(
    user: Annotated[str, typer.Argument(help="A user_id.")],
    segmentation: Segmentation = None,
    project: ProjectDir = _HERE,
    json: Json = False,
) -> None:
    """Say which segment a user is in, why, what would change it, and show the events behind it.

    Example: coterie explain u000017
    """
    from coterie import explained, run
    from coterie.cli import views
    from coterie.project import file as project_file

    checked = project_file.read(project)
    with run.finished(checked) as warehouse:
        found = explained.explain_user(warehouse, user, segmentation)
    if json:
        terminal.document(views.explained_document(found))
    else:
        views.show_explained(found)


@_verb
def compare(
    before: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="The earlier run; default: the one before.")
    ] = None,
    after: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="The later run; default: the last.")
    ] = None,
    segmentation: Segmentation = None,
    project: ProjectDir = _HERE,
    json: Json = False,
) -> None:
    """Say what changed between two runs: segments that stayed, split or went, who moved and why, what drifts.

    A RUN is its id, the beginning of one (20260331), or the words last and previous. Each `coterie run` with
    new data adds one; `coterie export runs --to -` lists them.

    Example: coterie compare 20260228 last
    """
    from coterie import compared, run
    from coterie.cli import comparison
    from coterie.project import file as project_file

    checked = project_file.read(project)
    with run.finished(checked) as warehouse:
        found = compared.compare(warehouse, checked, before, after, segmentation=segmentation)
    if json:
        terminal.document(comparison.document(found))
    else:
        comparison.show(found)


@_verb
def curves(
    segmentation: Segmentation = None,
    images: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the curves as PNG and SVG there, too.")
    ] = None,
    project: ProjectDir = _HERE,
    json: Json = False,
) -> None:
    """Show what each number of segments would be like: elbow, silhouette and gap statistic.

    None of the three decides: `k: auto` asks whether segments hold together.

    Example: coterie curves --images charts
    """
    from coterie import curves as curving
    from coterie import run as running
    from coterie.cli import views

    with _of(project) as (checked, progress), running.finished(checked) as warehouse:
        found = curving.curves_of(warehouse, checked, segmentation, progress=progress)
    written = curving.pictures(found, images) if images is not None else ()
    if json:
        told = {name: one.to_arrow().to_pylist() for name, one in found.items()}
        terminal.document({"curves": told, "images": [str(path) for path in written]})
    else:
        views.show_curves(found)
        terminal.say(*map(str, written))


@_verb
def report(
    images: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write each chart as PNG and SVG there, too.")
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open it in a browser.")] = False,
    project: ProjectDir = _HERE,
    json: Json = False,
) -> None:
    """Write report.html again from the results of the last run.

    Example: coterie report --images charts
    """
    from coterie import run as running
    from coterie.project import file as project_file

    checked = project_file.read(project)
    with running.finished(checked) as warehouse:
        written = running.report_again(warehouse, checked, images)
    if json:
        terminal.document({"report": str(written[0]), "images": [str(path) for path in written[1:]]})
    else:
        terminal.say(*map(str, written))
    if open_:
        typer.launch(str(written[0]))


@_verb
def export(
    table: Annotated[str, typer.Argument(help="Such as segments, membership, profiles, runs or set_aside.")],
    to: Annotated[
        Path, typer.Option(metavar="FILE", help="Ends in .csv, .parquet, .json or .jsonl; - is here.")
    ],
    form: Annotated[
        str | None, typer.Option("--format", help="For standard output: csv, parquet, json or jsonl.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    project: ProjectDir = _HERE,
    json: Json = False,
) -> None:
    """Write a table of the results to a file, or to standard output.

    Example: coterie export profiles --to profiles.parquet
    """
    from coterie import export as exporting
    from coterie import run as running
    from coterie.project import file as project_file

    with running.finished(project_file.read(project)) as warehouse:
        if str(to) == "-":
            wanted = exporting.format_named(form or ("json" if json else "csv"))
            exporting.export_to(warehouse, table, sys.stdout.buffer, wanted)
            return
        if form is not None:
            raise UsageError("--format is for standard output; a file says its format by its ending.")
        written = exporting.export(warehouse, table, to, replace=force)
    if json:
        terminal.document({"table": written.table, "rows": written.rows, "to": written.to})
    else:
        terminal.say(f"{written.rows:,} rows of {written.table} in {written.to}.")


@_verb
def schema() -> None:
    """Print the JSON Schema of coterie.yaml, for editors.

    Example: coterie schema > coterie.schema.json
    """
    from coterie.project import file as project_file

    terminal.document(project_file.schema())


@contextlib.contextmanager
def _of(folder: Path) -> Iterator[tuple[Project, Progress]]:
    """The checked project of a folder, and where to tell progress."""
    from coterie.project import file as project_file

    checked = project_file.read(folder)
    with terminal.progress_bar() as progress:
        yield checked, progress
