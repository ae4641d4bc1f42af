"""Whose is what tells nothing by itself: three looks at what the findings are said with, in their order."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.party_beside import beside
from pipeline.party_explained import explained
from pipeline.party_name import KanaReader
from pipeline.party_pieces import pieced
from pipeline.types import CallCase, Finding, Transcript

__all__ = ["told_together"]


def told_together(
    findings: Sequence[Finding], transcript: Transcript, case: CallCase, reader: KanaReader
) -> tuple[Finding, ...]:
    """Explanations of names, then pieces and postal codes, then numbers and mail addresses in pieces.

    Args:
        findings: In order of text, with the parties that they have by themselves.
        transcript: What they point into.
        case: The requester.
        reader: Reads the text, and knows kanji.

    Returns:
        The findings; those that were given another party are looked at.
    """
    told = beside(explained(findings, transcript, case, reader), transcript)
    return pieced(told, transcript, case, reader)
