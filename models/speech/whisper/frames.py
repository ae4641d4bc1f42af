"""Width of the Whisper encoder's input; imports no recogniser, so that training can use it too."""

from __future__ import annotations

from typing import Final

__all__ = ["FRAMES_A_SECOND", "HOP", "SPARE", "WIDEST"]

FRAMES_A_SECOND: Final = 100
"""Of the spectrogram, of every Whisper model."""

HOP: Final = 160
"""Hop between two frames, in samples of 16 kHz audio."""

WIDEST: Final = 3000
"""Most frames of the encoder's input: thirty seconds."""

SPARE: Final = 1.0
"""Padding in seconds behind the longest window; without padding the last words are lost."""
