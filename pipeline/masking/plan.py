"""Make a ``MaskPlan`` from aligned findings and the case's policy."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from pipeline.finding.detect import needs_no_analyst
from pipeline.finding.parts import not_below, without_overlap
from pipeline.reasons import Reason, Why
from pipeline.reviewing.chosen_questions import Limits, choose_questions
from pipeline.reviewing.questions import by_letters
from pipeline.reviewing.queue import outside_masks
from pipeline.third_voice import THIRD_VOICE
from pipeline.types import (
    CallCase,
    Finding,
    MaskAction,
    MaskItem,
    MaskPlan,
    MaskPolicy,
    Party,
    TimeSpan,
    Transcript,
)


def make_plan(
    findings: tuple[Finding, ...], transcript: Transcript, case: CallCase, policy: MaskPolicy
) -> MaskPlan:
    """Decide for every finding whether it is masked, on which ground, and whether an analyst must decide.

    Args:
        findings: Aligned findings (``time`` and ``channels`` set), with padding in ``time``.
        transcript: The transcript that they point into.
        case: States the action for each party's data.
        policy: Findings below its ``min_score`` are dropped; the parts of a finding all or none.

    Returns:
        Revision 0 of the plan, items in order of time.

    Raises:
        ValueError: a finding has no time.
    """
    items = without_overlap(
        [_item(number, each, case) for number, each in enumerate(findings) if not _settled(each, case)]
    )
    ordered = tuple(sorted(not_below(items, policy.min_score), key=lambda i: (i.time, i.item_id)))
    plan = MaskPlan(
        transcript.call_id, 0, transcript.audio_sha256, transcript_sha256(transcript), policy, ordered
    )
    return within_review_time(plan, transcript)


def within_review_time(plan: MaskPlan, transcript: Transcript) -> MaskPlan:
    """Limit the questions to an analyst to the policy's time and number for a call of this length.

    Args:
        plan: Any revision.
        transcript: The transcript of the call.

    Returns:
        The plan without the candidates beyond the limits, and with the unlikely masks within them flagged.  A
        third person's voice hides no candidate, as the voice may be released, and takes no time from others.
    """
    spoken = max((segment.time.end for segment in transcript.segments), default=0.0)
    minutes, policy = spoken / 60, plan.policy
    limits = Limits(policy.review_seconds * minutes, policy.review_questions * minutes)
    voices = [item for item in plan.items if item.entity_type == THIRD_VOICE]
    others = [item for item in plan.items if item.entity_type != THIRD_VOICE]
    items = (*choose_questions(outside_masks(others), limits, by_letters(transcript.text)), *voices)
    return replace(plan, items=tuple(sorted(items, key=lambda item: (item.time, item.item_id))))


def transcript_sha256(transcript: Transcript) -> str:
    """Return the SHA-256 of the raw text in UTF-8, which binds a plan to its transcript."""
    return hashlib.sha256(transcript.text.encode()).hexdigest()


def _item(number: int, finding: Finding, case: CallCase) -> MaskItem:
    if finding.time is None:
        msg = f"finding {number} was not aligned"
        raise ValueError(msg)
    entity = finding.entity
    if entity.candidate:
        return _candidate(number, finding, finding.time)
    action = action_of(finding, case)
    unknown = finding.party is Party.UNKNOWN
    doubtful = (
        finding.needs_review or unknown or (action is MaskAction.MASK and not needs_no_analyst(entity.score))
    )
    given = (finding.reason, *finding.notes)
    reasons = (*entity.explanation, *(Why(each) for each in given if each is not Reason.NOT_GIVEN))
    return MaskItem(
        item_id=f"m{number:04d}",
        entity_type=entity.entity_type,
        chars=entity.chars,
        time=finding.time,
        channels=finding.channels,
        party=finding.party,
        action=action,
        reasons=reasons,
        source=entity.recognizer,
        score=round(entity.score, 4),
        # The person who listed the word has decided, with a reason.
        needs_review=doubtful and finding.listed is None,
        ground=_ground(action, secret=_is_secret(finding)),
        echo=finding.echo,
    )


def action_of(finding: Finding, case: CallCase) -> MaskAction:
    """Return whether a finding is masked or kept, by the lists and the case's policy.

    Args:
        finding: A finding with its owner, and no candidate: a candidate is kept until an analyst decides.
        case: States the action for each party's data.
    """
    if finding.listed is not None:
        return finding.listed
    # No case can keep secrets and third parties' data.
    always = _is_secret(finding) or finding.party is Party.THIRD_PARTY
    return MaskAction.MASK if always else case.action_for(finding.party)


def _is_secret(finding: Finding) -> bool:
    return finding.entity.entity_type == "CONFIDENTIAL"


def _settled(finding: Finding, case: CallCase) -> bool:
    """Whether a candidate needs no review, because its owner's data is kept anyway."""
    kept = case.action_for(finding.party) is MaskAction.KEEP and finding.party is not Party.THIRD_PARTY
    return finding.entity.candidate and (kept or finding.listed is MaskAction.KEEP)


def _candidate(number: int, finding: Finding, time: TimeSpan) -> MaskItem:
    """Make the item of a finding too unlikely to be masked: kept until an analyst has decided."""
    entity = finding.entity
    return MaskItem(
        item_id=f"m{number:04d}",
        entity_type=entity.entity_type,
        chars=entity.chars,
        time=time,
        channels=finding.channels,
        party=finding.party,
        action=MaskAction.KEEP,
        reasons=(*entity.explanation, Why(Reason.CANDIDATE_LEFT)),
        source=entity.recognizer,
        score=round(entity.score, 4),
        needs_review=True,
        ground=0,
        echo=finding.echo,
    )


def _ground(action: MaskAction, *, secret: bool) -> int:
    """Return the item of article 33(2): 1 a third party's rights, 2 the company's proper work, 0 if kept."""
    if action is MaskAction.KEEP:
        return 0
    return 2 if secret else 1
