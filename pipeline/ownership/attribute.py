"""Compare what was written of each finding with the case: is it the requester's, the staff's, the company's?

The recogniser misspells the requester's own name as often as anybody's, so likeness of readings decides.
Doubt never keeps anything: what is only somewhat like the requester's is UNKNOWN, masked and flagged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.finding.verdict import UNOWNED, Verdict, Veto
from pipeline.ownership.compare.address import address_groups, whose_address
from pipeline.ownership.compare.mail import whose_mail
from pipeline.ownership.compare.name import (
    MIN_PART_LIKENESS,
    KanaReader,
    KnownName,
    known_names,
    other_orders,
    shares_a_part,
    whose_name,
)
from pipeline.ownership.compare.phone import whose_number
from pipeline.ownership.compare.registered_address import RegisteredAddress, place_in, registered
from pipeline.ownership.compare.room import says_another_room
from pipeline.ownership.compare.spelling import (
    KANJI,
    TAIL,
    as_explained,
    as_spelt,
    letter_by_letter,
    without_lead,
)
from pipeline.reasons import Reason
from pipeline.sound.digits import digits_of
from pipeline.sound.morae import MIN_TELLING, likeness
from pipeline.types import CallCase, EntitySpan, Finding, Party, Transcript

__all__ = ["compare_words"]

MAX_CHARS_AROUND = 4
"""Characters behind an address that may belong to it still."""

_HONOURED = ("様", "さま", "さん", "ちゃん", "くん")

_SAID_SO = re.compile(r"([ぁ-ん]{3,})[だよね]")
"""A name in hiragana, and what ends the sentence: only the very same is believed."""

_ALONE = re.compile(r"[ぁ-ん、。\s]{0,3}([一-龠々]{1,4})([ぁ-ん、。\s]{0,2})")
"""A name of kanji and what is said around it: は聡, 茂だ; しの behind 秋山 is a name itself."""

_CUT = re.compile(r"さ[まん]")

_TWICE = re.compile(r"(.{3,}?)(?:です|[、。\s])*\1")
"""A name and the same once more: both sides said it, or one of them twice."""

_SECOND_HEARING = {
    Party.REQUESTER: Reason.SECOND_HEARING_REQUESTER,
    Party.STAFF: Reason.SECOND_HEARING_STAFF,
    Party.COMPANY: Reason.SECOND_HEARING_COMPANY,
}


def compare_words(
    entities: tuple[EntitySpan, ...], transcript: Transcript, case: CallCase, reader: KanaReader
) -> tuple[Finding, ...]:
    """Compare what was written of each finding with the case.

    Args:
        entities: In order of text.
        transcript: The call they point into.
        case: The requester, the staff and the company.
        reader: Reads names and raw text.

    Returns:
        One finding for each entity, in the same order.
    """
    known = (*known_names(case, reader), *other_orders(case, reader))
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
    return tuple(
        found[index] if index in found else _attributed(entity, texts[index], case, (known, own), reader)
        for index, entity in enumerate(entities)
    )


def _said(entity: EntitySpan, text: str) -> str:
    """The words of a finding without the half of さま or さん that its edge has cut off."""
    said = text[entity.chars.start : entity.chars.end]
    cut = entity.entity_type == "PERSON" and len(said) > 1 and _CUT.match(text, entity.chars.end - 1)
    return said[:-1] if cut else said


@dataclass(frozen=True, slots=True)
class _Place:
    """An address said in pieces, the index of the piece to judge, and a few characters around it."""

    pieces: tuple[str, ...] = field(repr=False)
    at: int
    before: str = field(repr=False)
    behind: str = field(repr=False)

    @property
    def whole(self) -> str:
        """All pieces joined."""
        return "".join(self.pieces)

    def said_with(self) -> Iterator[str]:
        """Every run of two pieces or more that holds the one to judge, the longest first."""
        count = len(self.pieces)
        for size in range(count - 1, 1, -1):
            for start in range(max(0, self.at - size + 1), min(self.at, count - size) + 1):
                yield "".join(self.pieces[start : start + size])


def _around(entities: Sequence[EntitySpan], group: Sequence[int], transcript: Transcript) -> tuple[str, str]:
    """The characters right before and behind: the edge of a finding may cut a garbled town in two."""
    start, end = entities[group[0]].chars.start, entities[group[-1]].chars.end
    before = transcript.text[max(0, start - MAX_CHARS_AROUND) : start].rsplit("\n", 1)[-1]
    return before, transcript.text[end : end + MAX_CHARS_AROUND].split("\n")[0]


def _attributed_address(
    entity: EntitySpan,
    text: str,
    place: _Place,
    theirs: tuple[tuple[KnownName, ...], Sequence[RegisteredAddress]],
    reader: KanaReader,
) -> Finding:
    """Judge a piece of an address by the whole address, and by itself."""
    known, own = theirs
    verdict = whose_address(place.whole, own, reader)
    # Four characters more are soon like a building's name: what the talk calls another's is judged as it is.
    wide = entity.hint is not Party.THIRD_PARTY
    wider = [place.whole + each for each in (place.behind, "") if wide and not digits_of(each)]
    wider += [place.before + each for each in wider if not digits_of(place.before)]
    for said in wider:
        more = whose_address(said, own, reader)
        if verdict.party is not Party.REQUESTER and more.party is Party.REQUESTER:
            verdict = more._replace(doubtful=True)
    if verdict.party is not Party.REQUESTER:
        verdict = _said_twice(place, own, reader) or verdict
    alone = whose_address(text, own, reader)
    # Said twice, the numbers of both make none together.  A number by itself tells too little here.
    placed = not alone.doubtful or len(place_in(text, reader)) >= MIN_TELLING
    if verdict.party is not Party.REQUESTER and digits_of(text) and alone.party is Party.REQUESTER and placed:
        verdict = alone
    misheard = alone.reason in {Reason.ADDRESS_ONE_FIGURE_OFF, Reason.ADDRESS_ROOM_ONE_FIGURE_OFF}
    if verdict.party is Party.THIRD_PARTY and misheard:
        # With what is said next, a room and a postal code, the number is like nobody's.
        verdict = alone
    if verdict.party is not Party.REQUESTER and says_another_room(text, own, reader):
        # Another room is another's, whatever the talk and a second hearing say.
        return Finding(entity, Party.THIRD_PARTY, Veto.OTHER_ROOM.value, needs_review=True)
    verdict = _hinted(verdict, entity)
    if text.endswith(_HONOURED) and verdict.party is Party.REQUESTER and not digits_of(text):
        # 長田様 is no 長野: a town has no honorific, and somebody's name has.
        verdict = _whose_person(text, entity.hint, known, reader)
    return _finding(entity, verdict)


def _said_twice(place: _Place, own: Sequence[RegisteredAddress], reader: KanaReader) -> Verdict | None:
    """The requester's, if some pieces in a row are: of an address said twice, one may be misheard.

    Only pieces with a place and a number tell: of two addresses said in a row one may be in the same town.
    """
    for said in place.said_with():
        numbered = bool(digits_of(said)) and len(place_in(said, reader)) >= MIN_TELLING
        verdict = whose_address(said, own, reader)
        if numbered and verdict.party is Party.REQUESTER and not verdict.doubtful:
            return verdict._replace(doubtful=True)
    return None


def _finding(entity: EntitySpan, verdict: Verdict) -> Finding:
    """Make the finding of a verdict; a clear second hearing overrules a verdict that nobody known owns it."""
    party, reason, doubtful = verdict
    again = entity.heard_again_as
    if party in UNOWNED and again in _SECOND_HEARING:
        party, reason, doubtful = again, _SECOND_HEARING[again], True
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
            verdict = Verdict(Party.COMPANY, Reason.CONFIDENTIAL_TERM, entity.needs_review)
        case "PHONE_NUMBER":
            verdict = _hinted(whose_number(text, case, known, reader), entity)
        case "PERSON":
            verdict = (
                as_spelt(text, case)
                or as_explained(text, case)
                or _whose_person(letter_by_letter(text) or text, entity.hint, known, reader)
            )
        case "ADDRESS":
            # A candidate: no part of a group.
            verdict = _hinted(whose_address(text, own, reader), entity)
        case "EMAIL_ADDRESS":
            verdict = whose_mail(text, known, reader)
        case _:
            verdict = Verdict(Party.UNKNOWN, Reason.OWNER_UNKNOWN, True)
    return _finding(entity, verdict)


def _whose_person(text: str, hint: Party | None, known: tuple[KnownName, ...], reader: KanaReader) -> Verdict:
    """Judge a name by the dictionary's reading, then by every other reading of its spelling."""
    twice = _TWICE.fullmatch(TAIL.sub("", text))
    text = twice[1] if twice else text
    own = tuple(name for name in known if name.party is Party.REQUESTER)
    another = shares_a_part(TAIL.sub("", text), own, reader)
    if another or any(_is_relative(text, name, reader) for name in own):
        return Verdict(Party.UNKNOWN, Veto.RELATIVE.value, True)
    kana, cores = reader.kana(text), tuple(_cores(text, reader))
    verdict = whose_name(kana, known, hint, [sound for sound in map(reader.kana, cores) if sound != kana])
    if verdict.party in UNOWNED:
        for sound in reader.readings(cores[-1]):
            other = whose_name(sound, known)
            if other.party is Party.REQUESTER and not other.doubtful:
                return Verdict(other.party, Reason.NAME_OTHER_READING_REQUESTER, True)
    return verdict


