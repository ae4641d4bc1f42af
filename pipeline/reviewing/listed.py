"""Apply the lists of words that are always masked or always kept, after ownership and before the plan.

    always masked    every stretch spelt or read like the word, with or without a recognizer's finding
    always kept      a finding whose words are spelt or read exactly like the word; never a secret

A mask wins: a word on both lists is masked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, Protocol

from pipeline.listed_word import ListedWord
from pipeline.reasons import Reason
from pipeline.sound.morae import Mora, fold_kana, fold_letters, morae
from pipeline.sound.reader import SoundLine
from pipeline.sound.search import find_sound
from pipeline.types import CharSpan, EntitySpan, Finding, MaskAction, MaskItem, Party, Transcript

SOURCE: Final = "ListedWord"
"""``EntitySpan.recognizer`` of a finding that only a list made."""

_BOUNDS: Final = ((4, 0.0), (6, 0.1), (99, 0.15))
"""Greatest price per mora at which a stretch sounds like a word, by the number of morae below a limit: at
most the bounds of ``models.recognizers.confidential_term``, because these words are ordinary names."""

_SHORTEST: Final = 3
"""Least number of morae of a word that is searched by sound: shorter ones occur in every sentence."""


class Reader(Protocol):
    """Interface of a reader of Japanese."""

    def line(self, text: str) -> SoundLine:
        """Turn a text into morae."""


def apply_lists(
    findings: Sequence[Finding], transcript: Transcript, words: Sequence[ListedWord], reader: Reader
) -> tuple[Finding, ...]:
    """Mask and keep the listed words.

    Args:
        findings: Disjoint findings with their parties, not aligned yet.
        transcript: Words of the call.
        words: Lists of the request and of the company.
        reader: Reads the call.

    Returns:
        Disjoint findings in order of text: the given ones, some decided by a list, and a new one wherever
        only a list matches.
    """
    if not words:
        return tuple(findings)
    masked = [word for word in words if word.mask]
    places = tuple(_places(transcript.text, masked, reader)) if masked else ()
    kept = [_sounds(word) for word in words if not word.mask]
    listed = [_listed(finding, transcript.text, places, kept, reader) for finding in findings]
    taken = [finding.entity.chars for finding in findings]
    for chars, word in places:
        for piece in chars.without(taken):
            if any(char.isalnum() for char in transcript.text[piece.start : piece.end]):
                listed.append(_new(piece, word))
                taken.append(piece)
    return tuple(sorted(listed, key=lambda finding: finding.entity.chars))


def left_unmasked(
    items: Sequence[MaskItem], transcript: Transcript, words: Sequence[ListedWord], reader: Reader
) -> tuple[Finding, ...]:
    """Find where a word that is always masked stayed audible, in a call that was masked before it was listed.

    Args:
        items: Items of the plan with all decisions; an item that a person decided to keep stays.
        transcript: Words of the call, which the items point into.
        words: Lists of the request and of the company.
        reader: Reads the call.

    Returns:
        Disjoint findings, not aligned yet.
    """
    answered = [each.chars for each in items if each.action is MaskAction.MASK or each.decided]
    masked = [word for word in words if word.mask]
    found: list[Finding] = []
    for chars, word in _places(transcript.text, masked, reader) if masked else ():
        for piece in chars.without(answered):
            if any(char.isalnum() for char in transcript.text[piece.start : piece.end]):
                found.append(_new(piece, word))
                answered.append(piece)
    return tuple(sorted(found, key=lambda finding: finding.entity.chars))


def _listed(
    finding: Finding,
    text: str,
    places: Iterable[tuple[CharSpan, ListedWord]],
    kept: Iterable[tuple[str, tuple[Mora, ...]]],
    reader: Reader,
) -> Finding:
    entity = finding.entity
    if any(chars.overlaps(entity.chars) for chars, _ in places):
        notes = (*finding.notes, Reason.LISTED_TO_MASK)
        sure = replace(entity, candidate=False, score=max(entity.score, 0.99))
        return replace(finding, entity=sure, listed=MaskAction.MASK, needs_review=False, notes=notes)
    said = text[entity.chars.start : entity.chars.end]
    spelt, sound = fold_letters(said), None
    for letters, reading in kept if entity.entity_type != "CONFIDENTIAL" else ():
        sound = reader.line(said).morae if sound is None and reading else sound
        if spelt == letters or (reading and sound == reading):
            notes = (*finding.notes, Reason.LISTED_TO_KEEP)
            return replace(finding, listed=MaskAction.KEEP, needs_review=False, notes=notes)
    return finding


def _places(text: str, words: Iterable[ListedWord], reader: Reader) -> Iterator[tuple[CharSpan, ListedWord]]:
    """Yield where words are spelt or sound."""
    line = reader.line(text)
    for word in words:
        at = text.find(word.text)
        while at >= 0:
            yield CharSpan(at, at + len(word.text)), word
            at = text.find(word.text, at + len(word.text))
        _, needle = _sounds(word)
        if len(needle) >= _SHORTEST:
            bound = next(price for limit, price in _BOUNDS if len(needle) < limit or limit == _BOUNDS[-1][0])
            for match in find_sound(needle, line.morae, bound):
                yield line.span(match.start, match.end), word


def _sounds(word: ListedWord) -> tuple[str, tuple[Mora, ...]]:
    return fold_letters(word.text), morae(fold_kana(word.kana))


def _new(chars: CharSpan, word: ListedWord) -> Finding:
    entity = EntitySpan(word.entity_type, chars, 0.99, SOURCE)
    return Finding(entity, Party.UNKNOWN, Reason.LISTED_TO_MASK, needs_review=False, listed=MaskAction.MASK)
