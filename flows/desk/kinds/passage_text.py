"""Passages as people write them: ``1 00:10-00:25`` is the first call from ten to twenty-five seconds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from flows.desk.kinds.errors import ConflictError
from flows.desk.kinds.ways import Passage

_TIME = r"(?:(\d{1,3}):)?(\d{1,5}):(\d{1,2}(?:\.\d{1,3})?)"
_PASSAGE = re.compile(rf"(?:通話)?\s*(\d{{1,4}})\s*[\s:,、]\s*{_TIME}\s*(?:-|から)\s*{_TIME}(?:まで)?")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー〜~", "-"))


def read_passage(text: str, calls: Sequence[str]) -> Passage:
    """Read one passage.

    Args:
        text: Number of the call, and two times from its start as minutes and seconds (or with hours).
        calls: Ids of the request's calls in the order of their numbers.

    Raises:
        ConflictError: when it cannot be read, or there is no such call; the text is not repeated.
    """
    match = _PASSAGE.fullmatch(unicodedata.normalize("NFKC", text).translate(_DASHES).strip())
    if match is None:
        msg = "箇所は「通話の番号 開始-終了」の形で書いてください(例: 1 00:10-00:25)"
        raise ConflictError(msg)
    number, *parts = match.groups()
    start, end = (
        int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds)
        for hours, minutes, seconds in (parts[:3], parts[3:])
    )
    if not 1 <= int(number) <= len(calls):
        msg = "箇所の通話の番号が、この請求にありません"
        raise ConflictError(msg)
    return Passage(calls[int(number) - 1], start, end)


def read_passages(text: str, calls: Sequence[str]) -> tuple[Passage, ...]:
    """Read passages, one in each line."""
    return tuple(read_passage(line, calls) for line in text.splitlines() if line.strip())


def format_passage(number: int, passage: Passage) -> str:
    """Write a passage as ``read_passage`` reads it, in tenths of a second."""
    return f"{number} {_clock(passage.start)}-{_clock(passage.end)}"


def _clock(seconds: float) -> str:
    tenths = round(seconds * 10)
    return f"{tenths // 600:02d}:{tenths % 600 / 10:04.1f}"