def _is_relative(text: str, name: KnownName, reader: KanaReader) -> bool:
    """Whether the requester's surname is followed by a given name that is not theirs.

    太田杏 sounds like オオタ but for a drawn vowel and an ん, 山本湖 like ヤマモト and half a word.
    """
    if len(name.parts) < 2:
        return False
    surname, given = name.parts
    said = TAIL.sub("", text)
    rests = (said[n:] for n in range(1, len(said)) if reader.kana(said[:n]) == surname)
    return any(
        KANJI.fullmatch(rest) is not None
        and all(likeness(given, sound) < MIN_PART_LIKENESS for sound in sounds)
        for rest, sounds in ((rest, (reader.kana(rest), *reader.readings(rest))) for rest in rests)
    )


def _cores(text: str, reader: KanaReader) -> Iterator[str]:
    """The name with less and less of what is said around it."""
    first, *shorter = without_lead(text)
    yield first
    if plain := _SAID_SO.fullmatch(first):
        yield plain[1]
    yield from shorter
    if (alone := _ALONE.fullmatch((first, *shorter)[-1])) and not reader.readings(alone[2]):
        yield alone[1]


def _hinted(verdict: Verdict, entity: EntitySpan) -> Verdict:
    """What the talk calls the requester's and is not like it stays masked, and a person looks at it."""
    if entity.hint is Party.REQUESTER and verdict.party in UNOWNED:
        return Verdict(Party.UNKNOWN, Reason.TALK_SAYS_REQUESTER_UNLIKE, True)
    return verdict
