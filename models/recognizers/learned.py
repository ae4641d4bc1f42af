"""Recognise stretches by the learned tagger, which was trained on garbled dialogue."""

from __future__ import annotations

import numpy as np
from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.calls.hearings import parties_of
from models.weighing.fusion.fusion import fused_probabilities
from models.weighing.tagger.tagger import Tagger, mark
from pipeline.reasons import Reason
from pipeline.types import Party

FIRM, FAINT = 0.2, 0.1
"""Thresholds of ``mark`` where the ears listened as well: probabilities are then more reliable."""

CERTAIN_PARTY = 0.8
"""Probability from which the tagger's owner becomes the finding's hint.  From .65 a hundredth more of the
requester's own data is kept, and the addresses of two strangers that are half like the requester's."""


class LearnedRecognizer(CallRecognizer):
    """Stretches that the tagger marks as personal data."""

    entities = ("PERSON", "ADDRESS", "PHONE_NUMBER")

    def __init__(self, tagger: Tagger) -> None:
        super().__init__()
        self._tagger = tagger

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Mark the whole call at once: the tagger reads across turns."""
        found: list[RecognizerResult] = []
        kinds, parties = fused_probabilities(call, self._tagger), parties_of(call, self._tagger)
        listened = not np.isnan(call.sounds).all()
        for each in mark(call.text, kinds, parties, *((FIRM, FAINT) if listened else ())):
            result = self.result(
                each.kind, each.chars.start, each.chars.end, each.peak, Reason.LEARNED_CONTEXT
            )
            if each.party is not Party.UNKNOWN and each.party_probability >= CERTAIN_PARTY:
                result.recognition_metadata["hint"] = str(each.party)
            found.append(result)
        return found
