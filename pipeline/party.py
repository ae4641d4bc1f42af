"""Whose is it: 本人 / 第三者 / 担当者 / 自社 / 不明, by comparing with the case by sound.

The recogniser misspells the requester's own name as often as anyone's, so likeness of the
readings decides.  Doubt is never resolved towards keeping: what is only somewhat like the
requester's is UNKNOWN, which is masked and flagged.
"""

from __future__ import annotations

import re
import unicodedata

from pipeline.party_name import KanaReader, KnownName, known_names, whose_name
from pipeline.sound import Mora, find_sound, fold_kana, morae, spell_out
from pipeline.types import CallCase, EntitySpan, Finding, Party, Transcript

__all__ = ["KanaReader", "attribute", "digits_of"]

GROUP = 5
"""Digits from which a stretch of the registered number with one wrong is still that number's."""

PIECED = 0.75
"""Share of a heard run of digits that is made of the registered number: said twice, or in pieces and
read back.  Of random numbers not one in a thousand reaches it."""

HALF_LIKE = 0.5
"""Share of a number's digits that may differ where the conversation says whose it is: of two random
mobile numbers one pair in forty is as near."""

PLACE = 0.3
"""Price, as a share of the length, up to which two readings are the same place (facts.md 0.2)."""

ENOUGH = 3
"""Digits of a block number, or morae of a place, that say something by themselves."""

_SPOKEN_DIGITS = (
    ("0", "ゼロ ぜろ まる マル れい レイ"),
    ("1", "いち イチ"),
    ("2", "ニー ニ に"),
    ("3", "さん サン"),
    ("4", "よん ヨン"),
    ("5", "ご ゴー ゴ"),
    ("6", "ろく ロク"),
    ("7", "なな ナナ しち シチ"),
    ("8", "はち ハチ"),
    ("9", "きゅう キュウ キュー"),
)
"""The ways in which a digit is said or written."""

_DIGITS = {
    **dict(zip("〇零一二三四五六七八九", "00123456789", strict=True)),
    **{word: digit for digit, words in _SPOKEN_DIGITS for word in words.split()},
}
_DIGIT = re.compile("|".join(["[0-9]", *sorted(map(re.escape, _DIGITS), key=len, reverse=True)]))
_FILLER = re.compile(r"はい|ええ|うん|です(?:ね)?|えっと|えーと|の|、|。|\s")
_NUMBERING = re.compile(
    # A kanji digit belongs to the number where more of the number follows: 二番, but not 二条.
    r"[0-9０-９のノ-]|[〇零一二三四五六七八九十]+(?=[〇零一二三四五六七八九十のノ丁番号階、]|$)|丁目|番地|番|号室|号|階"
)
_LEAD = re.compile(r"^(?:はい|ええ|えーと?|あの|その|[のはがをにでとも、。 ])+(?=..)")
"""Particles and fillers that a witness took in with a garbled name."""

_TAIL = re.compile(r"(?<=..)(?:です|でーす|デス|デース|ベース|さま|さん|様|・|。)+$")
"""The same at its end: です drawn out is written in many ways."""

_TENS = re.compile(r"([一二三四五六七八九]?)十([一二三四五六七八九]?)")


_Verdict = tuple[Party, str, bool]
"""Whose it is, why (in Japanese), and whether a person should look."""


def attribute(
    entities: tuple[EntitySpan, ...], transcript: Transcript, case: CallCase, reader: KanaReader
) -> tuple[Finding, ...]:
    """Decide whose each finding is.

    Args:
        entities: From ``detect``.
        transcript: The call they point into.
        case: The requester, the staff and the company.
        reader: Reads names and raw text.

    Returns:
        One finding for each entity, in the same order.
    """
    known = tuple(known_names(case, reader))
    return tuple(
        _attributed(entity, transcript.text[entity.chars.start : entity.chars.end], case, known, reader)
        for entity in entities
    )


def digits_of(text: str) -> str:
    """The digits of a spoken or written number, fillers and joints left out.

    Args:
        text: Raw recogniser output, e.g. ``ゼロ90の一二``.

    Returns:
        ASCII digits.
    """
    plain = _FILLER.sub("", unicodedata.normalize("NFKC", text))
    plain = _TENS.sub(lambda m: f"{_DIGITS.get(m[1], '1')}{_DIGITS.get(m[2], '0')}", plain)
    return "".join(_DIGITS.get(m, m) for m in _DIGIT.findall(plain))


