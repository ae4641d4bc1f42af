"""Rules for a third person's voice: the possible decisions, and the records that they require."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from pipeline.errors import ReviewRuleError
from pipeline.reviewing.decisions import Consent, ReviewDecision, ReviewKind, Stretch
from pipeline.reviewing.fold import effective, keeps_voice
from pipeline.third_voice import THIRD_VOICE
from pipeline.types import MaskItem, Party

MOST_CHARS: Final = 500
"""Longest text for the person who consented, and for the way."""

_JAPAN: Final = timedelta(hours=9)  # ahead of UTC, in which decisions are timed: a day is Japan's


def consents(decisions: Iterable[ReviewDecision]) -> dict[str, Consent]:
    """Return the last recorded consent for each item; the pieces of a split item share it.

    Args:
        decisions: All decisions on one transcript, over all revisions of the plan, in any order.

    Returns:
        Consents by item id, also for items that were masked again later.
    """
    found: dict[str, Consent] = {}
    for decision in effective(decisions):
        for item_id in decision.items:
            if decision.kind is ReviewKind.KEEP and decision.consent is not None:
                found[item_id] = decision.consent
            elif decision.kind is ReviewKind.SPLIT and item_id in found:
                found[f"{item_id}.{decision.number}"] = found[item_id]
    return found


def check_kept_voices(items: Sequence[MaskItem], decision: ReviewDecision) -> None:
    """Check that each kept voice has its speaker's consent, or another party as its owner.

    Args:
        items: Items to keep.
        decision: The decision to keep them.

    Raises:
        ReviewRuleError: with ``needs`` ``consent`` where a consent is missing or incomplete.
    """
    voices = tuple(item.item_id for item in items if item.entity_type == THIRD_VOICE)
    if decision.consent is not None:
        if len(voices) < len(items):
            raise ReviewRuleError("同意を記録できるのは、第三の話者の声だけです", decision.items)
        _check_consent(decision.consent, decision)
    lacking = tuple(
        item.item_id for item in items if item.item_id in voices and not keeps_voice(item, decision)
    )
    if lacking:
        msg = "第三の話者の声を残すには、その人の同意の記録(だれが、いつ、どのように)が必要です"
        raise ReviewRuleError(msg, lacking, "consent")


def _check_consent(consent: Consent, decision: ReviewDecision) -> None:
    if not consent.whole:
        raise ReviewRuleError("だれが、どのように同意したかを書いてください", decision.items, "consent")
    if max(len(consent.by), len(consent.how)) > MOST_CHARS:
        msg = f"同意の記録は、それぞれ{MOST_CHARS}字までです"
        raise ReviewRuleError(msg, decision.items, "consent")
    if consent.on > (decision.decided_at + _JAPAN).date():
        raise ReviewRuleError("同意の日が、まだ来ていない日です", decision.items, "consent")


def check_remaining(items: Sequence[MaskItem], decision: ReviewDecision) -> None:
    """Check that only voices are disclosed in part, and that a reason is stated.

    Args:
        items: Items of a decision of kind VOICE_TEXT or VOICE_IN_PERSON.
        decision: The decision.

    Raises:
        ReviewRuleError: names the items that are no voices, or asks for a reason.
    """
    others = tuple(item.item_id for item in items if item.entity_type != THIRD_VOICE)
    if others:
        raise ReviewRuleError("文字だけ・対面で聞かせるは、第三の話者の声にだけ選べます", others)
    if not decision.reason.strip():
        msg = "第三の話者の声の一部を開示するには理由が必要です"
        raise ReviewRuleError(msg, decision.items, "reason")


def check_no_voice(items: Sequence[MaskItem]) -> None:
    """Check that no item is a voice: a voice has kinds of decision of its own.

    Raises:
        ReviewRuleError: names the voices.
    """
    voices = tuple(item.item_id for item in items if item.entity_type == THIRD_VOICE)
    if voices:
        raise ReviewRuleError(
            "第三の話者の声は、ほかの所と同じにはできません。その声について決めてください", voices
        )


def check_added_voice(stretch: Stretch) -> None:
    """Check that an added voice is a third party's.

    Raises:
        ReviewRuleError: an added voice has another party.
    """
    if stretch.entity_type == THIRD_VOICE and stretch.party is not Party.THIRD_PARTY:
        raise ReviewRuleError("第三の話者の声は、第三者の情報として加えてください")
