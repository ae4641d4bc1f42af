"""The consents by which third persons' voices are kept, as the decisions hold them."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.reviewing.decisions import Consent, ReviewDecision, ReviewKind
from pipeline.reviewing.fold import effective

__all__ = ["consents"]


def consents(decisions: Iterable[ReviewDecision]) -> dict[str, Consent]:
    """Return the consent that was last recorded for each item; the pieces of a split item share it.

    Args:
        decisions: All on one transcript, whatever revision of the plan they were made on; in any order.

    Returns:
        By the item's id, also of items that were masked again afterwards.
    """
    found: dict[str, Consent] = {}
    for decision in effective(decisions):
        for item_id in decision.items:
            if decision.kind is ReviewKind.KEEP and decision.consent is not None:
                found[item_id] = decision.consent
            elif decision.kind is ReviewKind.SPLIT and item_id in found:
                found[f"{item_id}.{decision.number}"] = found[item_id]
    return found
