"""Whose a finding is by all that speaks for it: what no rule is sure of is weighed by a small network.

The rules (``pipeline.ownership.attribute``) ask one thing after another, and what none of them answers is
masked.  Many of the requester's own words end there: half of a garbled town between two halves that are
theirs, 山の for 山内 where the talk is of them.  Each thing speaks for them a little; the network has learned
how much all of it does together (``models/weighing/owner/README.md``).  It gives back, and takes nothing.
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
from pipeline.finding.verdict import given_to
from pipeline.reasons import Reason
from pipeline.types import CallCase, Finding, Party, Requester, Transcript

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = [
    "KEEP_AGAINST",
    "KEEP_FROM",
    "KEEP_FROM_READ",
    "KEEP_RELATIVE",
    "Half",
    "Owner",
    "load_owner",
]

KEEP_FROM, KEEP_FROM_READ = 0.65, 0.8
"""Probability from which a finding is the requester's: where it was listened to, and where it was only read.
Of 96 calls, by networks that had not learned from their set of scripts, listened to and not another's by the
talk, 59 s are theirs and 567 s third parties': from .6 45.3 and .8 s come back, from .9 36.2 and none; only
read, of 172 and 1,167 s from .7 79.3 and 1.8, from .8 57.5 and .7, from .9 24.2 and .7."""

KEEP_AGAINST: Final = 0.85
"""The same where the conversation gives it to somebody else: listened to, of 14 s that are theirs all the
same and of 611 s of third parties' 6.5 s and none come back from .7 as from .85; only read, of 23 and 1,373 s
6.4 and none.  In a call of the samples another house that has the requester's room number is .75."""

KEEP_RELATIVE: Final = 0.9
"""The same where the surname is theirs and another given name may follow: of 2.6 s that are theirs and 6.8 of
relatives', listened to, 2.4 and none come back.  In a call of the sample script 大野照子 is .69."""


@dataclass(frozen=True, slots=True)
class Half:
    """A network, which has learned from some of the calls.

    Attributes:
        network: Takes rows of values, (1, findings, columns), and gives log odds, (1, findings).
        columns: Names of the values (``models.weighing.owner.features``), in order.
    """

    network: InferenceSession
    columns: tuple[str, ...]

    def odds(self, seen: Sequence[Mapping[str, float]]) -> NDArray[np.float32]:
        """Log odds that each of some findings is the requester's."""
        rows = np.array([[values.get(name, 0.0) for name in self.columns] for values in seen], np.float32)
        (odds,) = self.network.run(None, {"rows": rows[None]})
        return np.asarray(odds[0], dtype=np.float32)


class Owner:
    """Networks that have learned from different calls, of which the mean is taken.

    Args:
        halves: The networks.
        reader: Reads text, and knows kanji.
    """

    def __init__(self, halves: Sequence[Half], reader: Reader) -> None:
        self._halves = tuple(halves)
        self._reader = reader

    def reattribute(
        self, findings: Sequence[Finding], transcript: Transcript, case: CallCase
    ) -> tuple[Finding, ...]:
        """Weigh whether what is nobody's by the rules is the requester's.

        Args:
            findings: From ``attribute``, in order of text.
            transcript: What they point into.
            case: The requester, the staff and the company.

        Returns:
            The findings, of which some that were to be masked are the requester's, to be looked at; all as
            they were where the case knows nothing of the requester.
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
        """How probably each finding is the requester's."""
        if not seen:
            return []
        odds = np.mean([half.odds(seen) for half in self._halves], axis=0)
        return [float(chance) for chance in 1 / (1 + np.exp(-odds))]


def _bound(finding: Finding, *, heard: bool) -> float:
    """Probability from which a finding is theirs."""
    if finding.reason is Reason.RELATIVE:
        return KEEP_RELATIVE
    if finding.entity.hint is Party.THIRD_PARTY:
        return KEEP_AGAINST
    return KEEP_FROM if heard else KEEP_FROM_READ


def load_owner(reader: Reader) -> Owner:
    """Load the networks that lie beside this module (a few ms).

    Args:
        reader: Reads text, and knows kanji.

    Returns:
        The judge of parties.

    Raises:
        ModelError: when its bytes are not the registered ones.
    """
    folder = Path(__file__).parent
    halves = []
    for name in ("owner", "later"):
        network = session(registered_bytes("owner", f"{name} network", folder / f"{name}.onnx"))
        columns = json.loads(registered_bytes("owner", f"{name} names", folder / f"{name}.names.json"))
        halves.append(Half(network, tuple(columns)))
    return Owner(halves, reader)
