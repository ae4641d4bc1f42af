"""Checks of a release, made already when an analyst completes a call: each leak becomes a finding.

The persons who approve or release cannot mend a call; the analyst who has it open can, at once and in place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from flows.desk.cases.calls import case_of, open_recording
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import Actor
from flows.masking.final_copy import render_with_words
from flows.masking.new_voices import voices_left
from flows.masking.visit_copy import visit_copy
from flows.workspace import PLAN, RECORDING, TRANSCRIPT, Workspace
from pipeline.masking.align import align
from pipeline.masking.plan import make_plan
from pipeline.reviewing.listed import left_unmasked
from pipeline.types import MaskItem, MaskPlan
from pipeline.verifying.left_over import places_of

if TYPE_CHECKING:
    from flows.loaded_models import Models

SHOWN_ALREADY = frozenset({"TEXT", "CROSSTALK"})
"""Kinds that ``make_final`` refuses with advice, where no finding can be made of them."""


def last_check(
    desk: Desk, actor: Actor, plan: MaskPlan, load_models: Callable[[str], Models]
) -> tuple[MaskItem, ...]:
    """Make a call's copy, read and hear it again, and find the remaining leaks.

    Args:
        desk: The desk.
        actor: The person who completes the review.
        plan: The plan with all decisions folded in.
        load_models: Loads the models that listen to the finished audio, by the model's name.

    Returns:
        A finding at each such place, masked and undecided, its words those of the recognised transcript.
        Before anything is listened to: a third person's voice that is no finding yet; or else where a word is
        said that was put on a list after the call was masked.

    Raises:
        ConflictError: when the plan belongs to another recording or transcript.
        CallUnsafeError: when something is left that no finding mends.
    """
    from flows.stages import prove, unsafe

    with open_recording(desk, plan.call_id) as audio, desk.store.private_folder() as folder:
        call, now = render_with_words(desk, actor, (audio, folder), plan)
        voices = voices_left(now, call.get(RECORDING), plan)
        if voices:
            return voices
        models = load_models(desk.settings.model)
        if listed := _listed_since(desk, call, models):
            return tuple(replace(item, chars=now.raw(item.chars)) for item in listed)
        # The copy that is heard in person has all sound of the masked copy, and more.
        heard = visit_copy(call) or call
        left = prove(heard, models)
        found = places_of(heard.get(PLAN), left, heard.get(TRANSCRIPT), heard.get(RECORDING)) if left else ()
    if found is None and not all(leak.kind in SHOWN_ALREADY for leak in left):
        raise unsafe(left)
    return tuple(replace(item, chars=now.raw(item.chars)) for item in found or ())


def _listed_since(desk: Desk, call: Workspace, models: Models) -> tuple[MaskItem, ...]:
    """Return unmasked occurrences of words that a list masks by now."""
    plan, transcript, case = call.get(PLAN), call.get(TRANSCRIPT), case_of(desk, call.get(PLAN).call_id).case
    found = left_unmasked(plan.items, transcript, case.words, models.reader)
    aligned = align(found, transcript, call.get(RECORDING), plan.policy)
    made = make_plan(aligned, transcript, case, plan.policy)
    return tuple(replace(item, needs_review=True) for item in made.items)
