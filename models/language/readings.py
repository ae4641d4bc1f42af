"""Readings by SudachiPy: text to kana and morae, with offsets into the text."""

from __future__ import annotations

import itertools
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from models.language.lexicon.foreign import foreign_name
from models.language.lexicon.kanji import load_kanji
from models.language.lexicon.lexicon import load_lexicon
from pipeline.ownership.known.kanji import KanjiSounds
from pipeline.sound.morae import Mora, fold_kana, morae
from pipeline.types import CharSpan

if TYPE_CHECKING:
    from sudachipy import Dictionary, Morpheme, Tokenizer

_DIGIT_KANA = ("ゼロ", "イチ", "ニ", "サン", "ヨン", "ゴ", "ロク", "ナナ", "ハチ", "キュウ")
_DIGITS = dict(zip("0123456789", _DIGIT_KANA, strict=True))
CHUNK_CHARS = 10_000
"""Greatest number of characters passed to Sudachi at once; it refuses more than 49,149 bytes."""

JOINED = 0x0FFFFFFF
"""Sudachi's number of a word that it joined of unknown pieces (テレイラ), which it does not call unknown."""


@dataclass(frozen=True, slots=True)
class Token:
    """A morpheme.

    Attributes:
        chars: Its characters in the text.
        pos: Part of speech, six fields joined by "-".
        kana: Reading.
        known: Whether it is in the dictionary.
    """

    chars: CharSpan
    pos: str
    kana: str = field(repr=False)
    known: bool = True


@dataclass(frozen=True, slots=True)
class SoundLine:
    """A text as morae; ``chars[i]`` holds the characters of mora ``i``.

    Each mora of a kanji word gets a share of the word's characters, so that a match within a word can be
    mapped back to characters.
    """

    morae: tuple[Mora, ...] = field(repr=False)
    chars: tuple[CharSpan, ...]

    def span(self, start: int, end: int) -> CharSpan:
        """Return the characters of morae ``[start, end)``; not empty for a non-empty range."""
        covered = self.chars[start:end]
        return CharSpan(min(c.start for c in covered), max(c.end for c in covered))


