"""Similarity of two readings over a telephone: morae, and an edit distance between them.

A recogniser writes fewer than one name in ten with the right characters, while over nine in ten still sound
right.  So names, places and terms are compared as sequences of morae, by an edit distance with low prices for
easily confused sounds: voicing, neighbouring places of articulation, long vowels, っ, ん.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

MIN_TELLING = 3
"""Least number of morae of a word, or of digits of a number, that identifies it on its own."""

_ROWS = {
    "": "アイウエオ", "k": "カキクケコ", "s": "サ_スセソ", "t": "タ__テト", "n": "ナニヌネノ",
    "h": "ハヒ_ヘホ",
    "m": "マミムメモ", "y": "ヤ_ユ_ヨ", "r": "ラリルレロ", "w": "ワ____", "g": "ガギグゲゴ", "z": "ザ_ズゼゾ",
    "d": "ダ__デド", "b": "バビブベボ", "p": "パピプペポ", "sh": "_シ___", "ch": "_チ___", "ts": "__ツ__",
    "f": "__フ__", "j": "_ジ___", "v": "__ヴ__",
}  # fmt: skip
_VOWELS = "aiueo"
_MORA = {kana: (c, _VOWELS[i]) for c, row in _ROWS.items() for i, kana in enumerate(row) if kana != "_"}
_SMALL = {"ャ": "a", "ュ": "u", "ョ": "o", "ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o", "ヮ": "a"}
_SAME = str.maketrans("ヂヅヲヰヱヵヶ", "ジズオイエカケ")

_LATIN = re.compile(r"([kgsztdnhbpmyrwfjvlc]?[hsy]?)([aiueo])|(n)")

LONG, STOP, NASAL = ("long", ""), ("Q", ""), ("N", "")
Mora = tuple[str, str]
"""(consonant, vowel); long vowel, っ and ん are morae of their own."""

_FEATURES: dict[str, tuple[int, int, int]] = {
    # Place of articulation (front to back), manner, voiced; neighbouring values of a column are confused.
    "p": (0, 0, 0), "b": (0, 0, 1), "m": (0, 3, 1), "w": (0, 4, 1), "f": (0, 1, 0), "v": (0, 1, 1),
    "t": (1, 0, 0), "d": (1, 0, 1), "n": (1, 3, 1), "r": (1, 4, 1), "s": (1, 1, 0), "z": (1, 1, 1),
    "ts": (1, 2, 0),
    "sh": (2, 1, 0), "ch": (2, 2, 0), "j": (2, 2, 1), "y": (2, 4, 1),
    "k": (3, 0, 0), "g": (3, 0, 1), "h": (3, 1, 0), "": (4, 4, 1),
}  # fmt: skip


def fold_kana(text: str) -> str:
    """Keep the kana of a text, as full-width katakana with ヂ as ジ; drop everything else.

    Args:
        text: Any text; its kanji, letters and digits are dropped.

    Returns:
        Katakana and ー only.
    """
    katakana = to_katakana(text).translate(_SAME)
    return "".join(c for c in katakana if "ァ" <= c <= "ヴ" or c == "ー")


def to_katakana(text: str) -> str:
    """Write hiragana as katakana, in full width; all else stays, in its usual width."""
    wide = unicodedata.normalize("NFKC", text)
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in wide)


def fold_letters(text: str) -> str:
    """Keep the letters, kana, kanji and digits of a text, in one width and case."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in wide if char.isalnum())


def spell_out(latin: str) -> str:
    """Transcribe a Japanese word in Latin letters, as in a mail address (fujisawa -> フジサワ).

    Args:
        latin: Latin letters; other characters separate words.

    Returns:
        Katakana; letters that form no mora are dropped.
    """
    by_sound = {mora: kana for kana, mora in _MORA.items()}
    same = {"si": "sh", "ti": "ch", "tu": "ts", "hu": "f", "zi": "j", "l": "r", "c": "k"}
    out: list[str] = []
    for consonant, vowel, nasal in _LATIN.findall(latin.lower()):
        if nasal:
            out.append("ン")
            continue
        sound = same.get(consonant + vowel, same.get(consonant, consonant))
        plain = sound.removesuffix("y") if len(sound) > 1 else sound
        if (plain != sound and (plain, "i") in by_sound) or (sound in {"sh", "ch", "j"} and vowel != "i"):
            first = by_sound.get((plain, "i"), "")
            out.append(first + {"a": "ャ", "u": "ュ", "o": "ョ"}.get(vowel, "ェ"))
        else:
            out.append(by_sound.get((sound, vowel), ""))
    return "".join(out)


