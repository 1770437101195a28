"""The verbs of coterie from a shell, in the order in which people meet them."""

from typing import Annotated

import typer

from coterie.cli import asking, beginning, publishing, results, running, terminal, verb

#: A verb is a function of the module of its topic; it is named here, and nowhere else.
VERBS = (
    beginning.demo,
    beginning.init,
    running.check,
    running.run,
    asking.sql,
    asking.explain,
    asking.compare,
    asking.curves,
    results.report,
    results.export,
    publishing.publish,
    beginning.schema,
)

app = typer.Typer(
    name="coterie",
    help="From raw events of users to segments that are true, in one command.",
    epilog="Start with `coterie demo`; on your own data with `coterie init events.csv`, then `coterie run`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line."""
    app()


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """From raw events of users to segments that are true, in one command."""
    if version:
        from coterie import runs

        terminal.say(f"coterie {runs.version()}")
        raise typer.Exit


for _function in VERBS:
    verb.add(app, _function)
