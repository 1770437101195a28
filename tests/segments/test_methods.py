from __future__ import annotations

from typing import get_args

from coterie.project.settings import SegmentSettings
from coterie.segments.methods import METHODS


def test_every_method_that_coterie_yaml_may_name_is_there() -> None:
    assert set(METHODS) == set(get_args(SegmentSettings.model_fields["method"].annotation))
