"""Cut the company's own name out of a finding, so that it has an owner of its own.

[三稲町商店、キカクグ]        ->  [三稲町商店、][キカクグ]
[愛高橋医院、]                ->  [愛][高橋医院、]
[中村商店様]                  ->  [中村商店様]: somebody, who is called so
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from pipeline.sound.honorifics import with_honorific
from pipeline.types import CharSpan, EntitySpan

_KINDS: Final = frozenset({"PERSON", "WORKPLACE"})
"""Kinds of findings that a company's name is cut out of; in an address it is part of a building's name."""


def part_company_names(
    entities: Iterable[EntitySpan], text: str, names: Sequence[str]
) -> Iterator[EntitySpan]:
    """Cut names of people and of workplaces where the company's name begins and ends.

    Args:
        entities: Entities in order of text.
        text: Text that they point into.
        names: Names of the company, longer than a surname is.

    Yields:
        The entities in order of text; together they hold the same characters.  The company's name is a
        PERSON, as every name is that has an owner, and punctuation beside it belongs to it.
    """
    company = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    said = re.compile(rf"[、。\s]*(?P<name>{company})[、。\s]*") if names else None
    for entity in entities:
        chars = entity.chars
        found = said.search(text, chars.start, chars.end) if said and entity.entity_type in _KINDS else None
        if found is None or with_honorific(text, CharSpan(*found.span("name"))):
            yield entity
            continue
        if chars.start < found.start():
            yield entity.with_chars(CharSpan(chars.start, found.start()))
        name = entity.with_chars(CharSpan(*found.span()))
        yield replace(name, entity_type="PERSON", hint=None, owners=())
        if found.end() < chars.end:
            yield entity.with_chars(CharSpan(found.end(), chars.end))
