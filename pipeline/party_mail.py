"""Whose is a mail address: whose name stands before the @."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.party_name import KanaReader, KnownName
from pipeline.sound import find_sound, morae, spell_out
from pipeline.types import Party

__all__ = ["AT_SIGN", "whose_mail"]

ENOUGH = 3
"""Morae of a name that say something by themselves."""

WITHIN_MAIL = 0.14
"""Price of a name in a mail address, over its length: mizuki is no Suzuki."""

AT_SIGN = r"アット・?マーク|あっとまーく|アトマーク|@マーク|アットマ|[@＠]"
"""The @ as it is said and heard."""

_AT = re.compile(AT_SIGN)


def whose_mail(text: str, known: Iterable[KnownName], reader: KanaReader) -> tuple[Party, str, bool]:
    """Judge a mail address: cases hold none, and one with the requester's name before the @ is theirs.

    Args:
        text: As recognised, spoken or written.
        known: The names of the case.
        reader: Reads the text.

    Returns:
        The party, the reason in Japanese, and that a person should look.
    """
    local = _AT.split(text, maxsplit=1)[0]
    line = morae(spell_out(local) + reader.kana(re.sub("[A-Za-z]", "", local)))
    for name in known:
        parts = [morae(part) for part in name.parts if len(morae(part)) >= ENOUGH]
        if name.party is Party.REQUESTER and any(find_sound(part, line, WITHIN_MAIL) for part in parts):
            return Party.REQUESTER, "本人の名前を含むメールアドレス", True
    return Party.UNKNOWN, "誰のものか分かりません", True
