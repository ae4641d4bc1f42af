"""Compare a written name with the names of a case: by its reading, its letters and its other readings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.ownership.evidence.feature import Feature
from pipeline.ownership.known.kanji import Explained, explained_each
from pipeline.ownership.known.names import KanaReader, KnownName
from pipeline.ownership.known.spelling import TAIL, letter_by_letter, without_lead
from pipeline.sound.digits import longest_common_run
from pipeline.sound.morae import likeness, morae

MIN_KANJI: Final = 2
"""Least number of kanji of a name that is spelt as another person's: one kanji occurs in any word."""

MIN_SURNAME_LIKENESS, MAX_GIVEN_NAME_LIKENESS, MIN_WHOLE_LIKENESS = 0.72, 0.62, 0.9
"""Similarity from which a surname may be said, below which the text after it is another given name, and from
which a full name is one of the claimant's, however similar its halves are."""

EXPLAINS: Final = re.compile(r".[のノ]|[へべ]ん|[辺編偏]|かんむり|冠|字|じ$|書|と[言い]う")
"""Text that distinguishes an explanation of kanji from a name."""

_OF_A_WORD = re.compile(
    r"(?=(?P<kanji>[一-龠々])(?:[^\s、。にとをはが]{1,4}|(?<=[^\s、。].))の(?P=kanji))|漢?数字の(?P<number>[一二三四五六七八九十])"
)
"""静岡の静, 真ん中の中, 松の木の松: where the word contains the kanji, that kanji is explained and no other;
漢数字の一."""

_BY_ADJECTIVE = re.compile(
    r"(?<![一-龠々のん])(?<![んン偏]に)([一-龠])(?:さい|しい|きい|るい|い)(?=[にとで。]|$)"
)
"""小さい for 小, 長い for 長; not 言い、, nor 木へんに白い, which explains 柏."""

_KANJI_NAME = re.compile(r"([一-龠々ヶ]+)([^のノ]*)")
"""The kanji of a name and the text after them; with の it explains a name (大石の石)."""


@dataclass(frozen=True, slots=True)
class WrittenName:
    """A written name and its readings.

    Attributes:
        text: The name without honorifics and particles.
        kana: Its readings, with more and more leading words dropped.
        readings: Its other possible readings.
        kanji, kanji_readings: The longest name in kanji at its beginning, and that name's readings; empty
            without kanji.
        halves: Readings of its parts where a dot separates them and each has two morae or more; else empty.
    """

    text: str = field(repr=False)
    kana: tuple[str, ...] = field(repr=False)
    readings: tuple[str, ...] = field(repr=False)
    kanji: str = field(repr=False)
    kanji_readings: frozenset[str] = field(repr=False)
    halves: tuple[str, ...] = field(repr=False)


def written_name(said: str, reader: KanaReader) -> WrittenName:
    """Read a name.

    Args:
        said: The recognised words.
        reader: Reader with the readings of names.
    """
    text = letter_by_letter(said) or TAIL.sub("", said)
    cores = tuple(dict.fromkeys((text, *without_lead(text))))
    kanji, readings = _kanji_name(cores[-1], reader)
    kana = tuple(dict.fromkeys(map(reader.kana, cores)))
    halves = tuple(map(reader.kana, cores[-1].split("・")))
    apart = len(halves) > 1 and min(len(morae(half)) for half in halves) > 1  # ス・ミ・ス is spelled out
    return WrittenName(cores[-1], kana, reader.readings(cores[-1]), kanji, readings, halves if apart else ())


def _kanji_name(text: str, reader: KanaReader) -> tuple[str, frozenset[str]]:
    found = _KANJI_NAME.fullmatch(text)
    kanji = found[1] if found else ""
    for length in range(len(kanji), MIN_KANJI - 1, -1):
        if readings := frozenset(reader.readings(kanji[:length])):
            return kanji[:length], readings
    return "", frozenset()


