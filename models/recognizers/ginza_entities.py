"""Map ja_ginza's named entities to the program's entity types."""

from __future__ import annotations

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from pipeline.reasons import Reason

MAPPING = {
    "Person": ("PERSON", 0.6),
    "Postal_Address": ("ADDRESS", 0.6),
    "Phone_Number": ("PHONE_NUMBER", 0.4),
    "Email": ("EMAIL_ADDRESS", 0.6),
}
"""Entity type and score of each ENE label.  City, Province and the like name any place, most of them no
address; the address recognizer includes them where a block number or a cue stands beside."""

TITLES = ("様", "さま", "さん", "くん", "君", "ちゃん", "先生", "氏", "殿")


class GinzaEntityRecognizer(CallRecognizer):
    """Entities of the language model, without the honorific that they include."""

    entities = ("PERSON", "ADDRESS", "PHONE_NUMBER", "EMAIL_ADDRESS")

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Map the model's spans."""
        found: list[RecognizerResult] = []
        for entity in artifacts.entities:
            if entity.label_ not in MAPPING:
                continue
            kind, score = MAPPING[entity.label_]
            start, end = entity.start_char, entity.end_char
            if kind == "PERSON":
                end = _without_title(call.text, start, end)
                if not _may_be_name(call.text[start:end]):
                    continue
            found.append(self.result(kind, start, end, score, Reason.LANGUAGE_MODEL_ENTITY))
        return found


def _without_title(text: str, start: int, end: int) -> int:
    for title in TITLES:
        if text[start:end].endswith(title) and end - start > len(title):
            return end - len(title)
    return end


def _may_be_name(text: str) -> bool:
    # On recognised text the model labels lone kana and digits as persons.
    return len(text) > 1 and not any(c.isdigit() or c == "\n" for c in text)
