from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.predictions.lifetime.test_lifetime import found
from tests.report.test_activity import found as states

from coterie.cli import outlook
from coterie.export import plain
from coterie.outlook import Outlook

if TYPE_CHECKING:
    import pytest


def test_states_and_values_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    outlook.show(Outlook(states(), found(), ("Too few weeks.",)))
    shown = capsys.readouterr().out
    for word in ("frequent", "Most likely to go quiet", "Lifetime value", "Simple formula", "Too few weeks."):
        assert word in shown


def test_nothing_is_printed_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    outlook.show(Outlook())
    assert capsys.readouterr().out == ""


def test_programs_get_numbers() -> None:
    document = json.loads(json.dumps(plain(outlook.document(Outlook(states(), found())))))
    assert document["lifetime"]["facts"]["customers"] == found().facts.customers
    assert {row["state"] for row in document["activity"]["states"]} == set(states().now())
    assert outlook.document(Outlook()) == {"activity": None, "lifetime": None, "notes": []}
