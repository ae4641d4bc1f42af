"""Cut postal codes off addresses, and give a code that is heard the owner of its address.

[981の6759、5丁目25の9]  ->  [981の6759]、[5丁目25の9]

written  18167号機                    これで長いのよ   ご丁目25の9の
heard    キューハチーチロクナナゴーキュ                    the requester's block: it is their code
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from pipeline.finding.verdict import UNOWNED, given_to
from pipeline.ownership.heard.heard_stretch import SAID_AROUND, Channels
from pipeline.ownership.neighbours.beside import MAX_GAP_CHARS, POSTAL_CODE, said_of
from pipeline.reasons import Reason
from pipeline.sound.digits import digits_of, without_digits
from pipeline.types import CharSpan, EntitySpan, Finding, Party, Transcript

__all__ = [
    "CODE_DIGITS",
    "MAX_STRAY_KANA",
    "STEPS_BEFORE",
    "attribute_heard_codes",
    "is_piece_of",
    "part_postal_codes",
]

CODE_DIGITS: Final = (6, 7)
"""Fewest and most digits of a postal code as heard: one is soon lost."""

MAX_STRAY_KANA: Final = 2
"""Most kana of a code that are no digit."""

STEPS_BEFORE: Final = 5
"""Steps of the posteriorgram before the words in which the first digit may begin."""

MIN_PIECE_DIGITS: Final = 3
"""Fewest digits of a piece that is read back."""

READ_BACK_FINDINGS: Final = 3
"""Findings behind a code in which a piece of it may be read back."""

_MARKS = "、。 \n"
_SAID_AROUND = re.compile(SAID_AROUND)
_DRAWN = re.compile(r"(?<=[チニ])ーチ")
"""ハチイチ, as it is heard."""


def part_postal_codes(entities: Iterable[EntitySpan], text: str) -> Iterator[EntitySpan]:
    """Cut postal codes off the addresses behind them.

    Args:
        entities: In order of text.
        text: What they point into.

    Yields:
        The findings, of which an address that begins with a code is two.
    """
    for entity in entities:
        chars = entity.chars
        code = POSTAL_CODE.match(text, chars.start, chars.end) if entity.entity_type == "ADDRESS" else None
        rest = text[code.end() : chars.end] if code else ""
        behind = chars.end - len(rest.lstrip(_MARKS))
        # A figure more, and it is none.
        if code is None or not rest.strip(_MARKS) or rest[0].isdecimal():
            yield entity
        else:
            yield replace(entity, chars=CharSpan(chars.start, code.end()), morae=0)
            yield replace(entity, chars=CharSpan(behind, chars.end), morae=0)


def attribute_heard_codes(findings: Sequence[Finding], transcript: Transcript) -> tuple[Finding, ...]:
    """Give findings that are heard as a postal code, whatever is written, the owner of their address.

    Args:
        findings: In order of text, with their parties.
        transcript: What they point into, with its posteriorgrams; without them nothing is heard.

    Returns:
        The findings, of which codes whose address is the requester's are theirs, and pieces of such a code
        that are read back; all of them to be looked at.
    """
    out, channels = list(findings), Channels(transcript)
    for at, finding in enumerate(findings):
        code = _code(finding, channels) if _asked(finding) else ""
        if not code or not _is_theirs(finding, code, findings, transcript.text):
            continue
        out[at] = given_to(finding, Party.REQUESTER, Reason.POSTAL_CODE_OF_ADDRESS)
        told = [n for n in range(at + 1, len(out)) if not out[n].entity.candidate]
        for behind in told[:READ_BACK_FINDINGS]:
            if out[behind].party in UNOWNED and is_piece_of(code, out[behind], transcript.text):
                out[behind] = given_to(out[behind], Party.REQUESTER, Reason.POSTAL_CODE_OF_ADDRESS)
    return tuple(out)


def _asked(finding: Finding) -> bool:
    entity = finding.entity
    nobodys = finding.party in UNOWNED and entity.hint is not Party.THIRD_PARTY
    return nobodys and entity.entity_type == "ADDRESS" and not entity.candidate


def _code(finding: Finding, channels: Channels) -> str:
    """The figures of a finding that is heard as a postal code and nothing else; else empty."""
    heard = "".join(stretch.kana(STEPS_BEFORE) for stretch in channels.stretches(finding))
    kana = _DRAWN.sub("イチ", _SAID_AROUND.sub("", heard))
    digits = digits_of(kana)
    stray = without_digits(kana).replace("ー", "")
    return digits if CODE_DIGITS[0] <= len(digits) <= CODE_DIGITS[1] and len(stray) <= MAX_STRAY_KANA else ""


def is_piece_of(code: str, finding: Finding, text: str) -> bool:
    """Whether a finding's figures are part of a code.

    Args:
        code: Its figures.
        finding: Points into the text.
        text: The call's.
    """
    digits = digits_of(said_of(finding, text))
    return len(digits) >= MIN_PIECE_DIGITS and digits in code


def _is_theirs(finding: Finding, code: str, findings: Sequence[Finding], text: str) -> bool:
    """Whether the nearest address with figures is the requester's; one behind counts before one in front."""
    start, end = finding.entity.chars.start, finding.entity.chars.end
    addresses = [
        other
        for other in findings
        if other is not finding
        and not is_piece_of(code, other, text)
        and other.entity.entity_type == "ADDRESS"
        and not other.entity.candidate
        and (other.party is Party.REQUESTER or digits_of(said_of(other, text)))
    ]
    behind = [o for o in addresses if 0 <= o.entity.chars.start - end <= MAX_GAP_CHARS]
    before = [o for o in addresses if 0 <= start - o.entity.chars.end <= MAX_GAP_CHARS]
    nearest = behind[:1] or before[-1:]
    return bool(nearest) and nearest[0].party is Party.REQUESTER
