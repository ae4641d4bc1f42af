"""Recognise confidential terms of the case: by spelling, by the reading of the text, and by the sound."""

from __future__ import annotations

import re
from collections.abc import Iterator

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.wording.heard_mention import mentions
from models.wording.names import token_at
from pipeline.reasons import Reason
from pipeline.sound.identifiers import LETTERS
from pipeline.sound.morae import Mora, fold_kana, morae
from pipeline.sound.search import SoundMatch, find_sound
from pipeline.types import CaseName, CharSpan

SPELLED = 0.99
"""Score of a term in its correct spelling."""

BOUNDS = ((4, 0.1), (6, 0.16), (8, 0.2), (12, 0.24), (99, 0.28))
"""Greatest price per mora at which text reads like a term, by morae below a limit.  Over nine garbled words
in ten lie within 0.3; a short term is matched that closely by chance."""

LENGTHS = (0.7, 1.3)
"""Least and greatest length of a stretch, as a share of the term's: a vowel lengthened or dropped changes no
more."""


SHORT = 2
"""Morae that a stretch must lack of its term for the text behind it to count as the garbled rest."""

ACROSS = 8
"""Morae from which a term may cross the end of an utterance: a short one would be composed of two people's
words."""


HEARD = ((4, -0.5), (6, -0.7), (8, -1.1), (99, -1.6))
"""Log odds per mora from which a term is heard, whatever is written there, by morae below a limit.  Of nine
terms of 8 to 17 morae in 60 made calls none scores above -2 where it is not said, and 30 of 31 spoken ones
score above -1.6."""

SHORTEST = 3
"""Least number of morae of a term that is searched in the sound."""

_SAID = {letter: kana for kana, letter in reversed(LETTERS.items())} | {"Q": "キュー"}
_ABBREVIATION = re.compile(r"(?<![A-Za-z])(?:[A-Za-z]|[A-Z]{2,5})(?![A-Za-z])")
"""Letters that are said one by one."""


class ConfidentialTermRecognizer(CallRecognizer):
    """Terms of ``case.confidential_terms``."""

    entities = ("CONFIDENTIAL",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Search each term by spelling, by reading and by sound."""
        found: list[RecognizerResult] = []
        for term in call.case.confidential_terms:
            here = [
                self.result("CONFIDENTIAL", chars.start, chars.end, SPELLED, Reason.CONFIDENTIAL_WRITTEN)
                for chars in by_spelling(call.text, term.text)
            ]
            here += [
                self.result("CONFIDENTIAL", chars.start, chars.end, score, Reason.CONFIDENTIAL_HEARD)
                for chars, score in by_reading(call, term)
            ]
            here += [
                self.result("CONFIDENTIAL", chars.start, chars.end, SPELLED, Reason.CONFIDENTIAL_HEARD)
                for chars in by_sound(call, term)
            ]
            # ``align`` compares the length of the stretch with it.
            longest = max(map(len, readings(call, term)))
            for result in here:
                result.recognition_metadata["morae"] = longest
            found += here
        return found


def readings(call: Call, term: CaseName) -> tuple[tuple[Mora, ...], ...]:
    """Return the readings of a term; by the reader where its ``kana`` is not given.

    The reader knows no letters (B of Bプラン): one reading leaves them out, as heard text does, and one
    spells them.
    """
    if term.kana:
        return (morae(fold_kana(term.kana)),)
    by_letter = _ABBREVIATION.sub(lambda run: "".join(_SAID[each.upper()] for each in run[0]), term.text)
    return tuple(dict.fromkeys(morae(call.reader.kana(text)) for text in (term.text, by_letter)))


def by_spelling(text: str, term: str) -> Iterator[CharSpan]:
    """Yield where a term stands letter for letter."""
    for match in re.finditer(re.escape(term), text):
        yield CharSpan(match.start(), match.end())


def by_reading(call: Call, term: CaseName) -> Iterator[tuple[CharSpan, float]]:
    """Yield where the text reads like a term.

    Args:
        call: The call.
        term: The term; read by the reader where its ``kana`` is not given.

    Yields:
        Stretches that begin with a word, each with a score from 0.44 (just alike) to 1 (the same).
    """
    for needle in readings(call, term):
        bound = next((price for limit, price in BOUNDS if len(needle) < limit), BOUNDS[-1][1])
        for sound in find_sound(needle, call.line.morae, bound):
            chars = _whole(call, sound, len(needle))
            share = (sound.end - sound.start) / max(1, len(needle))
            begins = call.tokens[token_at(call, chars.start)].chars.start == chars.start
            in_one = len(needle) >= ACROSS or "\n" not in call.text[chars.start : chars.end]
            if begins and in_one and LENGTHS[0] <= share <= LENGTHS[1]:
                yield chars, 1 - 2 * sound.price / max(1, len(needle))


def by_sound(call: Call, term: CaseName) -> Iterator[CharSpan]:
    """Yield where a term is heard, whatever is written there; nowhere without posteriorgrams."""
    forms = [sound for sound in readings(call, term) if len(sound) >= SHORTEST]
    prices = (next(price for limit, price in HEARD if len(sound) < limit) for sound in forms)
    least = [price * len(sound) for price, sound in zip(prices, forms, strict=True)]
    yield from dict.fromkeys(mentions(call, forms, least) if forms else ())


def _whole(call: Call, sound: SoundMatch, size: int) -> CharSpan:
    """Return the characters of a match; a short match is extended to the term's length within the utterance.

    Of 緊急事備ランセイ the first half is the likest to キンキュウジビープラン; a listener hears all of it.
    """
    chars = call.line.span(sound.start, sound.end)
    if size - (sound.end - sound.start) < SHORT:
        return chars
    longer = call.line.span(sound.start, sound.start + size)
    said = call.text[longer.start : longer.end].split("\n")[0]
    return CharSpan(chars.start, max(chars.end, longer.start + len(said)))
