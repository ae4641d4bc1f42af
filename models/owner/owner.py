"""Whose a finding is by all that speaks for it: what no rule is sure of is weighed by a small network.

The rules (``pipeline.party``) ask one thing after another, and what none of them answers is masked.  Many of
the requester's own words end there: half of a garbled town between two halves that are theirs, 山の for 山内
where the talk is of them.  Each thing speaks for them a little; the network has learned how much all of it
does together (``models/owner/README.md``).  It gives back, and takes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from models.network import session
from models.owner.features import features
from models.readings import Reader
from models.registry import registered_bytes
from pipeline.types import CallCase, Finding, Party, Requester, Transcript

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["KEEP_AGAINST", "KEEP_FROM", "KEEP_FROM_READ", "TOGETHER", "Owner", "load_owner"]

KEEP_FROM, KEEP_FROM_READ = 0.8, 0.9
"""Probability from which a finding is the requester's: where it was listened to, and where it was only read.
Of 156 calls, by networks that had not learned from their set of scripts, four tenths of what is asked about
and the requester's is given back, and besides .2 % of what is masked of third parties; where only read, a
sixth and .1 %.  On 36 others hardly more of theirs comes back from .7, and .2 % more of third parties'; from
.9 a third less."""

KEEP_AGAINST: Final = 0.95
"""The same where the conversation gives it to somebody else: from such findings it has learned nothing."""

TOGETHER: Final = "話・表記・音を合わせると本人のもの"
"""Why it is."""


class Owner:
    """The network, and the names of what it looks at.

    Args:
        network: Takes rows of values, (1, findings, columns), and gives log odds, (1, findings).
        columns: Names of the values (``models.owner.features``), in order.
        reader: Reads text, and knows kanji.
    """

    def __init__(self, network: InferenceSession, columns: Sequence[str], reader: Reader) -> None:
        self._network = network
        self._columns = tuple(columns)
        self._reader = reader

    def reconsidered(
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
                out[at] = replace(out[at], party=Party.REQUESTER, reason=TOGETHER, needs_review=True)
        return tuple(out)

    def _chances(self, seen: Sequence[Mapping[str, float]]) -> list[float]:
        """How probably each finding is the requester's."""
        if not seen:
            return []
        rows = np.array([[values.get(name, 0.0) for name in self._columns] for values in seen], np.float32)
        (odds,) = self._network.run(None, {"rows": rows[None]})
        return [float(chance) for chance in 1 / (1 + np.exp(-odds[0]))]


def _bound(finding: Finding, *, heard: bool) -> float:
    """Probability from which a finding is theirs."""
    if finding.entity.party is Party.THIRD_PARTY:
        return KEEP_AGAINST
    return KEEP_FROM if heard else KEEP_FROM_READ


def load_owner(reader: Reader) -> Owner:
    """Load the network that lies beside this module (a few ms).

    Args:
        reader: Reads text, and knows kanji.

    Returns:
        The judge of parties.

    Raises:
        ModelError: when its bytes are not the registered ones.
    """
    folder = Path(__file__).parent
    network = session(registered_bytes("owner", "network", folder / "owner.onnx"))
    columns = json.loads(registered_bytes("owner", "names", folder / "owner.names.json"))
    return Owner(network, columns, reader)
