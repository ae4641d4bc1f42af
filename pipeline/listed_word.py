"""A word that people have put on a list: always masked, or always kept."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["ListedWord"]


@dataclass(frozen=True, slots=True)
class ListedWord:
    """A word and what is done with it wherever it is said.

    Attributes:
        text: As it was written in the call from which it was listed.
        kana: Its reading in katakana; empty where there is none.
        entity_type: What it is masked as; of a kept word what it was taken for.
        mask: Whether it is always masked, else always kept.
    """

    text: str = field(repr=False)
    kana: str = field(repr=False)
    entity_type: str
    mask: bool
