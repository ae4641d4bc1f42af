"""A desk whose calls go out as the fakes hear them."""

from __future__ import annotations

from tests.flows.releasing.conftest import desk, out

__all__ = ["desk", "out"]
