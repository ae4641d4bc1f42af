"""Whose is it: 本人 / 第三者 / 担当者 / 自社 / 不明, by comparing with the case by sound.

The recogniser misspells the requester's own name as often as anyone's, so likeness of the
readings decides.  Doubt is never resolved towards keeping: what is only somewhat like the
requester's is UNKNOWN, which is masked and flagged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.called import with_honorific
from pipeline.party_address import (
    RegisteredAddress,
    address_groups,
    clearly_within,
    is_block,
    registered,
    whose_address,
    without_numbering,
)
from pipeline.party_beside import beside
from pipeline.party_explained import explained
from pipeline.party_mail import whose_mail
from pipeline.party_name import HALF, KanaReader, KnownName, known_names, whose_name
from pipeline.party_spelt import LEAD, TAIL, as_explained, as_spelt
from pipeline.sound import likeness, morae
from pipeline.spoken_digits import digits_apart, digits_of
from pipeline.types import CallCase, EntitySpan, Finding, Party, Transcript

__all__ = ["KanaReader", "attribute"]

GROUP = 5
"""Digits from which a stretch of the registered number with one wrong is still that number's."""

PREFIX = 3
"""Digits at the beginning that many numbers share."""

PIECED = 0.75
"""Share of a heard run of digits that is made of the registered number: said twice, or in pieces and
read back.  Of random numbers not one in a thousand reaches it."""

HALF_LIKE = 0.4
"""Share of a number's digits that may differ where the conversation says whose it is: of two random
mobile numbers one pair in 400 is as near.  With a half it is one in forty, and in 90 calls' exact words a
stranger's whole number was taken for theirs by the conversation."""

ENOUGH = 3
"""Digits of a number, or morae of a name, that say something by themselves."""

BEYOND = 4
"""Characters behind an address that may belong to it still."""

_KANJI = re.compile(r"[一-龠々]+")

_CUT = re.compile(r"さ[まん]")

_TWICE = re.compile(r"(.{3,}?)(?:です|[、。\s])*\1")
"""A name and the same once more: both sides said it, or one of them twice."""

_GOES_ON = re.compile(r"[^\s、。はがをにのでともへや]{1,2}")
"""What may be the rest of a name behind its finding: up to two characters, and no particle."""

_OWNERS = {Party.REQUESTER: "本人のもの", Party.STAFF: "担当者の名前", Party.COMPANY: "自社のもの"}

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
    own = registered(case.requester.addresses, reader)
    texts = tuple(_said(entity, transcript.text) for entity in entities)
    found: dict[int, Finding] = {}
    for group in address_groups(entities, transcript):
        found |= {
            index: _attributed_address(
                entities[index],
                texts[index],
                _Place(tuple(texts[i] for i in group), at, *_around(entities, group, transcript)),
                (known, own),
                reader,
            )
            for at, index in enumerate(group)
            if entities[index].entity_type == "ADDRESS"
        }
    findings = [
        found[index]
        if index in found
        else _gone_on(
            _attributed(entity, texts[index], case, (known, own), reader), transcript.text, known, reader
        )
        for index, entity in enumerate(entities)
    ]
    return beside(explained(findings, transcript), transcript)


def _said(entity: EntitySpan, text: str) -> str:
    """What a finding holds, without the half of さま or さん that its edge has cut off."""
    said = text[entity.chars.start : entity.chars.end]
    cut = entity.entity_type == "PERSON" and len(said) > 1 and _CUT.match(text, entity.chars.end - 1)
    return said[:-1] if cut else said


@dataclass(frozen=True, slots=True)
class _Place:
    """An address in its pieces, which of them it is about, and the few characters around it in its lines."""

    pieces: tuple[str, ...] = field(repr=False)
    at: int
    before: str = field(repr=False)
    behind: str = field(repr=False)

    @property
    def whole(self) -> str:
        """All pieces together."""
        return "".join(self.pieces)

    def said_with(self) -> Iterator[str]:
        """Every run of pieces that holds the one it is about, and others, the longest first."""
        count = len(self.pieces)
        for size in range(count - 1, 1, -1):
            for start in range(max(0, self.at - size + 1), min(self.at, count - size) + 1):
                yield "".join(self.pieces[start : start + size])


def _around(entities: Sequence[EntitySpan], group: Sequence[int], transcript: Transcript) -> tuple[str, str]:
    """What stands right before and behind: the edge of a finding may cut a garbled town in two."""
    start, end = entities[group[0]].chars.start, entities[group[-1]].chars.end
    before = transcript.text[max(0, start - BEYOND) : start].rsplit("\n", 1)[-1]
    return before, transcript.text[end : end + BEYOND].split("\n")[0]


