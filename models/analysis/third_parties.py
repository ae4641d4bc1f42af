"""Find third parties' data in any Japanese text, as one recognizer for a plain Presidio ``AnalyzerEngine``.

The recognizers of a call read ``CallArtifacts``, which no other engine makes.  This one takes text alone,
runs them all with the judges behind them, and hands on what a masked copy would hide.
"""

from __future__ import annotations

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from models.analysis.analyzer import CallAnalyzer, load_analyzer
from models.weighing.owner.owner import Owner, load_owner
from pipeline.finding.detect import detect
from pipeline.kinds import FURTHER_KINDS
from pipeline.masking.plan import action_of
from pipeline.ownership.chain import Context, attribute
from pipeline.reason_text import sentence
from pipeline.reasons import Why
from pipeline.types import (
    SOUND_KINDS,
    CallCase,
    CharSpan,
    Finding,
    MaskAction,
    Segment,
    TimeSpan,
    Transcript,
)

__all__ = ["ThirdPartyRecognizer"]

SECONDS = 4.0
"""Length of the utterance that a line stands for.  Text has no times; nothing compares these with a sound."""


class ThirdPartyRecognizer(EntityRecognizer):
    """Finds names, addresses, numbers and secrets that are not the requester's.

    Loading takes about two seconds and 400 MB.  Use one instance in one thread only.

    Args:
        case: The requester, the staff and the company, whose data is not reported.  By default nobody: then
            all personal data is reported.

    Attributes:
        supported_entities: PERSON, ADDRESS, PHONE_NUMBER, EMAIL_ADDRESS, CONFIDENTIAL and the further kinds
            (``pipeline.kinds.FURTHER_KINDS``).

    Raises:
        ModelError: when a learned file is missing or is not the registered one.
    """

    def __init__(self, case: CallCase | None = None) -> None:
        self._case = case or CallCase("text")
        super().__init__(
            supported_entities=[*SOUND_KINDS, "EMAIL_ADDRESS", "CONFIDENTIAL", *FURTHER_KINDS],
            supported_language="ja",
            name=type(self).__name__,
        )

    def load(self) -> None:
        """Load the recognizers and the judges; Presidio calls it once."""
        self._analyzer: CallAnalyzer = load_analyzer()
        self._owner: Owner = load_owner(self._analyzer.reader)

    def analyze(
        self,
        text: str,
        entities: list[str],
        nlp_artifacts: NlpArtifacts | None = None,  # noqa: ARG002 (Presidio hands it to all)
    ) -> list[RecognizerResult]:
        """Find third parties' data.

        Args:
            text: Japanese text; a line counts as one utterance, and what one line asks for is looked for in
                the next.  Time grows faster than the length of a line (700 characters in one: 3 s).
            entities: Types to report.
            nlp_artifacts: Not read; the text is parsed by ja_ginza in any case.

        Returns:
            Findings in order of text that share no character.  ``start`` and ``end`` are code points,
            half-open; ``score`` is the judge's probability, 0 to 1, that it is personal data.
            ``recognition_metadata`` holds ``party`` (``third_party`` or ``unknown``; the owner's name where a
            policy hides what is theirs) and ``reason``, a Japanese sentence without words of the text.
        """
        if not text:
            return []
        transcript = _as_call(text)
        found = detect(transcript, self._analyzer, self._case)
        context = Context(transcript, self._case, self._analyzer.reader, judge=self._owner.decide)
        return [
            self._result(finding)
            for finding in attribute(found, context)
            if finding.entity.entity_type in entities and self._is_hidden(finding)
        ]

    def _is_hidden(self, finding: Finding) -> bool:
        """Whether a copy would hide a finding."""
        return not finding.entity.candidate and action_of(finding, self._case) is MaskAction.MASK

    def _result(self, finding: Finding) -> RecognizerResult:
        entity = finding.entity
        return RecognizerResult(
            entity.entity_type,
            entity.chars.start,
            entity.chars.end,
            entity.score,
            recognition_metadata={
                RecognizerResult.RECOGNIZER_NAME_KEY: type(self).__name__,
                RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                "party": finding.party.value,
                "reason": sentence((*entity.explanation, Why(finding.reason))),
            },
        )


def _as_call(text: str) -> Transcript:
    """Return text as a call whose speakers are unknown, each line an utterance."""
    segments, start = [], 0
    for number, line in enumerate(text.split("\n")):
        time = TimeSpan(SECONDS * number, SECONDS * (number + 1) - 1)
        segments.append(Segment(CharSpan(start, start + len(line)), time, 0, None, ()))
        start += len(line) + 1
    return Transcript("text", text, tuple(segments), "ja", "given", "0" * 64)
