"""A finding that may be more than one thing, as a finding for each: all are masked, each is decided about.

中の髪がハトリチオ      one finding, masked         an analyst who says yes masks 中の髪が, too
中の|髪が|ハトリチオ    three of them, masked       an analyst gives two of them back
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from pipeline.types import CharSpan, Finding, Party

__all__ = ["PART", "in_parts"]

PART: Final = "ひと続きの所見の一部。部分ごとに決めてください"
"""In the reason of every part: an analyst sees why a name comes in two, and others know them by it."""

_NOBODYS = {Party.THIRD_PARTY, Party.UNKNOWN}


def in_parts(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Part what is to be masked where it may be more than one thing.

    Only now that whose it is has been told: that takes the whole of it.

    Args:
        findings: With their parties, not aligned yet.

    Returns:
        The findings in their order, of which some are several; together they hold the same characters.
    """
    return tuple(itertools.chain.from_iterable(map(_parted, findings)))


def _parted(finding: Finding) -> Iterator[Finding]:
    entity = finding.entity
    inside = [part for part in entity.parts if entity.chars.start < part[0] < entity.chars.end]
    if entity.candidate or finding.party not in _NOBODYS or not inside:
        yield replace(finding, entity=replace(entity, parts=()))
        return
    # Where the first part begins depends on what was cut off since.
    before = [share for start, share in entity.parts if start <= entity.chars.start]
    shares = (before[-1] if before else 1.0, *(share for _, share in inside))
    edges = (entity.chars.start, *(start for start, _ in inside), entity.chars.end)
    reason = "。".join(filter(None, (finding.reason, PART)))
    for (start, end), share in zip(itertools.pairwise(edges), shares, strict=True):
        part = replace(entity, chars=CharSpan(start, end), score=entity.score * share, morae=0, parts=())
        yield replace(finding, entity=part, reason=reason)
