"""Measure clear disagreement between a finding and the case, for each type of finding.

    said                the case has        clear disagreement
    090-1234-5670       090-1234-5678       a digit                           1.0
    090-1234-5671       090-1234-5677       nothing, where シチ may be heard  0.0
    原町田3丁目         成瀬5丁目           a place of five morae             1.7
    佐藤健一            佐藤花子            a given name of four morae        2.0

The recogniser errs in some positions and the phonetic network in others.  So a difference is clear only as
far as both show it; in a telephone number, where both show the same digit.  Without a posteriorgram the words
alone count.  From ``CLEAR`` on a finding is never the claimant's, whatever else speaks for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from pipeline.ownership.evidence.feature import Feature, FeatureValues
from pipeline.ownership.evidence.nearness import FAIR_ODDS, without_honorific
from pipeline.ownership.evidence.numbers import (
    MIN_PIECE_DIGITS,
    holds_whole_block,
    other_block_figures,
    other_figures,
    strange_places,
)
from pipeline.ownership.evidence.postal_codes import without_leading_code
from pipeline.ownership.evidence.stretches import Stretch
from pipeline.ownership.evidence.value_pieces import FILLERS
from pipeline.ownership.known.addresses import BUILDINGS, number_of, numbers_of, without_numbering
from pipeline.ownership.known.forms import NAMES, NUMBERS, SpokenForm
from pipeline.ownership.known.kanji import KanjiReader
from pipeline.sound.digits import digits_of
from pipeline.sound.morae import Mora, morae
from pipeline.sound.search import SoundText
from pipeline.sound.spotting import covered, spotted
from pipeline.types import CaseName

CLEAR: Final = 1.0
"""Least clear disagreement: one digit, a name of two morae, a place of three."""

SAID_ODDS: Final = -4.0
"""Least total log odds at which a digit may have been said: one chance in fifty."""

SAID_PRICE: Final = 0.3
"""Greatest price at which a written word counts as heard, per mora."""

NAME_MORAE, PLACE_MORAE = 2, 3
"""Number of morae of the shortest surname or given name, and of most places; まで after an address has
two."""

SAME_NAME_PRICE, SAME_PLACE_PRICE = 0.15, 0.2
"""Greatest price at which a written word certainly is a form of a name, or of a place, per mora of the
form."""

NEAR: Final = 0.8
"""Similarity, 0 to 1, from which a name is the claimant's in spite of its spelling."""

HALF: Final = 0.5
"""Share of an explanation of kanji from which it counts as heard."""


def other_number(
    texts: Sequence[str], stretches: Sequence[Stretch], numbers: Sequence[str], forms: Sequence[SpokenForm]
) -> float:
    """Count the digits of a number that clearly differ from a claimant's numbers.

    Args:
        texts: All pieces of one number, in one or more spellings.
        stretches: Posteriorgrams of the pieces; empty without a listener.
        numbers: The claimant's telephone numbers, digits only.
        forms: Spoken forms of these numbers.

    Returns:
        The number of digits.
    """
    said = min(map(digits_of, texts), key=lambda digits: other_figures(digits, numbers), default="")
    strange = strange_places(said, numbers)
    if not stretches or not strange:
        return float(len(strange))
    heard = "".join(digits_of(stretch.kana()) for stretch in stretches)
    said_so = _said_figures(strange, said, heard, MIN_PIECE_DIGITS)
    figures = [form for form in forms if form.kind in NUMBERS]
    left = sum(len(digits_of(run)) for run in _left(stretches, figures))
    heard_so = min(other_figures(heard, numbers), left)
    # The ears confuse a digit, but not as many in a row as make a piece.
    return float(heard_so if heard_so >= MIN_PIECE_DIGITS else min(said_so, heard_so))


@dataclass(frozen=True, slots=True)
class KnownAddresses:
    """A claimant's data for the comparison of an address.

    Attributes:
        written: Addresses and names in the case's spelling.
        blocks: Numbers of each block, in digits.
        forms: Spoken forms of the same data.
    """

    written: Sequence[str] = field(repr=False)
    blocks: Sequence[tuple[str, ...]] = field(repr=False)
    forms: Sequence[SpokenForm] = field(repr=False)


