"""Find the end of a name that begins at a given character, by walking over Sudachi's morphemes.

Each morpheme is graded by its resemblance to a part of a name.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import lru_cache

from models.calls.artifacts import Call
from models.language.lexicon.lexicon import load_lexicon
from models.language.readings import Token
from models.wording.vocabulary import HONORIFICS, NAME_ENDS, NOT_NAMES, PLACE_TAILS, TITLES

MAX_NAME_CHARS = 9
"""Greatest length of a full name; real ones have up to seven characters, garbled ones more."""


MIN_PER_MILLION = 20
"""Least number of people per million with this spelling for an ordinary word (森, 光) to count as a name in
the position of one."""


class Grade(enum.IntEnum):
    """Resemblance of a morpheme to a part of a name."""

    NEVER = 0
    WORD = 1
    """An ordinary word: a name only if misheard, or a word that is both (森, 泉, 光)."""
    ODD = 2
    """No ordinary word here: unknown to the dictionary, another proper noun, or both a name and a word."""
    NAME = 3


@dataclass(frozen=True, slots=True)
class NameSpan:
    """Characters ``[start, end)``, and the best grade of the morphemes in them."""

    start: int
    end: int
    grade: Grade


_NUMERALS = "0123456789０１２３４５６７８９〇零一二三四五六七八九十百千万"
_NEVER_POS = ("助詞", "助動詞", "補助記号", "空白", "連体詞", "接続詞", "記号")


def surface(call: Call, token: Token) -> str:
    """Return the text of a token."""
    return call.text[token.chars.start : token.chars.end]


def token_at(call: Call, char: int) -> int:
    """Return the index of the first token that ends after ``char``; ``len(call.tokens)`` without one."""
    low, high = 0, len(call.tokens)
    while low < high:
        middle = (low + high) // 2
        if call.tokens[middle].chars.end > char:
            high = middle
        else:
            low = middle + 1
    return low


@lru_cache(maxsize=8192)
def known_name(word: str) -> tuple[float, float]:
    """Return the people per million with this spelling as a surname, and as a given name."""
    rows = load_lexicon().surname_of_surface(word)
    given = (row.weight for row in load_lexicon().given_of_surface(word))
    return (rows[0].weight if rows else 0.0), max(given, default=0.0)


def grade(word: str, token: Token) -> Grade:
    """Grade the resemblance of one morpheme to a part of a name.

    Args:
        word: Text of the morpheme.
        token: The morpheme.

    Returns:
        Its grade, without regard to its context.
    """
    if token.pos.startswith(_NEVER_POS) or not word.strip() or word in HONORIFICS | NOT_NAMES:
        return Grade.NEVER
    if "数詞" in token.pos or not word.strip(_NUMERALS):
        return Grade.WORD
    sei, mei = known_name(word)
    if "人名-一般" in token.pos:  # foreign and invented names, and letters (エル, ケー)
        return Grade.ODD if len(token.kana) > 2 else Grade.WORD
    if "人名" in token.pos:
        return Grade.NAME if sei > 0 or mei > 0 or len(word) > 1 else Grade.ODD
    if "固有名詞" in token.pos:
        return Grade.NAME if sei >= MIN_PER_MILLION and len(word) > 1 else Grade.ODD
    both = token.pos.startswith("名詞") and max(sei, mei) >= MIN_PER_MILLION
    return Grade.ODD if both or not token.known else Grade.WORD


def name_after(call: Call, char: int, least: Grade) -> NameSpan | None:
    """Return the name that begins at a character.

    Args:
        call: The call.
        char: First character of the name.
        least: Least grade of its first morpheme.

    Returns:
        The name up to a particle, an honorific or punctuation; ``None`` where the first morpheme is graded
        lower.
    """
    tokens = call.tokens
    index = token_at(call, char)
    best, end, first = Grade.NEVER, char, index
    while index < len(tokens):
        token = tokens[index]
        word = surface(call, token)
        if token.chars.start > end and not (index > first and _paused(call, end, token)):
            break
        level = grade(word, token)
        if index == first and (level < least or word in TITLES or token.chars.start < char):
            return None
        if token.chars.end - char > MAX_NAME_CHARS or level is Grade.NEVER or word in TITLES:
            break
        if index > first and not _continues(call, index, level):
            break
        best, end = max(best, level), token.chars.end
        index += 1
    if end == char or (
        index < len(tokens)
        and tokens[index].chars.start == end
        and surface(call, tokens[index]) in PLACE_TAILS
    ):
        return None
    return NameSpan(char, end, best)


def _paused(call: Call, end: int, token: Token) -> bool:
    """Whether a given name follows its surname after a short pause: 山中、麻衣."""
    between = call.text[end : token.chars.start]
    return between in {"、", " ", "　"} and "人名-名" in token.pos


def _short_kanji(word: str) -> bool:
    return len(word) <= 2 and word not in NAME_ENDS and all("一" <= c <= "龠" or c in "々ノ" for c in word)


def _continues(call: Call, index: int, level: Grade) -> bool:
    """Whether token ``index`` belongs to the name that holds the token before it."""
    token, previous = call.tokens[index], call.tokens[index - 1]
    word = surface(call, token)
    if level >= Grade.NAME:
        return True
    named = "人名" in previous.pos or grade(surface(call, previous), previous) >= Grade.ODD
    return named and (level >= Grade.ODD or _short_kanji(word)) and word not in NAME_ENDS