def _attributed_address(
    entity: EntitySpan,
    text: str,
    place: _Place,
    theirs: tuple[tuple[KnownName, ...], Sequence[RegisteredAddress]],
    reader: KanaReader,
) -> Finding:
    """Judge a piece of an address by the whole of it; a piece that fits by itself is believed, too."""
    known, own = theirs
    verdict, likely = whose_address(place.whole, own, reader)
    wider = [place.whole + each for each in (place.behind, "") if not digits_of(each)]
    wider += [place.before + each for each in wider if not digits_of(place.before)]
    for said in wider:
        more, _ = whose_address(said, own, reader)
        if verdict[0] is not Party.REQUESTER and more[0] is Party.REQUESTER:
            verdict = more[0], more[1], True
    if verdict[0] is not Party.REQUESTER:
        verdict = _said_twice(place, own, reader) or verdict
    alone, _ = whose_address(text, own, reader)
    # Said twice, the numbers of both make none together.  A number by itself tells too little here.
    placed = not alone[2] or len(morae(reader.kana(without_numbering(text)))) >= ENOUGH
    if verdict[0] is not Party.REQUESTER and digits_of(text) and alone[0] is Party.REQUESTER and placed:
        verdict = alone
    verdict = _or_name(_hinted(verdict, likely, entity), text, known, reader)
    return _finding(entity, verdict)


def _said_twice(place: _Place, own: Sequence[RegisteredAddress], reader: KanaReader) -> _Verdict | None:
    """Requester's, where some pieces in a row are: said twice, one of the numbers may be misheard.

    Only pieces with a place and a number tell: of two addresses said in a row one may be in the same town.
    """
    for said in place.said_with():
        numbered = bool(digits_of(said)) and len(morae(reader.kana(without_numbering(said)))) >= ENOUGH
        verdict, _ = whose_address(said, own, reader)
        if numbered and verdict[0] is Party.REQUESTER and not verdict[2]:
            return verdict[0], verdict[1], True
    return None


def _finding(entity: EntitySpan, verdict: _Verdict) -> Finding:
    """The verdict as a finding; what the second hearing makes clear is believed, and looked at."""
    party, reason, doubtful = verdict
    again = entity.heard_again_as
    if party in {Party.THIRD_PARTY, Party.UNKNOWN} and again is not None and party is not again:
        party, reason, doubtful = again, f"二度目の聞き取りでは{_OWNERS[again]}", True
    return Finding(entity, party, reason, doubtful or entity.needs_review)


def _attributed(
    entity: EntitySpan,
    text: str,
    case: CallCase,
    theirs: tuple[tuple[KnownName, ...], Sequence[RegisteredAddress]],
    reader: KanaReader,
) -> Finding:
    known, own = theirs
    match entity.entity_type:
        case "CONFIDENTIAL":
            verdict = (Party.COMPANY, "会社が秘密とする語", entity.needs_review)
        case "PHONE_NUMBER":
            number, likely = _phone_or_name(text, case, known, reader)
            verdict = _or_address(_hinted(number, likely, entity), text, own, reader)
            verdict = _or_block(verdict, text, own)
        case "PERSON":
            name = (
                as_spelt(text, case)
                or as_explained(text, case)
                or _whose_person(text, entity.party, known, reader)
            )
            verdict = _or_address(name, text, own, reader)
        case "ADDRESS":
            # A candidate: no part of a group.
            verdict = _hinted(*whose_address(text, own, reader), entity)
        case "EMAIL_ADDRESS":
            verdict = whose_mail(text, known, reader)
        case _:
            verdict = (Party.UNKNOWN, "誰のものか分かりません", True)
    return _finding(entity, verdict)


def _gone_on(finding: Finding, text: str, known: tuple[KnownName, ...], reader: KanaReader) -> Finding:
    """Believe a name that is the requester's with what follows it: 「まっそひな」こ for 松尾日向子."""
    entity = finding.entity
    doubted = entity.entity_type == "PERSON" and finding.party in {Party.THIRD_PARTY, Party.UNKNOWN}
    rest = _GOES_ON.match(text, entity.chars.end)
    if not doubted or entity.candidate or rest is None or with_honorific(text, entity.chars):
        return finding
    for end in range(rest.start() + 1, rest.end() + 1):
        party, reason, _ = _whose_person(text[entity.chars.start : end], None, known, reader)
        if party is Party.REQUESTER:
            return Finding(entity, party, reason, True)
    return finding


def _or_address(
    verdict: _Verdict, text: str, own: Sequence[RegisteredAddress], reader: KanaReader
) -> _Verdict:
    """A garbled town is often taken for a name."""
    if verdict[0] in {Party.THIRD_PARTY, Party.UNKNOWN} and clearly_within(text, own, reader):
        return Party.REQUESTER, "登録された住所の地名と同じ", True
    return verdict


def _or_block(verdict: _Verdict, text: str, own: Sequence[RegisteredAddress]) -> _Verdict:
    """A block number is often taken for a telephone's: そうですか、8の29の21."""
    if verdict[0] is Party.THIRD_PARTY and is_block(text, own):
        return Party.REQUESTER, "登録された住所の番地と同じ", True
    return verdict


def _or_name(verdict: _Verdict, text: str, known: tuple[KnownName, ...], reader: KanaReader) -> _Verdict:
    """A surname is often taken for a place; with a number it is one."""
    if verdict[0] in {Party.THIRD_PARTY, Party.UNKNOWN} and not digits_of(text):
        party, reason, doubtful = _whose_person(text, None, known, reader)
        if party is Party.REQUESTER and not doubtful:
            return party, reason, True
    return verdict


