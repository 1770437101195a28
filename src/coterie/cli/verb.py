"""How a function becomes a verb of the command line, and the options that many verbs share."""

from __future__ import annotations

import contextlib
import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from coterie.cli import terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from coterie.progress import Progress
    from coterie.project.settings import Project

ProjectDir = Annotated[
    Path, typer.Option("--project", "-p", metavar="DIR", help="The folder of coterie.yaml.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document, for programs.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")]
Segmentation = Annotated[
    str | None, typer.Option("--segmentation", "-s", metavar="NAME", help="One of those in coterie.yaml.")
]

HERE = Path()


def add(app: typer.Typer, function: Callable[..., None]) -> None:
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


@contextlib.contextmanager
def project_of(folder: Path) -> Iterator[tuple[Project, Progress]]:
    """The checked project of a folder, and where to tell progress."""
    from coterie.project import file as project_file

    checked = project_file.read(folder)
    with terminal.progress_bar() as progress:
        yield checked, progress