def name_in(
    name: WrittenName, heard: str, known: Sequence[KnownName], spelt: Sequence[str]
) -> Mapping[Feature, float]:
    """Compare a name with those of one claimant.

    Args:
        name: The written name.
        heard: Kana from the posteriorgram; empty without a listener.
        known: The claimant's names by sound.
        spelt: The same names in the case's spelling, without blanks.

    Returns:
        The greatest likeness of its reading, of its other readings, and of the heard kana; the share of its
        letters, and of a known name's letters, that match in a row; whether its kanji are the claimant's, or
        those of a name with another reading; whether it reads as their surname with another given name.
    """
    sounds = [sound for each in known for sound in (each.whole, *each.parts)]
    kanji_theirs = any(name.kanji in each for each in spelt)
    reads_otherwise = bool(spelt) and not name.kanji_readings & {*sounds}
    alike = [(longest_common_run(name.text, each), len(each)) for each in spelt if each]
    return {
        Feature.ALIKE: _likest(sounds, name.kana),
        Feature.ALIKE_OTHER_READING: _likest(sounds, name.readings),
        Feature.ALIKE_HEARD: _likest(sounds, [heard] if heard else ()),
        Feature.LETTERS: max((run for run, _ in alike), default=0) / max(1, len(name.text)),
        Feature.LETTERS_OF_THEIRS: max((run / size for run, size in alike), default=0.0),
        Feature.KANJI_THEIRS: float(bool(name.kanji) and kanji_theirs),
        Feature.KANJI_ANOTHERS: float(bool(name.kanji) and not kanji_theirs and reads_otherwise),
        Feature.RELATIVE: float(is_relative(name, known)),
    }


def explains(said: str, heard: str, spelt: Sequence[str], reader: KanaReader) -> Mapping[Feature, float]:
    """Measure how far words and sound explain the kanji of a claimant's names.

    Args:
        said: The recognised words.
        heard: Kana from the posteriorgram; empty without a listener.
        spelt: The claimant's names in the case's spelling, without blanks.
        reader: Reader that knows kanji.

    Returns:
        For the words and for the sound: the explanation that was found for the best-explained name, in all
        and per mora, and the number of its kanji with an explanation.  For the words also: the number of
        kanji named outright (静岡の静, 小さい) that one of the names has, and that none has.
    """
    named = {found["kanji"] or found["number"] for found in _OF_A_WORD.finditer(said)}
    named |= {*_BY_ADJECTIVE.findall(said)}
    theirs = {kanji for each in spelt for kanji in each}
    return {
        Feature.EXPLAINS: 1.0,
        **_explained("written", said, spelt, reader),
        **_explained("heard", heard, spelt, reader),
        Feature.EXPLAINS_THEIRS: float(len(named & theirs)),
        Feature.EXPLAINS_ANOTHERS: float(len(named - theirs)),
    }


def _explained(how: str, text: str, spelt: Sequence[str], reader: KanaReader) -> Mapping[Feature, float]:
    """Return the explanation of the name that a text explains best; zeros for an empty text."""
    each = explained_each(text, spelt, reader) if text else []
    most = max(each, key=lambda of_one: of_one.share, default=Explained())
    return {
        Feature.named(f"explains, {how}"): most.share,
        Feature.named(f"explains, {how} kanji"): float(most.kanji),
        Feature.named(f"explains, {how} density"): most.density,
    }


def _likest(sounds: Sequence[str], kana: Sequence[str]) -> float:
    return max((likeness(sound, each) for sound in sounds for each in kana), default=0.0)


def is_relative(name: WrittenName, known: Sequence[KnownName]) -> bool:
    """Whether a known surname occurs with another given name, before a dot or after it.

    Args:
        name: The written name.
        known: Names by sound, with that surname.
    """
    kana = name.kana[-1]
    if any(likeness(each.whole, kana) >= MIN_WHOLE_LIKENESS for each in known):
        return False
    if len(name.halves) > 1:
        near = [max((likeness(p, half) for n in known for p in n.parts), default=0.0) for half in name.halves]
        return max(near) >= MIN_SURNAME_LIKENESS > min(near)
    return any(_goes_on(kana, *each.parts) for each in known if len(each.parts) == 2)


def _goes_on(kana: str, surname: str, given: str) -> bool:
    cuts = (cut for cut in range(max(1, len(surname) - 1), len(surname) + 2) if len(kana) - cut >= 2)
    return any(
        likeness(surname, kana[:cut]) >= MIN_SURNAME_LIKENESS
        and likeness(given, kana[cut:]) < MAX_GIVEN_NAME_LIKENESS
        for cut in cuts
    )
