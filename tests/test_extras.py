from __future__ import annotations

import importlib

import pytest

from coterie import extras
from coterie.errors import UsageError


def test_a_missing_library_is_told_with_its_extra_and_what_may_be_done_instead() -> None:
    told = r"^Trees needs an extra.*: pip install 'coterie\[trees\]', or plant some\.$"
    with pytest.raises(UsageError, match=told), extras.needed("Trees", "trees", "plant some"):
        importlib.import_module("no_such_library_of_trees")


def test_another_error_stays_what_it_is() -> None:
    with pytest.raises(ZeroDivisionError), extras.needed("Trees", "trees"):
        raise ZeroDivisionError
