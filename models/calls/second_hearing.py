"""Pass the findings of the second hearing to Presidio as those of a recognizer."""

from __future__ import annotations

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from pipeline.kinds import FURTHER_KINDS
from pipeline.reasons import Reason


class SecondHearingRecognizer(CallRecognizer):
    """Findings of the second hearing, on the characters of the first; none without a second hearing.

    It recognises nothing itself, so it lies beside the alignment of the hearings, not with the recognizers.
    """

    entities = ("PERSON", "ADDRESS", "PHONE_NUMBER", "EMAIL_ADDRESS", "CONFIDENTIAL", *FURTHER_KINDS)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Return the mapped findings (``models.calls.hearings``)."""
        found: list[RecognizerResult] = []
        for span in call.again.spans if call.again else ():
            result = self.result(
                span.entity_type, span.chars.start, span.chars.end, span.score, Reason.SECOND_HEARING
            )
            if span.hint is not None:
                result.recognition_metadata["hint"] = str(span.hint)
            found.append(result)
        return found
