"""Scripts that nobody speaks, as calls for the judge of owners: other people, numbers and places each time.

To speak a call and to hear it takes half a minute; to write one down takes none.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.calls.hearings import char_times
from models.language.readings import Reader, load_reader
from models.training.calls.examples import KINDS, PARTIES, Example
from models.training.calls.pools import training_pools
from models.training.calls.stored import made_case
from models.training.tagging.garble import from_script
from models.training.tagging.make_data import HARM
from models.training.tagging.noise import NoiseRates, Respeller, word_counts
from pipeline.measuring.truth import KIND_ALIASES, CallTruth, TruthSpan
from pipeline.sound.morae import fold_kana, likeness
from pipeline.types import CallCase, TimeSpan, Transcript
from sample_audio.casting import CastCall, case_json, cast
from sample_audio.script import read_scripts

EXACT = 0.5
"""Share of the calls in their exact words; the others are as a recogniser would have written them."""


@dataclass(frozen=True, slots=True)
class ReadCall:
    """A call's words, and whose each of them is.

    Attributes:
        transcript: The words, with what was heard around them where somebody listened.
        seconds: How long each character is said, shape (characters,).
        spans: Which of the truth's spans each character is of, -1 where it is of none; shape (characters,).
        truth: Whose data is spoken; of a call that nobody speaks, at no time.
        case: Who asks.
        again: A second hearing, where there is one.
    """

    transcript: Transcript = field(repr=False)
    seconds: NDArray[np.float64] = field(repr=False)
    spans: NDArray[np.int64] = field(repr=False)
    truth: CallTruth = field(repr=False)
    case: CallCase = field(repr=False)
    again: Transcript | None = field(default=None, repr=False)


def unspoken_calls(
    scripts: Sequence[Path], copies: int, seed: int, *, crowded: bool = False
) -> Iterator[ReadCall]:
    """Cast scripts and write them down.

    Args:
        scripts: Files of dialogues.
        copies: Castings of each dialogue.
        seed: Decides people, words and errors.
        crowded: Whether third parties are near to the requester in every second casting.
    """
    dialogues, reader, pools = read_scripts(scripts), load_reader(), training_pools(seed)
    literal = [
        piece for d in dialogues for turn in d.turns for piece in turn.pieces if isinstance(piece, str)
    ]
    respeller = Respeller(word_counts(literal, reader))
    rng = random.Random(seed)
    for copy in range(copies):
        for dialogue in dialogues:
            drawn = replace(pools, crowded=crowded and bool(copy % 2))
            call = cast(dialogue, seed + copy, drawn)
            rates = None if rng.random() < EXACT else NoiseRates().scaled(rng.uniform(*HARM))
            turns = [(turn.speaker, turn.said) for turn in call.turns]
            written = from_script(turns, rates, respeller, reader, rng)
            truth = _truth(call)
            starts, ends = char_times(written.transcript)
            spans = _spans(written, truth, reader)
            case = made_case(case_json(call))
            yield ReadCall(written.transcript, np.nan_to_num(ends - starts), spans, truth, case)


def _spans(example: Example, truth: CallTruth, reader: Reader) -> NDArray[np.int64]:
    """Which span each run of characters is of: of those of its kind and party, the one that sounds likest."""
    out = np.full(len(example.kinds), -1)
    labels = np.stack([example.kinds, example.parties])
    edges = [0, *(np.flatnonzero((labels[:, 1:] != labels[:, :-1]).any(axis=0)) + 1), len(example.kinds)]
    for start, end in itertools.pairwise(edges):
        kind, party = KINDS[example.kinds[start]], PARTIES[example.parties[start]]
        same = [at for at, span in enumerate(truth.spans) if (span.kind, span.party) == (kind, party)]
        if same:
            kana = reader.kana(example.transcript.text[start:end])
            out[start:end] = max(same, key=lambda at: likeness(fold_kana(truth.spans[at].reading), kana))
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
