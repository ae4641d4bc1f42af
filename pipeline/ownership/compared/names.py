"""Compare a spoken name with the names of a case, by letters and by reading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from pipeline.ownership.compared.aligned import aligned
from pipeline.ownership.compared.comparison import Comparison, Likeness, Mark, Run, runs_of
from pipeline.ownership.known.names import KanaReader, KnownName, claimed_names, known_names
from pipeline.sound.morae import Mora, fold_kana, likeness, morae
from pipeline.types import CallCase, CaseName

MIN_NEAR: Final = 0.6
"""Least similarity of two readings from which both are shown together."""

MIN_GIVEN_NAME: Final = 3
"""Least number of morae of a given name after a surname in kana: モリ and シタ are one surname."""

_MARKS = re.compile(r"[\s・･＝=,，、。]")
_SMALL = "ァィゥェォャュョヮー"

_WHOLE = (Likeness.NAME_SAME, Likeness.NAME_SOUNDS_SAME)
_PARTS = (
    (Likeness.SURNAME_SAME, Likeness.SURNAME_SOUNDS_SAME),
    (Likeness.GIVEN_NAME_SAME, Likeness.GIVEN_NAME_SOUNDS_SAME),
)
_NEAREST_FIRST: Final = (
    *_WHOLE,
    *_PARTS[0],
    *_PARTS[1],
    Likeness.GIVEN_NAME_DIFFERS,
    Likeness.SURNAME_DIFFERS,
    Likeness.NAME_NEAR,
)


@dataclass(frozen=True, slots=True)
class RegisteredName:
    """A name of the case.

    Attributes:
        text: The name in the case's spelling.
        known: The name by sound.
        letters: Its surname and given name as written; empty where they cannot be separated.
    """

    text: str = field(repr=False)
    known: KnownName = field(repr=False)
    letters: tuple[str, ...] = field(repr=False)


class _SpokenName(NamedTuple):
    """A spoken name: its letters without blanks, its kana, and all its possible readings."""

    letters: str
    kana: str
    readings: tuple[str, ...]
    in_kana: bool


class _Target(NamedTuple):
    """Compared part of a registered name.

    ``part`` is 0 for the surname, 1 for the given name, ``None`` for the whole.
    """

    reading: str
    part: int | None


def registered_names(case: CallCase, reader: KanaReader) -> tuple[RegisteredName, ...]:
    """Return the names of a case.

    Args:
        case: The requester, the staff and the company.
        reader: Reader that reads names without kana, and splits them.
    """
    pairs = zip(claimed_names(case), known_names(case, reader), strict=True)
    return tuple(RegisteredName(name.text, known, _cut(name, known, reader)) for (_, name), known in pairs)


def _cut(name: CaseName, known: KnownName, reader: KanaReader) -> tuple[str, ...]:
    """Return surname and given name as written, where the reading shows the boundary."""
    if len(known.parts) != 2:
        return ()
    words = [word for word in _MARKS.split(name.text) if word]
    if len(words) == 2:
        return tuple(words)
    text = "".join(words)
    for cut in range(1, len(text)):
        halves = (text[:cut], text[cut:])
        if all(_reads(half, part, reader) for half, part in zip(halves, known.parts, strict=True)):
            return halves
    return ()


def _reads(text: str, kana: str, reader: KanaReader) -> bool:
    return morae(kana) in {morae(each) for each in (reader.kana(text), *reader.readings(text))}


def compared_name(text: str, names: Sequence[RegisteredName], reader: KanaReader) -> Comparison | None:
    """Compare a name with the nearest registered name, or with its surname or given name.

    Args:
        text: Recognised or corrected text, without the words around the name.
        names: Names of the case.
        reader: Reader of names.

    Returns:
        The comparison; ``None`` where no name of the case is similar.
    """
    letters = _MARKS.sub("", text)
    kana = reader.kana(letters)
    if not morae(kana):
        return None
    said = _SpokenName(
        letters, kana, (kana, *reader.readings(letters)), len(fold_kana(letters)) == len(letters)
    )
    found = [each for name in names if (each := _compared(said, name, reader)) is not None]
    return min(found, key=_rank, default=None)


def _rank(each: Comparison) -> tuple[int, float]:
    return _NEAREST_FIRST.index(each.likeness), each.differing / max(1, each.in_all)


def _compared(said: _SpokenName, name: RegisteredName, reader: KanaReader) -> Comparison | None:
    known = name.known
    whole = _Target(known.whole, None)
    parts = [_Target(part, number) for number, part in enumerate(known.parts)]
    written = (_MARKS.sub("", name.text), *name.letters)
    for target, kinds in zip((whole, *parts), (_WHOLE, *_PARTS), strict=False):
        own = 0 if target.part is None else 1 + target.part
        alike = len(written) > own and said.letters == written[own]
        reading = next((each for each in said.readings if morae(each) == morae(target.reading)), "")
        if alike or reading:
            same_letters = alike or said.in_kana
            return _shown(kinds[0 if same_letters else 1], said, reading or target.reading, name, target)
    if (other := _relative(said, known, reader)) is not None:
        return _shown(other, said, said.kana, name, whole)
    ways = [
        (likeness(target.reading, each), each, target)
        for target in (whole, *parts)
        for each in said.readings
        if _may_be_near(each, target.reading)
    ]
    best, reading, target = max(ways, key=lambda way: way[0], default=(0.0, "", whole))
    return _shown(Likeness.NAME_NEAR, said, reading, name, target) if best >= MIN_NEAR else None


def _may_be_near(one: str, other: str) -> bool:
    """Whether two readings share half of their morae, in any order.

    A quick test for a list of a thousand staff.
    """
    a, b = morae(one), morae(other)
    return 2 * len(set(a) & set(b)) >= min(len(set(a)), len(set(b)))


def _relative(said: _SpokenName, known: KnownName, reader: KanaReader) -> Likeness | None:
    """Return which part of a registered name a full name shares, the surname or the given name."""
    if len(known.parts) != 2:
        return None
    surname, given = map(morae, known.parts)
    cut = None if len(said.readings) > 1 else reader.name_parts(said.letters, said.kana)
    if cut is not None and morae(cut[0]) == surname:
        return Likeness.GIVEN_NAME_DIFFERS
    if cut is not None and morae(cut[1]) == given:
        return Likeness.SURNAME_DIFFERS
    sound = morae(said.kana)
    begins = said.in_kana and sound[: len(surname)] == surname
    return Likeness.GIVEN_NAME_DIFFERS if begins and len(sound) - len(surname) >= MIN_GIVEN_NAME else None


def _shown(
    kind: Likeness, said: _SpokenName, reading: str, name: RegisteredName, target: _Target
) -> Comparison:
    """Return the comparison of both values with their marks."""
    heard, own = sounds_of(reading), sounds_of(target.reading)
    alignment = aligned([mora for _, mora in heard], [mora for _, mora in own])
    said_reading = runs_of((kana, mark) for (kana, _), mark in zip(heard, alignment.said, strict=True))
    own_marked = [(kana, mark) for (kana, _), mark in zip(own, alignment.registered, strict=True)]
    registered, said_letters = _letters(said, name, target)
    return Comparison(
        kind,
        name.known.claimant.party,
        said_reading if said.in_kana else said_letters,
        registered,
        () if said.in_kana else said_reading,
        runs_of(_around(own_marked, name.known.parts, target)),
        alignment.differing,
        len(alignment.pairs),
    )


def _letters(
    said: _SpokenName, name: RegisteredName, target: _Target
) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """Return the marked letters of both names; kana and kanji that sound the same do not differ."""
    told = [char for char in name.text if not _MARKS.match(char)]
    if target.part is None or not name.letters:
        first, last = 0, len(told)
    else:
        first = target.part * len(name.letters[0])
        last = first + len(name.letters[target.part])
    alignment = aligned(said.letters, told[first:last], piece=target.part is not None)
    own = [Mark.SAME] * (last - first) if said.in_kana else list(alignment.registered)
    marks = iter([*[Mark.UNSAID] * first, *own, *[Mark.UNSAID] * (len(told) - last)])
    registered = runs_of((char, Mark.SAME if _MARKS.match(char) else next(marks)) for char in name.text)
    return registered, runs_of(zip(said.letters, alignment.said, strict=True))


def _around(
    marked: Sequence[tuple[str, Mark]], parts: Sequence[str], target: _Target
) -> Iterator[tuple[str, Mark]]:
    """Yield the registered reading, with a blank between surname and given name."""
    if target.part == 1:
        yield parts[0] + " ", Mark.UNSAID
    length = 0
    for kana, mark in marked:
        if target.part is None and parts and length == len(parts[0]):
            yield " ", Mark.SAME
        length += len(kana)
        yield kana, mark
    if target.part == 0:
        yield " " + parts[1], Mark.UNSAID


def sounds_of(kana: str) -> tuple[tuple[str, tuple[Mora, ...]], ...]:
    """Split katakana into units of sound, so that コー and コウ are split, and compared, alike.

    Args:
        kana: Katakana as ``fold_kana`` returns it.

    Returns:
        Each unit with its morae; a small kana or ー that is no mora stays with the kana before it.
    """
    pieces: list[str] = []
    for char in kana:
        if pieces and char in _SMALL[:-1]:
            pieces[-1] += char
        else:
            pieces.append(char)
    sounds: list[tuple[str, tuple[Mora, ...]]] = []
    length = done = 0
    for piece in pieces:
        length += len(piece)
        sound = morae(kana[:length])
        if len(sound) == done and sounds:
            sounds[-1] = (sounds[-1][0] + piece, sounds[-1][1])
        else:
            sounds.append((piece, sound[done:]))
        done = len(sound)
    return tuple(sounds)
