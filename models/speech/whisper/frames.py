"""How wide what a Whisper encoder reads is; without the recogniser, so that training can tell, too."""

from __future__ import annotations

from typing import Final

__all__ = ["FRAMES_A_SECOND", "HOP", "SPARE", "WIDEST"]

FRAMES_A_SECOND: Final = 100
"""Of the spectrogram, of every Whisper model."""

HOP: Final = 160
"""Samples of 16 kHz audio that a frame moves on."""

WIDEST: Final = 3000
"""Frames that the encoder takes at most: thirty seconds."""

SPARE: Final = 1.0
"""Seconds of padding after the longest window: an end without any loses its last words."""
