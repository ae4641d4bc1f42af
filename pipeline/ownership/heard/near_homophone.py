"""Reject a near-homophone spelt as another name, and a surname behind which a relative's name is heard.

case 市川  written 石川  nothing heard, the words are exact      another's: イシカワ is a name of its own
case 中島  written 赤島  heard ナカジマ -6.3, アカシマ -13.6     the requester's: the kanji were misheard
case 浩平  written 小池  heard コウヘイ -11.0, コイケ 0.0        another's
case 吉川  written 吉川様  heard ヨシカワヨースケサマ            a relative's: the recogniser has lost 洋介
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.finding.verdict import Veto, said_of, taken_by
from pipeline.ownership.compare.name import MIN_PART_LIKENESS, KanaReader, KnownName, known_names
from pipeline.ownership.compare.spelling import BLANKS, without_lead
from pipeline.ownership.heard.heard_stretch import Channels, Stretch
from pipeline.sound.morae import likeness, morae, undrawn
from pipeline.sound.posteriorgram import likeliest
from pipeline.sound.spotting import spotted
from pipeline.types import CallCase, CharSpan, Finding, Party, Transcript

__all__ = ["reject_other_spellings"]

MIN_KANJI: Final = 2
"""Fewest kanji of a name: one is in any word."""

MIN_HEARD_ODDS: Final = -6.0
"""Lowest log odds of a surname that is heard."""

GIVEN_NAME_MORAE: Final = (2, 6)
"""Fewest and most morae of a given name that is heard and not written."""

_CALLED = re.compile(r"[、\s]?(?:さま|さん|様|くん|君|ちゃん)")
_CALLED_BY_SOUND = re.compile(r"(.+?)(?:サマ|サン|クン|チャン)")

_NAME = re.compile(r"([一-龠々ヶ]+)([^のノ]*)")
"""Its kanji, and what goes on behind them; with の it explains a name (大石の石)."""


def reject_other_spellings(
    findings: Sequence[Finding], transcript: Transcript, case: CallCase, reader: KanaReader
) -> tuple[Finding, ...]:
    """Take names from the requester and the staff that are spelt, or go on by sound, as another name.

    Of 106 made calls one place goes on by sound, a relative's, and none of the requester's.

    Args:
        findings: In order of text, with their parties.
        transcript: What they point into; where it has no posteriorgrams, what is written is believed.
        case: The requester and the staff.
        reader: Knows how names are read.

    Returns:
        The findings, of which some that were the requester's or the staff's are unknown.  Where a relative's
        given name is heard and not written, the finding ends with the honorific: the name sounds before that.
    """
    channels, known = Channels(transcript), tuple(known_names(case, reader))
    spelt = [BLANKS.sub("", name.text) for name in (*case.requester.names, *case.staff)]
    out = []
    for finding, behind in itertools.zip_longest(findings, findings[1:]):
        made = finding
        if _is_asked(finding):
            said, heard = said_of(finding, transcript.text), tuple(channels.stretches(finding))
            theirs = [name for name in known if name.party is finding.party]
            if _is_anothers(_written(said, reader), theirs, spelt, heard):
                made = taken_by(finding, Veto.OTHER_SPELLING)
            elif finding.party is Party.REQUESTER:
                surnames = [name for name in theirs if name.parts[:1] == (reader.kana(said),)]
                if any(_goes_on(name.parts, heard) for name in surnames):
                    made = _as_a_relatives(finding, behind, transcript.text)
        out.append(made)
    return tuple(out)


def _is_anothers(
    name: _Written | None, known: Sequence[KnownName], spelt: Sequence[str], heard: Sequence[Stretch]
) -> bool:
    """Whether a name is neither spelt as a known one, nor read, nor heard as one."""
    if name is None or any(name.kanji in each for each in spelt):
        return False
    own = {kana for each in known for kana in name.like(each)}
    return bool(own) and not own & name.readings and not _heard_as(own, name.readings, heard)


def _as_a_relatives(finding: Finding, behind: Finding | None, text: str) -> Finding:
    """Give a surname to nobody, with the honorific behind it; unchanged where none is written."""
    chars = finding.entity.chars
    called = _CALLED.match(text, chars.end)
    if called is None:
        return finding
    free = behind is None or called.end() <= behind.entity.chars.start
    entity = replace(finding.entity, chars=CharSpan(chars.start, called.end() if free else chars.end))
    return replace(taken_by(finding, Veto.RELATIVE), entity=entity)


def _goes_on(name: Sequence[str], stretches: Sequence[Stretch]) -> bool:
    """Whether another given name and an honorific are heard behind a surname."""
    surname, given = morae(name[0]), name[-1]
    for stretch in stretches:
        hits = [hit for hit in spotted([surname], stretch.logs, [MIN_HEARD_ODDS]) if stretch.holds(hit)]
        said = "".join(m.kana for m in likeliest(stretch.logs) if hits and m.step >= hits[-1].end)
        between = _CALLED_BY_SOUND.match(said)
        if between and GIVEN_NAME_MORAE[0] <= len(undrawn(morae(between[1]))) <= GIVEN_NAME_MORAE[1]:
            return likeness(given, between[1]) < MIN_PART_LIKENESS
    return False


@dataclass(frozen=True, slots=True)
class _Written:
    """A surname or given name in kanji, how it may be read, and whether it is all of the finding."""

    kanji: str = field(repr=False)
    readings: frozenset[str] = field(repr=False)
    alone: bool

    def like(self, known: KnownName) -> tuple[str, ...]:
        """The readings of a known name that it may have: the whole; the parts, or behind more the surname."""
        return (known.whole, *(known.parts if self.alone else known.parts[:1]))


def _is_asked(finding: Finding) -> bool:
    """Whether a finding is a kept name, and not kept by the second hearing, which spells it otherwise."""
    entity = finding.entity
    named = entity.entity_type == "PERSON" and not entity.candidate
    return named and finding.party in {Party.REQUESTER, Party.STAFF} - {entity.heard_again_as}


def _written(text: str, reader: KanaReader) -> _Written | None:
    """The longest kanji name that a finding begins with; ``None`` if it is no name, or explains one."""
    text = without_lead(text)[-1]
    said = _NAME.fullmatch(text)
    kanji = said[1] if said else ""
    for length in range(len(kanji), MIN_KANJI - 1, -1):
        if readings := frozenset(reader.readings(kanji[:length])):
            return _Written(kanji[:length], readings, kanji[:length] == text)
    return None


def _heard_as(own: Iterable[str], other: Iterable[str], stretches: Sequence[Stretch]) -> bool:
    """Whether the sound of a finding fits their name at least as well as the other one."""
    names = [(morae(kana), theirs) for theirs, each in ((True, own), (False, other)) for kana in sorted(each)]
    sounds = [sound for sound, _ in names]

    def theirs_in(stretch: Stretch) -> bool:
        best = {True: -math.inf, False: -math.inf}
        for hit in spotted(sounds, stretch.logs, [-math.inf] * len(sounds)):
            if stretch.holds(hit):
                best[names[hit.form][1]] = max(best[names[hit.form][1]], hit.score)
        return best[True] >= best[False] and best[True] > -math.inf

    return bool(stretches) and all(map(theirs_in, stretches))
