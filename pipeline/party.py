"""Whose is it: 本人 / 第三者 / 担当者 / 自社 / 不明, by comparing with the case by sound.

The recogniser misspells the requester's own name as often as anyone's, so likeness of the
readings decides.  Doubt is never resolved towards keeping: what is only somewhat like the
requester's is UNKNOWN, which is masked and flagged.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.sound import find_sound, fold_kana, likeness, morae
from pipeline.types import CallCase, CaseName, EntitySpan, Finding, Party, Transcript

__all__ = ["KanaReader", "attribute", "digits_of"]

ALIKE = 0.72
"""Likeness from which a reading is the known name: of garbled names nine in ten lie above 0.7
(facts.md 0.2: reading distance up to 0.3 of the length)."""

DOUBTFUL = 0.58
"""Likeness from which a reading may be the known name: masked, flagged."""

_DIGITS = {
    **dict(zip("〇零一二三四五六七八九", "00123456789", strict=True)),
    "ゼロ": "0", "ぜろ": "0", "まる": "0", "マル": "0", "れい": "0", "レイ": "0", "いち": "1", "イチ": "1", "ニー": "2", "ニ": "2",
    "に": "2", "さん": "3", "サン": "3", "よん": "4", "ヨン": "4", "ご": "5", "ゴー": "5", "ゴ": "5", "ろく": "6", "ロク": "6",
    "なな": "7", "ナナ": "7", "しち": "7", "シチ": "7", "はち": "8", "ハチ": "8", "きゅう": "9", "キュウ": "9", "キュー": "9",
}  # fmt: skip
_DIGIT = re.compile("|".join(["[0-9]", *sorted(map(re.escape, _DIGITS), key=len, reverse=True)]))
_FILLER = re.compile(r"はい|ええ|うん|です(?:ね)?|えっと|えーと|の|、|。|\s")
_TENS = re.compile(r"([一二三四五六七八九]?)十([一二三四五六七八九]?)")


class KanaReader(Protocol):
    """What ``attribute`` needs of a reader."""

    def kana(self, text: str) -> str:
        """Katakana of a text."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A name of the case by sound: the whole, and its surname and given name where they can be told."""

    party: Party
    whole: str = field(repr=False)
    parts: tuple[str, ...] = field(repr=False)


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
    known = tuple(_known_names(case, reader))
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
    entity: EntitySpan, text: str, case: CallCase, known: tuple[_Known, ...], reader: KanaReader
) -> Finding:
    match entity.entity_type:
        case "CONFIDENTIAL":
            verdict = (Party.COMPANY, "会社が秘密とする語", entity.needs_review)
        case "PHONE_NUMBER":
            verdict = _whose_phone(digits_of(text), case)
        case "ADDRESS":
            verdict = _whose_address(text, case, reader)
        case "PERSON":
            verdict = _whose_name(reader.kana(text), known, bool(case.requester.names))
        case _:
            verdict = (Party.UNKNOWN, "誰のものか分かりません", True)
    party, reason, doubtful = verdict
    if entity.party is not None and party in {Party.THIRD_PARTY, Party.UNKNOWN}:
        party, reason = entity.party, "会話の流れから"
        doubtful = True
    return Finding(entity, party, reason, doubtful or entity.needs_review)


def _whose_phone(digits: str, case: CallCase) -> tuple[Party, str, bool]:
    for party, phones in ((Party.REQUESTER, case.requester.phones), (Party.COMPANY, case.company_phones)):
        for phone in map(digits_of, phones):
            if digits == phone:
                return party, "登録された番号と同じ", False
            if len(digits) >= 8 and _edits(digits, phone) <= 2:
                # A digit misheard leaves the requester's own number theirs; a person looks at it.
                return party, "登録された番号と一、二桁違い", True
            if 4 <= len(digits) < len(phone) and digits in phone:
                return party, "登録された番号の一部と同じ", False
    if digits.startswith(("0120", "0800")) and case.company_phones and len(digits) >= 9:
        return Party.UNKNOWN, "会社の番号に似た番号", True
    if len(digits) < 8:
        return Party.THIRD_PARTY, "登録のない番号（短い）", len(digits) < 4
    return Party.THIRD_PARTY, "登録のない番号", False


