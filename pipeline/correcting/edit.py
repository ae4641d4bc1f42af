"""Turn an edited stretch of text into pieces: unchanged text keeps its times, changed text takes the rest.

    shown     お は よ う た か な さ ん に      the run that a person edited
    typed     お早う田中さんに
    kept      お . . う . . . さ ん に          the beginning, the end, and longer runs between
    pieces      はよ→早   たかな→田中

Several alignments are possible, so a single letter that occurs in both texts does not separate two pieces: a
name must not slip into the time beside its mask.
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from pipeline.correcting.corrected import Corrected, Part
from pipeline.correcting.wording import Piece
from pipeline.types import CharSpan

LEAST_KEPT: Final = 2
"""Least number of equal letters in a row that are kept between two changes."""


def pieces_of(now: Corrected, run: CharSpan, text: str, masked: Callable[[Part], bool]) -> tuple[Piece, ...]:
    """Find a person's changes in a run of the text.

    Args:
        now: The text as the person saw it.
        run: Characters of that text; words that it touches belong to it as a whole.
        text: Text typed in their place.
        masked: Whether a word is masked now; text inserted between a masked word and another one belongs to
            the masked one.

    Returns:
        The pieces, in order and each within a recognised utterance; none where nothing changed.
    """
    parts = [part for part in now.touched(now.raw(run)) if part.raw.start < part.raw.end]
    if not parts:
        return ()
    shown = now.transcript.text
    begin, end = parts[0].word.chars.start, parts[-1].word.chars.end
    typed = shown[begin : max(begin, run.start)] + text + shown[min(end, run.end) : end]
    old = [shown[part.word.chars.start : part.word.chars.end] for part in parts]
    hidden = [masked(part) for part in parts]
    return tuple(
        piece
        for first, last, new in _changes(old, typed, hidden)
        for piece in _cut(parts[first:last], hidden[first:last], new)
    )


def _changes(old: Sequence[str], new: str, hidden: Sequence[bool]) -> Iterator[tuple[int, int, str]]:
    """Yield the changed words ``[first, last)``, and the text in their place."""
    kept = _kept(old, new)
    while (at := _between(old, new, kept, hidden)) is not None:
        kept[at] = None
    begin, first = 0, 0
    for at in range(len(old) + 1):
        start = len(new) if at == len(old) else kept[at]
        if start is None:
            continue
        text = new[begin:start]
        if first < at and text != "".join(old[first:at]):
            yield first, at, text
        begin, first = (start + len(old[at]) if at < len(old) else start), at + 1


def _kept(old: Sequence[str], new: str) -> list[int | None]:
    """Return the position of each unchanged word in the new text; ``None`` for the others."""
    whole = "".join(old)
    found: list[int | None] = [None] * len(whole)
    for start, begin, size in difflib.SequenceMatcher(None, whole, new, autojunk=False).get_matching_blocks():
        at_an_end = (start == begin == 0) or (start + size, begin + size) == (len(whole), len(new))
        if size >= LEAST_KEPT or at_an_end:
            found[start : start + size] = range(begin, begin + size)
    kept: list[int | None] = []
    at = 0
    for word in old:
        places = found[at : at + len(word)]
        first = places[0] if places else None
        together = first is not None and places == list(range(first, first + len(word)))
        kept.append(first if together else None)
        at += len(word)
    return kept


def _between(old: Sequence[str], new: str, kept: Sequence[int | None], hidden: Sequence[bool]) -> int | None:
    """Return the unchanged word that inserted text belongs to; ``None`` without inserted text."""
    staying = [at for at, start in enumerate(kept) if start is not None]
    for before, after in itertools.pairwise([-1, *staying, len(old)]):
        if any(old[before + 1 : after]):
            continue
        end = 0 if before < 0 else (kept[before] or 0) + len(old[before])
        start = len(new) if after == len(old) else kept[after]
        if end == start:
            continue
        beside = [at for at in (before, after) if 0 <= at < len(old)]
        under_mask = [at for at in beside if hidden[at]]
        if under_mask or after == before + 1:
            return (under_mask or beside)[0]
    return None


def _cut(parts: Sequence[Part], hidden: Sequence[bool], text: str) -> Iterator[Piece]:
    """Cut a change at the ends of utterances; the first masked part gets the text, or else the first part."""
    groups = [list(group) for _, group in itertools.groupby(parts, lambda part: part.utterance)]
    sizes = [len(group) for group in groups]
    starts = [sum(sizes[:at]) for at in range(len(groups))]
    masked = [any(hidden[at : at + size]) for at, size in zip(starts, sizes, strict=True)]
    taker = masked.index(True) if True in masked else 0
    for number, group in enumerate(groups):
        chars = CharSpan(group[0].raw.start, group[-1].raw.end)
        yield Piece(chars, text if number == taker else "")
