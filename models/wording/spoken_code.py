"""Write out spoken codes, so that patterns can match them: 「エービーの、一二、はい、三四」 is AB1234.

A company's patterns describe codes as they are printed; a recogniser writes them as they are said.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from models.wording.digits import KANA, KANJI
from pipeline.sound.identifiers import LETTERS
from pipeline.types import CharSpan

SYMBOLS = {**KANA, **KANJI, **LETTERS}
_SYMBOL = re.compile("|".join(["[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]", *sorted(SYMBOLS, key=len, reverse=True)]))
_JOINT = re.compile(r"(?:[\s、。,.・の]|はい|ええ|うん|えっと|えーと|ええと|ですね|ハイフン|[-‐−–ー])*")
_HYPHEN = re.compile(r"ハイフン|[-‐−–]")


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """A text with its codes written out, and the origin of each character."""

    text: str = field(repr=False)
    origins: tuple[CharSpan, ...] = field(repr=False)

    def span(self, start: int, end: int) -> CharSpan:
        """Return the original characters of a stretch of at least one character."""
        return CharSpan(self.origins[start].start, self.origins[end - 1].end)


def spoken_line(text: str, hyphen: str = "", apart: str = "") -> SpokenLine:
    """Write out the spelled codes of a text.

    Args:
        text: The raw transcript.
        hyphen: Replacement of a spoken or written hyphen between two symbols.
        apart: Text put around each code: a space gives patterns the word boundary that Japanese lacks.

    Returns:
        Digits and letters in ASCII, without the joints between two of them; the rest unchanged.
    """
    out: list[str] = []
    origins: list[CharSpan] = []

    def put(piece: str, start: int, end: int) -> None:
        """Add a piece, character by character or, where its length has changed, as a whole."""
        same = len(piece) == end - start
        out.extend(piece)
        origins.extend(
            CharSpan(start + index, start + index + 1) if same else CharSpan(start, end)
            for index in range(len(piece))
        )

    last = 0
    spelling = False
    for match in _SYMBOL.finditer(text):
        start, end = match.span()
        if spelling and _JOINT.fullmatch(text, last, start):
            put(hyphen if _HYPHEN.search(text, last, start) else "", last, start)
        else:
            put(apart if spelling else "", last, last)
            put(text[last:start], last, start)
            put(apart, start, start)
        written = match.group()
        put(SYMBOLS.get(written) or unicodedata.normalize("NFKC", written), start, end)
        last, spelling = end, True
    put(apart if spelling else "", last, last)
    put(text[last:], last, len(text))
    return SpokenLine("".join(out), tuple(origins))
