"""The truth of a made-up call: what was said when, and whose data it was.

Read from ``truth.json`` (contract section 2).  Only measuring uses it; no step of
masking may import this module.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.errors import CaseFileError
from pipeline.types import CharSpan, TimeSpan

__all__ = [
    "KINDS",
    "PARTIES",
    "CallTruth",
    "TruthSpan",
    "TruthTurn",
    "exact_transcript",
    "read_truth",
]

KINDS = ("NAME", "ADDRESS", "PHONE", "CONFIDENTIAL")
"""The kinds of the contract, in the order in which tables show them."""

PARTIES = ("third", "requester", "operator", "company")
"""The parties of the contract."""

_CHANNEL_OF_SPEAKER = {"op": 0, "cu": 1}
_KIND_ALIASES = {"EMAIL": "PHONE"}  # script_format: a spoken mail address counts as PHONE.


@dataclass(frozen=True, slots=True)
class TruthSpan:
    """One stretch in which somebody's data is spoken.

    Attributes:
        time: Where it sounds, in seconds.
        speaker: ``"op"`` or ``"cu"``.
        kind: One of ``KINDS``.
        party: One of ``PARTIES``.
        surface: As written in the script; may not occur there literally.
    """

    time: TimeSpan
    speaker: str
    kind: str
    party: str
    surface: str = field(default="", repr=False)

    @property
    def must_mask(self) -> bool:
        """Third-party data, or a company secret whoever says it."""
        return self.party == "third" or self.kind == "CONFIDENTIAL"

    @property
    def must_keep(self) -> bool:
        """The requester's own data; staff and company are the policy's choice."""
        return self.party == "requester" and not self.must_mask

    def channel(self, channels: int) -> int:
        """Index of the audio channel it is spoken on, in a file of ``channels`` channels."""
        return min(_CHANNEL_OF_SPEAKER[self.speaker], channels - 1)


@dataclass(frozen=True, slots=True)
class TruthTurn:
    """One turn of the script; ``time`` in seconds."""

    time: TimeSpan
    speaker: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CallTruth:
    """Everything known of a made-up call; spans and turns in order of start time."""

    call_id: str
    layout: str
    duration: float
    spans: tuple[TruthSpan, ...]
    script: tuple[TruthTurn, ...] = field(repr=False)

    @property
    def has_third_party(self) -> bool:
        """Whether any span is a third party's."""
        return any(span.party == "third" for span in self.spans)


def read_truth(document: Mapping[str, object], call_id: str | None = None) -> CallTruth:
    """Check a ``truth.json`` and turn it into values.

    Args:
        document: The parsed JSON.
        call_id: Overrides the document's own ``call_id``; pass the file's stem.

    Returns:
        The truth, spans and turns in order of start time.

    Raises:
        CaseFileError: a key is missing or malformed; the message names the key and
            its index, never the value.
    """
    raise NotImplementedError


def exact_transcript(truth: CallTruth) -> dict[str, object]:
    """The transcript a perfect recogniser would give, one word per character.

    Args:
        truth: What was said when.

    Returns:
        The JSON of ``--transcript`` (contract section 1): ``segments[]`` with
        ``start``, ``end``, ``text``, ``speaker``, ``channel`` and ``words[]`` of
        ``word``, ``start``, ``end``, ``probability``, ``speaker``, ``channel``.

    Raises:
        CaseFileError: the truth has no script.
    """
    raise NotImplementedError
