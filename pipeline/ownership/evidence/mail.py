"""What of a mail address tells whose it is: what stands before the @.

スギタ ドット ケン | アットマーク エグザンプル ドット ジェーピー
whose              | the provider's
"""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.ownership.evidence.stretches import Stretch
from pipeline.sound.posteriorgram import likeliest

__all__ = ["heard_user", "written_user"]

_AT = re.compile(r"[@＠]|[アあ][ッっ]?[トと][マま]|アット|(?<![a-z])at+o?ma", re.IGNORECASE)
_NUMBER = re.compile(r"(?<=\D)[0-9０-９]+\s*$")
"""Behind a name, for those of the same name."""

_AT_HEARD = re.compile("アッ?ト[マー]|アット")


def written_user(said: str) -> str:
    """The part before the @ without its number, however it is written; all of it where there is none."""
    at = _AT.search(said)
    user = _NUMBER.sub("", said[: at.start()]) if at else ""
    return user if user.strip() else said


def heard_user(stretch: Stretch) -> Stretch:
    """The same of what is heard."""
    morae = [mora for mora in likeliest(stretch.logs) if stretch.first <= mora.step < stretch.last]
    ends = [sum(len(each.kana) for each in morae[:count]) for count in range(len(morae))]
    at = _AT_HEARD.search("".join(mora.kana for mora in morae))
    if at is None or not at.start():
        return stretch
    return replace(
        stretch, last=next(m.step for m, end in zip(morae, ends, strict=True) if end >= at.start())
    )
