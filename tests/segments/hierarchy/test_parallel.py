from __future__ import annotations

import pytest

from coterie.segments.hierarchy.parallel import in_threads


def test_results_come_in_the_order_of_the_pieces() -> None:
    assert in_threads(lambda piece: piece**2, range(50)) == [piece**2 for piece in range(50)]


def test_an_error_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        in_threads(lambda piece: 1 // piece, [1, 0])
