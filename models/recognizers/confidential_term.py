"""The company's own secrets from the case, by spelling and by sound."""

from __future__ import annotations

import re

from presidio_analyzer import RecognizerResult

from models.artifacts import Call, CallArtifacts, CallRecognizer
from pipeline.sound import find_sound, fold_kana, morae

__all__ = ["ConfidentialTermRecognizer"]

BOUND = 0.28
"""Price per mora up to which a stretch sounds like a term; over nine garbled names in ten lie
within 0.3 (facts.md 0.2), and a term is longer than a name, so a little less suffices."""


class ConfidentialTermRecognizer(CallRecognizer):
    """Terms of ``case.confidential_terms``."""

    entities = ("CONFIDENTIAL",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Search each term twice."""
        found: list[RecognizerResult] = []
        for term in call.case.confidential_terms:
            for match in re.finditer(re.escape(term.text), call.text):
                found.append(self.result("CONFIDENTIAL", match.start(), match.end(), 0.99, "秘密の語の表記"))
            needle = morae(fold_kana(term.kana) or call.reader.kana(term.text))
            for sound in find_sound(needle, call.line.morae, BOUND):
                chars = call.line.span(sound.start, sound.end)
                score = 1 - sound.price / max(1, len(needle))
                found.append(self.result("CONFIDENTIAL", chars.start, chars.end, score, "秘密の語の音"))
        return found
