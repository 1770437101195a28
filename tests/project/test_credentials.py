from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.errors import ProjectError
from coterie.project import credentials

if TYPE_CHECKING:
    from pathlib import Path


def file_with(text: str | bytes, path: Path, mode: int = 0o600) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("secrets.yaml", "# mine\nPASSWORD: 0123\nTOKEN: 'a: b'\n"),
        ("secrets.env", "# mine\n\nexport PASSWORD=0123\nTOKEN = 'a: b'  \n"),
    ],
)
def test_both_forms_are_read_as_text(name: str, text: str, tmp_path: Path) -> None:
    file_with(text, tmp_path / name)
    assert credentials.read(name, tmp_path) == {"PASSWORD": "0123", "TOKEN": "a: b"}


def test_the_home_of_the_user_is_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    file_with("A=b", tmp_path / "secrets")
    assert credentials.read("~/secrets", tmp_path / "elsewhere") == {"A": "b"}


def test_an_empty_file_has_no_secrets(tmp_path: Path) -> None:
    file_with("", tmp_path / "secrets.yaml")
    assert credentials.read("secrets.yaml", tmp_path) == {}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622, 0o660, 0o777])
def test_a_file_that_others_may_read_is_refused_with_what_to_run(mode: int, tmp_path: Path) -> None:
    path = file_with("PASSWORD=swordfish", tmp_path / "secrets", mode)
    with pytest.raises(ProjectError, match=f"mode {mode:03o}.; run: chmod 600 {path}"):
        credentials.read("secrets", tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("secrets.env", "A=b\nswordfish\n", "line 2 is not understood; write NAME=value."),
        ("secrets.yaml", "A: b\nB: [swordfish", "line 2 is not YAML"),
        ("secrets.yaml", "A: b\nswordfish: [swordfish]", "entry 2 has not"),
        ("secrets.yaml", "- swordfish", "needs `NAME: value` lines"),
        ("secrets.yaml", "A: swordfish\x00", "is not YAML"),
        ("secrets.env", b"A=swordfish\xff", "is not UTF-8 text"),
    ],
)
def test_what_is_wrong_is_told_without_the_secret(
    name: str, text: str | bytes, told: str, tmp_path: Path
) -> None:
    file_with(text, tmp_path / name)
    with pytest.raises(ProjectError, match=told) as caught:
        credentials.read(name, tmp_path)
    assert "swordfish" not in f"{caught.value} {caught.value.__cause__}"


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(
        ProjectError, match="can't be read: no such file or directory; write it, or name another"
    ):
        credentials.read("nowhere.env", tmp_path)


@given(
    kept=st.dictionaries(
        st.from_regex(r"[A-Za-z_]\w{0,5}", fullmatch=True).filter(str.isascii),
        st.text("aB =:#%@/'\"é", max_size=8),
    )
)
def test_what_is_written_between_quotes_is_read_back(
    kept: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    file_with("".join(f'{name}="{value}"\n' for name, value in kept.items()), folder / "secrets")
    assert credentials.read("secrets", folder) == kept
