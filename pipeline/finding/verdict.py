"""Facts about a finding that several steps need: sure scores, unknown owners, its words."""

from __future__ import annotations

from typing import Final

from pipeline.types import Finding, Party

SURE_SCORE: Final = 0.9
"""Probability from which a name is sure.  In 182 made calls ten doubtful stretches sound like a sure name or
half of one; seven of them, 2.9 s, are third parties' (the judge gave them 0.04 to 0.41).  With 0.5 there are
six more stretches, and none is a third party's."""

UNOWNED: Final = frozenset({Party.THIRD_PARTY, Party.UNKNOWN})
"""Parties of findings that match nothing in the case; such findings are masked."""


def words_of(finding: Finding, text: str) -> str:
    """Return the words of a finding."""
    return text[finding.entity.chars.start : finding.entity.chars.end]
