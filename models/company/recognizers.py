"""Run the recognizers of a company's file beside the project's own.

Presidio's word lists require a word boundary, which Japanese text lacks; its patterns read the written text,
not the spoken one; and it skips a pattern that takes too long, with a warning.  So lists, patterns and
context words are searched here, and only the file's format and the classes that it may name are Presidio's.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from presidio_analyzer import EntityRecognizer, PatternRecognizer, RecognizerResult
from presidio_analyzer.recognizer_registry.recognizers_loader_utils import (
    PredefinedRecognizerNotFoundError,
    RecognizerListLoader,
)

import models.calls
import models.recognizers
from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.company.file import CONFIDENTIAL, Definition, Predefined, Rule, read_definitions
from models.recognizers.confidential_term import SPELLED, by_reading, by_spelling
from models.wording.spoken_code import SpokenLine, spoken_line
from pipeline.errors import CallUnsafeError
from pipeline.reasons import Reason, Why
from pipeline.types import CaseName, CharSpan

RULE_SECONDS = 10.0
"""Greatest time of one rule for one call; a call of an hour takes a thousandth of it."""

CONTEXT_GAIN, CONTEXT_LEAST = 0.35, 0.4
"""Gain of a score by a context word, and the least score with one: Presidio's own values."""

CONTEXT_BEFORE = 2
"""Number of utterances before the finding's own in which a context word counts: a question, and はい."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A finding: type, characters, score and reasons."""

    entity_type: str
    chars: CharSpan
    score: float
    why: tuple[Why, ...]

    def lifted(self) -> _Found:
        """Return the finding with the score that it has beside a context word."""
        score = max(CONTEXT_LEAST, min(1.0, self.score + CONTEXT_GAIN))
        return _Found(self.entity_type, self.chars, score, (*self.why, Why(Reason.CONTEXT_WORD_NEAR)))


@dataclass(frozen=True, slots=True)
class Company:
    """A company's recognizers, and the SHA-256 of their file."""

    recognizers: tuple[CallRecognizer, ...]
    sha256: str


class CompanyRecognizer(CallRecognizer):
    """A recognizer of the company's file.

    Args:
        definition: Its values in the file.
        adopted: A Presidio recognizer that runs in place of rules and lists.
    """

    def __init__(self, definition: Definition, adopted: EntityRecognizer | None = None) -> None:
        types = (definition.entity_type,) if adopted is None else tuple(adopted.supported_entities)
        self.entities = (CONFIDENTIAL,) if definition.confidential else types
        super().__init__(definition.name)
        self._definition = definition
        self._adopted = adopted
        self._cues = (*definition.context, *((adopted and adopted.context) or ()))
        self._least = dict(definition.thresholds)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Search what the file defines, and weigh context words."""
        asked = self._searched(call) if self._adopted is None else _asked(self._adopted, call, artifacts)
        found = [each for each in asked if each.chars.start < each.chars.end]
        cues = tuple(self._cue_places(call)) if found else ()
        weighed = [each.lifted() if _beside(call, each.chars, cues) else each for each in found]
        return [
            self.result(
                CONFIDENTIAL if self._definition.confidential else each.entity_type,
                each.chars.start,
                each.chars.end,
                each.score,
                *each.why,
            )
            for each in weighed
            if each.score >= self._least.get(each.entity_type, self._least.get("default", 0.0))
        ]

    def _searched(self, call: Call) -> Iterator[_Found]:
        kind, listed = self._definition.entity_type, self._definition.deny_list_score
        lines = _as_said(call.text) if self._definition.rules else ()
        for rule in self._definition.rules:
            why = Why(Reason.COMPANY_RULE, rule.name.replace("、", " "))
            yield from (_Found(kind, chars, rule.score, (why,)) for chars in _matches(rule, call.text, lines))
        for word in self._definition.deny_list:
            yield from (
                _Found(kind, chars, listed, (Why(Reason.COMPANY_LIST),))
                for chars in by_spelling(call.text, word)
            )
        for term in self._definition.terms:
            for chars in by_spelling(call.text, term.text):
                yield _Found(kind, chars, SPELLED, (Why(Reason.COMPANY_TERM_WRITTEN),))
            for chars, score in by_reading(call, term):
                yield _Found(kind, chars, score, (Why(Reason.COMPANY_TERM_HEARD),))

    def _cue_places(self, call: Call) -> Iterator[CharSpan]:
        for cue in self._cues:
            yield from by_spelling(call.text, cue)
            yield from (chars for chars, _ in by_reading(call, CaseName(cue)))


def load_company(path: Path) -> Company:
    """Load a company's recognizers.

    Args:
        path: File in Presidio's recognizer-registry format.

    Returns:
        The recognizers.

    Raises:
        RecognizerFileError: the file is malformed; the message names the line.
    """
    definitions, sha256 = read_definitions(path)
    for definition in definitions:
        if definition.name in _own_names():
            raise definition.entry.error("kaiji の検出器と同じ name です")
    return Company(tuple(map(_built, definitions)), sha256)


def _built(definition: Definition) -> CompanyRecognizer:
    if definition.predefined is None:
        return CompanyRecognizer(definition)
    return CompanyRecognizer(definition, _adopted(definition, definition.predefined))


def _adopted(definition: Definition, predefined: Predefined) -> EntityRecognizer:
    """Make the recognizer that the file names, as Presidio's registry would."""
    entry = definition.entry
    try:
        if predefined.module:
            importlib.import_module(predefined.module)
        recognizer = RecognizerListLoader.get_existing_recognizer_cls(predefined.class_name)
    except (ImportError, SyntaxError):
        raise entry.error("module を読み込めません") from None
    except PredefinedRecognizerNotFoundError:
        raise entry.error("その名前の検出器は Presidio にも module にもありません") from None
    if issubclass(recognizer, CallRecognizer):
        raise entry.error("kaiji の検出器は、はじめから入っています")
    takes = inspect.signature(recognizer.__init__).parameters
    given = {
        "supported_language": "ja",
        "name": definition.name,
        "supported_entity": definition.entity_type,
        "supported_entities": [definition.entity_type] if definition.entity_type else None,
    }
    arguments: dict[str, Any] = {key: value for key, value in given.items() if key in takes and value}
    for key, place in predefined.arguments:
        if key not in takes:
            raise place.error("知らないキーです（検出器のクラスも受け取りません）")
        arguments[key] = place.plain()
    try:
        made: EntityRecognizer = recognizer(**arguments)
    except (TypeError, ValueError, LookupError, OSError, ImportError, RuntimeError, AttributeError):
        raise entry.error("検出器を作れません") from None
    return made


