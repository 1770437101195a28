from __future__ import annotations

import json

import pytest
from tests.report import treatments

from coterie.errors import PredictionError
from coterie.predictions.uplift.result import from_json, to_json

ONE = treatments.treatment()


def test_a_result_comes_back_from_json() -> None:
    assert from_json(to_json(ONE)) == ONE


def test_another_version_and_what_is_wrong_are_refused() -> None:
    fields = json.loads(to_json(ONE))
    with pytest.raises(PredictionError, match="has version 0; this coterie reads 1"):
        from_json(json.dumps(fields | {"version": 0}))
    with pytest.raises(PredictionError, match="is wrong at effect"):
        from_json(json.dumps(fields | {"effect": 3}))


def test_a_result_shows_itself() -> None:
    assert ONE.column == "mail_uplift"
    assert ONE.caption().startswith(f"mail: mail changes visit by {ONE.effect.difference:+.4g} a user [")
    rows = ONE.to_arrow().to_pylist()
    assert (rows[0]["group"], rows[0]["users"]) == ("everyone", 1_500)
    assert {row["by"] for row in rows[1:]} == {"attributes_age", "engagement"}
    assert "everyone" in str(ONE)