class Reader:
    """Reads Japanese: tokens, kana, morae.  Use one instance in one thread only."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._pos: dict[int, str] = {}  # by Sudachi's number: a call of hours has one string of each

    def tokens(self, text: str) -> tuple[Token, ...]:
        """Return the morphemes of ``text`` in Sudachi's longest unit, with offsets into ``text``."""
        out: list[Token] = []
        base = 0
        for line in text.splitlines(keepends=True):
            for start in range(0, len(line), CHUNK_CHARS):
                for m in self._tokenizer.tokenize(line[start : start + CHUNK_CHARS]):
                    chars = CharSpan(base + start + m.begin(), base + start + m.end())
                    pos = self._part_of_speech(m)
                    # The dictionary reads a space or a bracket as 「記号」, which nobody says.
                    silent = m.reading_form() == "キゴウ" and pos.startswith(("補助記号", "空白"))
                    kana = "" if silent else _kana(m.surface(), m.reading_form())
                    known = not m.is_oov() and m.word_id() != JOINED
                    out.append(Token(chars, pos, kana, known))
            base += len(line)
        return tuple(out)

    def _part_of_speech(self, morpheme: Morpheme) -> str:
        number = morpheme.part_of_speech_id()
        if number not in self._pos:
            self._pos[number] = "-".join(morpheme.part_of_speech())
        return self._pos[number]

    def kana(self, text: str) -> str:
        """Return the katakana of ``text``; digits are read one by one, unreadable characters dropped."""
        return _joined(self, text)

    def name_parts(self, text: str, kana: str) -> tuple[str, str] | None:
        """Split a person's name into surname and given name.

        Args:
            text: Spelling, e.g. 岬育美.
            kana: Its reading, as ``fold_kana`` returns it.

        Returns:
            The readings of both; ``None`` where the lexicon has no surname that it could begin with, nor two
            foreign names.  Among several splits, one that leaves a given name in its spelling wins, then one
            that leaves one in its reading, then the commonest surname.
        """
        best: tuple[float, str] = (0.0, "")
        lexicon = load_lexicon()
        for cut in range(1, len(text)):
            givens = {fold_kana(given.reading) for given in lexicon.given_of_surface(text[cut:])}
            for row in lexicon.surname_of_surface(text[:cut]):
                surname = fold_kana(row.reading)
                rest = kana.removeprefix(surname)
                if rest and rest != kana:
                    # 四方 is commoner than 四方田, but 陽子 is a given name and 田陽子 is not.
                    surer = WRITTEN if rest in givens else READ if rest in lexicon.given_names else 1
                    best = max(best, (row.weight * surer, surname))
        return (best[1], kana.removeprefix(best[1])) if best[1] else _foreign_parts(kana)

    def readings(self, name: str) -> tuple[str, ...]:
        """Return every reading of a surname or given name with this spelling; empty for other words."""
        lexicon = load_lexicon()
        rows = (*lexicon.surname_of_surface(name), *lexicon.given_of_surface(name))
        return tuple(dict.fromkeys(row.reading for row in rows))

    def commonness(self, kana: str) -> float:
        """Return how common a name with this reading is: 0 (unknown) to 1 (one person in 100)."""
        lexicon = load_lexicon()
        entries = (lexicon.surnames.get(kana), lexicon.given_names.get(kana))
        return max((entry.commonness for entry in entries if entry is not None), default=0.0)

    def kanji_sounds(self, kanji: str) -> KanjiSounds:
        """Return the words that explain a kanji of a name; empty for a kanji that no name has."""
        return load_kanji().get(kanji, KanjiSounds())

    def line(self, text: str, tokens: tuple[Token, ...] | None = None) -> SoundLine:
        """Return ``text`` as morae with their characters."""
        sounds: list[Mora] = []
        chars: list[CharSpan] = []
        for token in self.tokens(text) if tokens is None else tokens:
            units = morae(token.kana)
            width = token.chars.end - token.chars.start
            for index, unit in enumerate(units):
                first = token.chars.start + index * width // len(units)
                last = token.chars.start + -(-(index + 1) * width // len(units))
                sounds.append(unit)
                chars.append(CharSpan(first, max(last, first + 1)))
        return SoundLine(tuple(sounds), tuple(chars))


def _foreign_parts(kana: str) -> tuple[str, str] | None:
    """Split a foreign name where both halves are known; the commonest of several splits."""
    cuts = (
        (min(one.family + one.given, other.family + other.given), (kana[:at], kana[at:]))
        for at in range(2, len(kana) - 1)
        if (one := foreign_name(kana[:at])) and (other := foreign_name(kana[at:]))
    )
    return max(cuts, default=(0.0, None))[1]


WRITTEN, READ = 10_000, 100
"""Factors of a surname's commonness where it leaves a given name in its spelling, or in its reading: of 4,000
names drawn from the lexicon .1 % are split wrongly, by 100 for both 6.8."""


@lru_cache(maxsize=4096)
def _joined(reader: Reader, text: str) -> str:
    return "".join(token.kana for token in reader.tokens(text))


def _kana(surface: str, reading: str) -> str:
    wide = unicodedata.normalize("NFKC", surface)
    if any(c.isdigit() and c in _DIGITS for c in wide):
        parts = ["".join(group) for _, group in itertools.groupby(wide, key=lambda c: c in _DIGITS)]
        return "".join("".join(_DIGITS[c] for c in p) if p[0] in _DIGITS else fold_kana(p) for p in parts)
    own = fold_kana(surface)
    # The dictionary's reading of the particles は and へ keeps the spelling, and so does a name's kana, so
    # both
    # sides of a comparison agree.
    return own if len(own) == len(surface) else fold_kana(reading) or own


def load_reader() -> Reader:
    """Load the dictionary (about 0.2 s the first time).

    Returns:
        A reader on SudachiDict core, split mode C.
    """
    from sudachipy import SplitMode

    return Reader(_dictionary().create(mode=SplitMode.C))


@lru_cache(maxsize=1)
def _dictionary() -> Dictionary:
    """Share one dictionary among all readers: each would take 60 MB and never free it."""
    from sudachipy import Dictionary

    return Dictionary(dict="core")
