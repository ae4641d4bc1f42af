"""Strip what is said around a name, and join one that is said syllable by syllable."""

from __future__ import annotations

import re

__all__ = ["BLANKS", "LEAD", "TAIL", "letter_by_letter", "without_lead"]

LEAD = re.compile(
    r"^(?:(?:カタカナ|片仮名|ひらがな|平仮名)で|はい|ハイ|あい|ええ|えーと?|あの|その|あ[ーっ]?|"
    r"[のはがをにでとも、。 ]|[ぁ-ん](?=[一-龠]{2}))(?=..)"
)
"""Particles, fillers and how it is written, that a witness took in with a name."""

TAIL = re.compile(
    r"(?<=..)(?:です|(?:(?<=[一-龠])|(?<=[ァ-ヶー]{2}))[だよや]|だけどさ?|じゃ(?:けど?)?|やけど|やねん|どす|ばい|で|でーす|デス|デース|ベース|さま|さん|様|家|[けケ]|・|。|"
    r"、(?:おい|はい|ええ|うん|あの|えっと|ね|な|僕|私|俺|わたし|です))+$"
)
"""The same at its end: です drawn out is written in many ways, 家 as it sounds."""

BLANKS = re.compile(r"\s")
"""What may stand between the surname and the given name of a case."""

_MARKS = re.compile(r"[\s、。・,.]")
_SYLLABLES = re.compile(
    r"(?:[ぁ-んァ-ヶ][ぁぃぅぇぉゃゅょァィゥェォャュョーッ]?[\s、。・]+)+[ぁ-んァ-ヶ][ゃゅょャュョー]?[\s、。・]*"
)
_HOW = re.compile(r"[\s、。・]*(?:カタ(?:カナ?)?|ひら(?:がな?)?|平仮名?|片仮名?)(?:で.*)?$")
"""How it is written, behind it, or what the end of the finding leaves of that."""


def without_lead(text: str) -> tuple[str, ...]:
    """Strip a name's tail, then its lead word by word: the は of はら may be its own.

    Args:
        text: As recognised.

    Returns:
        One text or more; the last has no lead.
    """
    steps = [TAIL.sub("", text)]
    while (shorter := LEAD.sub("", steps[-1])) != steps[-1]:
        steps.append(shorter)
    return tuple(steps)


def letter_by_letter(text: str) -> str:
    """Join a name that is said syllable by syllable: タグチ for タ・グ・チ、カタカナで; else nothing."""
    said = _HOW.sub("", TAIL.sub("", text))
    return _together(said) if _SYLLABLES.fullmatch(said) else ""


def _together(text: str) -> str:
    """Without the blanks and marks between surname and given name, or between syllables."""
    return _MARKS.sub("", text)
