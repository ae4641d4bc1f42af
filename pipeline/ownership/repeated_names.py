"""Mask a doubtful name that sounds exactly like a sure name of the same call, its beginning or its end.

    はい、ふじたアンズさまですね     1.0, masked
    アンズの方は予約そのまま         .27, too doubtful by itself, but the same person
    池田さん … 行けだ、とおるさん    .99 … .04

The judge sees only a finding and a few words around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pipeline.finding.verdict import said_of
from pipeline.ownership.compare.name import KanaReader
from pipeline.reasons import Reason
from pipeline.sound.morae import morae
from pipeline.types import Finding, Party

__all__ = ["mask_repeated_names"]

MIN_SURE_SCORE: Final = 0.9
"""Probability from which a name is sure.  In 182 made calls ten doubtful stretches sound like a sure name or
half of one; seven of them, 2.9 s, are third parties' (the judge gave them 0.04 to 0.41).  With 0.5 there are
six more stretches, and none is a third party's."""

MIN_MORAE: Final = 3
"""Shorter likenesses are chance: はい, さん and そう begin and end names, too."""


def mask_repeated_names(findings: Sequence[Finding], text: str, reader: KanaReader) -> tuple[Finding, ...]:
    """Mask candidates that sound like a sure name of a third party.

    Args:
        findings: All findings of a call, with their parties, in order of text.
        text: The transcript's text.
        reader: Reads names.

    Returns:
        The findings in their order; some are no longer candidates.
    """

    def kana(finding: Finding) -> str:
        return reader.kana(said_of(finding, text))

    sure = {
        kana(finding)
        for finding in findings
        if _is_a_strangers(finding)
        and not finding.entity.candidate
        and finding.entity.score >= MIN_SURE_SCORE
    }

    def is_one(finding: Finding) -> bool:
        if not finding.entity.candidate or not _is_a_strangers(finding):
            return False
        said = kana(finding)
        return len(morae(said)) >= MIN_MORAE and any(
            name.startswith(said) or name.endswith(said) for name in sure
        )

    return tuple(_masked(finding) if is_one(finding) else finding for finding in findings)


def _is_a_strangers(finding: Finding) -> bool:
    return finding.party is Party.THIRD_PARTY and finding.entity.entity_type == "PERSON"


def _masked(finding: Finding) -> Finding:
    notes = (*finding.notes, Reason.SOUNDS_LIKE_SURE_NAME)
    return replace(finding, entity=replace(finding.entity, candidate=False), notes=notes)