def _whose_address(text: str, case: CallCase, reader: KanaReader) -> tuple[Party, str, bool]:
    line = morae(reader.kana(re.sub(r"[0-9０-９]", "", text)))
    numbers = digits_of(text)
    for address in case.requester.addresses:
        kana = morae(fold_kana(address.kana) or reader.kana(address.text))
        own = digits_of(address.text)
        sounds = bool(line) and bool(find_sound(line, kana, 0.3)) and len(line) >= 3
        same_number = bool(numbers) and (numbers in own or (len(numbers) > 2 and own in numbers))
        if numbers and sounds and same_number:
            return Party.REQUESTER, "登録された住所と地名・番地が同じ", False
        if not numbers and sounds:
            return Party.REQUESTER, "登録された住所の地名と同じ", False
        if same_number and len(numbers) >= 3:
            return Party.REQUESTER, "登録された住所と番地が同じ", True
        if sounds and numbers and _edits(numbers, own) <= 1:
            return Party.REQUESTER, "登録された住所と番地が一桁違い", True
    return Party.THIRD_PARTY, "登録のない住所", False


def _whose_name(kana: str, known: tuple[_Known, ...], has_requester: bool) -> tuple[Party, str, bool]:
    best, party = 0.0, Party.UNKNOWN
    for name in known:
        score = max((likeness(form, kana) for form in (name.whole, *name.parts)), default=0.0)
        relative = any(
            len(morae(kana)) > len(morae(part)) + 1 and kana.startswith(part) for part in name.parts[:1]
        )
        if relative and likeness(name.whole, kana) < ALIKE:
            continue  # the requester's surname with another given name: a member of the family
        if score > best:
            best, party = score, name.party
    if best >= ALIKE:
        label = {Party.REQUESTER: "本人", Party.STAFF: "担当者", Party.COMPANY: "自社"}[party]
        return party, f"{label}の名前と読みが近い", best < 0.85
    if best >= DOUBTFUL:
        return Party.UNKNOWN, "登録された名前に少し似ている", True
    if not has_requester:
        return Party.THIRD_PARTY, "登録のない名前", False
    return Party.THIRD_PARTY, "登録された誰の名前とも違う", False


def _known_names(case: CallCase, reader: KanaReader) -> Iterator[_Known]:
    groups: tuple[tuple[Party, Iterable[CaseName]], ...] = (
        (Party.REQUESTER, case.requester.names),
        (Party.STAFF, case.staff),
        (Party.COMPANY, case.company_names),
    )
    for party, names in groups:
        for name in names:
            whole = fold_kana(name.kana) or reader.kana(name.text)
            parts = () if party is Party.COMPANY else _split(name, whole, reader)
            yield _Known(party, whole, parts)


def _split(name: CaseName, whole: str, reader: KanaReader) -> tuple[str, ...]:
    """Surname and given name by sound: the split whose spelt parts read most like the whole."""
    words = name.text.split() or [name.text]
    if len(words) == 2:
        first = reader.kana(words[0])
        return (first, whole[len(first) :]) if whole.startswith(first) else ()
    best: tuple[float, tuple[str, ...]] = (0.0, ())
    for cut in range(1, len(name.text)):
        surname = reader.kana(name.text[:cut])
        rest = whole[len(surname) :]
        if whole.startswith(surname) and rest:
            score = likeness(rest, reader.kana(name.text[cut:])) + 0.01 * (cut == 2)
            best = max(best, (score, (surname, rest)))
    return best[1]


def _edits(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        new = [i]
        for j, y in enumerate(b, 1):
            new.append(min(row[j - 1] + (x != y), row[j] + 1, new[-1] + 1))
        row = new
    return row[-1]
