"""Note on a transcript: made by a machine, or read through by a person, and when."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from flows.desk.kinds.values import JAPAN

UNREAD: Final = "機械による文字起こし（未校正）"


def proof_note(read_at: datetime | None) -> str:
    """Return the line above a transcript.

    Args:
        read_at: Time at which a person read it through with the sound; ``None`` where there is none.
    """
    if read_at is None:
        return UNREAD
    day = read_at.astimezone(JAPAN)
    return f"文字起こし（{day.year}年{day.month}月{day.day}日 校正済み）"
