"""Whose case a call is shown with: the names that collecting and learning share."""

from __future__ import annotations

from typing import Final

__all__ = ["NEAR", "OWN", "STRANGER"]

OWN: Final = "own"
STRANGER: Final = "stranger"
NEAR: Final = "near"
"""A stranger's that was made near to a third party of the call (``near_strangers``)."""
