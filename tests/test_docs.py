"""The documents are true: their code runs, and what they name exists."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import pkgutil
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

import coterie
from coterie.cli.verbs import app
from coterie.project.settings import FAMILIES, Project
from coterie.project.strict import Settings

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def _blocks(page: Path, language: str) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return [block["code"] for block in BLOCK.finditer(text) if block["language"] == language]


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _modules() -> list[str]:
    return [found.name for found in pkgutil.walk_packages(coterie.__path__, "coterie.")]


def _commands() -> set[str]:
    return {str(command.name) for command in app.registered_commands}


def _settings() -> list[type[Settings]]:
    return sorted(Settings.__subclasses__(), key=lambda model: model.__name__)


@pytest.mark.parametrize("page", [page for page in PAGES if _blocks(page, "python")], ids=_name)
def test_python_of_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All blocks of a page are one session, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    session = "\n".join(_blocks(page, "python"))
    test = doctest.DocTestParser().get_doctest(session, {}, _name(page), str(page), 0)
    assert test.examples, "a python block must be a session with >>>"
    results = doctest.DocTestRunner(optionflags=OPTIONS).run(test)
    assert results.failed == 0


@pytest.mark.parametrize("name", _modules())
def test_examples_of_docstrings_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    results = doctest.testmod(importlib.import_module(name), optionflags=OPTIONS)
    assert results.failed == 0


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_commands_that_a_page_names_exist(page: Path) -> None:
    named = set(re.findall(r"(?:`|^\$ )coterie ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= _commands()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_targets_that_a_page_names_exist(page: Path) -> None:
    named = set(re.findall(r"(?:`|^\$ )make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= targets


def test_yaml_of_the_readme_is_a_project() -> None:
    for block in _blocks(ROOT / "README.md", "yaml"):
        assert Project.model_validate(yaml.safe_load(block)).sources


@pytest.mark.parametrize("model", _settings(), ids=lambda model: model.__name__)
def test_every_setting_is_described(model: type[Settings]) -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    fields = {name: field for name, field in model.model_fields.items() if not field.exclude}
    assert [name for name, field in fields.items() if not field.description] == []
    assert [name for name, field in fields.items() if f"| `{field.alias or name}` |" not in page] == []


def test_generated_pages_are_fresh() -> None:
    generate = _generator()
    for name, text in generate.pages().items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text, f"run `make docs`: {name} is stale"


def test_every_family_is_named() -> None:
    page = (ROOT / "docs" / "how-it-works.md").read_text(encoding="utf-8")
    assert [family for family in FAMILIES if f"`{family}`" not in page] == []


def test_decisions_are_numbered_without_gaps() -> None:
    pages = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(name[:4]) for name in pages] == list(range(1, len(pages) + 1))
    for name in pages:
        text = (ROOT / "docs" / "decisions" / name).read_text(encoding="utf-8")
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
