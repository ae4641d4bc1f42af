"""The copy for listening in person: the masked one, with the voices that are played in person.

It never leaves the house.  Everything else stays masked in it, also within those voices.
"""

from __future__ import annotations

from dataclasses import replace

from flows import outputs
from flows.workspace import (
    JOB,
    PLAN,
    RECOGNISED,
    RECORDING,
    SECOND_HEARING,
    TRANSCRIPT,
    VERIFIED,
    MemoryWorkspace,
)
from pipeline.third_voice import Remains
from pipeline.types import MaskAction, MaskItem, MaskPlan

FOLDER = "visit"
VISIT_WAV = f"{FOLDER}/{outputs.MASKED_WAV}"
"""Path of its sound in the folder of a call's masked files."""


def visit_plan(plan: MaskPlan) -> MaskPlan:
    """Return a plan that keeps the voices that are played in person, and masks everything else as before."""
    return replace(plan, items=tuple(map(_heard, plan.items)))


def _heard(item: MaskItem) -> MaskItem:
    if item.action is MaskAction.KEEP or item.remains is not Remains.IN_PERSON:
        return item
    return replace(item, action=MaskAction.KEEP, ground=0, decided=True, remains=Remains.NOTHING)


def visit_copy(call: MemoryWorkspace) -> MemoryWorkspace | None:
    """Write the copy for a visit below a call's masked files, without verifying it.

    Args:
        call: The workspace of the masked files, as ``final_copy.render`` leaves it.

    Returns:
        The copy's own workspace, which ``flows.stages.verify`` takes; ``None`` where the plan has no voice
        that is heard in person.
    """
    plan = call.get(PLAN)
    if not plan.heard_in_person:
        return None
    folder = call.products / FOLDER
    folder.mkdir(mode=0o700)
    copy = MemoryWorkspace(folder)
    copy.put(RECORDING, call.get(RECORDING))
    copy.put(TRANSCRIPT, call.get(TRANSCRIPT))
    copy.put(RECOGNISED, call.get(RECOGNISED))
    copy.put(SECOND_HEARING, call.get(SECOND_HEARING))
    copy.put(VERIFIED, call.get(VERIFIED))
    copy.put(JOB, replace(call.get(JOB), out=folder))
    copy.put(PLAN, visit_plan(plan))
    outputs.write_masked(folder, call.get(RECORDING), call.get(TRANSCRIPT), copy.get(PLAN))
    return copy
