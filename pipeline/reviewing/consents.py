"""Consents by which third persons' voices are kept, as the decisions hold them."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.reviewing.decisions import Consent, ReviewDecision, ReviewKind
from pipeline.reviewing.fold import effective

__all__ = ["consents"]


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
