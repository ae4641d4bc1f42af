"""With whose case a call is shown, and whose data it is: the names that collecting and learning share."""

from __future__ import annotations

import enum
from typing import Final

from pipeline.ownership.known.claimant import Claimant


class Shown(enum.StrEnum):
    """With which case a call is shown."""

    OWN = "own"
    PLAIN = "plain"
    """Its own, which does not say who of the staff was on the call."""
    CROWDED = "crowded"
    """Its own, with a company's whole staff list (``models.training.crowds.colleagues``)."""
    NAMESAKE = "namesake"
    """Its own, but who was on the call has a third party's surname."""
    STRANGER = "stranger"
    """That of another call."""
    NEAR = "near"
    """A stranger's that was made near to a third party of the call (``near_strangers``)."""

    @property
    def is_own(self) -> bool:
        """Whether the requester and the company are the call's."""
        return self not in {Shown.STRANGER, Shown.NEAR}


NOBODY: Final = len(Claimant)
"""Column of what belongs to nobody that the case knows, behind those of ``Claimant``."""
