"""What is said in a cast script, word by word: as it is written, how it sounds, whose data it is."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from models.language.readings import Reader
from models.training.calls.examples import KINDS, PARTIES
from pipeline.sound.morae import Mora, fold_kana, morae

MARKS = "、。？！「」・…?!,. \u3000"
"""Written, not said."""

UNIT = re.compile(r"丁目|番地?|号室?|の|[-‐−]")
NUMBER = re.compile(rf"[0-9〇一二三四五六七八九十百]+(?:{UNIT.pattern})?")
"""Of an address: as easily heard as any word, unlike the names of places."""

Label = tuple[int, int]
"""Indices into ``KINDS`` and ``PARTIES``."""


class SaidPiece(Protocol):
    """What ``from_script`` needs of a piece of a turn (``sample_audio.slots.Said``)."""

    @property
    def text(self) -> str:
        """As written."""

    @property
    def reading(self) -> str:
        """Katakana."""

    @property
    def slot(self) -> Any:
        """Whose data of which kind it is, or ``None``."""


class Atom(NamedTuple):
    """A word or a number.

    Attributes:
        text: As it is written.
        sounds: None for a number.
        label: Whose data of which kind it is.
        hard: Whether it is heard worse than ordinary words.
        digits: Whether it is a number.
        kana: Of a person's name, in katakana; otherwise empty.
    """

    text: str
    sounds: tuple[Mora, ...]
    label: Label
    hard: bool = False
    digits: bool = False
    kana: str = ""


class Phrase(NamedTuple):
    """What is said in one breath, and the mark that ends it."""

    atoms: tuple[Atom, ...]
    mark: str


def label_of(piece: SaidPiece) -> Label:
    """Kind and party of a piece; zeros where it is nobody's data."""
    if piece.slot is None:
        return 0, 0
    return KINDS.index(piece.slot.kind), PARTIES.index(piece.slot.party)


def phrases(pieces: Sequence[SaidPiece], reader: Reader, rng: random.Random) -> list[Phrase]:
    """Cut a turn at its commas and stops.

    Args:
        pieces: Of the turn.
        reader: Tells words and their readings.
        rng: Decides how numbers are written.

    Returns:
        In order; none is empty.
    """
    out: list[Phrase] = []
    atoms: list[Atom] = []
    for piece in pieces:
        for atom in _atoms(piece, reader, rng):
            if piece.slot is None and atom.text and atom.text in MARKS:
                if atoms:
                    out.append(Phrase(tuple(atoms), atom.text))
                    atoms = []
            else:
                atoms.append(atom)
    if atoms:
        out.append(Phrase(tuple(atoms), ""))
    return out


def _atoms(piece: SaidPiece, reader: Reader, rng: random.Random) -> list[Atom]:
    label = label_of(piece)
    what = "" if piece.slot is None else piece.slot.what
    if what.startswith(("phone", "addr.zip")):
        return [Atom(piece.text, (), label, hard=True, digits=True)]
    if what and not what.startswith(("addr", "kanji")):
        person = piece.slot.kind == "NAME" and piece.slot.party != "company"
        kana = fold_kana(piece.reading) if person else ""
        return [Atom(piece.text, morae(piece.reading), label, hard=True, kana=kana)]
    out: list[Atom] = []
    for token in reader.tokens(piece.text):
        text = piece.text[token.chars.start : token.chars.end]
        if what.startswith("addr") and NUMBER.fullmatch(text):
            # Numbers within an address are runs of their own: 三丁目5番 is written 3丁目5番.
            out.append(Atom(_arabic(text) if rng.random() < 0.85 else text, (), label, digits=True))
        else:
            hard = what.startswith("addr") and not UNIT.fullmatch(text)
            out.append(Atom(text, morae(token.kana), label, hard=hard))
    return _joined_digits(out)


def _joined_digits(atoms: Sequence[Atom]) -> list[Atom]:
    """Neighbouring digits as one number."""
    out: list[Atom] = []
    for atom in atoms:
        if atom.digits and out and out[-1].digits:
            out[-1] = out[-1]._replace(text=out[-1].text + atom.text)
        else:
            out.append(atom)
    return out


def _arabic(text: str) -> str:
    """Kanji numerals below a thousand in digits: 二十三丁目 is 23丁目."""
    out, run = "", ""
    for char in [*text, ""]:
        if char and char in "〇一二三四五六七八九十百":
            run += char
            continue
        if run:
            out += _number(run)
            run = ""
        out += char
    return out


def _number(kanji: str) -> str:
    if not set(kanji) & set("十百"):
        return "".join(str("〇一二三四五六七八九".index(c)) for c in kanji)
    total, last = 0, 0
    for char in kanji:
        if char in "十百":
            total += max(1, last) * (10 if char == "十" else 100)
            last = 0
        else:
            last = "〇一二三四五六七八九".index(char)
    return str(total + last)
