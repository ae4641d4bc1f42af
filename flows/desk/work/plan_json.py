"""A plan as JSON, as this version writes it and as every earlier one wrote it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

from flows.desk.sealing.shape import Shape
from pipeline.reason_text import reasons_in
from pipeline.types import MaskPlan

__all__ = ["PLAN"]


def _with_reasons(plan: Any) -> Any:
    """A stored plan with the reasons of each item, of which earlier versions held the sentence."""
    for item in plan["items"] if isinstance(plan, dict) and isinstance(plan.get("items"), list) else ():
        if isinstance(item, dict) and isinstance(text := item.get("reason"), str):
            item["reasons"] = [{"reason": why.reason, "detail": why.detail} for why in reasons_in(text)]
            del item["reason"]
    return plan


PLAN: Shape[MaskPlan] = Shape(Annotated[MaskPlan, BeforeValidator(_with_reasons)])
