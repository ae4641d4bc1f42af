"""What another hearing wrote where a call is masked."""

from __future__ import annotations

from pipeline.verifying.under_masks import said_under
from tests.builders import item, plan, transcript, utterance


def test_another_hearing_of_a_masked_name_is_another_reading_of_it():
    """Words of the other hearing that lie in a mask by more than half, on its channel, and no others."""
    heard = transcript(
        utterance("あのサガモトさん", 0.6), utterance("はい", 1.1, 1, "cu"), utterance("それで", 5.0)
    )
    assert said_under(plan(item(1.0, 1.8, chars=(0, 4))), heard) == (("m0000", "サガモト"),)
