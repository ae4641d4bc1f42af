"""Protocols for turning text into morae; ``models.language.readings`` implements them."""

from __future__ import annotations

from typing import Protocol

from pipeline.sound.morae import Mora
from pipeline.types import CharSpan


class SoundLine(Protocol):
    """Morae of a text that can be traced back to its characters."""

    @property
    def morae(self) -> tuple[Mora, ...]:
        """All morae in order."""

    def span(self, start: int, end: int) -> CharSpan:
        """Return the characters of morae ``[start, end)``."""


class SoundReader(Protocol):
    """Reader that turns a text into morae."""

    def line(self, text: str) -> SoundLine:
        """Turn ``text`` into morae."""
