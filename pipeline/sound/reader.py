"""Protocols for turning text into morae; ``models.language.readings`` implements them."""

from __future__ import annotations

from typing import Protocol

from pipeline.sound.morae import Mora
from pipeline.types import CharSpan

__all__ = ["SoundLine", "SoundReader"]


class SoundLine(Protocol):
    """A text as morae that can be traced back to its characters."""

    @property
    def morae(self) -> tuple[Mora, ...]:
        """All morae in order."""

    def span(self, start: int, end: int) -> CharSpan:
        """The characters of morae ``[start, end)``."""


class SoundReader(Protocol):
    """Turns a text into the morae that it is read with."""

    def line(self, text: str) -> SoundLine:
        """Turn ``text`` into morae."""
