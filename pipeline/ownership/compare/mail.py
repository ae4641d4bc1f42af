"""Judge a mail address by the name before the @."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipeline.finding.verdict import Verdict
from pipeline.ownership.compare.address import MAX_PRICE_VERBATIM
from pipeline.ownership.compare.name import KanaReader, KnownName
from pipeline.reasons import Reason
from pipeline.sound.morae import MIN_TELLING, Mora, morae, spell_out
from pipeline.sound.search import find_sound
from pipeline.types import Party

__all__ = ["AT_SIGN", "whose_mail"]

MAX_GIVEN_NAME_PRICE = 0.2
"""Highest price of a given name beside the surname, over its length: of 1,460 others 30 are as near, of 73
that were their own 58 (with none 23 and 56, with .3 89 and 59)."""

AT_SIGN = r"ア[ッツス]?[トド]・?マ(?:ー[クスズツ]|ンク)?|あっとまーく|@マーク|[@＠]"
"""The @ as it is said and heard."""

_AT = re.compile(AT_SIGN)
_DIGITS = re.compile(r"[0-9０-９].*$", re.DOTALL)
"""Figures behind a name, and what is written of them as words: ミオ80に, ひかり6さん."""

_MARKS = "、。・ \n"
_JOINT = re.compile(
    r"アンダー(?:[バワマラ]ー?ン?)?|アンダバー?|あんだーばー|ハイフン?|はいふん|ドッ[トド]|どっ[とど]|[-._]"
)
"""What joins the two halves of a name before the @, as it is said, heard and written."""

_BREAK = re.compile(r"[をはがで、。.・\s]|ドッ[トド]|どっ[とど]")
"""What may stand before the last part of what is said before the @: アドレスを, dots."""


def whose_mail(text: str, known: Iterable[KnownName], reader: KanaReader) -> Verdict:
    """Judge a mail address: the requester's if their name stands before the @.  A case holds none.

    Args:
        text: As recognised, spoken or written.
        known: The names of the case.
        reader: Reads the text.

    Returns:
        The verdict, which a person should look at.
    """
    local = _AT.split(text, maxsplit=1)[0]
    last = _sound(_DIGITS.sub("", _BREAK.split(local.rstrip(_MARKS))[-1]), reader)
    # Each by itself: behind ドッド the ウ of 歌 would draw its vowel, and アンダーバー is no アンナ.
    pieces = [_sound(piece, reader) for piece in _JOINT.split(local)]
    for name in known:
        parts = [morae(part) for part in name.parts]
        theirs = (bool(parts) and _named(parts[-1], pieces, last)) or _follows(parts, pieces)
        if name.party is Party.REQUESTER and theirs:
            return Verdict(Party.REQUESTER, Reason.MAIL_HOLDS_REQUESTER_NAME, True)
    return Verdict(Party.UNKNOWN, Reason.OWNER_UNKNOWN, True)


def _named(part: tuple[Mora, ...], pieces: Sequence[tuple[Mora, ...]], last: tuple[Mora, ...]) -> bool:
    """Whether the given name is said: a surname belongs to the whole family.

    Nothing else makes it one: ケンジロウ is no ケンイチロウ, mizuki no Suzuki.  A short name is anywhere in
    others; by itself before the digits and the @ it is that name.
    """
    if len(part) < MIN_TELLING:
        return last == part
    return any(find_sound(part, piece, MAX_PRICE_VERBATIM) for piece in pieces)


def _follows(parts: Sequence[tuple[Mora, ...]], pieces: Sequence[tuple[Mora, ...]]) -> bool:
    """Whether the surname is said, and the given name, perhaps badly heard, beside it."""
    if len(parts) < 2 or len(parts[0]) < MIN_TELLING:
        return False
    surname, given = parts[0], parts[-1]
    return any(
        find_sound(given, rest, MAX_GIVEN_NAME_PRICE)
        for at, piece in enumerate(pieces)
        for match in find_sound(surname, piece, MAX_PRICE_VERBATIM)
        for rest in (piece[: match.start], piece[match.end :], *pieces[:at], *pieces[at + 1 :])
    )


def _sound(local: str, reader: KanaReader) -> tuple[Mora, ...]:
    return morae(spell_out(local) + reader.kana(re.sub("[A-Za-z]", "", local)))
