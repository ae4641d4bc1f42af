"""Judge a name by its spelling, or by an explanation of that; and strip what is said around a name."""

from __future__ import annotations

import re
from typing import Final

from pipeline.finding.verdict import Verdict
from pipeline.reasons import Reason
from pipeline.sound.morae import fold_kana, morae
from pipeline.types import CallCase, Party

__all__ = ["BLANKS", "KANJI", "LEAD", "TAIL", "as_explained", "as_spelt", "letter_by_letter", "without_lead"]

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

_SAME_SPELLING = {
    Party.REQUESTER: Reason.NAME_SAME_SPELLING_REQUESTER,
    Party.STAFF: Reason.NAME_SAME_SPELLING_STAFF,
}

SHORT_MORAE: Final = 2
"""Most morae of a name that is never clear by its letters alone."""

BLANKS = re.compile(r"\s")
"""What may stand between the surname and the given name of a case."""

_MARKS = re.compile(r"[\s、。・,.]")
_SYLLABLES = re.compile(
    r"(?:[ぁ-んァ-ヶ][ぁぃぅぇぉゃゅょァィゥェォャュョーッ]?[\s、。・]+)+[ぁ-んァ-ヶ][ゃゅょャュョー]?[\s、。・]*"
)
_HOW = re.compile(r"[\s、。・]*(?:カタ(?:カナ?)?|ひら(?:がな?)?|平仮名?|片仮名?)(?:で.*)?$")
"""How it is written, behind it, or what the end of the finding leaves of that."""

KANJI = re.compile(r"[一-龠々]+")
"""Nothing but kanji."""


def as_spelt(text: str, case: CallCase) -> Verdict | None:
    """Judge a full name that is spelt as in the case, however the dictionary reads it (未来, 良子).

    One of two morae is doubtful in any spelling: カベ is soon heard as アベ and spelt 阿部.
    """
    said = _together(TAIL.sub("", text))
    for party, names in ((Party.REQUESTER, case.requester.names), (Party.STAFF, case.staff)):
        for name in names:
            if len(said) > 1 and said == BLANKS.sub("", name.text):
                short = 0 < len(morae(fold_kana(name.kana))) <= SHORT_MORAE
                return Verdict(party, _SAME_SPELLING[party], short)
    return None


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


def _is_explained(char: str, text: str) -> bool:
    """Whether a text explains a kanji: 野原の野, or 小さい."""
    return (
        f"の{char}" in text
        or re.search(rf"(?<![一-龠々の]){char}(?:さい|しい|きい|るい|い)(?=[、。にとで\s]|$)", text)
        is not None
    )


def as_explained(text: str, case: CallCase) -> Verdict | None:
    """Judge an explanation of the requester's surname or given name: 千円の千に、時代の代 for 千代."""
    for name in case.requester.names:
        said = BLANKS.sub("", name.text)
        for part in (part for n in range(2, len(said)) for part in (said[:n], said[-n:])):
            if KANJI.fullmatch(part) and all(_is_explained(char, text) for char in part):
                return Verdict(Party.REQUESTER, Reason.EXPLAINS_REQUESTER_NAME, True)
    return None
