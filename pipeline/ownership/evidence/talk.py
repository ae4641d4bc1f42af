"""What the conversation around a finding says of whose it is."""

from __future__ import annotations

import bisect
import math
import re
from collections.abc import Mapping
from typing import Final

from pipeline.ownership.known.names import KNOWN_PARTIES
from pipeline.sound.honorifics import with_honorific
from pipeline.types import EntitySpan, Party, Transcript

__all__ = ["owner_in_talk", "setting"]

SMOOTHING: Final = 0.01
"""Added to probabilities whose ratio is looked at: what is never the case tells no more."""

EXPLAINED_CHARS, CODE_CHARS, WHERE_CHARS = 12, 16, 40
"""Characters before a finding in which kanji, a number, and where somebody lives are asked for."""

_KANJI_TALK = re.compile(r"漢字|感じは|字[はがを、]|じは|という字|って書|と書|へん|べん|かんむり")
"""漢字 is often heard as 感じ."""

_NUMBER_TALK = re.compile(r"(?<!話)(?:番|バン)号|〒")
"""郵便 is heard in as many ways as it is said: 指番号, ヴィンバン号."""

_WHERE_TALK = re.compile(r"住所|ところ|住まい|届け先|送り先")


def setting(entity: EntitySpan, transcript: Transcript) -> Mapping[str, float]:
    """What is told of a finding whoever owns it: its type, who says it and what was asked.

    Args:
        entity: The finding.
        transcript: What it points into.
    """
    text, chars = transcript.text, entity.chars
    segments = transcript.segments
    at = bisect.bisect_right([segment.chars.start for segment in segments], chars.start) - 1
    times = [word.time for word in segments[max(0, at)].words if word.chars.overlaps(chars)]
    return {
        "seconds": max((time.end for time in times), default=0.0)
        - min((t.start for t in times), default=0.0),
        f"type: {entity.entity_type}": 1.0,
        f"said by: {segments[max(0, at)].speaker}": 1.0,
        "honorific": float(with_honorific(text, chars)),
        "length": math.log1p(chars.end - chars.start),
        "kanji asked": _asked(_KANJI_TALK, text, chars.start - EXPLAINED_CHARS, chars.end),
        "number asked": _asked(_NUMBER_TALK, text, chars.start - CODE_CHARS, chars.end),
        "where asked": _asked(_WHERE_TALK, text, chars.start - WHERE_CHARS, chars.start),
    }


def _asked(talk: re.Pattern[str], text: str, start: int, end: int) -> float:
    return float(talk.search(text, max(0, start), end) is not None)


def owner_in_talk(entity: EntitySpan, party: Party) -> Mapping[str, float]:
    """Whether recognizers read, from the words around a finding, that it is a party's.

    Args:
        entity: The finding.
        party: Of whom the case knows something.
    """
    values = {}
    if entity.hint is not None:
        told = (
            "theirs"
            if entity.hint is party
            else "nobody's"
            if entity.hint is Party.THIRD_PARTY
            else "another's"
        )
        values[f"talk: {told}"] = 1.0
    if entity.owners:
        third, *others = entity.owners
        own = others[KNOWN_PARTIES.index(party)]
        values |= {"read": 1.0, "read as theirs": math.log((own + SMOOTHING) / (third + SMOOTHING))}
    return values
