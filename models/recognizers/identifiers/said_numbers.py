"""Join groups of figures to numbers: over turns, with groups that are said after, and with slips.

cu 493の、            a group
op 493の、            the same, said after: within the stretch, not in the number
cu 2644です。         493 2644
op 4932644ですね。    the number read back: a number of its own
cu 195、あ、違う、595の3129    a slip, and the number that was meant
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from models.calls.artifacts import Call
from models.wording.digits import UNIT_AFTER, Run, goes_on, runs
from pipeline.sound.identifiers import LETTER_NAMES

SLIP = re.compile(r"違|ちが|間違|まちが|失礼|じゃなく|ではなく|訂正|言い直|もとい|すみません")
"""Words between a number that was said wrong and the right one."""

LETTER = rf"(?:[A-Za-zＡ-Ｚａ-ｚ]|{LETTER_NAMES})"
LETTERS_BEFORE = re.compile(rf"(?<![ァ-ヶーA-Za-z])(?:{LETTER}(?:[\s、・の\-]|ハイフン|はい)*)+$")
"""One letter as it is said or written, and letters right before a group of digits."""

NEAR_CHARS = 12
"""Greatest length of the letters of a number; and greatest distance of the name from a complete telephone
number that is still another number."""

MAX_GROUPS = 16
"""Greatest number of groups of one number: My Number or card figure by figure."""

_WORD = re.compile(r"[〇零一二三四五六七八九](?=[一-龠々])(?![〇零一二三四五六七八九])")
"""A figure that begins a word: 一緒, 三丁目."""


@dataclass(frozen=True, slots=True)
class SaidNumber:
    """A number as it was said: characters ``[start, end)``, its digits, and its groups, echoes left out."""

    start: int
    end: int
    digits: str = field(repr=False)
    groups: tuple[str, ...] = field(repr=False)
    last: int
    """Index of its last group, echoes included."""


def groups_of(text: str) -> tuple[Run, ...]:
    """Cut the figures of a call at every pause.

    Args:
        text: The raw transcript.

    Returns:
        Groups in order; a counted figure (30日, 一緒) is one as well.
    """
    found = (part for run in runs(text, lambda _: True) for part in _parted(text, run))
    return tuple(run for run in found if len(run.digits) > 1 or not _WORD.match(text, run.start))


def _parted(text: str, run: Run) -> Iterator[Run]:
    """Yield a group, or the two at its last comma where the second counts something: 1234567、3000円."""
    comma = text.rfind("、", run.start, run.end) + 1
    if not comma or not counted(text, run.end):
        yield run
        return
    for begin, end in ((run.start, comma), (comma, run.end)):
        for part in runs(text[begin:end], lambda _: True):
            yield Run(begin + part.start, begin + part.end, part.digits)


def grown(
    call: Call, groups: Sequence[Run], first: int, *, loose: re.Pattern[str] | None = None
) -> Iterator[SaidNumber]:
    """Let a number grow group by group.

    Args:
        call: The call.
        groups: Of ``groups_of``.
        first: Index of its first group.
        loose: What else may stand between two groups where pauses and particles do not join them.

    Yields:
        The number after each group.  It ends where it is counted (5000円), corrected, or read back by the
        other speaker from its beginning.
    """
    text, run = call.text, groups[first]
    number = SaidNumber(run.start, run.end, run.digits, (run.digits,), first)
    yield number
    for at in range(first + 1, min(first + MAX_GROUPS, len(groups))):
        run = groups[at]
        between = text[number.end : run.start]
        joined = goes_on(text, number.end, run.start) or (loose is not None and loose.fullmatch(between))
        if not joined or SLIP.search(between) or counted(text, number.end) or counted(text, run.end):
            return
        if "\n" in between and _others(call, number.end - 1, run.start):
            if run.digits in (number.groups[-1], number.digits):
                number = SaidNumber(number.start, run.end, number.digits, number.groups, at)
                yield number
                continue
            if number.digits.startswith(run.digits) or run.digits.startswith(number.digits):
                return
        number = SaidNumber(
            number.start, run.end, number.digits + run.digits, (*number.groups, run.digits), at
        )
        yield number


def with_letters(text: str, start: int) -> int:
    """Return the beginning of the letters that are spelt right before a group of digits."""
    spelt = LETTERS_BEFORE.search(text, max(0, start - NEAR_CHARS), start)
    return spelt.start() if spelt else start


def counted(text: str, end: int) -> bool:
    """Whether the figures before ``end`` count something in their line: 5000円, 3月."""
    unit = UNIT_AFTER.match(text, end)
    return unit is not None and "\n" not in unit[0]


def _others(call: Call, one: int, other: int) -> bool:
    """Whether two characters are said by two speakers; where nobody knows who speaks, a new line may be."""
    before, after = call.segment_at(one), call.segment_at(other)
    speakers = {segment.speaker if segment else None for segment in (before, after)}
    return None in speakers or len(speakers) == 2
