"""Cut a postal code off the front of an address, a person's name off its end, and an address from the next.

[981の6759、5丁目25の9]        ->  [981の6759]、[5丁目25の9]
[904号室のイシナキ様]          ->  [904号室]の[イシナキ様]: another person who lives in the house
[702で、菅谷さんが703号室]     ->  [702]で、[菅谷さん]が[703号室]
[5丁目1の2で、隣は5丁目1の3]   ->  [5丁目1の2で、][隣は5丁目1の3]
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipeline.types import CharSpan, EntitySpan

POSTAL_CODE = re.compile(r"〒?[0-9０-９]{3}(?:[-‐ーのノ]、?|、)[0-9０-９]{4}")
"""A postal code in the usual spelling."""

_FIGURE = "0-9０-９〇一二三四五六七八九十"
_NAMED = re.compile(
    rf"[{_FIGURE}](?:丁目|番地|番|号室|号|階)?(?P<joint>[のにで、 ]+|(?=[^{_FIGURE}]))"
    rf"(?P<name>(?:(?!(?<=[{_FIGURE}])[のがはで])[^0-9０-９、。\s]){{2,10}}(?:様|さま|さん|ちゃん|くん|君))"
    rf"(?:(?:宛て?|方)?[、。\s]*$|(?P<behind>(?:のところ|のとこ|のうち|んち|ち|[がはのも、])+)(?=.*[{_FIGURE}]))"
)
"""A name with its honorific after a number of an address, at the end or before another number."""

_BLOCK = re.compile(
    rf"[{_FIGURE}]+(?:丁目、?[{_FIGURE}]+(?:番地?の?|[のノ‐-])|[のノ‐-][{_FIGURE}]+[のノ‐-])[{_FIGURE}]+号?(?!室)"
)
"""A whole block: 5丁目11番30号, 5の11の30."""

_AFTER_BLOCK = re.compile(r"[、。\n]+")
"""Text between two addresses, after a room or a word of the talk."""

_MARKS = "、。 \n"


def part_address_ends(entities: Iterable[EntitySpan], text: str) -> Iterator[EntitySpan]:
    """Cut addresses where a postal code ends, a person's name begins, or another address does.

    Args:
        entities: Entities in order of text.
        text: Text that they point into.

    Yields:
        The entities in order of text; an address with a code, a name or a second address is replaced by its
        parts, the name as a PERSON.
    """
    for entity in entities:
        if entity.entity_type == "ADDRESS":
            for code_apart in _without_code(entity, text):
                for part in _each_address(code_apart, text):
                    yield from _without_name(part, text)
        else:
            yield entity


def _without_code(entity: EntitySpan, text: str) -> Iterator[EntitySpan]:
    chars = entity.chars
    code = POSTAL_CODE.match(text, chars.start, chars.end)
    rest = text[code.end() : chars.end] if code else ""
    behind = chars.end - len(rest.lstrip(_MARKS))
    # One more digit, and the run is no postal code.
    if code is None or not rest.strip(_MARKS) or rest[0].isdecimal():
        yield entity
    else:
        yield entity.with_chars(CharSpan(chars.start, code.end()))
        yield entity.with_chars(CharSpan(behind, chars.end))


def _each_address(entity: EntitySpan, text: str) -> Iterator[EntitySpan]:
    """Cut behind a whole block and the words up to the next mark, where another whole block follows."""
    chars = entity.chars
    begun = chars.start
    for block, behind in itertools.pairwise(_BLOCK.finditer(text, chars.start, chars.end)):
        mark = _AFTER_BLOCK.search(text, block.end(), behind.start())
        end = mark.end() if mark else block.end()
        yield entity.with_chars(CharSpan(begun, end))
        begun = end
    yield entity.with_chars(CharSpan(begun, chars.end))


def _without_name(entity: EntitySpan, text: str) -> Iterator[EntitySpan]:
    chars = entity.chars
    named = _NAMED.search(text[chars.start : chars.end])
    if named is None:
        yield entity
    else:
        start = chars.start
        yield entity.with_chars(CharSpan(start, start + named.start("joint")))
        behind = chars.end if named["behind"] is None else start + named.end("name")
        # The owner that the talk suggests for the whole applies to the place only.
        who = CharSpan(start + named.start("name"), behind)
        yield replace(entity.with_chars(who), entity_type="PERSON", hint=None, owners=())
        if named["behind"] is not None:
            rest = CharSpan(start + named.end("behind"), chars.end)
            yield from _without_name(entity.with_chars(rest), text)
