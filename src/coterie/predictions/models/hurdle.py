"""Amounts in two parts: whether there is anything at all, and how much if there is.

References:
    Cragg (1971), Some Statistical Models for Limited Dependent Variables.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from coterie.predictions.models.linear import Linear  # noqa: TC001 - read when a prediction is checked
from coterie.predictions.models.trees import Trees  # noqa: TC001 - the same

if TYPE_CHECKING:
    from coterie.features.values import Floats


@dataclasses.dataclass(frozen=True, slots=True)
class Hurdle:
    """The probability of anything times the amount if there is anything.

    Attributes:
        anything: Foretells whether there is anything.
        amount: Foretells the amount of users who have any.
    """

    anything: Linear | Trees
    amount: Linear | Trees

    def predicted(self, matrix: Floats) -> Floats:
        """Foretell prepared rows."""
        found: Floats = self.anything.predicted(matrix) * self.amount.predicted(matrix)
        return found
