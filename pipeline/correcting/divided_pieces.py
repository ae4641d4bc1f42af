"""Divide a long piece along the sound: into as many short ones as both readings agree on.

    recognised   はようたかな     ハ ヨ ー タ カ ナ
    written      早う｜田中       ハ ヨ ー タ ナ カ     the same sounds on both sides of ｜: two pieces
    laid on      はよう→早う   たかな→田中

A piece is masked as a whole, so short ones keep more of the text readable.  Where the readings disagree, the
piece stays whole: a name must not slip out from under its mask.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final, Protocol

from pipeline.correcting.wording import Piece
from pipeline.sound.morae import Mora, mora_price
from pipeline.sound.pairs import TimedMora, paired
from pipeline.types import CharSpan

MAX_PRICE: Final = 0.5
"""Greatest price of one of the two morae beside a cut; the other must be equal in both readings."""


class _Token(Protocol):
    @property
    def chars(self) -> CharSpan: ...

    @property
    def kana(self) -> str: ...


class _Line(Protocol):
    @property
    def morae(self) -> tuple[Mora, ...]: ...

    @property
    def chars(self) -> tuple[CharSpan, ...]: ...


class TokenReader(Protocol):
    """Interface of a reader of Japanese (``models.language.readings.Reader``)."""

    def line(self, text: str) -> _Line:
        """Turn a text into morae, each with its characters."""

    def tokens(self, text: str) -> Sequence[_Token]:
        """Divide a text into morphemes."""


def divide_by_sound(piece: Piece, text: str, ends: Sequence[int], reader: TokenReader) -> tuple[Piece, ...]:
    """Divide a piece where the sounds of the written and of the recognised text agree.

    Args:
        piece: The piece.
        text: ``Transcript.text`` as recognised.
        ends: Recognised characters at which a word may end, ascending.
        reader: Reads both texts.

    Returns:
        Pieces with the same text over the same characters.  A piece with the recognised text is included,
        since it replaces an earlier correction.
    """
    start = piece.chars.start
    old, new = reader.line(text[start : piece.chars.end]), reader.line(piece.text)
    words = [token.chars.start for token in reader.tokens(piece.text) if token.kana]
    cuts: list[tuple[int, int]] = []
    for raw, written in _agreed(old, new, words):
        place = start + raw
        if place in ends and (not cuts or place > cuts[-1][0]):
            cuts.append((place, written))
    edges = [(start, 0), *cuts, (piece.chars.end, len(piece.text))]
    return tuple(
        Piece(CharSpan(begin, end), piece.text[first:last])
        for (begin, first), (end, last) in itertools.pairwise(edges)
    )


def _agreed(old: _Line, new: _Line, starts: Sequence[int]) -> list[tuple[int, int]]:
    """Return the positions between two morae, in both texts, around which both readings agree."""
    one, other = ([TimedMora(mora, 0.0) for mora in line.morae] for line in (old, new))
    partners = paired(one, other)
    found = []
    for start in starts:
        after = next((at for at, chars in enumerate(new.chars) if chars.start >= start), 0)
        if after == 0 or new.chars[after - 1].end > start:
            continue
        left, right = int(partners[after - 1]), int(partners[after])
        if left < 0 or right != left + 1 or old.chars[left].end > old.chars[right].start:
            continue
        prices = (
            mora_price(old.morae[left], new.morae[after - 1]),
            mora_price(old.morae[right], new.morae[after]),
        )
        if min(prices) == 0 and max(prices) <= MAX_PRICE:
            found.append((old.chars[right].start, start))
    return found
