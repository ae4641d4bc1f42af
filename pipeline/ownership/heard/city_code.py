"""Recognise a postal code of the requester's city by its first three figures: no case holds the code itself.

長崎市 in the case: 850, 851, 852
written  850に、430に        heard  ハチゴーニーノヨンサンゼロニー       852-4302: the requester's
written  690990                                                          690 is 松江市's: not theirs
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.finding.verdict import UNOWNED, given_to
from pipeline.ownership.compare.name import KanaReader
from pipeline.ownership.heard.heard_stretch import SAID_AROUND, Channels
from pipeline.ownership.heard.postal_code import CODE_DIGITS, MAX_STRAY_KANA, STEPS_BEFORE, is_piece_of
from pipeline.ownership.neighbours.beside import said_of
from pipeline.reasons import Reason
from pipeline.sound.digits import digits_of, without_digits
from pipeline.types import CallCase, Finding, Party, Transcript

__all__ = ["attribute_codes_of_city"]

CITY_DIGITS: Final = 3
"""Digits of a postal code that tell the city."""

MAX_PIECES: Final = 5
"""Most findings that one code is cut into."""

MAX_GAP_CHARS: Final = 3
"""Most characters between two of them."""

MAX_EXTRA_DIGITS: Final = 1
"""Most wrong digits before a code: 号 of 郵便番号 sounds like 五."""

READ_BACK_FINDINGS: Final = 4
"""Findings behind a code in which a piece of it may be read back."""

_KINDS: Final = frozenset({"ADDRESS", "PHONE_NUMBER"})
_SAID_AROUND: Final = re.compile(SAID_AROUND)
_MARKS: Final = re.compile(r"[\s、。・,.〒ー-]|ユウビンバンゴウ")


def attribute_codes_of_city(
    findings: Sequence[Finding], transcript: Transcript, case: CallCase, reader: KanaReader
) -> tuple[Finding, ...]:
    """Give postal codes that begin as those of the requester's city do to the requester.

    Not where the conversation says that they are another's.  Of 50 codes in 144 made calls the 31 of the
    requester begin so, and none of a third party's: two addresses seldom lie in one city.

    Args:
        findings: In order of text, with their parties.
        transcript: What they point into.
        case: The requester.
        reader: Reads figures that are spelt, and knows the postal codes of cities.

    Returns:
        The findings, of which such codes, and pieces of them that are read back, are the requester's, to be
        looked at.
    """
    own = frozenset[str]().union(*(reader.first_figures(a.text) for a in case.requester.addresses))
    out = list(findings)
    if not own:
        return tuple(out)
    figures = functools.partial(_figures, text=transcript.text, channels=Channels(transcript), reader=reader)
    told = [at for at, each in enumerate(out) if not each.entity.candidate]
    for place in range(len(told)):
        # What an earlier code has taken is the requester's by now.
        runs = reversed(list(_runs(told[place : place + MAX_PIECES], out, transcript.text)))
        codes = (
            (run, code)
            for run in runs
            for code in figures([out[at] for at in run])
            if code[:CITY_DIGITS] in own
        )
        found = next(codes, None)
        if found is not None:
            run, code = found
            behind = told[place + len(run) : place + len(run) + READ_BACK_FINDINGS]
            again = [at for at in behind if _asked(out[at]) and is_piece_of(code, out[at], transcript.text)]
            for at in (*run, *again):
                out[at] = given_to(out[at], Party.REQUESTER, Reason.POSTAL_CODE_OF_CITY)
    return tuple(out)


def _runs(told: Sequence[int], findings: Sequence[Finding], text: str) -> Iterator[list[int]]:
    """The runs of findings, from the first one on, that one code may be cut into."""
    run: list[int] = []
    for at in told:
        between = text[findings[run[-1]].entity.chars.end : findings[at].entity.chars.start] if run else ""
        if not _asked(findings[at]) or len(between) > MAX_GAP_CHARS:
            return
        run.append(at)
        yield list(run)


def _asked(finding: Finding) -> bool:
    entity = finding.entity
    nobodys = finding.party in UNOWNED and entity.hint is not Party.THIRD_PARTY
    return nobodys and entity.entity_type in _KINDS and not entity.candidate


def _figures(
    pieces: Sequence[Finding], *, text: str, channels: Channels, reader: KanaReader
) -> Iterator[str]:
    """The postal codes that some findings may be together, as written and as heard."""
    stretches = list(itertools.chain.from_iterable(map(channels.stretches, pieces)))
    heard = "".join(each.kana(0 if at else STEPS_BEFORE) for at, each in enumerate(stretches))
    for said in (reader.kana("".join(said_of(each, text) for each in pieces)), heard):
        yield from _codes(said)
    # One side says it and the other one repeats it: then all of it is the same code.
    told = [set(_codes(each.kana(STEPS_BEFORE))) for each in stretches]
    yield from sorted(set.intersection(*told)) if len(told) > 1 else ()


def _codes(said: str) -> Iterator[str]:
    """The postal codes that some kana may be, if they hold nothing else."""
    kana = _SAID_AROUND.sub("", said)
    figures = digits_of(kana) if len(_MARKS.sub("", without_digits(kana))) <= MAX_STRAY_KANA else ""
    yield from (
        figures[n:]
        for n in range(MAX_EXTRA_DIGITS + 1)
        if CODE_DIGITS[0] <= len(figures) - n <= CODE_DIGITS[1]
    )
