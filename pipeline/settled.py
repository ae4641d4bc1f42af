"""The last looks at a call's findings, in their order, when each has been looked at by itself.

Whose house a place is of (``party_town``), what is too doubtful where hardly anybody is named
(``few_names``), what is a name of the call all the same (``said_again``), and what may be more than one thing
(``parts``).
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.few_names import doubted_alone
from pipeline.parts import in_parts
from pipeline.party_name import KanaReader
from pipeline.party_town import with_their_houses
from pipeline.said_again import said_again
from pipeline.types import Finding, Transcript

__all__ = ["settled"]


def settled(findings: Sequence[Finding], transcript: Transcript, reader: KanaReader) -> tuple[Finding, ...]:
    """Settle what is masked and what is only shown.

    Args:
        findings: Of a whole call, in order of text, with their parties, not aligned yet.
        transcript: What they point into.
        reader: Reads names.

    Returns:
        The findings in their order, of which some are several now.
    """
    told = doubted_alone(with_their_houses(findings, transcript))
    return in_parts(said_again(told, transcript.text, reader))
