"""What reads a text aloud, as far as sound is concerned; ``models.language.readings`` is one."""

from __future__ import annotations

from typing import Protocol

from pipeline.sound.morae import Mora
from pipeline.types import CharSpan

__all__ = ["SoundLine", "SoundReader"]


class SoundLine(Protocol):
    """A text as morae, with the way back to its characters."""

    @property
    def morae(self) -> tuple[Mora, ...]:
        """The sounds in order."""

    def span(self, start: int, end: int) -> CharSpan:
        """Characters of morae ``[start, end)``."""


class SoundReader(Protocol):
    """Turns a text into the morae that it is read with."""

    def line(self, text: str) -> SoundLine:
        """Turn ``text`` into morae."""
