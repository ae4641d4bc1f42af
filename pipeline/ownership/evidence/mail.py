"""Find the user part of a mail address, the part before the @: only this part identifies the owner.

スギタ ドット ケン | アットマーク エグザンプル ドット ジェーピー
user               | the provider's
"""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

from pipeline.ownership.evidence.stretches import Stretch

_AT = re.compile(r"[@＠]|[アあ][ッっ]?[トと][マま]|アット|(?<![a-z])at+o?ma", re.IGNORECASE)
_NUMBER = re.compile(r"(?<=\D)[0-9０-９]+\s*$")
"""Digits after a name, which distinguish users of the same name."""

_AT_HEARD = re.compile("アッ?ト[マー]|アット")


def written_user(said: str) -> str:
    """Return the part before the @, in any spelling, without its number; the whole text without an @."""
    at = _AT.search(said)
    user = _NUMBER.sub("", said[: at.start()]) if at else ""
    return user if user.strip() else said


def heard_user(stretch: Stretch) -> Stretch:
    """Return the user part of the posteriorgram of a mail address."""
    at = _AT_HEARD.search(stretch.kana())
    if at is None or not at.start():
        return stretch
    morae = stretch.morae()
    begins = itertools.accumulate((len(mora.kana) for mora in morae), initial=0)
    last = next(mora.step for mora, begin in zip(morae, begins, strict=False) if begin >= at.start())
    return replace(stretch, last=last)
