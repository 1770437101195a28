"""Libraries that are optional: what is said where one is missing."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from coterie.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


def missing(what: str, extra: str, instead: str = "") -> str:
    """Say which extra something needs.

    Args:
        what: What needs it.
        extra: The name of the extra.
        instead: What may be done without it.

    Examples:
        >>> missing("MySQL", "mysql")
        "MySQL needs an extra that is not installed; install it with: pip install 'coterie[mysql]'"
    """
    told = f"{what} needs an extra that is not installed; install it with: pip install 'coterie[{extra}]'"
    return f"{told}, or {instead}." if instead else told


@contextlib.contextmanager
def needed(what: str, extra: str, instead: str = "") -> Iterator[None]:
    """Import optional libraries, or say how to install them; see `missing`.

    Raises:
        UsageError: One isn't installed.
    """
    try:
        yield
    except ImportError as error:
        raise UsageError(missing(what, extra, instead)) from error
