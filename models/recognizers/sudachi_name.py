"""Recognise names by the dictionary: Sudachi's 人名 tags, in the position of a person's name."""

from __future__ import annotations

from functools import lru_cache

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.language.lexicon.lexicon import load_lexicon, place_stem
from models.language.readings import Token
from models.wording.names import Grade, grade, known_name, surface
from models.wording.vocabulary import HONORIFICS, NOT_NAMES, PLACE_TAILS, TITLES
from pipeline.reasons import Reason

PLACE_AFTER = ("に", "へ", "で", "から", "まで", "の", "方面", "行き")
"""Words behind a surname that is also a town, which mean the town: 福岡に出張, 松本の温泉."""

ALONE_BEHIND = frozenset(("", *"、。\nのはが"))
ALONE_BEFORE = frozenset((*"、。\nとがには", "です", "って", "っていう", "じゃ"))
"""Neighbours between which a word of one character or in kana counts as a name."""


class SudachiNameRecognizer(CallRecognizer):
    """Surnames and given names of the dictionary.

    On exact words 98 of 100 are persons (110 made scripts); on recognised words a garbled name is seldom
    tagged, so this recognizer misses it rather than errs.
    """

    entities = ("PERSON",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Join adjacent tagged morphemes; judge each run by length and neighbours."""
        found: list[RecognizerResult] = []
        tokens, end = call.tokens, 0
        for first in range(len(tokens)):
            if first < end or not _tagged(call, tokens[first]):
                continue
            end = first + 1
            while end < len(tokens) and _tagged(call, tokens[end]) and _touch(tokens, end):
                end += 1
            if score := _judge(call, tokens, first, end):
                start, stop = tokens[first].chars.start, tokens[end - 1].chars.end
                found.append(self.result("PERSON", start, stop, score, Reason.DICTIONARY_NAME))
        return found


@lru_cache(maxsize=1)
def _cities() -> frozenset[str]:
    """Return prefectures and cities in the form that callers use: 福岡, 松本."""
    lexicon = load_lexicon()
    tables = (lexicon.prefectures, lexicon.cities)
    return frozenset(
        place_stem(s, e.reading)[0] for table in tables for e in table.values() for s in e.surfaces
    )


def _tagged(call: Call, token: Token) -> bool:
    word = surface(call, token)
    named = "人名-姓" in token.pos or "人名-名" in token.pos
    if not named or word in NOT_NAMES or grade(word, token) < Grade.ODD:
        return False
    sei, mei = known_name(word)
    kana_only = all("ぁ" <= c <= "ー" for c in word)
    return sei + mei > (20 if kana_only or len(word) == 1 else 0)


def _touch(tokens: tuple[Token, ...], index: int) -> bool:
    return tokens[index].chars.start == tokens[index - 1].chars.end


def _judge(call: Call, tokens: tuple[Token, ...], first: int, end: int) -> float:
    word = call.text[tokens[first].chars.start : tokens[end - 1].chars.end]
    after = surface(call, tokens[end]) if end < len(tokens) else ""
    before = surface(call, tokens[first - 1]) if first else ""
    if after in HONORIFICS or after in TITLES:
        return 0.93
    if after in PLACE_TAILS or (
        after and call.text[tokens[end - 1].chars.end :].startswith(tuple(PLACE_TAILS))
    ):
        return 0.0
    if end - first > 1:
        return 0.93
    if word in _cities() and (after in PLACE_AFTER or before in {"県", "市", "区"}):
        return 0.0
    if len(word) == 1 or all("ぁ" <= c <= "ー" for c in word):
        # 泉, 光, けん are words, too: accept them only where nothing but a name can stand.
        alone = before in ALONE_BEHIND and after in ALONE_BEFORE
        named = "人名-名" in tokens[first].pos or known_name(word)[0] > 100
        return 0.6 if alone and named else 0.0
    return 0.88
