"""Turn the leaks of a finished copy into findings, so that a person decides them in place.

masked     |---a---|            ...            |-a-|      the same words or sounds, later in the call
finding                                        |~~~|      masked and undecided until a person has listened
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pipeline.audio.recording import Recording
from pipeline.reasons import Reason, Why
from pipeline.types import Leak, MaskAction, MaskItem, MaskPlan, Transcript
from pipeline.verifying.widen import SOURCE, widen

BY_SOUND = frozenset({"HEARD_AGAIN", "NOT_HEARD"})
"""Kinds of leaks on which a person who has listened overrules the second listening."""


def places_of(
    plan: MaskPlan, leaks: tuple[Leak, ...], transcript: Transcript, recording: Recording
) -> tuple[MaskItem, ...] | None:
    """Make a finding at every leak.

    Args:
        plan: The plan with the leaking products.
        leaks: Result of ``verify``.
        transcript: Words of the call.
        recording: The call.

    Returns:
        New items, masked and undecided, each with the id that the wider plan would give it; an item whose
        mask is too short keeps its own id. ``None`` when no mask mends one of the leaks.
    """
    wider = widen(plan, leaks, transcript, recording)
    if wider is None:
        return None
    known = {item.item_id: item for item in plan.items}
    return tuple(_found(item, known) for item in wider.items if known.get(item.item_id) != item)


def _found(item: MaskItem, known: Mapping[str, MaskItem]) -> MaskItem:
    # A mask that grew keeps its reason; the finding is that it was too short.
    reasons = (Why(Reason.LEAK_SOUNDS_AGAIN),) if item.item_id in known else item.reasons
    return replace(item, source=SOURCE, reasons=reasons, needs_review=True, decided=False, confirmed=False)


def unanswered(leaks: Iterable[Leak], plan: MaskPlan) -> tuple[Leak, ...]:
    """Leave out leaks where a person listened to such a finding, and decided to keep it.

    Args:
        leaks: Result of ``verify``.
        plan: The plan with all decisions.
    """
    kept = [
        item.time
        for item in plan.items
        if item.source == SOURCE and item.decided and item.action is MaskAction.KEEP
    ]
    return tuple(
        leak
        for leak in leaks
        if leak.kind not in BY_SOUND
        or all(-leak.where.apart(time) < leak.where.duration / 2 for time in kept)
    )
