"""Read nearly as theirs, but written as somebody else's name; or a part of it, and heard as more.

case 市川  written 石川  nothing heard, the words are exact      another's: イシカワ is a name of its own
case 中島  written 赤島  heard ナカジマ -6.3, アカシマ -13.6     the requester's: the kanji were misheard
case 浩平  written 小池  heard コウヘイ -11.0, コイケ 0.0        another's
case 吉川  written 吉川様  heard ヨシカワヨースケサマ            a relative's: the recogniser has lost 洋介
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.heard_stretch import Channels, Stretch
from pipeline.party_name import FAMILY, HALF, KanaReader, KnownName, known_names
from pipeline.party_spelt import BLANKS, LEAD, TAIL
from pipeline.phonetic import likeliest
from pipeline.sound import likeness, morae, undrawn
from pipeline.spotting import spotted
from pipeline.types import CallCase, CharSpan, Finding, Party, Transcript

__all__ = ["ANOTHERS", "with_other_names", "with_unwritten_names"]

ANOTHERS = "登録の名前と読みが近いが、別の名前の表記"
"""Why it is nobody's."""

SHORTEST: Final = 2
"""Kanji of a name at the least: one is in any word."""

HEARD: Final = -6.0
"""Log odds from which the surname is heard."""

LOWEST: Final = -40.0
"""Log odds below which it need not be known how badly a name is heard."""

UNWRITTEN: Final = (2, 6)
"""Morae of a given name that is heard and not written, at the least and at the most."""

_CALLED = re.compile(r"[、\s]?(?:さま|さん|様|くん|君|ちゃん)")
_CALLED_BY_SOUND = re.compile(r"(.+?)(?:サマ|サン|クン|チャン)")

_NAME = re.compile(r"([一-龠々ヶ]+)([^のノ]*)")
"""Its kanji, and what goes on behind them; with の it explains a name (大石の石)."""


def with_other_names(
    findings: Sequence[Finding], transcript: Transcript, case: CallCase, reader: KanaReader
) -> tuple[Finding, ...]:
    """Take for nobody's what is written as another name than it would be, unless it is heard as theirs.

    Args:
        findings: In order of text, with their parties.
        transcript: What they point into; where it has no posteriorgrams, what is written is believed.
        case: The requester and the staff.
        reader: Knows how names are read.

    Returns:
        The findings, of which some that were the requester's or the staff's are unknown.
    """
    listened = any(segment.posteriorgrams for segment in transcript.segments)
    channels = Channels(transcript) if listened else None
    known = tuple(known_names(case, reader))
    spelt = [BLANKS.sub("", name.text) for name in (*case.requester.names, *case.staff)]

    def is_anothers(finding: Finding) -> bool:
        chars = finding.entity.chars
        name = _written(transcript.text[chars.start : chars.end], reader)
        if name is None or any(name.kanji in each for each in spelt):
            return False
        own = {kana for each in known if each.party is finding.party for kana in name.like(each)}
        heard = () if channels is None else tuple(channels.stretches(finding))
        return bool(own) and not own & name.readings and not _heard_as(own, name.readings, heard)

    return tuple(
        replace(finding, party=Party.UNKNOWN, reason=ANOTHERS, needs_review=True)
        if _is_asked(finding) and is_anothers(finding)
        else finding
        for finding in findings
    )