def _attributed(
    entity: EntitySpan, text: str, case: CallCase, known: tuple[KnownName, ...], reader: KanaReader
) -> Finding:
    match entity.entity_type:
        case "CONFIDENTIAL":
            verdict = (Party.COMPANY, "会社が秘密とする語", entity.needs_review)
        case "PHONE_NUMBER":
            number, likely = _phone_or_name(text, case, known, reader)
            verdict = _hinted(number, likely, entity)
        case "ADDRESS":
            likely = _near_address(text, case, reader)
            verdict = _hinted(_whose_address(text, case, reader), likely, entity)
        case "PERSON":
            core = reader.kana(_TAIL.sub("", _LEAD.sub("", text)))
            verdict = whose_name(reader.kana(text), known, entity.party, core)
        case "EMAIL_ADDRESS":
            verdict = _whose_mail(text, known, reader)
        case _:
            verdict = (Party.UNKNOWN, "誰のものか分かりません", True)
    party, reason, doubtful = verdict
    return Finding(entity, party, reason, doubtful or entity.needs_review)


def _hinted(verdict: _Verdict, likely: bool, entity: EntitySpan) -> _Verdict:
    """Let the conversation speak where the case does not decide.

    What it calls the requester's and is half like the registered one is theirs, and looked at;
    what is unlike it stays masked, and is looked at.
    """
    if verdict[0] in {Party.REQUESTER, Party.COMPANY} or entity.party is not Party.REQUESTER:
        return verdict
    if likely:
        return Party.REQUESTER, "会話では本人のもので、登録と半ば合う", True
    return Party.UNKNOWN, "会話では本人のものだが、登録と違う", True


def _phone_or_name(
    text: str, case: CallCase, known: tuple[KnownName, ...], reader: KanaReader
) -> tuple[_Verdict, bool]:
    """Judge a number by what is written and by what it sounds like (球 for 9); and how near it is."""
    heard = [digits_of(text), digits_of(reader.kana(text))]
    if max(map(len, heard)) < ENOUGH:
        # A witness calls a spoken mail address a number; a name in it tells whose it is.
        mail = _whose_mail(text, known, reader)
        return (mail if mail[0] is Party.REQUESTER else _whose_phone(heard[0], case)), False
    verdicts = [_whose_phone(digits, case) for digits in heard]
    likely = any(_near(digits, digits_of(phone)) for digits in heard for phone in case.requester.phones)
    return next((v for v in verdicts if v[0] in {Party.REQUESTER, Party.COMPANY}), verdicts[0]), likely


def _near(digits: str, phone: str) -> bool:
    """Whether badly heard digits may be a number or a group of it."""
    if len(digits) >= 6:
        return _edits(digits, phone) <= HALF_LIKE * max(len(digits), len(phone))
    width = len(digits)
    windows = (phone[at : at + width] for at in range(len(phone) - width + 1))
    return width >= ENOUGH and any(_edits(digits, window) <= 1 for window in windows)


def _near_address(text: str, case: CallCase, reader: KanaReader) -> bool:
    """Whether a badly heard address shares a place or a block number with a registered one."""
    line, numbers = morae(reader.kana(_NUMBERING.sub("", text))), digits_of(text)
    return any(
        _share_a_place(line, morae(fold_kana(known.kana) or reader.kana(known.text)))
        or _same_number(numbers, digits_of(known.text))
        for known in case.requester.addresses
    )


def _whose_mail(text: str, known: tuple[KnownName, ...], reader: KanaReader) -> _Verdict:
    """Cases hold no mail addresses; one with the requester's name in it is most likely theirs."""
    line = morae(spell_out(text) + reader.kana(re.sub("[A-Za-z]", "", text)))
    for name in known:
        parts = [morae(part) for part in name.parts if len(morae(part)) >= ENOUGH]
        if name.party is Party.REQUESTER and any(find_sound(part, line, 0.2) for part in parts):
            return Party.REQUESTER, "本人の名前を含むメールアドレス", True
    return Party.UNKNOWN, "誰のものか分かりません", True


