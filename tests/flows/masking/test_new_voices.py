from __future__ import annotations

from dataclasses import replace

import numpy as np

from flows.masking.new_voices import ThirdPersonLines, voices_in, voices_left
from pipeline.audio.recording import Recording
from pipeline.correcting.corrected import Corrected, corrected
from pipeline.correcting.wording import AS_RECOGNISED, Wording
from pipeline.third_voice import THIRD, THIRD_VOICE
from pipeline.types import CharSpan, MaskAction, MaskItem, MaskPlan, Party
from tests.builders import RATE, plan, transcript, utterance

HEARD = transcript(
    utterance("かわります", 0.0, speaker="cu"),
    utterance("はい", 2.0, speaker="cu"),
    utterance("もしもし", 3.0, speaker="cu"),
    utterance("どうも", 5.0, speaker="op"),
)
SOUND = Recording(np.zeros((1, 8 * RATE), np.int16), RATE, "pcm16", "")
SECOND, THIRD_LINE = CharSpan(6, 8), CharSpan(9, 13)
"""Two lines that follow each other."""


def given(*lines: CharSpan) -> Corrected:
    """The text after these lines were given to a third person, one by one."""
    return corrected(HEARD, replace(AS_RECOGNISED, speakers=tuple((line, THIRD) for line in lines)))


def found(line: CharSpan, *before: CharSpan, stored: MaskPlan | None = None) -> tuple[MaskItem, ...]:
    """What comes with giving one more line."""
    first = plan() if stored is None else stored
    return voices_in(ThirdPersonLines(given(*before, line), line, SOUND, first, first))


def test_each_line_brings_its_own_voice_and_together_none_is_left():
    """A line is not found again with its neighbour; nobody waits for the line end between them."""
    first, second = (*found(SECOND), *found(THIRD_LINE, SECOND))
    assert (first.chars, second.chars) == (SECOND, THIRD_LINE)
    assert (first.entity_type, first.action, first.needs_review) == (THIRD_VOICE, MaskAction.MASK, True)
    named = plan(replace(first, item_id="w1"), replace(second, item_id="w2"))
    assert voices_left(given(SECOND, THIRD_LINE), SOUND, named) == ()


def test_a_line_without_its_voice_is_left_whatever_else_is_masked():
    """A name in it is no voice, and neither is the voice of the line beside it."""
    (first,) = found(SECOND)
    name = replace(first, item_id="m1", entity_type="PERSON", chars=THIRD_LINE)
    (left,) = voices_left(given(SECOND, THIRD_LINE), SOUND, plan(first, name))
    assert left.chars == CharSpan(SECOND.start, THIRD_LINE.end)
    assert voices_left(corrected(HEARD, Wording()), SOUND, plan()) == ()


def test_a_voice_that_somebody_decided_is_not_left():
    """Kept by consent, or said to be the caller's: a person has answered for these words."""
    (voice,) = found(SECOND)
    for party in (Party.THIRD_PARTY, Party.REQUESTER):
        kept = replace(voice, action=MaskAction.KEEP, party=party, decided=True)
        assert voices_left(given(SECOND), SOUND, plan(kept)) == ()


def test_a_line_that_the_plan_holds_brings_no_second_voice_unless_it_was_called_somebody_elses():
    """Masked, or kept as a third person's, it stands; kept as the caller's, it is asked about again."""
    (voice,) = found(SECOND)
    stored = plan(voice)
    assert found(SECOND, stored=stored) == ()
    kept = replace(voice, action=MaskAction.KEEP, decided=True)
    said = ThirdPersonLines(given(SECOND), SECOND, SOUND, stored, plan(kept))
    assert voices_in(said) == ()
    said = replace(said, draft=plan(replace(kept, party=Party.REQUESTER)))
    assert len(voices_in(said)) == 1