def other_address(
    said: str,
    stretches: Sequence[Stretch],
    known: KnownAddresses,
    reader: KanjiReader,
) -> float:
    """Measure how clearly an address differs from a claimant's addresses.

    Args:
        said: All pieces of one address.
        stretches: Posteriorgrams of the pieces; empty without a listener.
        known: The claimant's data.
        reader: Reader of places.

    Returns:
        The greater of two counts: differing digits of the block or the room, and differing places in units
        of ``PLACE_MORAE`` morae.
    """
    forms = known.forms
    said = without_leading_code(unicodedata.normalize("NFKC", said))
    digits = numbers_of(said)
    figures = other_block_figures(digits, known.blocks)
    whole_block = not figures and holds_whole_block(digits, known.blocks)
    words = _place_words(said) if whole_block else _words(said)
    if whole_block and _is_heard(stretches, [form for form in forms if form.kind == "town"]):
        # The recogniser may have garbled what stands above the town.
        words = [word for word in words if _BUILDING.search(word)]
    runs = {word: _strange_runs(_TAIL.sub("", word), known, reader) for word in words}
    strange = sum(len(run) for each in runs.values() for run in each if len(run) >= PLACE_MORAE)
    somebody = any(each and _HONORIFIC.search(word) for word, each in runs.items())
    if stretches and (strange or figures or somebody):
        left = _left(stretches, forms)
        heard = [without_honorific(run).strip("ノ") for run in left]
        figures = min(figures, sum(len(digits_of(run)) for run in heard))
        sizes = (len(morae(run)) for run in heard if not _is_number(run))
        strange = min(strange, sum(size for size in sizes if size >= PLACE_MORAE))
        somebody = any(run != without_honorific(run) for run in left if len(morae(run)) > PLACE_MORAE)
    return max(float(figures), strange / PLACE_MORAE, float(somebody))


def _strange_runs(word: str, known: KnownAddresses, reader: KanjiReader) -> list[tuple[Mora, ...]]:
    """Return the runs of a word that match no form of a claimant; none where it is in the case's spelling."""
    if any(word in each for each in known.written):
        return []
    return _written_left(reader.line(word).morae, known.forms)


def other_mail(
    line: Sequence[Mora | None], kana: str, stretches: Sequence[Stretch], forms: Sequence[SpokenForm]
) -> float:
    """Measure how clearly the user part of a mail address differs from a claimant's names.

    Args:
        line: Its reading in Latin letters, word by word; empty where the recogniser wrote it in kana or
            kanji.
        kana: Its reading as spoken words.
        stretches: Its posteriorgrams; empty without a listener.
        forms: Spoken forms of the claimant's names.

    Returns:
        Differing names in units of ``NAME_MORAE`` morae; digits and separators are left out.
    """
    words = [line] if line else [morae(word) for word in _MAIL_WORDS.split(kana)]
    left = [run for word in words for run in _written_left(word, forms)]
    if stretches and left:
        left = _said_so(left, _left(stretches, forms))
    return sum(map(len, left)) / NAME_MORAE


def other_name(
    lines: Sequence[Sequence[Mora]],
    stretches: Sequence[Stretch],
    values: FeatureValues,
    forms: Sequence[SpokenForm],
) -> float:
    """Measure how clearly a name differs from a claimant's names.

    Args:
        lines: Its readings, with and without words that may be no part of it.
        stretches: Its posteriorgrams; empty without a listener.
        values: Features of its similarity to the claimant's names (``nearness``, ``letters``).
        forms: Spoken forms of the claimant's names.

    Returns:
        Differing names in units of ``NAME_MORAE`` morae; at least 1 where the kanji are another name's.
    """

    def of(feature: Feature) -> float:
        return values.get(feature, 0.0)

    heard = max(map(of, (Feature.HEARD_WHOLE_NAME, Feature.HEARD_SURNAME, Feature.HEARD_GIVEN_NAME)))
    # A company's name is no surname, and has many spellings.
    spelt_otherwise = of(Feature.KANJI_ANOTHERS) > of(Feature.OF_COMPANY) and heard < NEAR
    left = 0
    if of(Feature.LETTERS) < 1 and of(Feature.ALIKE_OTHER_READING) < NEAR:
        left = min(sum(map(len, _written_left(line, forms))) for line in lines)
        if stretches and left:
            # Kanji of names have many readings: the rest of the sound need not read like the rest of the
            # text.
            runs = (morae(without_honorific(run)) for run in _left(stretches, forms))
            left = min(left, sum(len(run) for run in runs if len(run) >= NAME_MORAE))
    return max(left / NAME_MORAE, float(spelt_otherwise))


def other_kanji(values: FeatureValues) -> float:
    """Return 1 where kanji of no name of the claimant are explained, and the claimant's are not heard."""
    heard = values.get(Feature.EXPLAINS_HEARD, 0.0)
    return float(values.get(Feature.EXPLAINS_ANOTHERS, 0.0) > 0 and heard < HALF)


_WORDS: Final = re.compile(r"[、。，,・/\s]+|(?<=[都道府県市区町村])の")
"""Separators between the words of an address without its numbers."""

_TAIL: Final = re.compile(r"(?:の|さん|さま|様)+$")
"""Particles and honorifics after such a word."""

_SOMEBODY = r"(?<![皆客奥])(?:さん|さま|様)"
"""Honorific of a name; 皆様, お客様 and 奥様 name nobody."""

_HONORIFIC: Final = re.compile(rf"{_SOMEBODY}の?$")
"""End of a word that names somebody."""

_BUILDING: Final = re.compile(rf"{_SOMEBODY}|{BUILDINGS}")
"""A word that says of itself that it is a building or somebody."""

_PLACE: Final = re.compile(rf"[都道府県市区町村郡]|(?:ケン|シ|ク|グン|チョウ|マチ|ムラ)$|{_BUILDING.pattern}")
"""The same, or a place, in kanji or in the recogniser's katakana."""