def _whose_phone(digits: str, case: CallCase) -> _Verdict:
    for party, phones in ((Party.REQUESTER, case.requester.phones), (Party.COMPANY, case.company_phones)):
        for phone in filter(None, map(digits_of, phones)):
            if digits == phone or (4 <= len(digits) <= 8 and digits in phone):
                return party, "登録された番号（またはその一部）と同じ", False
            if len(digits) >= 8 and _edits(digits, phone) <= 2:
                # A digit misheard leaves the requester's own number theirs; a person looks at it.
                return party, "登録された番号と一、二桁違い", True
            if (len(digits) >= 6 and _pieced(digits, phone) >= PIECED) or _group_of(digits, phone):
                return party, "登録された番号の言い直し", True
    if digits.startswith(("0120", "0800")) and case.company_phones and len(digits) >= 9:
        return Party.UNKNOWN, "会社の番号に似た番号", True
    if len(digits) < 8:
        return Party.THIRD_PARTY, "登録のない番号（短い）", len(digits) < 4
    return Party.THIRD_PARTY, "登録のない番号", False


def _group_of(digits: str, phone: str) -> bool:
    """Whether five digits or more are a stretch of a number but for one: by chance one in three hundred."""
    width = len(digits)
    windows = (phone[at : at + size] for size in (width, width + 1) for at in range(len(phone) - size + 1))
    return width >= GROUP and any(_edits(digits, window) <= 1 for window in windows)


def _pieced(digits: str, phone: str) -> float:
    """Share of a run of digits that pieces of a number, three digits or longer, make up in any order."""
    covered = at = 0
    while at < len(digits):
        width = 0
        while at + width < len(digits) and digits[at : at + width + 1] in phone:
            width += 1
        covered += width if width >= 3 else 0
        at += max(1, width)
    return covered / len(digits)


def _whose_address(text: str, case: CallCase, reader: KanaReader) -> _Verdict:
    line = morae(reader.kana(re.sub(r"[0-9０-９]", "", text)))
    # Only what numbers a block: 郷 of a place name sounds like five.
    numbers = digits_of("".join(_NUMBERING.findall(text)))
    only_number = len(morae(reader.kana(_NUMBERING.sub("", text)))) < ENOUGH
    verdict = (Party.THIRD_PARTY, "登録のない住所", False)
    for address in case.requester.addresses:
        kana = morae(fold_kana(address.kana) or reader.kana(address.text))
        own = digits_of(address.text)
        sounds = len(line) >= ENOUGH and bool(find_sound(line, kana, PLACE))
        same_number = _same_number(numbers, own)
        if sounds and same_number:
            return Party.REQUESTER, "登録された住所と地名・番地が同じ", False
        if sounds and not numbers:
            return Party.REQUESTER, "登録された住所の地名と同じ", False
        if same_number and min(len(numbers), len(own)) >= ENOUGH:
            if only_number or _share_a_place(line, kana):
                return Party.REQUESTER, "登録された住所と番地が同じ", True
            verdict = (Party.UNKNOWN, "登録された住所と番地だけが同じ", True)
        if sounds and own and _edits(numbers, own) <= 1:
            # Misheard, or the house next door: only a person can tell.
            verdict = (Party.UNKNOWN, "登録された住所と番地が一桁違い", True)
    return verdict


def _same_number(numbers: str, own: str) -> bool:
    """Whether one block number is the other, or a part of it: 1-2 of 1-2-3, 1-2-3 and a room."""
    if not numbers or not own:
        return False
    return numbers in own or numbers.startswith(own) or (len(own) >= ENOUGH and own in numbers)


def _share_a_place(line: tuple[Mora, ...], kana: tuple[Mora, ...]) -> bool:
    """Whether some stretch of a spoken address sounds like a stretch of the registered one."""
    width = min(5, len(line))
    starts = range(len(line) - width + 1)
    return width >= ENOUGH and any(find_sound(line[at : at + width], kana, PLACE) for at in starts)


def _edits(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        new = [i]
        for j, y in enumerate(b, 1):
            new.append(min(row[j - 1] + (x != y), row[j] + 1, new[-1] + 1))
        row = new
    return row[-1]
