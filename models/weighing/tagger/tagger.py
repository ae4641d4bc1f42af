"""Run the learned tagger: characters of a call to kinds and parties with probabilities."""

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

__all__ = ["Marked", "Tagger", "load_tagger", "mark"]

KINDS = ("", "PERSON", "ADDRESS", "PHONE_NUMBER")
"""Order of the network's first head; the first is "nobody's data"."""

PARTIES = (Party.UNKNOWN, Party.THIRD_PARTY, Party.REQUESTER, Party.STAFF, Party.COMPANY)
"""Order of its second head."""

LONGEST = 4000
"""Characters at once, to keep memory flat on a call of hours."""

MARGIN = 70
"""Characters of context on each side of a piece: what the convolutions see (train.DILATIONS)."""

FIRM, FAINT = 0.12, 0.06
"""Probability a stretch must reach somewhere to be marked, and how far its edges go on."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A marked stretch: its kind, mean and highest probability, and whose it seems to be."""

    kind: str
    chars: CharSpan
    probability: float
    peak: float
    party: Party
    party_probability: float


class Tagger:
    """The network with its vocabulary.  One instance is for one thread."""

    def __init__(self, session: InferenceSession, vocabulary: Vocabulary) -> None:
        self._session = session
        self._vocabulary = vocabulary

    def probabilities(
        self, transcript: Transcript, tokens: Sequence[Token], line: SoundLine
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Probabilities of kinds, shape (characters, 4), and of parties, (characters, 5)."""
        rows = encode(transcript, tokens, line, self._vocabulary)
        kinds, parties = [], []
        for start in range(0, len(rows), LONGEST):
            first, last = max(0, start - MARGIN), min(len(rows), start + LONGEST + MARGIN)
            out = self._session.run(None, {"rows": rows[None, first:last]})
            inside = slice(start - first, min(start + LONGEST, len(rows)) - first)
            kinds.append(softmax(out[0][0][inside]))
            parties.append(softmax(out[1][0][inside]))
        return np.concatenate(kinds), np.concatenate(parties)

    def mark(self, transcript: Transcript, tokens: Sequence[Token], line: SoundLine) -> tuple[Marked, ...]:
        """Find stretches of personal data in a call (``mark``, with its defaults)."""
        return mark(transcript.text, *self.probabilities(transcript, tokens, line))


def mark(
    text: str,
    kinds: NDArray[np.float32],
    parties: NDArray[np.float32],
    firm: float = FIRM,
    faint: float = FAINT,
) -> tuple[Marked, ...]:
    """Find stretches of personal data.

    Args:
        text: The call's.
        kinds: Probabilities of kinds for each character (``Tagger.probabilities``).
        parties: Likewise of parties.
        firm: Probability that some character of a stretch must reach.
        faint: Probability down to which the stretch goes on.

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
        other: Another network of the same vocabulary, which nobody has registered: to fit on calls
            that the registered one has learned from (``models.training.weighing.calibrate``), never to mask.

    Returns:
        The tagger.

    Raises:
        ModelError: when its bytes are not the registered ones.
    """
    folder = Path(__file__).parent
    raw = json.loads(registered_bytes("tagger", "vocabulary", folder / "tagger.vocabulary.json"))
    network = other.read_bytes() if other else registered_bytes("tagger", "network", folder / "tagger.onnx")
    return Tagger(session(network), Vocabulary(raw["chars"], raw["pos"], raw["morae"]))


def _stretches(text: str, some: NDArray[np.float32], firm: float, faint: float) -> list[tuple[int, int]]:
    """Runs above ``faint`` that reach ``firm`` somewhere, cut at line ends and trimmed of commas."""
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
