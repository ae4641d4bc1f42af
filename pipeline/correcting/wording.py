"""People's corrections of words, lines and speakers.

Characters of the recognised transcript stay the common coordinate: a correction names those that it replaces,
and a mask keeps its place whatever is written there.

    recognised   |た|か|な|さ|ん|に|           characters 0 to 6
    pieces       [  田中  ]                    ``Piece(CharSpan(0, 3), "田中")``
    read as       田中     さ ん に
"""

from __future__ import annotations

import bisect
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.third_voice import THIRD
from pipeline.types import CharSpan

SPEAKERS: Final = ("op", "cu", THIRD, "")
"""Operator, caller, third person who has the phone, and unknown."""

OTHER_SIDE: Final[Mapping[str | None, str]] = {"op": "cu", "cu": "op"}


@dataclass(frozen=True, slots=True)
class Piece:
    """Recognised characters and the text in their place; empty text where nothing was said."""

    chars: CharSpan
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Correction:
    """The change of the text by one decision.

    Attributes:
        chars: Recognised characters that it is about; empty for the position of a line break.
        pieces: For new words, the text in place of them, in order.
        speaker: For a line's speaker, one of ``SPEAKERS``.
    """

    chars: CharSpan
    pieces: tuple[Piece, ...] = ()
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """All corrections of a call that stand.

    Attributes:
        pieces: In order, sharing no character.
        speakers: Stretches with their speakers, oldest first; a later one wins.
        lines: Characters, and whether a line begins there, where a person decided so.
        turned: Whether operator and caller are swapped in the recognised lines.
    """

    pieces: tuple[Piece, ...] = ()
    speakers: tuple[tuple[CharSpan, str], ...] = ()
    lines: tuple[tuple[int, bool], ...] = ()
    turned: bool = False

    def with_sides_turned(self) -> Wording:
        """Swap operator and caller in the whole call, earlier corrections included."""
        said = tuple((chars, OTHER_SIDE.get(who, who)) for chars, who in self.speakers)
        return replace(self, speakers=said, turned=not self.turned)

    def speaking(self) -> Callable[[int, str | None], str | None]:
        """Return a function that gives the speaker of a recognised character.

        Returns:
            A function of the character and the speaker of its recognised line.  The latest correction wins;
            ``None`` means unknown.
        """
        edges = sorted({edge for chars, _ in self.speakers for edge in (chars.start, chars.end)})
        said = [
            next((who for chars, who in reversed(self.speakers) if chars.start <= edge < chars.end), None)
            for edge in edges
        ]
        return functools.partial(_speaker, edges, said, turned=self.turned)

    def shown(self, text: str, chars: CharSpan) -> str:
        """Return the corrected text of some characters of the recognised text.

        Args:
            text: ``Transcript.text`` as recognised.
            chars: The characters; a piece that shares one of them counts as a whole.
        """
        return "".join(self._parts(text, chars))

    def _parts(self, text: str, chars: CharSpan) -> Iterator[str]:
        at = chars.start
        for piece in self.pieces:
            if piece.chars.overlaps(chars):
                yield text[at : piece.chars.start]
                yield piece.text
                at = piece.chars.end
        yield text[at : chars.end]


def _speaker(
    edges: list[int], said: list[str | None], char: int, recognised: str | None, *, turned: bool
) -> str | None:
    at = bisect.bisect_right(edges, char) - 1
    who = said[at] if at >= 0 else None
    if who is not None:
        return who or None
    return OTHER_SIDE.get(recognised, recognised) if turned else recognised


AS_RECOGNISED: Final = Wording()


def with_pieces(pieces: Iterable[Piece], new: Iterable[Piece]) -> tuple[Piece, ...]:
    """Add pieces to others; an older one that shares a character with a new one is dropped as a whole.

    Args:
        pieces: Pieces that share no character.
        new: New pieces that share no character; empty spans are left out.

    Returns:
        The pieces that stand, in order.
    """
    added = [piece for piece in new if piece.chars.start < piece.chars.end]
    if not added:
        return tuple(pieces)
    near = CharSpan(min(p.chars.start for p in added), max(p.chars.end for p in added))
    kept = [
        old
        for old in pieces
        if not (old.chars.overlaps(near) and any(old.chars.overlaps(piece.chars) for piece in added))
    ]
    return tuple(sorted((*kept, *added), key=lambda piece: piece.chars))
