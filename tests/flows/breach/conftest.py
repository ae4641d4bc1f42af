"""The desk of the tests of releases: what got out was released there."""

from __future__ import annotations

from tests.flows.releasing.conftest import desk, out

__all__ = ["desk", "out"]