_SAYS_WHO: Final = re.compile(r"[がはもをで]$")
"""Particle after a word of the talk that stands before the numbers: うちが, そこは."""

_COUNTERS: Final = ("チョーメ", "バンチ", "バン", "ゴーシツ")
"""Counters of the numbers of an address, as the phonetic network writes them."""

_FIGURE_WORDS: Final = re.compile(
    rf"{'|'.join(_COUNTERS)}|ゼロ|マル|レー|イチ|イッ|ニー?|サン|ヨン?|ゴー?|ロク|ロッ|ナナ|シチ|ハチ|ハッ|キュー|ク|"
    "ジュー|ジュッ|[ヒビピ]ャク|[セゼ]ン"
)

_MAIL_WORDS: Final = re.compile(
    r"ドット|ハイフン|アンダー(?:バー)?|アット(?:マーク)?.*|スウジ|"
    r"(?:ゼロ|マル|レイ|イチ|ニー?|サン|ヨン|ゴー?|ロク|ナナ|ハチ|キュー?ウ?|ジュ[ウー])+"
)
"""Separators of the words of a mail address, its digits, and all from the @ on."""


def _words(said: str) -> list[str]:
    """Return the words of an address that are no numbers."""
    return _WORDS.split(without_numbering(FILLERS.sub("、", said)))


def _place_words(said: str) -> list[str]:
    """Return the words of an address that certainly are places or names.

    A finding often holds words of the talk, too: うちが5丁目11番30号で向こう.  A place says so itself
    (町田市), or stands right before the numbers (成瀬).
    """
    before = said[: len(said) - len(number_of(CaseName(said, "")))]
    last = [word for word in _words(before) if word][-1:]
    sure = [word for word in _words(said) if _PLACE.search(word)]
    return sure + [word for word in last if word not in sure and not _SAYS_WHO.search(word)]


def _is_number(heard: str) -> bool:
    """Whether a heard run of an address has digits and no place: クニーレーゴーイチノ."""
    words = _FIGURE_WORDS.findall(heard)
    figures = sum(not word.startswith(_COUNTERS) for word in words)
    left = _FIGURE_WORDS.sub("", heard).strip("ノデー")
    return (figures > 1 or figures < len(words)) and len(morae(left)) < PLACE_MORAE


def _written_left(line: Sequence[Mora | None], forms: Sequence[SpokenForm]) -> list[tuple[Mora, ...]]:
    """Return the written runs that match no form of a claimant; a single mora is a particle."""
    free = np.array([False, *(mora is not None for mora in line), False])
    forms = [form for form in forms if form.covers and form.kind not in NUMBERS]
    sounds, prices = [f.sound for f in forms], [_same_price(f) for f in forms]
    for matches in SoundText(line).find_each(sounds, prices) if any(line) else ():
        for match in matches:
            free[match.start + 1 : match.end + 1] = False
    edges = np.flatnonzero(np.diff(free.astype(int))).tolist()
    runs = [line[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
    return [tuple(filter(None, run)) for run in runs if len(run) >= NAME_MORAE]


def _said_figures(places: Sequence[int], said: str, heard: str, size: int) -> int:
    """Count the digits at some positions of a number that are heard in a written piece of ``size`` digits."""
    pieces = [range(start, start + size) for start in range(max(1, len(said) - size + 1))]
    alike = [piece for piece in pieces if said[piece.start : piece.stop] in heard]
    return sum(any(place in piece for piece in alike) for place in places)


def _same_price(form: SpokenForm) -> float:
    return SAME_NAME_PRICE if form.kind in NAMES else SAME_PLACE_PRICE


def _said_so(written: Sequence[tuple[Mora, ...]], heard: Sequence[str]) -> list[tuple[Mora, ...]]:
    """Return the written runs that are also heard, exactly or nearly."""
    lines = [SoundText(line) for run in heard if (line := morae(run))]
    return [run for run in written if any(line.find(run, SAID_PRICE) for line in lines)]


def _is_heard(stretches: Sequence[Stretch], forms: Sequence[SpokenForm]) -> bool:
    """Return whether one of the forms is heard fairly well."""
    sounds = [form.sound for form in forms]
    least = [FAIR_ODDS * len(form.sound) for form in forms]
    return any(stretch.holds(hit) for stretch in stretches for hit in spotted(sounds, stretch.logs, least))


def _left(stretches: Sequence[Stretch], forms: Sequence[SpokenForm]) -> list[str]:
    """Return the heard runs, in kana, that match no form.

    Names and places match fairly, digits one by one.
    """
    forms = [form for form in forms if form.covers]
    sounds = [form.sound for form in forms]
    least = [SAID_ODDS if form.kind in NUMBERS else FAIR_ODDS * len(form.sound) for form in forms]
    runs: list[str] = []
    for stretch in stretches:
        hits = [hit for hit in spotted(sounds, stretch.logs, least) if stretch.holds(hit)]
        runs += [run for _, run in stretch.left(covered(hits, len(stretch.logs)))]
    return runs
