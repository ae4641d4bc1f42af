"""Read nearly as theirs, but written as somebody else's name.

case 市川  written 石川  nothing heard, the words are exact      another's: イシカワ is a name of its own
case 中島  written 赤島  heard ナカジマ -6.3, アカシマ -13.6     the requester's: the kanji were misheard
case 浩平  written 小池  heard コウヘイ -11.0, コイケ 0.0        another's
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from pipeline.heard_stretch import Channels, Stretch
from pipeline.party_name import KanaReader, KnownName, known_names
from pipeline.party_spelt import BLANKS, LEAD, TAIL
from pipeline.sound import morae
from pipeline.spotting import spotted
from pipeline.types import CallCase, Finding, Party, Transcript

__all__ = ["ANOTHERS", "with_other_names"]

ANOTHERS = "登録の名前と読みが近いが、別の名前の表記"
"""Why it is nobody's."""

SHORTEST = 2
"""Kanji of a name at the least: one is in any word."""

LOWEST = -40.0
"""Log odds below which it need not be known how badly a name is heard."""

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