def _whose_person(
    text: str, hint: Party | None, known: tuple[KnownName, ...], reader: KanaReader
) -> _Verdict:
    """Judge a name by the dictionary's reading, and by any other that what is written may have."""
    twice = _TWICE.fullmatch(TAIL.sub("", text))
    text = twice[1] if twice else text
    if any(_is_relative(text, name, reader) for name in known if name.party is Party.REQUESTER):
        return Party.UNKNOWN, "本人と同じ姓で名が違う", True
    kana, cores = reader.kana(text), tuple(_cores(text))
    verdict = whose_name(kana, known, hint, [sound for sound in map(reader.kana, cores) if sound != kana])
    if verdict[0] in {Party.THIRD_PARTY, Party.UNKNOWN}:
        for sound in reader.readings(cores[-1]):
            other = whose_name(sound, known)
            if other[0] is Party.REQUESTER and not other[2]:
                return other[0], "別の読み方では本人の名前", True
    return verdict


def _is_relative(text: str, name: KnownName, reader: KanaReader) -> bool:
    """Whether a short given name that is not theirs follows the requester's surname.

    太田杏 sounds like オオタ but for a drawn vowel and an ん.  A longer one tells by itself.
    """
    if len(name.parts) < 2:
        return False
    surname, given = name.parts
    said = TAIL.sub("", text)
    rests = (said[n:] for n in range(1, len(said)) if reader.kana(said[:n]) == surname)
    return any(
        _KANJI.fullmatch(rest) is not None
        and any(len(morae(sound)) < ENOUGH for sound in sounds)
        and all(likeness(given, sound) < HALF for sound in sounds)
        for rest, sounds in ((rest, (reader.kana(rest), *reader.readings(rest))) for rest in rests)
    )


def _cores(text: str) -> Iterator[str]:
    """A name without its tail, and then without one word of its lead after the other: は in はら is none."""
    text = TAIL.sub("", text)
    yield text
    while (shorter := LEAD.sub("", text)) != text:
        text = shorter
        yield text


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
        mail = whose_mail(text, known, reader)
        return (mail if mail[0] is Party.REQUESTER else _whose_phone(heard[0], case)), False
    verdicts = [_whose_phone(digits, case) for digits in heard]
    likely = any(_near(digits, digits_of(phone)) for digits in heard for phone in case.requester.phones)
    return next((v for v in verdicts if v[0] in {Party.REQUESTER, Party.COMPANY}), verdicts[0]), likely


def _near(digits: str, phone: str) -> bool:
    """Whether badly heard digits may be a number or a group of it."""
    if len(digits) >= 6:
        return digits_apart(digits, phone) <= HALF_LIKE * max(len(digits), len(phone))
    width = len(digits)
    windows = (phone[at : at + width] for at in range(len(phone) - width + 1))
    return width >= ENOUGH and any(digits_apart(digits, window) <= 1 for window in windows)


def _whose_phone(digits: str, case: CallCase) -> _Verdict:
    for party, phones in ((Party.REQUESTER, case.requester.phones), (Party.COMPANY, case.company_phones)):
        for phone in filter(None, map(digits_of, phones)):
            part = 4 <= len(digits) <= 8 and digits in phone and _told(digits, phone) >= ENOUGH
            if digits == phone or part:
                return party, "登録された番号（またはその一部）と同じ", False
            if len(digits) >= 8 and digits_apart(digits, phone) <= 2:
                # A digit misheard leaves the requester's own number theirs; a person looks at it.
                return party, "登録された番号と一、二桁違い", True
            if (len(digits) >= 6 and _pieced(digits, phone) >= PIECED) or _group_of(digits, phone):
                return party, "登録された番号の言い直し", True
            if len(digits) > len(phone) and _within(digits, phone):
                return Party.UNKNOWN, "登録された番号に別の数字が続く", True
    if digits.startswith(("0120", "0800")) and case.company_phones and len(digits) >= 9:
        return Party.UNKNOWN, "会社の番号に似た番号", True
    reason = "登録のない番号（短い）" if len(digits) < 8 else "登録のない番号"
    return Party.THIRD_PARTY, reason, len(digits) < 4


def _told(digits: str, phone: str) -> int:
    """How many digits tell something: every third mobile number begins with 080, a town's with one code."""
    return len(digits) - (PREFIX if digits[:PREFIX] == phone[:PREFIX] else 0)


def _group_of(digits: str, phone: str) -> bool:
    """Whether five digits or more are a stretch of a number but for one: by chance one in three hundred."""
    width = len(digits)
    windows = (phone[at : at + size] for size in (width, width + 1) for at in range(len(phone) - size + 1))
    return _told(digits, phone) >= GROUP and any(digits_apart(digits, window) <= 1 for window in windows)


def _within(digits: str, phone: str) -> bool:
    """Whether a longer run of digits holds a number, two of its digits misheard: said, and read back."""
    widths = range(max(8, len(phone) - 2), len(phone) + 1)
    windows = (digits[at : at + width] for width in widths for at in range(len(digits) - width + 1))
    return any(digits_apart(window, phone) <= 2 for window in windows)


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
