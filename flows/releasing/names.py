"""Names of the files in a package: numbers and kinds, no personal data."""

from __future__ import annotations

__all__ = ["INSTRUCTIONS", "LETTER", "MANIFEST", "SUMS", "audio_names", "transcript_names"]

LETTER, INSTRUCTIONS = "回答書.docx", "開封手順.txt"
MANIFEST, SUMS = "manifest.json", "SHA256SUMS"


def audio_names(number: int) -> tuple[str, str]:
    """Return the names of a call's audio as WAV and as MP3."""
    return f"通話{number}_音声.wav", f"通話{number}_音声.mp3"


def transcript_names(number: int) -> tuple[str, str]:
    """Return the names of a call's transcript as text and as a Word file."""
    return f"通話{number}_文字起こし.txt", f"通話{number}_文字起こし.docx"
