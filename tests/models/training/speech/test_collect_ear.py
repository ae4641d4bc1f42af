"""What the ear learns from: which moments of a made call are somebody's data."""

from __future__ import annotations

import numpy as np

from models.training.speech.collect_ear import OTHERWISE, labels
from pipeline.measuring.truth import TruthSpan
from pipeline.types import TimeSpan


def test_a_moment_has_the_kind_of_what_is_said_in_it() -> None:
    """Numbered as the contract's kinds are, from 1; 0 between them."""
    spans = (
        TruthSpan(TimeSpan(1.0, 2.0), "cu", "NAME", "third"),
        TruthSpan(TimeSpan(3.0, 4.0), "cu", "PHONE", "requester"),
    )
    assert labels(np.array([0.5, 1.0, 1.9, 2.0, 3.5, 4.5]), spans).tolist() == [0, 1, 1, 0, 3, 0]


def test_other_manners_stay_a_persons_voice() -> None:
    """No more than a tenth higher or lower."""
    assert all(0.9 < manner.longer < 1.1 for manner in OTHERWISE.values())
