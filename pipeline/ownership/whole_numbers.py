r"""Cut a finding that holds several telephone numbers, so that each has an owner of its own.

[052の、337の、1931と、0985の、25の、3449]      ->  [052の、337の、1931と、][0985の、25の、3449]
[080の、170の、7402。\n080、7405、7002]         ->  [080の、170の、7402。\n][080、7405、7002]
[080-3979-918で、幕さんが080-4635-3729]        ->  [080-3979-918で、][幕さんが080-4635-3729]
[070の7774の8146、河原]                        ->  [070の7774の8146、][河原]: a name, whosever it is
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from pipeline.sound.digits import digits_of
from pipeline.types import CharSpan, EntitySpan

_BOUNDARY: Final = re.compile(r"(?:(?<=[0-9０-９])[とが])?[、。\s]+|(?<=[0-9０-９])[とが]")
"""Text after which another number may begin."""

_SOMEBODYS: Final = re.compile(r"[^0-9０-９、。\s]{1,8}(?:さん|さま|様|ちゃん|くん|君)[がはもの、]+")
"""Whose number follows."""

_NAME_BEHIND: Final = re.compile(r"(?<=[、。\s])[一-龠々ァ-ヴー]{2,}(?:様|さま|さん)?[、。\s]*$")
"""A word of kanji or katakana at the end, such as a name."""

_WHOLE: Final = re.compile(r"0(?:[5789]0[0-9]{8}|120[0-9]{6}|(?![5789]0|120)[1-9][0-9]{8})")
"""Digits of a whole number: a mobile or IP telephone (11 digits), a free call or a fixed line (10).  Source:
Ministry of Internal Affairs and Communications, 電気通信番号計画."""


def part_whole_numbers(entities: Iterable[EntitySpan], text: str) -> Iterator[EntitySpan]:
    """Cut telephone numbers where one is complete and another begins.

    Args:
        entities: Entities in order of text.
        text: Text that they point into.

    Yields:
        The entities in order of text; together they hold the same characters.
    """
    for entity in entities:
        if entity.entity_type != "PHONE_NUMBER":
            yield entity
            continue
        edges = (entity.chars.start, *_cuts(text, entity.chars), entity.chars.end)
        for start, end in itertools.pairwise(edges):
            yield from _without_name(entity.with_chars(CharSpan(start, end)), text)


def _without_name(entity: EntitySpan, text: str) -> Iterator[EntitySpan]:
    """Cut off a word behind a whole number; the owner that the talk suggests is the number's only."""
    chars = entity.chars
    named = _NAME_BEHIND.search(text[chars.start : chars.end])
    if named is None or not _WHOLE.fullmatch(digits_of(text[chars.start : chars.start + named.start()])):
        yield entity
        return
    start = chars.start + named.start()
    yield entity.with_chars(CharSpan(chars.start, start))
    name = entity.with_chars(CharSpan(start, chars.end))
    yield replace(name, entity_type="PERSON", hint=None, owners=())


def _cuts(text: str, chars: CharSpan) -> Iterator[int]:
    """Yield the positions at which another number begins."""
    begun = chars.start
    for boundary in _BOUNDARY.finditer(text, chars.start, chars.end):
        at = boundary.end()
        named = _SOMEBODYS.match(text, at, chars.end)
        before = digits_of(text[begun:at])
        behind = digits_of(text[named.end() if named else at : chars.end])
        # A line is said by one person: what begins a whole number there is no rest of the line before.
        apart = before and (named or "\n" in boundary[0]) and _WHOLE.match(behind)
        if apart or (_WHOLE.fullmatch(before) and behind.startswith("0")):
            yield at
            begun = at
