"""Give pieces of the requester's telephone numbers to the requester by what they are together.

    080の0908 / までは読めるんです / 事業6さん / 1・5・6・3      the requester's, and its end as it was heard

One piece by itself is like many a number's, so only what stands beside a piece of the requester's number,
is most of the number, or is written as a piece of it was before is believed, and all of it is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.finding.verdict import UNOWNED, given_to, said_of
from pipeline.ownership.compare.address import MAX_EXTRA_MORAE, MAX_PRICE_CLEAR, without_fillers
from pipeline.ownership.compare.name import KanaReader
from pipeline.ownership.compare.phone import whose_number
from pipeline.ownership.neighbours.gaps import A_TURN
from pipeline.reasons import Reason
from pipeline.sound.digits import digits_of, kana_of
from pipeline.sound.morae import MIN_TELLING, Mora, morae
from pipeline.sound.search import find_sound
from pipeline.types import CallCase, Finding, Party, Transcript

__all__ = ["attribute_pieces"]

MAX_WORD_CHARS = 6
"""Most characters between two pieces of one number that are no fillers and answers."""

MIN_WHOLE_DIGITS = 8
"""Fewest digits of a number that tells by itself."""

MIN_SAME_CHARS = 4
"""Fewest characters that are not written alike by chance."""


def attribute_pieces(
    findings: Sequence[Finding], transcript: Transcript, case: CallCase, reader: KanaReader
) -> tuple[Finding, ...]:
    """Give pieces of the requester's numbers to the requester.

    Args:
        findings: In order of text, with their parties.
        transcript: What they point into.
        case: The requester.
        reader: Reads the text.

    Returns:
        The findings; those that were given another party are looked at.
    """
    text = transcript.text
    out = list(findings)
    for group in _groups(findings, text) if any(map(digits_of, case.requester.phones)) else ():
        for at in _theirs([out[n] for n in group], text, case, reader):
            out[group[at]] = given_to(out[group[at]], Party.REQUESTER, Reason.NUMBER_PIECE_OF_REGISTERED)
    return tuple(out)


def _near(between: str) -> bool:
    return len(between) <= A_TURN and len(without_fillers(between)) <= MAX_WORD_CHARS


def _groups(findings: Sequence[Finding], text: str) -> Iterator[list[int]]:
    """Group telephone numbers, and pieces of them, with hardly a word between."""
    group: list[int] = []
    for at, finding in enumerate(findings):
        if finding.entity.candidate or finding.entity.entity_type != "PHONE_NUMBER":
            continue
        between = text[findings[group[-1]].entity.chars.end : finding.entity.chars.start] if group else ""
        if not _near(between):
            yield group
            group = []
        group.append(at)
    if group:
        yield group


def _theirs(group: Sequence[Finding], text: str, case: CallCase, reader: KanaReader) -> Iterator[int]:
    """Which pieces of one number are the requester's, among those that are nobody's."""
    masked = [at for at, finding in enumerate(group) if finding.party in UNOWNED]
    if not masked:
        return
    said = [said_of(finding, text) for finding in group]
    together = "".join(map(without_fillers, said))
    told = "".join(each for finding, each in zip(group, said, strict=True) if finding.party not in UNOWNED)
    # What stands beside a whole number is no part of it.
    if len(group) > 1 and not _is_number(told, case, reader) and _is_number(together, case, reader):
        yield from masked
        return
    for at in masked:
        beside = [n for n in (at - 1, at + 1) if 0 <= n < len(group) and group[n].party is Party.REQUESTER]
        sound = morae(reader.kana(said[at]))
        again = [digits for n in beside if len(digits := digits_of(said[n])) >= MIN_TELLING]
        if any(_is(sound, digits) or digits == digits_of(said[at]) for digits in again) or any(
            len(said[at]) >= MIN_SAME_CHARS and said[at] in said[n] for n in beside
        ):
            yield at


def _is_number(said: str, case: CallCase, reader: KanaReader) -> bool:
    """Whether the joined pieces are one of the requester's numbers."""
    verdict = whose_number(said, case, (), reader)
    return len(digits_of(said)) >= MIN_WHOLE_DIGITS and verdict.party is Party.REQUESTER


def _is(sound: tuple[Mora, ...], digits: str) -> bool:
    """Whether a sound is some digits and hardly anything else."""
    return any(
        len(sound) - (match.end - match.start) <= MAX_EXTRA_MORAE
        for kana in kana_of(digits)
        for match in find_sound(morae(kana), sound, MAX_PRICE_CLEAR)
    )
