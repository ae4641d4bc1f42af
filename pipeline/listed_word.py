"""A word on a company's or request's list: always masked, or always kept."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ListedWord:
    """A word with the action for it wherever it is said.

    Attributes:
        text: Spelling in the call from which it was listed.
        kana: Reading in katakana; empty where unknown.
        entity_type: Type as which it is masked; for a kept word the type it was found as.
        mask: Whether it is always masked, else always kept.
    """

    text: str = field(repr=False)
    kana: str = field(repr=False)
    entity_type: str
    mask: bool
