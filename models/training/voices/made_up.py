"""Make up calls of which only who says what in which voice matters: nothing is spoken.

A script's lines are cut into breaths, and each is given the direction of a stretch of about its length that
the voice cast for it said in one sitting (``models.training.voices.sittings``), a whole call on one line.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.training.split import read_split
from models.training.voices.phrases import BACK, HANDING, PUT_THROUGH, PUTTING_THROUGH, TAKING
from models.voices.roles import Roles
from pipeline.speaking.handovers import arrives, leaves
from pipeline.speaking.hypotheses import THIRD
from pipeline.speaking.sides import CU, OP, Observations
from pipeline.speaking.units import Unit
from pipeline.types import TimeSpan
from sample_audio.script import Dialogue

ANNOUNCED, THROUGH, RETURNS = 0.55, 0.2, 0.6
"""Shares of calls: a third person who is announced; staff who are put through; a caller who comes back."""

SAID: Final = 0.85
"""Share of announced changes at which each of the two says so."""

LINES: Final = (14, 40)
"""Of a call, least and most."""

NEAREST: Final = 6
"""Stretches from which one is drawn, by how near their length is."""

Line = tuple[str, str]
"""``op``, ``op2``, ``cu`` or ``third``, and what they say."""

Stretches = tuple[NDArray[np.float64], NDArray[np.float32]]
"""Seconds and directions of what was said in a sitting on a line."""


@dataclass(frozen=True, slots=True)
class Sittings:
    """By voice, its sittings; of each, what was said by line."""

    voices: Mapping[str, Sequence[Mapping[int, Stretches]]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A call, and who speaks each unit (``OP``, ``CU`` or ``THIRD``)."""

    heard: Observations = field(repr=False)
    speakers: NDArray[np.int64] = field(repr=False)


def read_sittings(path: Path) -> Sittings:
    """Read what ``models.training.voices.sittings`` wrote; moods of one mouth count as one voice."""
    found: dict[str, list[dict[int, Stretches]]] = {}
    split = read_split()
    with np.load(path) as stored:
        data = dict(stored)
    for number, voice in enumerate(data["voices"]):
        own = data["sittings"] == number
        by_line = {
            int(line): (data["seconds"][own & (data["lines"] == line)],
                        data["directions"][own & (data["lines"] == line)])
            for line in np.unique(data["lines"][own])
        }  # fmt: skip
        found.setdefault(split.mouth(str(voice)), []).append(by_line)
    return Sittings(found)


def made_up(
    dialogue: Dialogue, sittings: Sittings, roles: Roles, rng: random.Random, half: int | None
) -> MadeUp:
    """Make up a call.

    Args:
        dialogue: The script.
        sittings: Of three voices at least.
        roles: Of the wordings.
        rng: Decides everything else.
        half: Of the phrases, 0 or 1, in which a third person takes the telephone; ``None`` where nobody does.
    """
    turns = [
        (turn.speaker, "".join(p if isinstance(p, str) else "さとう" for p in turn.pieces))
        for turn in dialogue.turns
    ]
    lines = turns[: rng.randint(*LINES)]
    if half is not None:
        lines = list(_taken(lines, rng, half))
    if rng.random() < THROUGH:
        lines = list(_put_through(lines, rng))
    people = dict(zip(("op", "cu", "third", "op2"), rng.sample(sorted(sittings.voices), 4), strict=True))
    line = rng.choice((0, 1))
    said = {who: rng.choice(sittings.voices[voice])[line] for who, voice in people.items()}
    units, pauses, voices, who = [], [], [], []
    at = 0.0
    for number, (speaker, text) in enumerate(lines):
        for part, pause in _breaths(text, rng):
            lengths, directions = said[speaker]
            near = np.argsort(np.abs(np.log(lengths / max(0.25, len(part) * rng.uniform(0.1, 0.14)))))[
                :NEAREST
            ]
            chosen = int(rng.choice(near.tolist()))
            end = at + pause + float(lengths[chosen])
            units.append(Unit(number, (), TimeSpan(at + pause, end), part))
            pauses.append(pause)
            voices.append(directions[chosen])
            who.append({"cu": CU, "third": THIRD}.get(speaker, OP))
            at = end
    heard = Observations(
        np.stack(voices),
        np.array([roles.staff(unit.text) for unit in units]),
        np.array([max(0.1, unit.time.duration) for unit in units]),
        np.array(pauses),
        arrives(units),
        leaves(units),
    )
    return MadeUp(heard, np.array(who))


def _taken(lines: Sequence[Line], rng: random.Random, half: int) -> Iterator[Line]:
    """Some of the caller's lines in a row are a third person's, announced or not."""
    own = [at for at, (speaker, _) in enumerate(lines) if speaker == "cu"]
    first = min(rng.randrange(1, max(2, int(len(own) * 0.7))), len(own) - 1)
    last = min(len(own), first + rng.randint(2, max(3, len(own) // 2)))
    if rng.random() > RETURNS:
        last = len(own)
    announced = rng.random() < ANNOUNCED
    for at, (speaker, text) in enumerate(lines):
        number = own.index(at) if at in own else -1
        if number == first and announced:
            if rng.random() < SAID:
                yield "cu", rng.choice(HANDING[half::2])
            yield "third", (rng.choice(TAKING[half::2]) if rng.random() < SAID else "") + text
        elif number == last and announced and rng.random() < SAID:
            yield "cu", rng.choice(BACK[half::2]) + text
        else:
            yield "third" if first <= number < last else speaker, text


def _put_through(lines: Sequence[Line], rng: random.Random) -> Iterator[Line]:
    """Other staff from one of staff's lines on."""
    own = [at for at, (speaker, _) in enumerate(lines) if speaker == "op"]
    begun = rng.choice(own[1:]) if len(own) > 2 else len(lines)
    before = max((at for at in own if at < begun), default=-1)
    for at, (speaker, text) in enumerate(lines):
        if at == before and rng.random() < SAID:
            yield speaker, text + rng.choice(PUTTING_THROUGH)
        elif at == begun:
            yield "op2", rng.choice(PUT_THROUGH) + text
        else:
            yield "op2" if speaker == "op" and at > begun else speaker, text


def _breaths(text: str, rng: random.Random) -> Iterator[tuple[str, float]]:
    """Breaths of a line, and the pause before each."""
    pause = rng.uniform(0.15, 0.6)
    for sentence in re.findall(r"[^。？！]+[。？！]?", text):
        head, comma, rest = sentence.partition("、")
        parts = (head + comma, rest) if rest and len(sentence) > 10 and rng.random() < 0.6 else (sentence,)
        for part in parts:
            yield part, pause
            pause = rng.uniform(0.12, 0.25)
        pause = rng.uniform(0.2, 0.45)


def found_rightly(made: MadeUp, sides: NDArray[Any]) -> bool:
    """Whether most of what is given to a third person is one's."""
    given = made.heard.seconds * (sides == THIRD)
    return bool(given[made.speakers == THIRD].sum() > given.sum() / 2)
