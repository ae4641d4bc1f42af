"""A plan as JSON, as this version writes it and as every earlier one wrote it."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from pydantic import BeforeValidator
from sqlalchemy.orm import Session

from flows.desk.integrity.digests import digest_key
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.shape import Shape
from flows.files.keyed_digest import Digested, KeyedDigest
from pipeline.reason_text import reasons_in
from pipeline.types import MaskPlan


def _with_reasons(plan: Any) -> Any:
    """Return a stored plan with the reasons of each item; earlier versions stored their sentences."""
    for item in plan["items"] if isinstance(plan, dict) and isinstance(plan.get("items"), list) else ():
        if isinstance(item, dict) and isinstance(text := item.get("reason"), str):
            item["reasons"] = [{"reason": why.reason, "detail": why.detail} for why in reasons_in(text)]
            del item["reason"]
    return plan


PLAN: Shape[MaskPlan] = Shape(Annotated[MaskPlan, BeforeValidator(_with_reasons)])


def digest_of(session: Session, keyring: Keyring, plan: bytes) -> KeyedDigest:
    """Return the keyed digest of a plan's JSON."""
    return digest_key(session, keyring).of(Digested.PLAN, hashlib.sha256(plan).hexdigest())
