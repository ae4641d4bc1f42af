"""The weights that lie in the project are those of the evidence that is looked at."""

from __future__ import annotations

import pytest

import models.voices.third
from models.voices.third import load_third
from models.voices.voice import load_voices
from pipeline.errors import ModelError
from pipeline.speaking.third import EVIDENCE


def test_every_kind_of_evidence_has_a_weight() -> None:
    """What hears voices brings them along."""
    weights = load_third()
    assert len(weights.each) == len(EVIDENCE)
    assert load_voices().third == weights


def test_weights_of_other_evidence_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """One kind more was once weighed, dropped, and the rest not fitted again."""
    monkeypatch.setattr(models.voices.third, "EVIDENCE", (*EVIDENCE, "said before"))
    with pytest.raises(ModelError, match="does not weigh"):
        load_third()
