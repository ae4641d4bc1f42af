"""Find where a name begins and ends, beside a phrase that announces one.

The phrase gives one edge of the name.  The other is found by walking over Sudachi's morphemes and grading how
much each looks like part of a name.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from functools import lru_cache

from models.calls.artifacts import Call
from models.language.lexicon.by_sound import SoundIndex, known_names
from models.language.lexicon.lexicon import load_lexicon
from models.language.readings import Token
from models.wording.vocabulary import HONORIFICS, NAME_ENDS, NOT_NAMES, PLACE_TAILS, TITLES
from pipeline.sound.morae import morae

__all__ = [
    "Grade",
    "NameSpan",
    "grade",
    "known_name",
    "name_after",
    "name_before",
    "nearness",
    "read_ahead",
    "surface",
    "surname_tail",
    "token_at",
]

MAX_NAME_CHARS = 9
"""Most characters of a full name; real ones have up to seven, garbled ones more."""


MIN_PER_MILLION = 20
"""Fewest people per million with this spelling for an ordinary word (森, 光) to be taken for a name where one
can stand."""

MIN_COMMONNESS = 0.65
"""Lowest commonness of the names that a garbled answer is compared with: 3,400 readings.  Any sound is near
some rarer one."""


class Grade(enum.IntEnum):
    """How much a morpheme looks like a part of a name."""

    NEVER = 0
    WORD = 1
    """An ordinary word: a name only if misheard, or one of those that are both (森, 泉, 光)."""
    ODD = 2
    """No ordinary word here: unknown to the dictionary, another proper noun, a name that is a word too."""
    NAME = 3


@dataclass(frozen=True, slots=True)
class NameSpan:
    """Characters ``[start, end)``, and the grade of the most name-like morpheme in them."""

    start: int
    end: int
    grade: Grade
    given: bool = False
    """Whether it is spelt as a common given name that may also be an ordinary word (睦, 翼)."""


_NUMERALS = "0123456789０１２３４５６７８９〇零一二三四五六七八九十百千万"
_NEVER_POS = ("助詞", "助動詞", "補助記号", "空白", "連体詞", "接続詞", "記号")


def surface(call: Call, token: Token) -> str:
    """The text of a token."""
    return call.text[token.chars.start : token.chars.end]


def token_at(call: Call, char: int) -> int:
    """Index of the first token that ends after ``char``; ``len(call.tokens)`` when there is none."""
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
    """People per million with this spelling as a surname, and as a given name."""
    rows = load_lexicon().surname_of_surface(word)
    given = (row.weight for row in load_lexicon().given_of_surface(word))
    return (rows[0].weight if rows else 0.0), max(given, default=0.0)


def grade(word: str, token: Token) -> Grade:
    """How much one morpheme looks like a part of a name.

    Args:
        word: The text of the morpheme.
        token: The morpheme.

    Returns:
        Its grade, by itself, without its context.
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
    """The name that begins at a character.

    Args:
        call: The call.
        char: Where the name would begin.
        least: The lowest grade of its first morpheme.

    Returns:
        The name up to a particle, an honorific or punctuation; ``None`` where nothing looks enough like one.
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
    return NameSpan(char, end, best, known_name(call.text[char:end])[1] >= 20)


def name_before(call: Call, char: int, least: Grade) -> NameSpan | None:
    """The name that ends at a character.

    Args:
        call: The call.
        char: One past where the name would end.
        least: The lowest grade of its last morpheme.

    Returns:
        As ``name_after``.
    """
    tokens = call.tokens
    index = token_at(call, char - 1)
    if index >= len(tokens) or tokens[index].chars.end != char:
        return None
    best, start, last = Grade.NEVER, char, index
    while index >= 0:
        token = tokens[index]
        word = surface(call, token)
        level = grade(word, token)
        if (
            token.chars.end != start
            or level is Grade.NEVER
            or word in TITLES
            or char - token.chars.start > MAX_NAME_CHARS
        ):
            break
        if index == last:
            if level < least and not _tail_of_name(call, index):
                return None
        elif not _continues(
            call, index + 1, grade(surface(call, tokens[index + 1]), tokens[index + 1]), level
        ):
            break
        best, start = max(best, level), token.chars.start
        index -= 1
    if (
        best >= Grade.NAME
        and index >= 0
        and tokens[index].chars.end == start
        and "接頭辞" in tokens[index].pos
    ):
        start = tokens[index].chars.start  # ご|はやし: the first mora of a misheard name
    if (
        start == char
        or best < least
        or (index >= 0 and tokens[index].chars.end == start and "数詞" in tokens[index].pos)
    ):
        return None
    return NameSpan(start, char, best)


def _paused(call: Call, end: int, token: Token) -> bool:
    """Whether a given name follows its surname after a little pause: 山中、麻衣."""
    between = call.text[end : token.chars.start]
    return between in {"、", " ", "　"} and "人名-名" in token.pos


def _tail_of_name(call: Call, index: int) -> bool:
    """Whether a morpheme is the second half of a name that the dictionary split (寿|一, 小田|屋)."""
    if index == 0:
        return False
    token, before = call.tokens[index], call.tokens[index - 1]
    return (
        before.chars.end == token.chars.start and "人名" in before.pos and _short_kanji(surface(call, token))
    )


def _short_kanji(word: str) -> bool:
    return len(word) <= 2 and word not in NAME_ENDS and all("一" <= c <= "龠" or c in "々ノ" for c in word)


def _continues(call: Call, index: int, level: Grade, before: Grade | None = None) -> bool:
    """Whether token ``index`` belongs to the name that holds the token before it."""
    token, previous = call.tokens[index], call.tokens[index - 1]
    word = surface(call, token)
    if level >= Grade.NAME and (before is None or before >= Grade.ODD):
        return True
    named = "人名" in previous.pos or grade(surface(call, previous), previous) >= Grade.ODD
    return named and (level >= Grade.ODD or _short_kanji(word)) and word not in NAME_ENDS


@lru_cache(maxsize=1)
def _index() -> SoundIndex:
    return SoundIndex(known_names(load_lexicon(), MIN_COMMONNESS))


def read_ahead() -> None:
    """Load the lexicon and the common names by sound now, so that no call waits for them."""
    load_lexicon().read_ahead()
    _index()


@lru_cache(maxsize=4096)
def nearness(kana: str) -> float:
    """How much a whole reading sounds like a common name, or a surname and a given name.

    Args:
        kana: Katakana of a stretch of two to ten morae.

    Returns:
        From 0, no common name is near or the length is no name's, to 1, the exact sounds of a name.
    """
    line = morae(kana)
    if not 2 <= len(line) <= 10:
        return 0.0
    best = [0.0] * (len(line) + 1)  # best[i]: likeness summed over the morae before i that names cover
    hits = _index().find(line)
    for end in range(1, len(line) + 1):
        best[end] = best[end - 1]
        for hit in hits:
            if hit.end == end and (hit.start == 0 or best[hit.start] > 0):
                best[end] = max(best[end], best[hit.start] + (hit.end - hit.start) * hit.likeness)
    return best[-1] / len(line)


def surname_tail(text: str) -> str:
    """The longest surname, or surname and given name, that a run of kanji ends with; "" for none.

    The dictionary cuts some before 様 in the wrong place (森|本様).
    """
    run = re.search(r"[一-龠々ヶケ]{1,6}$", text)
    if run is None:
        return ""
    word = run.group()
    for start in range(len(word)):
        tail = word[start:]
        if len(tail) > 1 and known_name(tail)[0] > 1:
            return tail
        if (
            any(
                known_name(tail[:cut])[0] > 20 and known_name(tail[cut:])[1] > 1
                for cut in range(1, len(tail))
            )
            and len(tail) > 2
        ):
            return tail
    return ""
