"""The statements of docs/publishing.md give just enough: a user with these runs and publishes."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from tests import small_shop, warehouses
from tests.cli.shell import call

from coterie.errors import WarehouseError
from coterie.sources import connect, sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.sources.warehouse import Warehouse

PAGE = Path(__file__).parents[2] / "docs" / "publishing.md"
HEADS = {"postgres": "PostgreSQL", "mysql": "MySQL and MariaDB"}


def statements(system: str) -> list[str]:
    """The SQL of the page, under the head of a system."""
    section = PAGE.read_text(encoding="utf-8").split(f"### {HEADS[system]}\n")[1].split("\n### ")[0]
    block = re.search(r"```sql\n(.*?)```", section, re.DOTALL)
    assert block is not None
    text = re.sub(r"--.*", "", block[1])
    return [one.strip() for one in text.split(";") if one.strip()]


class Named:
    """Names that no other test has, in the place of those of the page."""

    def __init__(self) -> None:
        self.tag = secrets.token_hex(4)
        self.password = secrets.token_hex(8)

    def put_into(self, text: str) -> str:
        text = text.replace("'a long random password'", f"'{self.password}'")
        text = re.sub(r"\bcoterie_published\b", f"p_{self.tag}", text)
        text = re.sub(r"\bcoterie_user\b", f"u_{self.tag}", text)
        text = re.sub(r"\breader\b", f"r_{self.tag}", text)
        text = re.sub(r"\bshop\b", f"s_{self.tag}", text)
        return re.sub(r"\bcoterie\b", f"c_{self.tag}", text)


@pytest.fixture(params=sorted(HEADS))
def system(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def admin(system: str, tmp_path: Path) -> Iterator[Warehouse]:
    with warehouses.opened(system, tmp_path) as opened:
        yield opened


def told(warehouse: Warehouse, *texts: str) -> None:
    """Run SQL as it stands."""
    from sqlglot import exp

    warehouse.execute(
        *(exp.Command(this=text.split()[0], expression=text.split(maxsplit=1)[1]) for text in texts)
    )


@pytest.mark.slow
def test_a_user_with_these_privileges_runs_and_publishes_and_may_nothing_else(
    system: str, admin: Warehouse, tmp_path: Path
) -> None:
    names = Named()
    server = urlsplit(os.environ[warehouses.SERVERS[system]])
    url = f"{server.scheme}://u_{names.tag}:${{PW}}@{server.hostname}:{server.port}{server.path}?schema=c_{names.tag}"
    try:
        told(admin, f"create schema s_{names.tag}", f"create table s_{names.tag}.secret (n int)")
        told(admin, *map(names.put_into, statements(system)))
        folder = small_shop.make(tmp_path / "shop")
        secret = folder / "secrets.env"
        secret.write_text(f"PW={names.password}\n", encoding="utf-8")
        secret.chmod(0o600)
        text = f"{small_shop.YAML}warehouse: {url}\ncredentials: secrets.env\n"
        (folder / "coterie.yaml").write_text(text, encoding="utf-8")
        ran = call("run", "--project", folder)
        assert ran.exit_code == 0, ran.output
        published = call("publish", "--to", f"p_{names.tag}", "--project", folder)
        assert published.exit_code == 0, published.output
        count = sql.sql(f"select count(*) as n from p_{names.tag}.profiles")
        assert admin.query(count).to_pylist() == [{"n": small_shop.USERS}]
        whole = url.replace("${PW}", names.password)
        with (
            contextlib.closing(connect.connect(whole)) as user,
            pytest.raises(WarehouseError, match=r"denied|permission"),
        ):
            told(user, f"insert into s_{names.tag}.secret values (1)")
        assert names.password not in ran.output + published.output
        other = whole.replace(f"//u_{names.tag}", f"//r_{names.tag}").replace(
            f"=c_{names.tag}", f"=p_{names.tag}"
        )
        reader = connect.connect(other, reading=True)
        with contextlib.closing(reader) as looking:
            assert looking.query(count).to_pylist() == [{"n": small_shop.USERS}]
            with pytest.raises(WarehouseError, match=r"denied|permission|not allowed"):
                looking.query(sql.sql(f"select count(*) as n from c_{names.tag}.profiles"))
    finally:
        _clean_up(admin, system, names)


def _clean_up(admin: Warehouse, system: str, names: Named) -> None:
    cascade = " cascade" if system == "postgres" else ""
    for schema in ("p", "c", "s"):
        told(admin, f"drop schema if exists {schema}_{names.tag}{cascade}")
    for user in ("u", "r"):
        if system == "postgres":
            there = sql.sql("select 1 as n from pg_roles where rolname = :name", name=f"{user}_{names.tag}")
            if admin.query(there).num_rows:
                told(admin, f"drop owned by {user}_{names.tag}", f"drop role {user}_{names.tag}")
        else:
            told(admin, f"drop user if exists {user}_{names.tag}")
