"""Users of whom some were treated and others not, and what happened to them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie.features.values import Floats

#: Users of an arm, at least, for anything to be learnt of it.
LEAST = 20


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Users of two arms.

    Attributes:
        matrix: What was known of each user before: a row a user, a column a number.
        outcomes: What happened to each: 0 or 1, or an amount.
        treated: 1 for those who were treated, 0 for the others.
    """

    matrix: Floats
    outcomes: Floats
    treated: Floats

    def __len__(self) -> int:
        """Count the users."""
        return len(self.outcomes)

    @property
    def yes_or_no(self) -> bool:
        """Whether the outcome either happens or doesn't."""
        return bool(np.isin(self.outcomes, (0.0, 1.0)).all())

    @property
    def share_treated(self) -> float:
        """The share of the users who were treated."""
        return float(self.treated.mean())

    def of(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> Trial:
        """Take some of the users."""
        return Trial(self.matrix[rows], self.outcomes[rows], self.treated[rows])


def refuse(trial: Trial, treated: str, control: str) -> None:
    """Refuse users of whom nothing can be learnt.

    Args:
        trial: The users.
        treated: What the treated arm is called.
        control: What the other is called.

    Raises:
        DataError: An arm has hardly anybody, or the outcome is the same for everyone.
    """
    count = int(trial.treated.sum())
    for name, users in ((treated, count), (control, len(trial) - count)):
        if users < LEAST:
            raise DataError(
                f"The arm {name!r} has {users:,} users with a known outcome; an effect needs at least "
                f"{LEAST} of each arm. Check `treated`, `control` and the values of the treatment."
            )
    if np.ptp(trial.outcomes) == 0:
        raise DataError(
            f"The outcome is {trial.outcomes[0]:g} for all of {len(trial):,} users, so no treatment can have "
            "changed it; name another outcome or a longer horizon."
        )
