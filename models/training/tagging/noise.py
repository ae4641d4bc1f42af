"""A noise channel: what a recogniser would write for a sentence it has heard over a telephone.

Names are garbled in sound, then spelt again with whatever ordinary words sound so
(小林 -> 小田屋, 伊藤幸子 -> 移動したちこと).  Rates follow what was counted on real runs of voices,
telephone chain and recogniser (the model card has the table).
"""

from __future__ import annotations

import json
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.language.readings import Reader
from pipeline.sound.morae import Mora, mora_price, morae

KANA_OF: dict[Mora, str] = {}
for _kana in (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモ"
    "ヤユヨラリルレロワガギグゲゴザジズゼゾダデドバビブベボパピプペポッンー"
):
    KANA_OF[morae("ア" + _kana)[-1] if _kana == "ー" else morae(_kana)[0]] = _kana
for _row in "キシチニヒミリギジビピ":
    for _small in "ャュョ":
        KANA_OF[morae(_row + _small)[0]] = _row + _small
INVENTORY = tuple(KANA_OF)

CONFUSIONS = Path(__file__).with_name("confusions.json")
"""Morae said, and what they were heard as how often (``models.training.tagging.count_noise``)."""

PRIOR = 6.0
"""Counted confusions that the likeness of sounds is worth."""

