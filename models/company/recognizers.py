"""A company's own recognizers: those of its file, beside kaiji's.

Presidio's word lists want a word boundary, which Japanese text has not, its patterns read
what is written, not what is said, and one that takes too long is passed over with a warning.
So lists, patterns and context words are searched here, and only the file's format and the
classes that it may name are Presidio's.
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

__all__ = ["Company", "CompanyRecognizer", "load_company"]

RULE_SECONDS = 10.0
"""Longest that one rule may take over one call; a call of an hour takes a thousandth of it."""

CONTEXT_GAIN, CONTEXT_LEAST = 0.35, 0.4
"""What a context word adds to a score, and what it lifts it to at least: Presidio's own."""

CONTEXT_BEFORE = 2
"""Utterances before the finding's own in which a context word counts: a question, and はい."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What is where, how surely, and why."""

    entity_type: str
    chars: CharSpan
    score: float
    why: tuple[Why, ...]

    def lifted(self) -> _Found:
        """The same beside a context word."""
        score = max(CONTEXT_LEAST, min(1.0, self.score + CONTEXT_GAIN))
        return _Found(self.entity_type, self.chars, score, (*self.why, Why(Reason.CONTEXT_WORD_NEAR)))


@dataclass(frozen=True, slots=True)
class Company:
    """What a company adds, and the SHA-256 of the file it came from."""

    recognizers: tuple[CallRecognizer, ...]
    sha256: str


class CompanyRecognizer(CallRecognizer):
    """A recognizer of the company's file.

    Args:
        definition: What the file says.
        adopted: A recognizer of Presidio's make to ask in place of rules and lists.
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
        """What the file asks for, with the context counted in."""
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
        path: Its file, in Presidio's recognizer-registry format.

    Returns:
        The recognizers.

    Raises:
        RecognizerFileError: anything in the file is wrong; the message names the line.
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
    """Names of kaiji's recognizers, by which the judge weighs them: no other may bear one."""
    for package in (models.calls, models.recognizers):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    own = RecognizerListLoader.get_all_existing_recognizers(CallRecognizer)
    return frozenset(each.__name__ for each in own)


def _as_said(text: str) -> tuple[SpokenLine, ...]:
    """The text with codes written out, in each way in which a pattern may want them."""
    return tuple(spoken_line(text, hyphen, apart) for hyphen in ("", "-") for apart in ("", " "))


def _matches(rule: Rule, text: str, lines: tuple[SpokenLine, ...]) -> list[CharSpan]:
    """Where a rule matches, in the text as it is or with what is spelled written out."""
    try:
        spans = {CharSpan(*m.span()) for m in rule.expression.finditer(text, timeout=RULE_SECONDS)}
        for line in lines:
            matches = rule.expression.finditer(line.text, timeout=RULE_SECONDS)
            spans.update(line.span(*m.span()) for m in matches if m.start() < m.end())
    except TimeoutError:
        # Presidio would pass the rule over; a call not searched is a call not masked.
        raise CallUnsafeError(f"会社の規則({rule.line}行目)が時間内に終わりません") from None
    return sorted(spans)


def _asked(adopted: EntityRecognizer, call: Call, artifacts: CallArtifacts) -> Iterator[_Found]:
    """What a class finds; one that goes by patterns reads what is spelled written out, too."""
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
