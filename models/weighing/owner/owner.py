"""Judge who owns each finding.

Boosted trees estimate the probability that a finding is the requester's, the operator's, a colleague's or the
company's.  *Content gives, context only withholds*: the first trees compare the finding with the case; the
second also see the conversation and the first trees' result for the findings around.  A finding is given to
an owner where both agree and nothing forbids it (``pipeline.ownership.verdicts``).  To keep a third party's
data is a breach; to mask the requester's is a disclosure refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.trees import Trees, load_trees
from pipeline.ownership.evidence.beside import PairValues
from pipeline.ownership.evidence.evidence import Evidence
from pipeline.ownership.evidence.feature import FeatureValues
from pipeline.ownership.identifiers import is_compared, owner_by_value
from pipeline.ownership.known.claimant import Claimant
from pipeline.ownership.known.known_case import read_case
from pipeline.ownership.known.names import KanaReader
from pipeline.ownership.verdicts import (
    forbidden,
    may_be_anothers,
    nobodys_reason,
    owners_reason,
    together_reason,
)
from pipeline.reasons import Reason
from pipeline.types import CallCase, Finding, Party, Transcript

__all__ = [
    "CLEAR_CONTENT_PROBABILITY",
    "CLEAR_PROBABILITY",
    "MIN_CONTENT_PROBABILITY",
    "MIN_PROBABILITY",
    "UNLIKELY_PROBABILITY",
    "Owner",
    "load_owner",
    "probabilities",
]

MIN_CONTENT_PROBABILITY: Final = 0.25
"""Lowest probability by content alone at which a finding is a claimant's; README.md has the figures."""

MIN_PROBABILITY: Final = 0.65
"""The same by everything together."""

CLEAR_PROBABILITY: Final = 0.95
"""Probability by all features from which a kept finding needs no analyst."""

CLEAR_CONTENT_PROBABILITY: Final = 0.9
"""The same by content alone: what agrees only in part is asked about."""

JUDGED_TYPES: Final = frozenset({"PERSON", "ADDRESS", "PHONE_NUMBER", "EMAIL_ADDRESS"})
"""Entity types from which the trees have learned."""

