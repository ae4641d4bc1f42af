"""All steps that are declared, by their words in the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from flows.desk.book import answers, calls, requests
from flows.desk.book.event import Event

Step: TypeAlias = type[Event[Any]]

STEPS: Mapping[str, Step] = {
    step.declared.word: step
    for module in (requests, calls, answers)
    for step in vars(module).values()
    if isinstance(step, type) and hasattr(step, "declared")
}
