"""The judge of ownership: assigns an owner to each finding.

Boosted trees give the probability that a finding belongs to the requester, the operator, a colleague or the
company. *Content gives, context only withholds*: the first ensemble compares the words with the case; the
second also sees the talk and the first's results for the findings around.  A finding is kept for an owner
where both agree and nothing clearly differs (``pipeline.ownership.verdicts``).  Keeping a third party's data
is a breach; masking the requester's data is a disclosure refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.trees import Trees, load_trees
from pipeline.ownership.evidence.evidence import Evidence
from pipeline.ownership.evidence.feature import FeatureValues
from pipeline.ownership.evidence.neighbours import PairValues
from pipeline.ownership.identifiers import is_compared, owner_by_value
from pipeline.ownership.known.claimant import Claimant
from pipeline.ownership.known.known_case import read_case
from pipeline.ownership.known.names import KanaReader
from pipeline.ownership.verdicts import (
    forbidden,
    is_plainly_theirs,
    may_be_anothers,
    nobodys_reason,
    owners_reason,
    together_reason,
)
from pipeline.reasons import Reason
from pipeline.types import CallCase, Finding, Party, Transcript

MIN_CONTENT_PROBABILITY: Final = 0.25
"""Least probability by content alone at which a claimant owns a finding; the model card has the table."""

MIN_PROBABILITY: Final = 0.65
"""Least probability by content and context at which a claimant owns a finding."""

CLEAR_PROBABILITY: Final = 0.95
"""Probability by content and context from which a kept finding needs no review."""

CLEAR_CONTENT_PROBABILITY: Final = 0.9
"""Probability by content alone from which a kept finding needs no review; partial agreement is reviewed."""

JUDGED_TYPES: Final = frozenset({"PERSON", "ADDRESS", "PHONE_NUMBER", "EMAIL_ADDRESS"})
"""Types of findings that the trees were trained on."""

UNLIKELY_PROBABILITY: Final = 0.2
"""Probability below which a masked finding is a third party's, and its owner is not reviewed."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """Evidence for one claimant as the owner of a finding.

    Attributes:
        claimant: Possible owner.
        values: The evidence.
        content, probability: Probability of ownership, by content alone and by content and context.
    """

    claimant: Claimant
    values: FeatureValues
    content: float
    probability: float

    def forbidden(self, entity_type: str) -> Reason | None:
        """Return the reason why the claimant cannot own the finding; ``None`` without one."""
        return forbidden(entity_type, self.claimant, self.values)

    @property
    def is_likely(self) -> bool:
        """Whether both probabilities suffice."""
        return self.content >= MIN_CONTENT_PROBABILITY and self.probability >= MIN_PROBABILITY

    def may_be_given(self, entity_type: str) -> bool:
        """Whether the finding is likely or plainly the claimant's, and nothing forbids it."""
        theirs = self.is_likely or is_plainly_theirs(entity_type, self.claimant, self.values)
        return theirs and self.forbidden(entity_type) is None

    @property
    def is_clear(self) -> bool:
        """Whether both probabilities are high enough to need no review."""
        return self.content >= CLEAR_CONTENT_PROBABILITY and self.probability >= CLEAR_PROBABILITY


class Owner:
    """The judge of ownership.

    Args:
        content: Trees that compare each finding with the case.
        context: Trees that also see the talk and the findings around.
        reader: Gives readings and kanji to the evidence.
    """

    def __init__(self, content: Trees, context: Trees, reader: KanaReader) -> None:
        self._content = content
        self._context = context
        self._reader = reader

    def decide(
        self, findings: Sequence[Finding], transcript: Transcript, case: CallCase
    ) -> tuple[Finding, ...]:
        """Assign an owner to every finding.

        Args:
            findings: Findings in order of text.
            transcript: The transcript that they point into.
            case: The requester, the staff and the company.

        Returns:
            The findings in the same order, with party and reason.  A finding without a known owner is a third
            party's, or UNKNOWN and flagged for review where an owner is possible.
        """
        # Candidates are no context for the findings beside them.
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
            if is_compared(each.entity.entity_type)
            else each
            for each in out
        )

    def _claims(self, evidence: Evidence, claimants: Sequence[Claimant]) -> list[list[_Claim]]:
        """Return for each finding the claims of all claimants in the case."""
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
    """Return the probability that each claimant owns each finding, shape (findings, claimants).

    Each pair is judged alone: one claimant does not become likelier because another is less likely.
    """
    pairs = [dict[str, float](values[claimant].items()) for values in seen for claimant in Claimant]
    odds = trees.odds(pairs).reshape(len(seen), len(Claimant))
    return np.asarray(1 / (1 + np.exp(-odds)))


def _is_judged(finding: Finding) -> bool:
    return finding.entity.entity_type in JUDGED_TYPES


def _unjudged(finding: Finding) -> Finding:
    """Give a confidential term to the company; leave the owner of a company's own type unknown."""
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
    """Return the finding with its likeliest owner, where that is likely enough and not forbidden."""
    entity = finding.entity
    kind = entity.entity_type
    allowed = [claim for claim in claims if claim.may_be_given(kind)]
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
    """Load the trees that lie beside this module (a few ms).

    Args:
        reader: Gives readings and kanji to the evidence.

    Returns:
        The judge of ownership.

    Raises:
        ModelError: a file is not the registered one.
    """
    here = Path(__file__).parent
    content, context = (load_trees("owner", name, here / f"{name}.onnx") for name in ("content", "context"))
    return Owner(content, context, reader)
