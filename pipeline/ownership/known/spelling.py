"""Strip the words around a name, and join a name that is said syllable by syllable."""

from __future__ import annotations

import re

LEAD = re.compile(
    r"^(?:(?:カタカナ|片仮名|ひらがな|平仮名)で|はい|ハイ|あい|ええ|えーと?|あの|その|あ[ーっ]?|"
    r"[のはがをにでとも、。 ]|[ぁ-ん](?=[一-龠]{2}))(?=..)"
)
"""Particles, fillers and words about the spelling before a name, which a recognizer included."""

TAIL = re.compile(
    r"(?<=..)(?:です|(?:(?<=[一-龠])|(?<=[ァ-ヶー]{2}))[だよや]|だけどさ?|じゃ(?:けど?)?|やけど|やねん|どす|ばい|で|でーす|デス|デース|ベース|さま|さん|様|家|[けケ]|・|。|"
    r"、(?:おい|はい|ええ|うん|あの|えっと|ね|な|僕|私|俺|わたし|です))+$"
)
"""The same after a name: a drawn-out です has many spellings, 家 is spelt by its sound."""

BLANKS = re.compile(r"\s")
"""Blanks between the surname and the given name of a case."""

_MARKS = re.compile(r"[\s、。・,.]")
_SYLLABLES = re.compile(
    r"(?:[ぁ-んァ-ヶ][ぁぃぅぇぉゃゅょァィゥェォャュョーッ]?[\s、。・]+)+[ぁ-んァ-ヶ][ゃゅょャュョー]?[\s、。・]*"
)
_HOW = re.compile(r"[\s、。・]*(?:カタ(?:カナ?)?|ひら(?:がな?)?|平仮名?|片仮名?)(?:で.*)?$")
"""Words about the spelling after a name, or the part of them that the finding includes."""


def without_lead(text: str) -> tuple[str, ...]:
    """Strip a name's tail, then its lead word by word: the は of はら may belong to the name.

    Args:
        text: Recognised text.

    Returns:
        One text or more, each with less of the lead; the last has none.
    """
    steps = [TAIL.sub("", text)]
    while (shorter := LEAD.sub("", steps[-1])) != steps[-1]:
        steps.append(shorter)
    return tuple(steps)


def letter_by_letter(text: str) -> str:
    """Join a name that is said syllable by syllable.

    タ・グ・チ、カタカナで is タグチ, any other text gives an empty one.
    """
    said = _HOW.sub("", TAIL.sub("", text))
    return _together(said) if _SYLLABLES.fullmatch(said) else ""


def _together(text: str) -> str:
    """Remove the blanks and marks between surname and given name, or between syllables."""
    return _MARKS.sub("", text)
