"""Values of stored files, and their kinds."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime

from flows.files.keyed_digest import KeyedDigest


class FileKind(enum.StrEnum):
    """Kinds of stored files."""

    ORIGINAL = "original"
    RAW = "raw"
    TRANSCRIPT = "transcript"
    SKETCH = "sketch"
    REVIEW = "review"
    MASKED_AUDIO = "masked_audio"
    MASKED_TEXT = "masked_text"
    MASKED_JSON = "masked_json"
    VISIT_AUDIO = "visit_audio"
    MANIFEST = "manifest"
    LETTER = "letter"
    PACKAGE = "package"

    @property
    def label(self) -> str:
        """The Japanese name of the kind."""
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
    FileKind.VISIT_AUDIO: "対面で聞かせる音声",
    FileKind.MANIFEST: "記録票",
    FileKind.LETTER: "回答書",
    FileKind.PACKAGE: "開示したもの",
}


@dataclass(frozen=True, slots=True)
class FileOwner:
    """Owner of new files: a request, and the call and the revision of its plan, where they belong to one."""

    request_id: str
    call_id: str | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class DeskFile:
    """A stored file.

    Attributes:
        revision: Revision of the plan that it was made from; 0 for files without a plan.
        digest: Keyed digest of the clear text.
        bytes: Length of the clear text in bytes.
        delete_after: Last day on which it is kept; ``None`` for no limit.
        legal_hold: Whether it is kept regardless of that day.
    """

    file_id: str
    request_id: str
    call_id: str | None
    kind: FileKind
    revision: int
    store_key: str
    digest: KeyedDigest
    bytes: int
    made_at: datetime
    delete_after: date | None
    legal_hold: bool
