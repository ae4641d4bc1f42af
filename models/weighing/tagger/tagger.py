"""Run the learned tagger: probabilities of each kind of data and each owner for every character."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.language.readings import SoundLine, Token
from models.network import session, softmax
from models.registry import registered_bytes
from models.weighing.tagger.features import Vocabulary, encode
from pipeline.types import CharSpan, Party, Transcript

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

KINDS = ("", "PERSON", "ADDRESS", "PHONE_NUMBER")
"""Classes of the network's first output, in order; the first is "no personal data"."""

PARTIES = (Party.UNKNOWN, Party.THIRD_PARTY, Party.REQUESTER, Party.STAFF, Party.COMPANY)
"""Classes of its second output, in order."""

CHUNK_CHARS = 4000
"""Characters per run of the network, so that memory does not grow with the length of the call."""

CONTEXT_CHARS = 70
"""Characters of context on each side of a chunk: the reach of the convolutions
(``models.training.tagging.train.DILATIONS``)."""

MIN_PEAK, MIN_EDGE = 0.12, 0.06
"""Least probability that some character of a marked stretch reaches, and least of every character in it."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A stretch of personal data: its kind, its mean and highest probability, and its likeliest owner."""

    kind: str
    chars: CharSpan
    probability: float
    peak: float
    party: Party
    party_probability: float


class Tagger:
    """The network and its vocabulary.  Use one instance in one thread only."""

    def __init__(self, session: InferenceSession, vocabulary: Vocabulary) -> None:
        self._session = session
        self._vocabulary = vocabulary

    def probabilities(
        self, transcript: Transcript, tokens: Sequence[Token], line: SoundLine
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Compute the probabilities of a call.

        Args:
            transcript: The call.
            tokens: Its morphemes.
            line: Its morae.

        Returns:
            Probabilities of ``KINDS``, shape (characters, 4), and of ``PARTIES``, shape (characters, 5).
        """
        rows = encode(transcript, tokens, line, self._vocabulary)
        kinds, parties = [], []
        for start in range(0, len(rows), CHUNK_CHARS):
            first, last = max(0, start - CONTEXT_CHARS), min(len(rows), start + CHUNK_CHARS + CONTEXT_CHARS)
            out = self._session.run(None, {"rows": rows[None, first:last]})
            inside = slice(start - first, min(start + CHUNK_CHARS, len(rows)) - first)
            kinds.append(softmax(out[0][0][inside]))
            parties.append(softmax(out[1][0][inside]))
        return np.concatenate(kinds), np.concatenate(parties)

    def mark(self, transcript: Transcript, tokens: Sequence[Token], line: SoundLine) -> tuple[Marked, ...]:
        """Find the stretches of personal data in a call, with the default thresholds of ``mark``."""
        return mark(transcript.text, *self.probabilities(transcript, tokens, line))


def mark(
    text: str,
    kinds: NDArray[np.float32],
    parties: NDArray[np.float32],
    firm: float = MIN_PEAK,
    faint: float = MIN_EDGE,
) -> tuple[Marked, ...]:
    """Find the stretches of personal data in a text.

    Args:
        text: Text of the transcript.
        kinds: Probabilities of ``KINDS`` for each character.
        parties: Probabilities of ``PARTIES`` for each character.
        firm: Least probability that some character of a stretch reaches.
        faint: Least probability of every character of a stretch.

    Returns:
        Disjoint stretches in order of text; none crosses a line end.
    """
    some = 1.0 - kinds[:, 0]
    out = []
    for start, end in _stretches(text, some, firm, faint):
        mass = kinds[start:end, 1:].sum(axis=0)
        whose = parties[start:end].mean(axis=0)
        whose[0] = 0.0
        best = int(whose.argmax())
        out.append(
            Marked(
                KINDS[int(mass.argmax()) + 1],
                CharSpan(start, end),
                float(some[start:end].mean()),
                float(some[start:end].max()),
                PARTIES[best],
                float(whose[best] / max(1e-6, whose.sum())),
            )
        )
    return tuple(out)


def load_tagger(other: Path | None = None) -> Tagger:
    """Load the network that lies beside this module (a few ms).

    Args:
        other: An unregistered network of the same vocabulary.  Only for fitting on calls that the registered
            network was trained on (``models.training.weighing.calibrate``), never for masking.

    Returns:
        The tagger.

    Raises:
        ModelError: a file is not the registered one.
    """
    folder = Path(__file__).parent
    raw = json.loads(registered_bytes("tagger", "vocabulary", folder / "tagger.vocabulary.json"))
    network = other.read_bytes() if other else registered_bytes("tagger", "network", folder / "tagger.onnx")
    return Tagger(session(network), Vocabulary(raw["chars"], raw["pos"], raw["morae"]))


def _stretches(text: str, some: NDArray[np.float32], firm: float, faint: float) -> list[tuple[int, int]]:
    """Return runs of at least ``faint`` that reach ``firm``, cut at line ends, without commas at the ends."""
    out: list[tuple[int, int]] = []
    start: int | None = None
    for at in range(len(text) + 1):
        inside = at < len(text) and some[at] >= faint and text[at] != "\n"
        if inside and start is None:
            start = at
        elif not inside and start is not None:
            first, last = start, at
            while last > first and text[last - 1] in "、。,. ":
                last -= 1
            while first < last and text[first] in "、。,. ":
                first += 1
            if first < last and some[first:last].max() >= firm:
                out.append((first, last))
            start = None
    return out
