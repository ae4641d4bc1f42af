"""Whose is an explanation of how a name is written: whose the name is.

    くぼです。 感じは久しいという字、保険の保です      the requester's own name, and what explains it

By its sound 久しい is nobody's name; what it explains was said right before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from pipeline.called import with_honorific
from pipeline.types import Finding, Party, Transcript

__all__ = ["explained"]

BESIDE, ASKED = 12, 24
"""Characters between a name and what explains it: ですけれども、漢字は; and where the other side asks for it
right behind the name: です ⏎ 漢字はどのようなお字でしょうか ⏎."""

NEXT = 12
"""Characters between two explanations: それから、名前のほうが."""

_EXPLAINS = re.compile(r"漢字|感じは|字[はがを、]|じは|という字|って書|と書|へん|べん|かんむり")
"""Words of an explanation; 漢字 is often heard as 感じ."""

_QUESTION = re.compile(r"(?:です|でございます|と申します|が|ね|、|。|\s|はい)*(?:漢字|感じ|字).*", re.DOTALL)
_SHAPE = re.compile(r"\S\S+の\S{1,2}|へん|べん|かんむり")
"""What an explanation is like where no such word is said: 野山の野, かんむり."""

_OWN = {Party.REQUESTER, Party.STAFF, Party.COMPANY}


REASON = "直前の名前の書き方の説明"


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
            if name is not None and _is_explained(name, finding, transcript.text):
                made = replace(finding, party=name.party, reason=REASON, needs_review=True)
            name = made
        out.append(made)
    return tuple(out)


def _is_explained(name: Finding, finding: Finding, text: str) -> bool:
    """Whether a finding explains the name before it, which stays, or goes on with its explanation."""
    if name.party not in _OWN or finding.party in _OWN:
        return False
    between = text[name.entity.chars.end : finding.entity.chars.start]
    said = text[finding.entity.chars.start : finding.entity.chars.end]
    asked = len(between) <= ASKED and _QUESTION.fullmatch(between)
    if asked or (len(between) <= BESIDE and _EXPLAINS.search(between + said)):
        return True
    goes_on = (
        name.reason == REASON and len(between) <= NEXT and not with_honorific(text, finding.entity.chars)
    )
    return goes_on and _SHAPE.search(said) is not None
