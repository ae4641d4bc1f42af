"""What cases are cut out of: calls with their words, and what of them must be masked or kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.types import CharSpan, MaskAction, Transcript

_PARTY = {"third": "third", "requester": "requester", "operator": "staff", "company": "company"}
_EXPLAINED = re.compile(r".[のにと].|と書いて|[ぁ-ん]で")


@dataclass(frozen=True, slots=True)
class Target:
    """A stretch of a call.

    Attributes:
        chars: In the call's text.
        said: As the script has it, which need not be what was heard.
        kind: NAME, ADDRESS, PHONE or CONFIDENTIAL.
        subject: Of data: names, addresses, numbers, mail, kanji, secrets.
        party: third, requester, staff or company.
        action: What has to become of it.
    """

    chars: CharSpan
    said: str = field(repr=False)
    kind: str
    subject: str
    party: str
    action: MaskAction


@dataclass(frozen=True, slots=True)
class Material:
    """An invented call.

    Attributes:
        source: Where it comes from, as a case's ``from`` says it.
        raw_case: Its case.json.
        words: As they are detected in: recognised twice, or exact.
        again: The second hearing.
        targets: In order of text.
    """

    source: Mapping[str, Any]
    raw_case: Mapping[str, Any] = field(repr=False)
    words: Transcript = field(repr=False)
    again: Transcript | None = field(repr=False)
    targets: tuple[Target, ...] = field(repr=False)


def target(chars: CharSpan, said: str, kind: str, party: str) -> Target | None:
    """A target as the truth tells it.

    Args:
        chars: Where it stands.
        said: What was said.
        kind: As the truth names it.
        party: Likewise.

    Returns:
        It; nothing for what the case does not know of staff and company, which is masked by right.
    """
    subject = _subject(kind, said)
    known = kind == "NAME" if party == "operator" else party == "company" and subject in ("names", "numbers")
    must_mask = party == "third" or kind == "CONFIDENTIAL"
    if not (must_mask or known or party == "requester"):
        return None
    action = MaskAction.MASK if must_mask else MaskAction.KEEP
    return Target(chars, said, kind, subject, _PARTY[party], action)


def _subject(kind: str, said: str) -> str:
    if "@" in said:
        return "mail"
    if kind == "NAME" and len(said) > 3 and _EXPLAINED.search(said):
        return "kanji"
    return {"NAME": "names", "ADDRESS": "addresses", "PHONE": "numbers", "CONFIDENTIAL": "secrets"}[kind]
