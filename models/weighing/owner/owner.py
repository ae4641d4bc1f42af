"""The judge of owners: of all findings, whose each is, by all evidence together.

Boosted trees say how probably a finding is the requester's, the staff's, the company's or nobody's that the
case knows.  The first see a finding by itself, the second also what the first say of those around it
(``pipeline.ownership.evidence``; ``models/weighing/owner/README.md``).  To keep a third party's data is a
breach, to mask the requester's a disclosure refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.trees import Trees, load_trees
from pipeline.ownership.evidence.beside import PairValues
from pipeline.ownership.evidence.evidence import Evidence
from pipeline.ownership.known.known_case import read_case
from pipeline.ownership.known.names import KNOWN_PARTIES, KanaReader
from pipeline.ownership.verdicts import nobodys_reason, owners_reason, together_reason, vetoed
from pipeline.reasons import Reason
from pipeline.types import CallCase, Finding, Party, Requester, Transcript

__all__ = [
    "CLEAR_PROBABILITY",
    "MIN_PROBABILITY",
    "MIN_PROBABILITY_NOT_PLAIN",
    "UNLIKELY_PROBABILITY",
    "Owner",
    "load_owner",
    "probabilities",
]

MIN_PROBABILITY: Final = 0.65
"""Lowest probability at which a finding is a known party's; the card has the table."""

MIN_PROBABILITY_NOT_PLAIN: Final = 0.9
"""The same for a name that is said, of which nothing plain says that it is the requester's.  Below, it keeps
four seconds of theirs for one of a third party's (the card has the table)."""

CLEAR_PROBABILITY: Final = 0.95
"""Probability from which nobody has to look at what is kept."""

JUDGED_TYPES: Final = frozenset({"PERSON", "ADDRESS", "PHONE_NUMBER", "EMAIL_ADDRESS"})
"""Types of findings that the trees have learned from."""

UNLIKELY_PROBABILITY: Final = 0.2
"""Probability below which what is masked is a third party's, and no analyst is asked whose it is."""


class Owner:
    """The judge.

    Args:
        alone: Sees each finding by itself.
        around: Sees also the findings around it.
        reader: Gives readings and kanji to the evidence.
    """

    def __init__(self, alone: Trees, around: Trees, reader: KanaReader) -> None:
        self._alone = alone
        self._around = around
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
        for some, twice in ((masked, True), (shown, False)):
            told = [findings[at] for at in some]
            if told:
                evidence = Evidence(told, transcript, known, self._reader)
                seen, chances = self._chances(evidence, twice=twice)
                chances[:, ~_has_anything(case)] = 0.0
                for at, values, row in zip(some, seen, chances, strict=True):
                    out[at] = _judged(findings[at], values, row)
        return tuple(out)

    def _chances(
        self, evidence: Evidence, *, twice: bool
    ) -> tuple[tuple[PairValues, ...], NDArray[np.float64]]:
        """What was looked at, and the probability of each finding that it is each known party's."""
        seen = evidence.by_itself()
        chances = probabilities(self._alone, seen)
        if twice:
            around = evidence.around(chances)
            seen = tuple(
                {party: {**one[party], **other[party]} for party in KNOWN_PARTIES}
                for one, other in zip(seen, around, strict=True)
            )
            chances = probabilities(self._around, seen)
        return seen, chances


def probabilities(trees: Trees, seen: Sequence[PairValues]) -> NDArray[np.float64]:
    """The probability of each finding that it is each known party's, shape (findings, parties)."""
    pairs = [values[party] for values in seen for party in KNOWN_PARTIES]
    # Against nobody, whose log odds are 0.
    each = np.exp(trees.odds(pairs).reshape(len(seen), len(KNOWN_PARTIES)))
    return np.asarray(each / (1 + each.sum(axis=1, keepdims=True)))


def _is_judged(finding: Finding) -> bool:
    return finding.entity.entity_type in JUDGED_TYPES


def _unjudged(finding: Finding) -> Finding:
    """A confidential word is the company's; nobody knows whose a type of a company's own is."""
    if finding.entity.entity_type == "CONFIDENTIAL":
        review = finding.entity.needs_review
        return replace(finding, party=Party.COMPANY, reason=Reason.CONFIDENTIAL_TERM, needs_review=review)
    return replace(finding, party=Party.UNKNOWN, reason=Reason.OWNER_UNKNOWN, needs_review=True)


def _has_anything(case: CallCase) -> NDArray[np.bool_]:
    """Of which parties a case tells anything, shape (parties,); staff are told by the talk alone, too."""
    company = bool(case.company_names or case.company_phones)
    return np.array([case.requester != Requester(), True, company])


def _judged(finding: Finding, seen: PairValues, chances: NDArray[np.float64]) -> Finding:
    """The finding with its likeliest owner, where that is likely enough and nothing forbids it."""
    best = int(chances.argmax())
    party, chance = KNOWN_PARTIES[best], float(chances[best])
    values: Mapping[str, float] = seen[party]
    entity = finding.entity
    if chance >= MIN_PROBABILITY:
        if (veto := vetoed(entity.entity_type, values)) is not None:
            return replace(finding, party=Party.UNKNOWN, reason=veto.value, needs_review=True)
        reason = owners_reason(entity.entity_type, party, values)
        if reason is not None or chance >= _least_not_plain(entity.entity_type, party, values):
            doubtful = chance < CLEAR_PROBABILITY or entity.needs_review
            said = reason or together_reason(party)
            return replace(finding, party=party, reason=said, needs_review=doubtful)
    likely = chance >= UNLIKELY_PROBABILITY
    nobody = Party.UNKNOWN if likely else Party.THIRD_PARTY
    reason = nobodys_reason(entity.entity_type, likely=likely)
    return replace(finding, party=nobody, reason=reason, needs_review=likely or entity.needs_review)


def _least_not_plain(entity_type: str, party: Party, values: Mapping[str, float]) -> float:
    """Lowest probability at which a finding is a party's though nothing plain says so."""
    said = entity_type == "PERSON" and not values.get("explains")
    return MIN_PROBABILITY_NOT_PLAIN if said and party is Party.REQUESTER else MIN_PROBABILITY


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
    alone, around = (load_trees("owner", name, here / f"{name}.onnx") for name in ("alone", "around"))
    return Owner(alone, around, reader)
