"""Stored files: what the desk knows of them, and what kinds there are."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime

__all__ = ["DeskFile", "FileKind"]


class FileKind(enum.StrEnum):
    """What a stored file is."""

    ORIGINAL = "original"
    RAW = "raw"
    TRANSCRIPT = "transcript"
    SKETCH = "sketch"
    REVIEW = "review"
    MASKED_AUDIO = "masked_audio"
    MASKED_TEXT = "masked_text"
    MASKED_JSON = "masked_json"
    MANIFEST = "manifest"
    LETTER = "letter"
    PACKAGE = "package"

    @property
    def label(self) -> str:
        """The kind in Japanese."""
        return FILE_LABELS[self]


FILE_LABELS = {
    FileKind.ORIGINAL: "受け取った原本",
    FileKind.RAW: "録音の写し",
    FileKind.TRANSCRIPT: "文字起こし",
    FileKind.SKETCH: "波形の下書き",
    FileKind.REVIEW: "確認用の資料",
    FileKind.MASKED_AUDIO: "伏せた音声",
    FileKind.MASKED_TEXT: "伏せた文字",
    FileKind.MASKED_JSON: "伏せた文字(時刻付き)",
    FileKind.MANIFEST: "記録票",
    FileKind.LETTER: "回答書",
    FileKind.PACKAGE: "開示したもの",
}


@dataclass(frozen=True, slots=True)
class DeskFile:
    """A stored file that the desk knows.

    Attributes:
        revision: Of the call's plan that it was made from; 0 for files without one.
        sha256: Of the clear text.
        bytes: Of the clear text.
        delete_after: Last day on which it is kept; ``None`` without end.
        legal_hold: Kept whatever the day.
    """

    file_id: str
    request_id: str
    call_id: str | None
    kind: FileKind
    revision: int
    store_key: str
    sha256: str
    bytes: int
    made_at: datetime
    delete_after: date | None
    legal_hold: bool
