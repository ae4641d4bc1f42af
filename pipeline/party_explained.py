"""Whose is an explanation of how a name is written: whose the name is.

    くぼです。 感じは久しいという字、保険の保です      the requester's own name, and what explains it

By its sound 久しい is nobody's name; what it explains was said right before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from pipeline.types import Finding, Party, Transcript

__all__ = ["explained"]

BESIDE = 12
"""Characters between a name and what explains it: ですけれども、漢字は."""

_EXPLAINS = re.compile(r"漢字|感じは|字[はがを、]|じは|という字|って書|と書|へん|べん|かんむり")
"""Words of an explanation; 漢字 is often heard as 感じ."""

_OWN = {Party.REQUESTER, Party.STAFF, Party.COMPANY}


def explained(findings: Iterable[Finding], transcript: Transcript) -> tuple[Finding, ...]:
    """Give explanations of names the party of the name they follow.

    Args:
        findings: In order of text, with their parties.
        transcript: What they point into.

    Returns:
        The findings; an explanation right behind a name that is not masked is that name's, and looked at.
    """
    out: list[Finding] = []
    name: Finding | None = None
    for finding in findings:
        made = finding
        if finding.entity.entity_type == "PERSON" and not finding.entity.candidate:
            if name is not None and name.party in _OWN and finding.party not in _OWN:
                between = transcript.text[name.entity.chars.end : finding.entity.chars.start]
                said = transcript.text[finding.entity.chars.start : finding.entity.chars.end]
                if len(between) <= BESIDE and _EXPLAINS.search(between + said):
                    made = replace(
                        finding, party=name.party, reason="直前の名前の書き方の説明", needs_review=True
                    )
            name = made
        out.append(made)
    return tuple(out)
