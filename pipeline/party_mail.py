"""Whose is a mail address: whose name stands before the @."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.party_name import KanaReader, KnownName
from pipeline.sound import Mora, find_sound, morae, spell_out
from pipeline.types import Party

__all__ = ["AT_SIGN", "LOCAL", "NAMED", "whose_mail", "without_local"]

ENOUGH = 3
"""Morae of a name that say something by themselves."""

WITHIN_MAIL = 0.14
"""Price of a name in a mail address, over its length: mizuki is no Suzuki."""

LOCAL = 16
"""Characters of what stands before the @ at the most, as heard."""

AT_SIGN = r"ア[ッツス]?[トド]・?マ(?:ーク|ンク)?|あっとまーく|@マーク|[@＠]"
"""The @ as it is said and heard."""

NAMED = "本人の名前を含むメールアドレス"

_AT = re.compile(AT_SIGN)
_DIGITS = re.compile(r"[0-9０-９]+$")
_BREAK = re.compile(r"[をはがで、。.・\s]|ドッ[トド]|どっ[とど]")
"""What may stand before the last part of what is said before the @: アドレスを, dots."""


def without_local(text: str) -> bool:
    """Whether a finding begins with the @, or so near to it that no name stands before."""
    at = _AT.search(text)
    return at is not None and at.start() < ENOUGH


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
    line, last = _sound(local, reader), _sound(_BREAK.split(_DIGITS.sub("", local))[-1], reader)
    for name in known:
        parts = [morae(part) for part in name.parts]
        # A short name is anywhere in others; by itself before the digits and the @ it is that name.
        said = (last == part if len(part) < ENOUGH else find_sound(part, line, WITHIN_MAIL) for part in parts)
        if name.party is Party.REQUESTER and any(said):
            return Party.REQUESTER, NAMED, True
    return Party.UNKNOWN, "誰のものか分かりません", True


def _sound(local: str, reader: KanaReader) -> tuple[Mora, ...]:
    return morae(spell_out(local) + reader.kana(re.sub("[A-Za-z]", "", local)))
