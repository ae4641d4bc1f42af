"""Dimensions of a Whisper encoder's input; apart from the recogniser, so that training can import them."""

from __future__ import annotations

from typing import Final

FRAMES_PER_SECOND: Final = 100
"""Frames of the spectrogram per second, for every Whisper model."""

HOP: Final = 160
"""Samples of 16 kHz audio from one frame to the next."""

MOST_FRAMES: Final = 3000
"""Width of the encoder's input in frames at most: thirty seconds."""

PADDING_SECONDS: Final = 1.0
"""Padding behind the longest window in seconds: without it the last words are lost."""
