"""The learned judge of ownership: two small networks weigh all evidence that a finding is the requester's.

The rules (``pipeline.ownership.chain.RULES``) look at one kind of evidence after another, and a finding that
none of them attributes is masked.  Many of the requester's own words are lost that way: half of a garbled
town between two halves that are theirs, 山の for 山内 where the talk is of them.  No single kind of evidence
is enough there; the networks have learned what it is worth together (``models/weighing/owner/README.md``).
They only give findings to the requester and never take one away.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from models.language.readings import Reader
from models.network import session
from models.registry import registered_bytes
from models.weighing.owner.features import features
from pipeline.finding.verdict import Veto, given_to
from pipeline.reasons import Reason
from pipeline.types import CallCase, Finding, Party, Requester, Transcript

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = [
    "MIN_PROBABILITY",
    "MIN_PROBABILITY_AGAINST_TALK",
    "MIN_PROBABILITY_READ",
    "MIN_PROBABILITY_RELATIVE",
    "Half",
    "Owner",
    "load_owner",
]

LEARNED_FROM: Final = ("u21_u36", "u37_u46")
"""Sets of scripts (``tests/bench/unseen``) that each network has learned from; its files bear this name."""

MIN_PROBABILITY, MIN_PROBABILITY_READ = 0.65, 0.8
"""Lowest probability at which a finding becomes the requester's: with the listening networks, and by words
alone.  Measured on 96 calls by networks that had not learned from the call's set of scripts.  With sound
(59 s are the requester's, 567 s third parties'), .6 gives back 45.3 s and .8 s, .9 gives back 36.2 s and 0 s.
By words alone (172 s and 1,167 s), .7 gives back 79.3 s and 1.8 s, .8 57.5 s and .7 s, .9 24.2 s and .7 s."""

MIN_PROBABILITY_AGAINST_TALK: Final = 0.85
"""The same where the conversation gives the finding to somebody else.  With sound (14 s and 611 s), .7 and
.85 both give back 6.5 s and 0 s; by words alone (23 s and 1,373 s), 6.4 s and 0 s.  In a sample call a
neighbouring house with the requester's room number reaches .75."""

MIN_PROBABILITY_RELATIVE: Final = 0.9
"""The same where the surname is the requester's and another given name may follow.  With sound (2.6 s are
the requester's, 6.8 s relatives') it gives back 2.4 s and 0 s.  In a sample call the relative 大野照子
has .69."""


@dataclass(frozen=True, slots=True)
class Half:
    """One network of the pair.

    Attributes:
        network: Maps ``rows``, float32 of shape (1, findings, columns), to log odds of shape (1, findings).
        columns: The feature in each column, by its name in ``models.weighing.owner.features``.
    """

    network: InferenceSession
    columns: tuple[str, ...]

    def odds(self, seen: Sequence[Mapping[str, float]]) -> NDArray[np.float32]:
        """Log odds that each finding is the requester's, from its features; a missing feature is 0."""
        rows = np.array([[values.get(name, 0.0) for name in self.columns] for values in seen], np.float32)
        (odds,) = self.network.run(None, {"rows": rows[None]})
        return np.asarray(odds[0], dtype=np.float32)


class Owner:
    """The judge: the mean of the log odds of networks that have learned from different calls.

    Args:
        halves: The networks.
        reader: Gives readings and kanji to the features.
    """

    def __init__(self, halves: Sequence[Half], reader: Reader) -> None:
        self._halves = tuple(halves)
        self._reader = reader

    def reattribute(
        self, findings: Sequence[Finding], transcript: Transcript, case: CallCase
    ) -> tuple[Finding, ...]:
        """Give the requester what is probably theirs among the findings that the rules left to nobody.

        Args:
            findings: From the passes before, in order of text.
            transcript: What they point into.
            case: The requester, the staff and the company.

        Returns:
            The findings in the same order.  Those given to the requester have ``Reason.JUDGED_TOGETHER`` and
            need review.  Nothing changes where the case says nothing of the requester.
        """
        out = list(findings)
        if case.requester == Requester():
            return tuple(out)
        seen = {
            at: values
            for at, values in enumerate(features(findings, transcript, case, self._reader))
            if values is not None
        }
        for at, chance in zip(seen, self._chances(tuple(seen.values())), strict=True):
            if chance >= _bound(out[at], heard="heard" in seen[at]):
                out[at] = given_to(out[at], Party.REQUESTER, Reason.JUDGED_TOGETHER)
        return tuple(out)

    def _chances(self, seen: Sequence[Mapping[str, float]]) -> list[float]:
        """The probability that each finding is the requester's, from its features."""
        if not seen:
            return []
        odds = np.mean([half.odds(seen) for half in self._halves], axis=0)
        return [float(chance) for chance in 1 / (1 + np.exp(-odds))]


def _bound(finding: Finding, *, heard: bool) -> float:
    """The lowest probability at which this finding becomes the requester's."""
    if finding.reason is Veto.RELATIVE.value:
        return MIN_PROBABILITY_RELATIVE
    if finding.entity.hint is Party.THIRD_PARTY:
        return MIN_PROBABILITY_AGAINST_TALK
    return MIN_PROBABILITY if heard else MIN_PROBABILITY_READ


def load_owner(reader: Reader) -> Owner:
    """Load the networks that lie beside this module; takes a few milliseconds.

    Args:
        reader: Gives readings and kanji to the features.

    Returns:
        The judge.

    Raises:
        ModelError: when a file is not the registered one.
    """
    folder = Path(__file__).parent
    halves = []
    for learned_from in LEARNED_FROM:
        path = folder / f"owner_{learned_from}.onnx"
        network = session(registered_bytes("owner", f"{learned_from} network", path))
        names = registered_bytes("owner", f"{learned_from} names", path.with_suffix(".names.json"))
        halves.append(Half(network, tuple(json.loads(names))))
    return Owner(halves, reader)
