"""The judge of owners: whose each finding is.

Boosted trees say how probably a finding is the requester's, the operator's, a colleague's, the company's.
*Content gives, context only withholds*: the first compare what was said with what the case has; the second
also see the talk and what the first say of the findings around; a finding is given where both say so, and
where nothing clearly differs (``pipeline.ownership.verdicts``).  To keep a third party's data is a breach, to
mask the requester's a disclosure refused.
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
"""Lowest probability, by content alone, at which a finding is a claimant's; the card has the table."""

MIN_PROBABILITY: Final = 0.65
"""The same by everything together."""

CLEAR_PROBABILITY: Final = 0.95
"""Probability by everything together from which nobody has to look at what is kept."""

CLEAR_CONTENT_PROBABILITY: Final = 0.9
"""The same by content alone: what agrees only in part is asked about."""

JUDGED_TYPES: Final = frozenset({"PERSON", "ADDRESS", "PHONE_NUMBER", "EMAIL_ADDRESS"})
"""Types of findings that the trees have learned from."""

UNLIKELY_PROBABILITY: Final = 0.2
"""Probability below which what is masked is a third party's, and no analyst is asked whose it is."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """What there is to say of a finding and one claimant.

    Attributes:
        claimant: Whose it may be.
        values: The evidence.
        content, probability: How probably it is theirs, by content alone and by everything.
    """

    claimant: Claimant
    values: FeatureValues
    content: float
    probability: float

    def forbidden(self, entity_type: str) -> Reason | None:
        """Why the finding cannot be theirs, if anything says so."""
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
        content: Compares each finding with what the case has.
        context: Sees also the talk and the findings around it.
        reader: Gives readings and kanji to the evidence.
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
            findings: In order of text.
            transcript: What they point into.
            case: The requester, the staff and the company.

        Returns:
            The findings in the same order, with party and reason.  What is nobody's that the case knows is a
            third party's, or UNKNOWN and to be looked at where it may be somebody's.
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
        """For each finding what there is to say of it and each claimant of whom the case tells anything."""
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
    """The probability of each finding that it is each claimant's, shape (findings, claimants).

    Each is judged by itself, so that nothing is likelier one's because it is less another's.
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
    """Those of whom a case tells anything that the trees compare."""
    asks = case.requester
    told = {
        Claimant.REQUESTER: bool(asks.names or asks.phones or asks.addresses),
        Claimant.ON_CALL: bool(case.on_call),
        Claimant.COLLEAGUES: bool(case.colleagues),
        Claimant.COMPANY: bool(case.company_names or case.company_phones),
    }
    return tuple(claimant for claimant in Claimant if told[claimant])


def _judged(finding: Finding, claims: Sequence[_Claim]) -> Finding:
    """The finding with its likeliest owner, where that is likely enough and nothing forbids it."""
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
