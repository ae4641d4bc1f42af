"""Mask a doubtful name that sounds exactly like a sure name of the same call, like its beginning or its end.

    はい、ふじたアンズさまですね     score 1.0, masked
    アンズの方は予約そのまま         score .27, too doubtful by itself, but the same person
    池田さん … 行けだ、とおるさん    scores .99 … .04

The judge sees only a finding and a few words around it, so this runs over the whole call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.finding.verdict import SURE_SCORE, words_of
from pipeline.ownership.known.names import KanaReader
from pipeline.reasons import Reason
from pipeline.sound.morae import MIN_TELLING, morae
from pipeline.types import Finding, Party


def mask_repeated_names(findings: Sequence[Finding], text: str, reader: KanaReader) -> tuple[Finding, ...]:
    """Mask candidates that sound like a sure name of a third party.

    Args:
        findings: All findings of a call, with their parties, in order of text.
        text: Text of the transcript.
        reader: Reader of names.

    Returns:
        The findings in their order; the masked ones are no longer candidates.
    """

    def kana(finding: Finding) -> str:
        return reader.kana(words_of(finding, text))

    sure = {
        kana(finding)
        for finding in findings
        if _is_a_strangers(finding) and not finding.entity.candidate and finding.entity.score >= SURE_SCORE
    }

    def is_one(finding: Finding) -> bool:
        if not finding.entity.candidate or not _is_a_strangers(finding):
            return False
        said = kana(finding)
        # Shorter similarities are chance: はい, さん and そう begin and end names, too.
        return len(morae(said)) >= MIN_TELLING and any(
            name.startswith(said) or name.endswith(said) for name in sure
        )

    return tuple(_masked(finding) if is_one(finding) else finding for finding in findings)


def _is_a_strangers(finding: Finding) -> bool:
    return finding.party is Party.THIRD_PARTY and finding.entity.entity_type == "PERSON"


def _masked(finding: Finding) -> Finding:
    notes = (*finding.notes, Reason.SOUNDS_LIKE_SURE_NAME)
    return replace(finding, entity=replace(finding.entity, candidate=False), notes=notes)
