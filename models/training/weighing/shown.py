"""Whose case a call is shown with, and whose data it is: the names that collecting and learning share."""

from __future__ import annotations

from typing import Final

__all__ = ["NEAR", "OWN", "OWNERS", "STRANGER"]

OWN: Final = "own"
STRANGER: Final = "stranger"
NEAR: Final = "near"
"""A stranger's that was made near to a third party of the call (``near_strangers``)."""

OWNERS: Final = ("requester", "operator", "company", "third")
"""Whose data it is by the truth, in the order of ``KNOWN_PARTIES`` and then anybody else's."""