@cache
def _own_names() -> frozenset[str]:
    """Return the names of the project's recognizers, which no other may bear: the judge weighs by them."""
    for package in (models.calls, models.recognizers):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    own = RecognizerListLoader.get_all_existing_recognizers(CallRecognizer)
    return frozenset(each.__name__ for each in own)


def _as_said(text: str) -> tuple[SpokenLine, ...]:
    """Return the text with spoken codes written out, in each form that a pattern may expect."""
    return tuple(spoken_line(text, hyphen, apart) for hyphen in ("", "-") for apart in ("", " "))


def _matches(rule: Rule, text: str, lines: tuple[SpokenLine, ...]) -> list[CharSpan]:
    """Return the matches of a rule, in the text itself and with spoken codes written out."""
    try:
        spans = {CharSpan(*m.span()) for m in rule.expression.finditer(text, timeout=RULE_SECONDS)}
        for line in lines:
            matches = rule.expression.finditer(line.text, timeout=RULE_SECONDS)
            spans.update(line.span(*m.span()) for m in matches if m.start() < m.end())
    except TimeoutError:
        # Presidio would skip the rule, but a call that was not searched is not masked.
        raise CallUnsafeError(f"会社の規則({rule.line}行目)が時間内に終わりません") from None
    return sorted(spans)


def _asked(adopted: EntityRecognizer, call: Call, artifacts: CallArtifacts) -> Iterator[_Found]:
    """Yield the findings of a class; a pattern class also reads the text with spoken codes written out."""
    types, why = list(adopted.supported_entities), (Why(Reason.COMPANY_RECOGNIZER),)
    for result in adopted.analyze(call.text, types, artifacts) or ():
        yield _Found(result.entity_type, CharSpan(result.start, result.end), float(result.score), why)
    if isinstance(adopted, PatternRecognizer):
        for line in _as_said(call.text):
            for result in adopted.analyze(line.text, types, artifacts):
                chars = line.span(result.start, result.end)
                yield _Found(result.entity_type, chars, float(result.score), why)


def _beside(call: Call, chars: CharSpan, cues: tuple[CharSpan, ...]) -> bool:
    """Whether a context word stands in the same utterance or shortly before it."""
    segments = call.transcript.segments
    following = bisect_right([segment.chars.start for segment in segments], chars.start)
    start = segments[max(0, following - 1 - CONTEXT_BEFORE)].chars.start
    end = segments[max(0, following - 1)].chars.end
    return any(start <= cue.start and cue.end <= end and not cue.overlaps(chars) for cue in cues)
