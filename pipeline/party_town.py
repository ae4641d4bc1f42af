"""A town by itself is the requester's and their neighbours': whose the number behind it is, tells.

江戸川区にしかさい。 | 2丁目39の13      the requester lives in 西葛西, too, but in 1丁目28番29号: not theirs
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from pipeline.party_address import ASIDE
from pipeline.party_beside import NOBODYS, said_of
from pipeline.spoken_digits import digits_of
from pipeline.types import Finding, Party, Transcript

__all__ = ["with_their_numbers"]

NEAR: Final = 8
"""Characters between a town and its number, without fillers and answers: でいいわ 後は."""

NUMBER: Final = 2
"""Figures of a block at the least."""

ANOTHERS: Final = "続けて言われた番地が本人のものと違う"

_ASIDE = re.compile(f"[、。 ]|{ASIDE}")


def with_their_numbers(findings: Sequence[Finding], transcript: Transcript) -> tuple[Finding, ...]:
    """Take towns for another's where the number that follows is nobody's.

    Args:
        findings: In order of text, with their parties.
        transcript: What they point into.

    Returns:
        The findings, of which towns that were the requester's, by their names alone, may be unknown.
    """
    out = list(findings)
    text, channel_at = transcript.text, _channels(transcript)
    told = [at for at, f in enumerate(out) if f.entity.entity_type == "ADDRESS" and not f.entity.candidate]
    for one, other in reversed(tuple(itertools.pairwise(told))):
        town, behind = out[one], out[other]
        number = len(digits_of(said_of(behind, text))) >= NUMBER or behind.reason == ANOTHERS
        if _is_town(town, text) and behind.party in NOBODYS and number:
            between = text[town.entity.chars.end : behind.entity.chars.start]
            near = len(_ASIDE.sub("", between)) <= NEAR
            if near and channel_at(town.entity.chars.start) == channel_at(behind.entity.chars.start):
                out[one] = replace(town, party=Party.UNKNOWN, reason=ANOTHERS, needs_review=True)
    return tuple(out)


def _is_town(finding: Finding, text: str) -> bool:
    """Whether it is the requester's by the name of a place alone, and the conversation does not say so."""
    theirs = finding.party is Party.REQUESTER and finding.entity.party is not Party.REQUESTER
    return theirs and len(digits_of(said_of(finding, text))) < NUMBER


def _channels(transcript: Transcript) -> Callable[[int], int]:
    """On which channel a character is said."""
    starts = [segment.chars.start for segment in transcript.segments]
    return lambda char: transcript.segments[max(0, bisect.bisect_right(starts, char) - 1)].channel
