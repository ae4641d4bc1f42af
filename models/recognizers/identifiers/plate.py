"""Recognise number plates: 地域名, 分類番号, kana and 一連指定番号, said one after the other."""

from __future__ import annotations

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from pipeline.reasons import Reason
from pipeline.sound.identifiers import plates_in

__all__ = ["PlateRecognizer"]


class PlateRecognizer(CallRecognizer):
    """Plates by their form; ``CalledNumberRecognizer`` finds the number alone, where it is named."""

    entities = ("VEHICLE_PLATE",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Find plates with a place, or with a kana that is explained (さくらのさ)."""
        return [
            self.result("VEHICLE_PLATE", plate.start, plate.end, 0.95, Reason.PLATE_SHAPE)
            for plate in plates_in(call.text)
        ]
