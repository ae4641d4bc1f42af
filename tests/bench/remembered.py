"""Let an analyzer be asked about the same texts again and again at little cost."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable
from typing import Any

from models.analysis.analyzer import CallAnalyzer


def remember_readings(analyzer: CallAnalyzer) -> None:
    """Let ja_ginza and both taggers answer from memory what they were asked before about a text.

    Args:
        analyzer: Changed in place; it holds all that it is asked about.
    """
    read_with = analyzer.read_with
    _remember(read_with.nlp, "pipe", tuple)
    _remember(read_with.written, "probabilities", id)
    _remember(read_with.heard, "on_characters", id)


def _remember(owner: object, method: str, key: Callable[[Any], Hashable]) -> None:
    """Let a method answer from memory what it was asked before; its first argument tells."""
    ask: Callable[..., Any] = getattr(owner, method)
    known: dict[Hashable, tuple[Any, Any]] = {}

    def once(about: Any, *others: Any, **named: Any) -> Any:
        at = key(about)
        if at not in known:
            answer = ask(about, *others, **named)
            # What was asked about is held, so that nothing else gets its id.
            known[at] = about, tuple(answer) if inspect.isgenerator(answer) else answer
        return known[at][1]

    setattr(owner, method, once)