def with_unwritten_names(
    findings: Sequence[Finding], transcript: Transcript, case: CallCase, reader: KanaReader
) -> tuple[Finding, ...]:
    """Take the requester's surname for a relative's where another given name is heard behind it, unwritten.

    Of 106 made calls it is one place, a relative's, and none of the requester's.

    Args:
        findings: In order of text, with their parties.
        transcript: What they point into; without posteriorgrams nothing is heard.
        case: The requester.
        reader: Reads what is written.

    Returns:
        The findings, of which such a one is unknown, and ends with the honorific: the name that is lost
        sounds before that.
    """
    out = list(findings)
    if not any(segment.posteriorgrams for segment in transcript.segments):
        return tuple(out)
    channels = Channels(transcript)
    known = [each for each in known_names(case, reader) if each.party is Party.REQUESTER and each.parts]
    for at, finding in enumerate(findings):
        chars = finding.entity.chars
        called = _CALLED.match(transcript.text, chars.end)
        if finding.party is not Party.REQUESTER or not _is_asked(finding) or called is None:
            continue
        kana = reader.kana(transcript.text[chars.start : chars.end])
        heard = tuple(channels.stretches(finding))
        if any(_goes_on(each.parts, heard) for each in known if each.parts[0] == kana):
            free = all(called.end() <= other.entity.chars.start for other in findings[at + 1 : at + 2])
            entity = replace(finding.entity, chars=CharSpan(chars.start, called.end() if free else chars.end))
            out[at] = replace(finding, entity=entity, party=Party.UNKNOWN, reason=FAMILY, needs_review=True)
    return tuple(out)


def _goes_on(name: Sequence[str], stretches: Sequence[Stretch]) -> bool:
    """Whether behind a surname a given name is heard that is not theirs, and then an honorific."""
    surname, given = morae(name[0]), name[-1]
    for stretch in stretches:
        hits = [hit for hit in spotted([surname], stretch.logs, [HEARD]) if stretch.holds(hit)]
        said = "".join(m.kana for m in likeliest(stretch.logs) if hits and m.step >= hits[-1].end)
        between = _CALLED_BY_SOUND.match(said)
        if between and UNWRITTEN[0] <= len(undrawn(morae(between[1]))) <= UNWRITTEN[1]:
            return likeness(given, between[1]) < HALF
    return False


@dataclass(frozen=True, slots=True)
class _Written:
    """A surname or given name in kanji, how it may be read, and whether it is all of the finding."""

    kanji: str = field(repr=False)
    readings: frozenset[str] = field(repr=False)
    alone: bool

    def like(self, known: KnownName) -> tuple[str, ...]:
        """What of a known name it has to be: the whole, or with a given name behind it the surname."""
        return (known.whole, *(known.parts if self.alone else known.parts[:1]))


def _is_asked(finding: Finding) -> bool:
    """Whether it is a name that stays; not by the second hearing, which writes it otherwise."""
    entity = finding.entity
    named = entity.entity_type == "PERSON" and not entity.candidate
    return named and finding.party in {Party.REQUESTER, Party.STAFF} - {entity.heard_again_as}


def _written(text: str, reader: KanaReader) -> _Written | None:
    """The longest name that a finding begins with; none in what is no name, or explains one."""
    text = TAIL.sub("", text)
    while (shorter := LEAD.sub("", text)) != text:
        text = shorter
    said = _NAME.fullmatch(text)
    kanji = said[1] if said else ""
    for length in range(len(kanji), SHORTEST - 1, -1):
        if readings := frozenset(reader.readings(kanji[:length])):
            return _Written(kanji[:length], readings, kanji[:length] == text)
    return None


def _heard_as(own: Iterable[str], other: Iterable[str], stretches: Sequence[Stretch]) -> bool:
    """Whether all that is heard of a finding is their name at least as well as it is the other."""
    names = [(morae(kana), theirs) for theirs, each in ((True, own), (False, other)) for kana in sorted(each)]
    sounds = [sound for sound, _ in names]

    def theirs_in(stretch: Stretch) -> bool:
        best = {True: -math.inf, False: -math.inf}
        for hit in spotted(sounds, stretch.logs, [LOWEST] * len(sounds)):
            if stretch.holds(hit):
                best[names[hit.form][1]] = max(best[names[hit.form][1]], hit.score)
        return best[True] >= best[False] and best[True] > -math.inf

    return bool(stretches) and all(map(theirs_in, stretches))