@lru_cache(maxsize=65536)
def morae(kana: str) -> tuple[Mora, ...]:
    """Split katakana into morae, with long vowels unified (コウ and コー, ケイ and ケー are equal).

    Args:
        kana: Katakana as ``fold_kana`` returns it.

    Returns:
        One (consonant, vowel) pair for each mora.
    """
    out: list[Mora] = []
    for char in kana:
        if char in _SMALL and out and out[-1][1]:
            consonant = out[-1][0]
            glide = char in "ャュョ" and consonant not in {"sh", "ch", "j"}
            out[-1] = (consonant + "y" if glide and not consonant.endswith("y") else consonant, _SMALL[char])
        elif char == "ッ":
            out.append(STOP)
        elif char == "ン":
            out.append(NASAL)
        elif char == "ー" or _lengthens(char, out):
            if out and out[-1] != LONG:
                out.append(LONG)
        elif char in _MORA:
            out.append(_MORA[char])
        elif char in _SMALL:
            out.append(("", _SMALL[char]))
    return tuple(out)


def undrawn(sound: Iterable[Mora]) -> tuple[Mora, ...]:
    """Drop long vowels and っ, which are easily added or missed over a telephone."""
    return tuple(mora for mora in sound if mora not in {LONG, STOP})


def _lengthens(char: str, before: list[Mora]) -> bool:
    if not before:
        return False
    vowel = before[-1][1]
    return (char == "ウ" and vowel in {"o", "u"}) or (char == "イ" and vowel in {"e", "i"}) or (
        char == "ア" and vowel == "a"
    ) or (char == "オ" and vowel == "o") or (char == "エ" and vowel == "e")  # fmt: skip


@lru_cache(maxsize=65536)
def mora_price(said: Mora | None, heard: Mora | None) -> float:
    """Return the price of substituting one mora by another; ``None`` is no mora.

    Args:
        said: Mora of the known name; ``None`` for an insertion.
        heard: Mora of the recognised text; ``None`` for a deletion.

    Returns:
        0 for equal morae, up to 1 for morae that share nothing.
    """
    if said == heard:
        return 0.0
    if said is None or heard is None:
        return _gap_price(said or heard or LONG)
    if LONG in {said, heard} or STOP in {said, heard} or NASAL in {said, heard}:
        other = heard if said in {LONG, STOP, NASAL} else said
        if {said, heard} <= {LONG, STOP, NASAL}:
            return 0.4
        # ん resembles a nasal consonant without its vowel; a long vowel resembles a bare vowel.
        nasal_like = NASAL in {said, heard} and other[0][:1] in {"n", "m"}
        bare_vowel = LONG in {said, heard} and other[0] == ""
        return 0.5 if nasal_like or bare_vowel else 0.9
    return min(1.0, 0.55 * _consonant_price(said[0], heard[0]) + 0.45 * _vowel_price(said[1], heard[1]))


def _gap_price(mora: Mora) -> float:
    if mora == LONG:
        return 0.2
    if mora in {STOP, NASAL}:
        return 0.4
    return 0.6 if mora[0] == "" else 0.8


def _vowel_price(a: str, b: str) -> float:
    if a == b:
        return 0.0
    near = {frozenset("iu"), frozenset("ie"), frozenset("uo"), frozenset("ao"), frozenset("ae")}
    return 0.6 if frozenset((a, b)) in near else 1.0


def _consonant_price(a: str, b: str) -> float:
    if a == b:
        return 0.0
    glide = 0.25 if a.endswith("y") != b.endswith("y") and len(a + b) > 1 else 0.0
    place_a, manner_a, voice_a = _FEATURES[a.removesuffix("y") if a != "y" else a]
    place_b, manner_b, voice_b = _FEATURES[b.removesuffix("y") if b != "y" else b]
    price = 0.22 * abs(place_a - place_b) + 0.2 * (manner_a != manner_b) + 0.15 * (voice_a != voice_b)
    return min(1.0, price + glide)


def distance(said: str, heard: str) -> float:
    """Return the edit distance of two readings, in morae, priced by ``mora_price``.

    Args:
        said: Katakana of the known name.
        heard: Katakana of the recognised text.

    Returns:
        0 when they sound the same; unbounded above.
    """
    a, b = morae(said), morae(heard)
    row = list(itertools.accumulate((mora_price(None, m) for m in b), initial=0.0))
    for x in a:
        gap = mora_price(x, None)
        new = [row[0] + gap]
        for j, y in enumerate(b):
            new.append(min(row[j] + mora_price(x, y), row[j + 1] + gap, new[j] + mora_price(None, y)))
        row = new
    return row[-1]


def likeness(said: str, heard: str) -> float:
    """Return the similarity of two readings: 1 less ``distance`` per mora of the longer one.

    Args:
        said: Katakana of the known name.
        heard: Katakana of the recognised text.

    Returns:
        1 for the same sound, 0 for nothing in common or when either is empty.
    """
    longest = max(len(morae(said)), len(morae(heard)))
    if not longest or not morae(said) or not morae(heard):
        return 0.0
    return max(0.0, 1.0 - distance(said, heard) / longest)
