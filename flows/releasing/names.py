"""Names of the files in a package: numbers and kinds, no personal data."""

from __future__ import annotations

LETTER, INSTRUCTIONS = "回答書.docx", "開封手順.txt"
MANIFEST, SUMS = "manifest.json", "SHA256SUMS"


def audio_names(number: int) -> tuple[str, str]:
    """Return the names of a call's audio as WAV and as MP3."""
    return f"通話{number}_音声.wav", f"通話{number}_音声.mp3"


def transcript_names(number: int) -> tuple[str, str]:
    """Return the names of a call's transcript as text and as a Word file."""
    return f"通話{number}_文字起こし.txt", f"通話{number}_文字起こし.docx"


def passage_audio_names(number: int, passage: int) -> tuple[str, str]:
    """Return the names of the audio of one of a call's passages as WAV and as MP3."""
    return f"通話{number}_箇所{passage}_音声.wav", f"通話{number}_箇所{passage}_音声.mp3"


def passage_text_names(number: int) -> tuple[str, str]:
    """Return the names of the transcript of a call's passages as text and as a Word file."""
    return f"通話{number}_箇所_文字起こし.txt", f"通話{number}_箇所_文字起こし.docx"


def passage_names(number: int, passages: int) -> tuple[str, ...]:
    """Return every name that a file of a call's passages can have, in the order of the package.

    Args:
        number: Number of the call in the answer.
        passages: Number of chosen passages.
    """
    sound = tuple(name for at in range(1, passages + 1) for name in passage_audio_names(number, at))
    return (*sound, *passage_text_names(number)) if passages else ()
