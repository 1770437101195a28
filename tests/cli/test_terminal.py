from __future__ import annotations

import errno
import io
import json

import pytest

from coterie.cli import terminal
from coterie.errors import DataError, ProjectError, UsageError


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_table_in_a_pipe_is_plain_and_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    long = "a name that is long, " * 9
    terminal.show("Segments", ("name", "users"), [(long, "1,000")], right=("users",))
    out = capsys.readouterr().out
    assert long.strip() in out
    assert "\x1b" not in out


def test_names_from_data_are_never_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "[red]x[/red] :smile: \x1b[31m\x07 https://example.org \U0001f600"
    terminal.show(hostile, ("name",), [(hostile,)])
    terminal.say(hostile)
    terminal.complain(hostile)
    out, err = capsys.readouterr()
    for text in (out, err):
        assert "[red]x[/red] :smile: \\x1b[31m\\x07 https://example.org \U0001f600" in text
        assert "\x1b" not in text
        assert "\x07" not in text


def test_a_terminal_gets_colours_unless_no_color_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for no_color in (False, True):
        if no_color:
            monkeypatch.setenv("NO_COLOR", "1")
        stream = Terminal()
        monkeypatch.setattr("sys.stdout", stream)
        terminal.show("T", ("a",), [("b",)])
        assert ("\x1b[" in stream.getvalue()) or no_color
        assert "\x1b[3" not in stream.getvalue().replace("\x1b[3m", "") or not no_color


def test_progress_is_shown_in_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for stream, shown in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr("sys.stderr", stream)
        with terminal.progress_bar() as progress:
            progress("loading [b]clicks[/b]", 1, 2)
            progress("loading [b]clicks[/b]", 2, 2)
        assert ("loading [b]clicks[/b]" in stream.getvalue()) == shown
        assert bool(stream.getvalue()) == shown


def test_a_document_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.document({"name": "é \U0001f600", "rows": [1, None]})
    assert json.loads(capsys.readouterr().out) == {"name": "é \U0001f600", "rows": [1, None]}


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (DataError("The file is gone."), 1, "The file is gone."),
        (UsageError("No such table."), 2, "No such table."),
        (ProjectError(["one", "two"]), 2, "one\ntwo"),
        (KeyboardInterrupt(), 130, "Stopped; nothing is half written."),
        (MemoryError(), 1, "memory_limit=2GB"),
        (OSError(errno.ENOSPC, "No space left on device", "x.csv"), 1, "x.csv: the disk is full."),
        (OSError(errno.EDQUOT, "Quota exceeded"), 1, "the disk is full."),
        (PermissionError(errno.EACCES, "Permission denied", "x.csv"), 1, "x.csv: permission denied."),
        (OSError("odd"), 1, "odd."),
        (ValueError("boo"), 1, "Something unexpected went wrong: ValueError: boo. See where with --debug."),
    ],
)
def test_every_error_has_a_code_and_a_sentence(error: BaseException, code: int, told: str) -> None:
    found = terminal.verdict(error)
    assert found[0] == code
    assert told in found[1]
