"""Recognise number plates: 地域名, 分類番号, kana and 一連指定番号, said one after the other."""

from __future__ import annotations

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.recognizers.identifiers.said_numbers import counted, groups_of
from pipeline.reasons import Reason
from pipeline.sound.identifiers import plates_in

LEAST_FIGURES = 3
"""Least figures of a plate's number that is looked for elsewhere."""


class PlateRecognizer(CallRecognizer):
    """Plates by their form; ``CalledNumberRecognizer`` finds the number alone, where it is named."""

    entities = ("VEHICLE_PLATE",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Find plates with a place, or whose kana is explained (さくらのさ), and their numbers again."""
        plates = plates_in(call.text)
        numbers = {plate.number for plate in plates if len(plate.number) >= LEAST_FIGURES}
        again = (
            group
            for group in (groups_of(call.text) if numbers else ())
            if group.digits in numbers and not counted(call.text, group.end)
        )
        return [
            *(self.result("VEHICLE_PLATE", p.start, p.end, 0.95, Reason.PLATE_SHAPE) for p in plates),
            *(self.result("VEHICLE_PLATE", g.start, g.end, 0.85, Reason.NUMBER_READ_BACK) for g in again),
        ]