DIGIT_READINGS = (
    ("ゼロ",), ("イチ",), ("ニ", "ニー"), ("サン",), ("ヨン", "シ"), ("ゴ", "ゴー"), ("ロク",),
    ("ナナ", "シチ"), ("ハチ",), ("キュウ", "ク"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NoiseRates:
    """How often what happens; shares of morae, words or digits.

    Attributes:
        swap: A mora of a name is heard as another.
        drop: A mora is lost.
        add: A mora is heard that was not said.
        respell: A name, garbled or not, is spelt with other words.
        word: An ordinary word is spelt otherwise.
        digit: A digit is wrong, lost or doubled.
    """

    swap: float = 0.15
    drop: float = 0.07
    add: float = 0.03
    respell: float = 0.85
    word: float = 0.26
    digit: float = 0.05

    def scaled(self, factor: float) -> NoiseRates:
        """The same with every rate times ``factor``, at most 0.95."""
        return NoiseRates(*(min(0.95, getattr(self, f) * factor) for f in self.__slots__))


def _neighbours() -> dict[Mora, tuple[tuple[Mora, ...], tuple[float, ...]]]:
    """What each mora is misheard as: as counted, and like-sounding ones where little was."""
    counted = json.loads(CONFUSIONS.read_text(encoding="utf-8"))
    out = {}
    for mora in INVENTORY:
        others = tuple(m for m in INVENTORY if m != mora)
        alike = [math.exp(-mora_price(mora, m) / 0.13) for m in others]
        seen = counted.get("".join(mora), {})
        weights = (
            seen.get("".join(m), 0) + PRIOR * x / sum(alike) for m, x in zip(others, alike, strict=True)
        )
        out[mora] = (others, tuple(weights))
    return out


_NEIGHBOURS = _neighbours()


def misheard(sounds: Sequence[Mora], rates: NoiseRates, rng: random.Random) -> tuple[tuple[int, Mora], ...]:
    """Mishear a name.

    Args:
        sounds: Its morae.
        rates: How often.
        rng: Decides.

    Returns:
        What is heard, each with the index of the mora it comes from or follows; never empty.
    """
    out: list[tuple[int, Mora]] = []
    for index, mora in enumerate(sounds):
        chance = rng.random()
        weak = mora in {("long", ""), ("Q", ""), ("N", "")} or mora[0] == ""
        if chance < rates.drop * (2 if weak else 1):
            continue
        if chance < rates.drop + rates.swap and mora in _NEIGHBOURS:
            others, weights = _NEIGHBOURS[mora]
            out.append((index, rng.choices(others, weights)[0]))
        else:
            out.append((index, mora))
        if rng.random() < rates.add:
            out.append((index, rng.choice(INVENTORY)))
    return tuple(out) or tuple((0, mora) for mora in sounds[:1])


def garble_morae(sounds: Sequence[Mora], rates: NoiseRates, rng: random.Random) -> tuple[Mora, ...]:
    """``misheard`` without where it comes from."""
    return tuple(mora for _, mora in misheard(sounds, rates, rng))


class Respeller:
    """Spells morae with words: readings seen in text, weighted by how common they are."""

    def __init__(self, counts: Iterable[tuple[str, str, int]]) -> None:
        """Build the index.

        Args:
            counts: (surface, katakana reading, count) of words.
        """
        table: dict[tuple[Mora, ...], Counter[str]] = defaultdict(Counter)
        for surface, kana, count in counts:
            units = morae(kana)
            if 1 <= len(units) <= 6:
                table[units][surface] += count
        self._table = {
            units: (tuple(words), tuple(c**0.5 for c in words.values())) for units, words in table.items()
        }

    def spell(self, sounds: Sequence[Mora], rng: random.Random) -> str:
        """Write morae with words and kana."""
        return "".join(text for text, _ in self.pieces(sounds, rng))

    def pieces(
        self, sounds: Sequence[Mora], rng: random.Random, katakana: float = 0.25
    ) -> list[tuple[str, int]]:
        """The same in pieces: a word or a kana, and how many morae it is of; ``katakana`` is how often so."""
        out: list[tuple[str, int]] = []
        at = 0
        in_katakana = rng.random() < katakana
        while at < len(sounds):
            lengths = [
                n for n in range(1, 7) if tuple(sounds[at : at + n]) in self._table and at + n <= len(sounds)
            ]
            lengths = [n for n in lengths if n > 1] or lengths if rng.random() < 0.9 else lengths
            if lengths and rng.random() < (0.25 if lengths == [1] else 0.8):
                n = rng.choices(lengths, [k**2 for k in lengths])[0]
                words, weights = self._table[tuple(sounds[at : at + n])]
                out.append((rng.choices(words, weights)[0], n))
                at += n
            else:
                kana = KANA_OF.get(sounds[at], "")
                out.append((kana if in_katakana else to_hiragana(kana), 1))
                at += 1
        return out


def to_hiragana(kana: str) -> str:
    """Katakana as hiragana; ー stays."""
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in kana)


def garble_digits(
    text: str, rates: NoiseRates, rng: random.Random, respeller: Respeller | None = None
) -> str:
    """Write a number as a recogniser does: runs of digits, odd joints, wrong, lost or misspelt digits.

    Args:
        text: Digits with what is written between them.
        rates: How often one is wrong.
        rng: Decides.
        respeller: Spells a digit with words that sound so (5 as 午後, 0 as 例); none does if ``None``.

    Returns:
        What is written; may be empty.
    """
    joints = rng.choice(
        (("",), ("-",), ("の",), (" ",), ("、",), ("ー",), ("の ", "の"), ("", " ", "の", "、"))
    )
    zero = rng.choice(["0"] * 6 + ["ゼロ", "まる", "〇", "セロ"])
    reading = {"ゼロ": "ゼロ", "まる": "マル", "〇": "マル"}.get(
        zero, rng.choice(("ゼロ", "ゼロ", "レイ", "マル"))
    )
    kanji = rng.random() < 0.06
    apart = " " if rng.random() < 0.12 else ""
    out: list[str] = []
    for char in text:
        if not char.isdigit():
            out.append(rng.choice(joints) if char in "-の、" else char)
            continue
        chance = rng.random()
        if chance < rates.digit / 3:
            continue
        digit = rng.choice("0123456789") if chance < rates.digit else char
        if respeller and rng.random() < rates.digit:
            said = reading if digit == "0" else rng.choice(DIGIT_READINGS[int(digit)])
            out.append(respeller.spell(garble_morae(morae(said), rates, rng), rng))
        elif digit == "0" and rng.random() < 0.5:
            out.append(zero)
        elif kanji:
            out.append("〇一二三四五六七八九"[int(digit)])
        else:
            out.append(digit + apart)
        if rng.random() < rates.digit / 3:
            out.append(rng.choice(["報", "九", "級", "さん", "に", "号", "し", "5", "2", "様"]))
    return "".join(out)


def word_counts(texts: Iterable[str], reader: Reader) -> list[tuple[str, str, int]]:
    """Count the words of some text.

    Args:
        texts: Any Japanese.
        reader: Tokenises and reads it.

    Returns:
        (surface, katakana reading, count); words of kana and kanji only.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for text in texts:
        for token in reader.tokens(text):
            surface = text[token.chars.start : token.chars.end]
            if surface.isalpha() and token.kana and not surface.isascii():
                counts[surface, token.kana] += 1
    return [(surface, kana, count) for (surface, kana), count in counts.items()]
