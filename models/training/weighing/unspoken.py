"""Scripts that nobody speaks, as calls for the judge of owners: other people, numbers and places each time.

To speak a call and to hear it takes half a minute; to write one down takes none.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.calls.hearings import char_times
from models.language.readings import load_reader
from models.training.calls.examples import KINDS, PARTIES, Example
from models.training.calls.pools import training_pools
from models.training.calls.stored import made_case
from models.training.tagging.garble import from_script
from models.training.tagging.make_data import HARM
from models.training.tagging.noise import NoiseRates, Respeller, word_counts
from models.training.weighing.shown import OWNERS
from pipeline.measuring.truth import KIND_ALIASES, CallTruth, TruthSpan
from pipeline.types import CallCase, TimeSpan, Transcript
from sample_audio.casting import CastCall, case_json, cast
from sample_audio.script import read_scripts

__all__ = ["ReadCall", "unspoken_calls"]

EXACT = 0.5
"""Share of the calls in their exact words; the others are as a recogniser would have written them."""


@dataclass(frozen=True, slots=True)
class ReadCall:
    """A call's words, and whose each of them is.

    Attributes:
        transcript: The words, with what was heard around them where somebody listened.
        seconds: How long each character is each owner's, shape (owners, characters), as ``OWNERS``.
        truth: Whose data is spoken; of a call that nobody speaks, at no time.
        case: Who asks.
        again: A second hearing, where there is one.
    """

    transcript: Transcript = field(repr=False)
    seconds: NDArray[np.float64] = field(repr=False)
    truth: CallTruth = field(repr=False)
    case: CallCase = field(repr=False)
    again: Transcript | None = field(default=None, repr=False)


def unspoken_calls(scripts: Sequence[Path], copies: int, seed: int) -> Iterator[ReadCall]:
    """Cast scripts and write them down.

    Args:
        scripts: Files of dialogues.
        copies: Castings of each dialogue.
        seed: Decides people, words and errors.
    """
    dialogues, reader, pools = read_scripts(scripts), load_reader(), training_pools(seed)
    literal = [
        piece for d in dialogues for turn in d.turns for piece in turn.pieces if isinstance(piece, str)
    ]
    respeller = Respeller(word_counts(literal, reader))
    rng = random.Random(seed)
    for copy in range(copies):
        for dialogue in dialogues:
            call = cast(dialogue, seed + copy, pools)
            rates = None if rng.random() < EXACT else NoiseRates().scaled(rng.uniform(*HARM))
            turns = [(turn.speaker, turn.said) for turn in call.turns]
            written = from_script(turns, rates, respeller, reader, rng)
            yield ReadCall(written.transcript, _seconds(written), _truth(call), made_case(case_json(call)))


def _seconds(example: Example) -> NDArray[np.float64]:
    starts, ends = char_times(example.transcript)
    lasts = np.nan_to_num(ends - starts)
    secret = example.kinds == KINDS.index("CONFIDENTIAL")
    out = np.zeros((len(OWNERS), len(lasts)))
    for at, owner in enumerate(OWNERS):
        theirs = example.parties == PARTIES.index(owner)
        here = theirs | secret if owner == "third" else theirs & ~secret
        out[at, here] = lasts[here]
    return out


def _truth(call: CastCall) -> CallTruth:
    spans = tuple(
        TruthSpan(
            TimeSpan(0.0, 0.0),
            turn.speaker,
            KIND_ALIASES.get(slot.kind, slot.kind),
            slot.party,
            piece.text,
            piece.reading,
        )
        for turn in call.turns
        for piece in turn.said
        if (slot := piece.slot) is not None
    )
    return CallTruth(call.dialogue.dialogue_id, "mono", 0.0, spans, ())
