"""A user with no other rights than those of docs/warehouses.md can run a whole project."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from pathlib import Path

import pytest
from tests import warehouses
from tests.test_clickstream import NAMES, read

from coterie import run
from coterie.events.synthetic.clickstream import make_clickstream
from coterie.sources import connect

PAGE = Path(__file__).parents[2] / "docs" / "warehouses.md"


@pytest.mark.parametrize("system", warehouses.DATABASES)
def test_what_is_granted_is_enough(system: str, tmp_path: Path) -> None:
    place = warehouses.url(system, tmp_path)
    (block,) = re.findall(rf"```{system}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    with warehouses.removed(place), contextlib.closing(connect.connect(place)) as owner:
        sources, schema, user = owner.schema, f"{owner.schema}_results", f"{owner.schema}_u"
        theirs = place.replace(sources, schema).replace("coterie:coterie@", f"{user}:secret@")
        for name, table in make_clickstream(1000, 7).tables.items():
            owner.create(name, table)
        done = block.replace("coterie_app", user)
        done = re.sub(r"(schema|database) coterie\b", rf"\1 {schema}", done)
        done = done.replace("coterie.*", f"{schema}.*").replace("schema public", f"schema {sources}")
        done = done.replace("shop.*", f"{sources}.*")
        try:
            for statement in filter(None, map(str.strip, done.split(";"))):
                warehouses.run(owner, statement)
            found = run.run(read(tmp_path, theirs, sources), now=dt.datetime(2026, 6, 1, tzinfo=dt.UTC))
            assert list(found.segmentations[0].names.values()) == NAMES
        finally:
            cascade = " cascade" if system == "postgres" else ""
            warehouses.run(owner, f"drop schema if exists {schema}{cascade}")
            if system == "postgres":
                warehouses.run(owner, f"drop owned by {user}")
            warehouses.run(owner, f"drop user {user}")
