"""Features of the conversation around a finding."""

from __future__ import annotations

import bisect
import math
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from pipeline.ownership.evidence.feature import Feature, FeatureValues
from pipeline.ownership.known.claimant import Claimant
from pipeline.sound.honorifics import with_honorific
from pipeline.types import EntitySpan, Party, Transcript

SMOOTHING: Final = 0.01
"""Smoothing added to the probabilities of a ratio: a probability of zero means no more than a small one."""

_READ_PARTIES: Final = (Party.REQUESTER, Party.STAFF, Party.COMPANY)
"""Parties in the order of ``EntitySpan.owners``, after third parties."""

MIN_IN_GROUP: Final = 0.15
"""Probability, from the conversation, from which a name is mentioned as a colleague's (担当の山本が伺います).
Of 297 third parties' names in made calls three reach it without an honorific, of 30 colleagues' 23."""

MIN_IN_GROUP_WITH_HONORIFIC: Final = 0.4
"""The same for a name with 様, さん or 先生: customers say them of staff, and everybody of third parties."""

EXPLAINED_CHARS, CODE_CHARS, WHERE_CHARS = 12, 16, 40
"""Characters before a finding in which a question may ask for kanji, a number, or a home."""

_KANJI_TALK = re.compile(r"漢字|感じは|字[はがを、]|じは|という字|って書|と書|へん|べん|かんむり")
"""Words about kanji; 漢字 is often recognised as 感じ."""

_NUMBER_TALK = re.compile(r"(?<!話)(?:番|バン)号|〒")
"""Words about a number; 郵便 has many misrecognitions: 指番号, ヴィンバン号."""

_WHERE_TALK = re.compile(r"住所|ところ|住まい|届け先|送り先")


def setting(entity: EntitySpan, transcript: Transcript) -> Mapping[Feature, float]:
    """Return the features that are the same for every claimant: type, speaker, and the question before it.

    Args:
        entity: The finding.
        transcript: The transcript of its call.
    """
    text, chars = transcript.text, entity.chars
    segments = transcript.segments
    at = bisect.bisect_right([segment.chars.start for segment in segments], chars.start) - 1
    times = [word.time for word in segments[max(0, at)].words if word.chars.overlaps(chars)]
    speaker = segments[max(0, at)].speaker
    return {
        Feature.SECONDS: max((time.end for time in times), default=0.0)
        - min((t.start for t in times), default=0.0),
        Feature.named(f"type: {entity.entity_type}"): 1.0,
        **({Feature.named(f"said by: {speaker}"): 1.0} if speaker else {}),
        Feature.HONORIFIC: float(with_honorific(text, chars)),
        Feature.LENGTH: math.log1p(chars.end - chars.start),
        Feature.KANJI_ASKED: _asked(_KANJI_TALK, text, chars.start - EXPLAINED_CHARS, chars.end),
        Feature.NUMBER_ASKED: _asked(_NUMBER_TALK, text, chars.start - CODE_CHARS, chars.end),
        Feature.WHERE_ASKED: _asked(_WHERE_TALK, text, chars.start - WHERE_CHARS, chars.start),
    }


def _asked(talk: re.Pattern[str], text: str, start: int, end: int) -> float:
    return float(talk.search(text, max(0, start), end) is not None)


def owner_in_talk(entity: EntitySpan, claimant: Claimant) -> Mapping[Feature, float]:
    """Return the features of the owner that recognizers derive from the words around a finding.

    Args:
        entity: The finding.
        claimant: Person or group of the case.

    Returns:
        The owner that a recognizer states; the log odds, from the conversation, that the finding is the
        claimant's, or a third party's; for staff also the probability of in-group speech (担当の山本が,
        山本と申します, but not 山本様).
    """
    values: dict[Feature, float] = {}
    if entity.hint is not None:
        third = entity.hint is Party.THIRD_PARTY
        other = Feature.TALK_NOBODYS if third else Feature.TALK_ANOTHERS
        values[Feature.TALK_THEIRS if entity.hint is claimant.party else other] = 1.0
    if entity.owners:
        third_party, *others = entity.owners
        own = others[_READ_PARTIES.index(claimant.party)]
        rest = max(0.0, 1 - third_party)
        values |= {
            Feature.READ: 1.0,
            Feature.READ_AS_THEIRS: math.log((own + SMOOTHING) / (third_party + SMOOTHING)),
            Feature.READ_AS_THIRD: math.log((third_party + SMOOTHING) / (rest + SMOOTHING)),
        }
        if claimant.party is Party.STAFF:
            values[Feature.IN_GROUP] = own
    return values


def in_group_anywhere(
    readings: Sequence[str], chances: Sequence[float], bare: Sequence[bool], colleagues: Collection[str]
) -> list[float]:
    """Return the probability that each name is a colleague's, from its talk or from a bare mention elsewhere.

    An operator says 山本は席を外しております, and the customer 山本さん.  One mention does not count for
    another where the call has a longer name with the same beginning that no colleague bears: 山本健太様.

    Args:
        readings: Kana of each finding; empty for a finding that is no name.
        chances: Probability of in-group speech around each finding.
        bare: Whether each finding has no honorific.
        colleagues: Readings of the whole names on the staff list.

    Returns:
        A probability for each finding, never below ``chances``.
    """
    strangers = {reading for reading in readings if reading not in colleagues}
    passed_on: dict[str, float] = {}
    for reading, chance, is_bare in zip(readings, chances, bare, strict=True):
        shared = any(other != reading and other.startswith(reading) for other in strangers)
        if reading and is_bare and not shared:
            passed_on[reading] = max(passed_on.get(reading, 0.0), chance)
    return [
        max(chance, passed_on.get(reading, 0.0)) for reading, chance in zip(readings, chances, strict=True)
    ]


def is_in_group(values: FeatureValues) -> bool:
    """Whether the talk around a finding is in-group speech about a colleague.

    Args:
        values: Features from ``setting``, and from ``owner_in_talk`` for staff.
    """
    honorific = values.get(Feature.HONORIFIC, 0.0) > 0
    least = MIN_IN_GROUP_WITH_HONORIFIC if honorific else MIN_IN_GROUP
    return values.get(Feature.IN_GROUP, 0.0) >= least
