"""Mask a doubtful name that sounds exactly like a sure name of the same call, its beginning or its end.

    はい、ふじたアンズさまですね     1.0, masked
    アンズの方は予約そのまま         .27, too doubtful by itself: it is her all the same
    池田さん … 行けだ、とおるさん    .99 … .04

The judge looks at a finding and at a few words around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pipeline.ownership.compare.name import KanaReader
from pipeline.ownership.neighbours.beside import said_of
from pipeline.reasons import Reason
from pipeline.sound.morae import morae
from pipeline.types import Finding, Party

__all__ = ["mask_repeated_names"]

MIN_SURE_SCORE: Final = 0.9
"""Probability from which a name is sure.  In 182 made calls ten stretches of doubt sound as one, or as half
of one: seven of them are third parties', 2.9 s (the judge had given them .04 to .41); from .5 it is six more,
and none of those is."""

MIN_MORAE: Final = 3
"""Morae from which it is no chance: はい, さん and そう begin and end names, too."""


def mask_repeated_names(findings: Sequence[Finding], text: str, reader: KanaReader) -> tuple[Finding, ...]:
    """Mask candidates that sound like a sure name of a third party.

    Args:
        findings: Of a whole call, with their parties, in order of text.
        text: The transcript's.
        reader: Reads names.

    Returns:
        The findings in their order, of which some are candidates no more.
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