UNLIKELY_PROBABILITY: Final = 0.2
"""Probability below which a masked finding is a third party's and needs no analyst."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """Result for a finding and one claimant.

    Attributes:
        claimant: The possible owner.
        values: Features of the finding for the claimant.
        content, probability: Probability that it is the claimant's, by content alone and by all features.
    """

    claimant: Claimant
    values: FeatureValues
    content: float
    probability: float

    def forbidden(self, entity_type: str) -> Reason | None:
        """Return why the finding cannot be theirs; ``None`` where nothing forbids it."""
        return forbidden(entity_type, self.claimant, self.values)

    @property
    def is_likely(self) -> bool:
        """Whether both probabilities suffice."""
        return self.content >= MIN_CONTENT_PROBABILITY and self.probability >= MIN_PROBABILITY

    @property
    def is_clear(self) -> bool:
        """Whether both are so high that nobody has to look."""
        return self.content >= CLEAR_CONTENT_PROBABILITY and self.probability >= CLEAR_PROBABILITY


class Owner:
    """The judge.

    Args:
        content: Trees on the features of content.
        context: Trees on all features.
        reader: Reads text and names, and knows kanji.
    """

    def __init__(self, content: Trees, context: Trees, reader: KanaReader) -> None:
        self._content = content
        self._context = context
        self._reader = reader

    def decide(
        self, findings: Sequence[Finding], transcript: Transcript, case: CallCase
    ) -> tuple[Finding, ...]:
        """Give every finding its owner.

        Args:
            findings: Findings, in order of text.
            transcript: The transcript that they point into.
            case: The requester, the staff and the company.

        Returns:
            The findings in the same order, with party and reason.  A finding of nobody in the case is a third
            party's, or UNKNOWN and shown to an analyst where its owner may be in the case.
        """
        # What is only shown to an analyst says nothing of what stands beside it.
        masked = [at for at, each in enumerate(findings) if _is_judged(each) and not each.entity.candidate]
        shown = [at for at, each in enumerate(findings) if _is_judged(each) and each.entity.candidate]
        out = [_unjudged(each) for each in findings]
        known = read_case(case, self._reader)
        for some in (masked, shown):
            judged = [findings[at] for at in some]
            if judged:
                evidence = Evidence(judged, transcript, known, self._reader)
                for at, claims in zip(some, self._claims(evidence, _known_claimants(case)), strict=True):
                    out[at] = _judged(findings[at], claims)
        return tuple(
            owner_by_value(each, transcript.text, case, self._reader.kana)
            if is_compared(each.entity.entity_type, case)
            else each
            for each in out
        )

    def _claims(self, evidence: Evidence, claimants: Sequence[Claimant]) -> list[list[_Claim]]:
        """Return for each finding one claim of each claimant of whom the case has data."""
        by_itself = evidence.by_itself()
        content = probabilities(self._content, by_itself)
        around = evidence.around(content)
        seen: list[PairValues] = [
            {claimant: {**one[claimant], **other[claimant]} for claimant in Claimant}
            for one, other in zip(by_itself, around, strict=True)
        ]
        together = probabilities(self._context, seen)
        columns = {claimant: column for column, claimant in enumerate(Claimant)}
        return [
            [
                _Claim(
                    each, values[each], float(content[at, columns[each]]), float(together[at, columns[each]])
                )
                for each in claimants
            ]
            for at, values in enumerate(seen)
        ]


def probabilities(trees: Trees, seen: Sequence[PairValues]) -> NDArray[np.float64]:
    """Return the probability that each finding is each claimant's; shape (findings, claimants).

    Each claimant is judged alone: less probability for one adds nothing to another.
    """
    pairs = [dict[str, float](values[claimant].items()) for values in seen for claimant in Claimant]
    odds = trees.odds(pairs).reshape(len(seen), len(Claimant))
    return np.asarray(1 / (1 + np.exp(-odds)))


def _is_judged(finding: Finding) -> bool:
    return finding.entity.entity_type in JUDGED_TYPES


def _unjudged(finding: Finding) -> Finding:
    """A confidential word is the company's; nobody knows whose a type of a company's own is."""
    if finding.entity.entity_type == "CONFIDENTIAL":
        review = finding.entity.needs_review
        return replace(finding, party=Party.COMPANY, reason=Reason.CONFIDENTIAL_TERM, needs_review=review)
    return replace(finding, party=Party.UNKNOWN, reason=Reason.OWNER_UNKNOWN, needs_review=True)


def _known_claimants(case: CallCase) -> tuple[Claimant, ...]:
    """Return the claimants of whom the case has data that the trees compare."""
    asks = case.requester
    told = {
        Claimant.REQUESTER: bool(asks.names or asks.phones or asks.addresses),
        Claimant.ON_CALL: bool(case.on_call),
        Claimant.COLLEAGUES: bool(case.colleagues),
        Claimant.COMPANY: bool(case.company_names or case.company_phones),
    }
    return tuple(claimant for claimant in Claimant if told[claimant])


def _judged(finding: Finding, claims: Sequence[_Claim]) -> Finding:
    """Return the finding with its likeliest owner, where that is likely enough and nothing forbids it."""
    entity = finding.entity
    kind = entity.entity_type
    allowed = [claim for claim in claims if claim.is_likely and claim.forbidden(kind) is None]
    if allowed:
        best = max(allowed, key=lambda claim: claim.probability)
        party = best.claimant.party
        said = owners_reason(kind, party, best.values) or together_reason(party)
        doubtful = not best.is_clear or entity.needs_review
        doubtful |= best.claimant is Claimant.REQUESTER and may_be_anothers(kind, best.values)
        return replace(finding, party=party, reason=said, needs_review=doubtful)
    likeliest = max(claims, key=lambda claim: claim.probability, default=None)
    if likeliest is None or likeliest.probability < UNLIKELY_PROBABILITY:
        reason = nobodys_reason(kind, likely=False)
        return replace(finding, party=Party.THIRD_PARTY, reason=reason, needs_review=entity.needs_review)
    reason = likeliest.forbidden(kind) or nobodys_reason(kind, likely=True)
    return replace(finding, party=Party.UNKNOWN, reason=reason, needs_review=True)


def load_owner(reader: KanaReader) -> Owner:
    """Load the trees that lie beside this module; takes a few milliseconds.

    Args:
        reader: Gives readings and kanji to the evidence.

    Returns:
        The judge.

    Raises:
        ModelError: when a file is not the registered one.
    """
    here = Path(__file__).parent
    content, context = (load_trees("owner", name, here / f"{name}.onnx") for name in ("content", "context"))
    return Owner(content, context, reader)
