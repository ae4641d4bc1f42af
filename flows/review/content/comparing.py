"""Comparison of the items of an opened call with the registered values, and its form on the page."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any, Final

from pipeline.ownership.compared.compare import COMPARED, Registered, compared, registered_in
from pipeline.ownership.compared.comparison import Comparison, Run
from pipeline.ownership.compared.sentences import comparison_sentence
from pipeline.ownership.known.names import KanaReader
from pipeline.reason_text import sentence, verdict, what_to_do
from pipeline.reasons import Reason
from pipeline.types import CallCase, MaskItem

NO_VALUE: Final = frozenset(
    {
        Reason.ANSWERS_WHICH_KANJI,
        Reason.EXPLAINS_OTHER_KANJI,
        Reason.EXPLAINS_REQUESTER_KANJI,
        Reason.KANJI_EXPLAINED,
        Reason.POSTAL_CODE,
        Reason.POSTAL_CODE_OF_ADDRESS,
    }
)
"""Reasons of items of which a case registers no value: words that explain kanji, a postal code."""


class Comparing:
    """Compares the words of one call with its case, each once.

    Args:
        reading: The reader of Japanese, which one thread may use at a time.
    """

    def __init__(self, reading: AbstractContextManager[KanaReader]) -> None:
        self._reading = reading
        self._registered: tuple[CallCase, Registered] | None = None
        self._found: dict[tuple[str, str], Comparison | None] = {}

    def of(self, text: str, item: MaskItem, case: CallCase) -> Comparison | None:
        """Compare the words of an item with the registered values.

        Args:
            text: Recognised or corrected text.
            item: Item of the text.
            case: The call's, as it is now; the comparisons with a former one are forgotten.

        Returns:
            ``None`` where nothing registered is near, or nothing of the kind is registered.
        """
        if not _is_compared(item):
            return None
        with self._reading as reader:
            if self._registered is None or self._registered[0] != case:
                self._registered = case, registered_in(case, reader)
                self._found = {}
            key = item.entity_type, text
            if key not in self._found:
                self._found[key] = compared(text, item.entity_type, self._registered[1], reader)
            return self._found[key]


def _is_compared(item: MaskItem) -> bool:
    """Whether an item has words of a type that a case registers."""
    said = item.chars.start < item.chars.end
    return said and item.entity_type in COMPARED and NO_VALUE.isdisjoint(why.reason for why in item.reasons)


def shown_reasons(item: MaskItem, comparison: Comparison | None) -> dict[str, Any]:
    """Return the page's explanation of the question about an item.

    Args:
        item: A place of the call.
        comparison: Comparison of its words; ``None`` where no registered value is similar or comparable.

    Returns:
        ``content``: one sentence about the words; ``to_do``: the analyst's task, if it differs from the
        usual; ``reason``: the whole chain of reasons, detectors first; ``comparison``: both values.
    """
    content = comparison_sentence(comparison, item.entity_type) if _is_compared(item) else ""
    return {
        "content": content or verdict(item.reasons),
        "to_do": what_to_do(item.reasons),
        "reason": sentence(item.reasons),
        "comparison": None if comparison is None else _shown(comparison),
    }


def _shown(comparison: Comparison) -> dict[str, Any]:
    return {
        "party": comparison.party.value,
        "said": _runs(comparison.said),
        "registered": _runs(comparison.registered),
        "said_reading": _runs(comparison.said_reading),
        "registered_reading": _runs(comparison.registered_reading),
    }


def _runs(runs: Iterable[Run]) -> list[tuple[str, str]]:
    return [(run.text, run.mark.value) for run in runs]
