from __future__ import annotations

import numpy as np

from coterie.threads import one_thread


def test_one_thread_can_be_entered_again() -> None:
    with one_thread(), one_thread():
        assert np.ones((2, 2)).sum() == 4
