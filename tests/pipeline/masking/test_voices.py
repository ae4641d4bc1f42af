from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.audio.recording import to_samples
from pipeline.masking.audio import mask_audio
from pipeline.masking.plan import make_plan, within_review_time
from pipeline.masking.text import as_json, as_text, mask_text
from pipeline.masking.voices import MARGIN_SECONDS, REACH_SECONDS, third_voices
from pipeline.third_voice import THIRD_VOICE, Remains
from pipeline.types import CallCase, MaskAction, MaskPolicy, Party, Transcript
from tests.builders import RATE, item, plan, recording, transcript, utterance

PASSED_ON = transcript(
    utterance("だいきにかわります", 0.0, speaker="cu"),
    utterance("はいかわりました", 3.0, speaker="third"),
    utterance("だいきです", 5.0, speaker="third"),
    utterance("ありがとうございます", 7.0, speaker="op"),
)
"""The caller passes the phone on; what is said lasts 1.8, 1.6, 1.0 and 2.0 seconds."""


def voices_of(spoken: Transcript, seconds: float = 10.0, channels: int = 1):
    """The stretches, with their findings."""
    return third_voices(spoken, recording(seconds, channels))


def test_turns_with_nobody_between_them_are_one_finding():
    """From what the caller last said to the operator's first word, a second on each side at most."""
    (found,) = voices_of(PASSED_ON)
    assert (found.entity.entity_type, found.party, found.needs_review) == (
        THIRD_VOICE,
        Party.THIRD_PARTY,
        True,
    )
    assert found.time.start == 3.0 - REACH_SECONDS
    assert found.time.end == 6.0 + REACH_SECONDS
    assert PASSED_ON.text[found.entity.chars.start : found.entity.chars.end] == "はいかわりました\nだいきです"


def test_another_speaker_parts_two_runs_and_loses_only_the_margin():
    """Right before and after somebody else's words the mask reaches a quarter of a second into them."""
    spoken = transcript(
        utterance("もしもし", 0.0, speaker="third"),
        utterance("はいはいはいはい", 0.8, speaker="op"),
        utterance("そうです", 2.4, speaker="third"),
    )
    first, second = voices_of(spoken)
    assert first.time.end == 0.8 + MARGIN_SECONDS
    assert second.time.start == 2.4 - MARGIN_SECONDS


def test_on_two_channels_the_other_sides_lines_are_not_the_voices():
    """The operator answers in between on her own channel: her characters belong to no voice."""
    spoken = transcript(
        utterance("おかあさんです", 0.0, channel=1, speaker="third"),
        utterance("はい", 1.5, channel=0, speaker="op"),
        utterance("よろしく", 2.0, channel=1, speaker="third"),
    )
    found = voices_of(spoken, channels=2)
    assert [spoken.text[f.entity.chars.start : f.entity.chars.end] for f in found] == [
        "おかあさんです",
        "よろしく",
    ]
    assert found[0].time.end == found[1].time.start == 2.0
    assert {f.channels for f in found} == {(1,)}


def test_nobody_third_is_no_finding():
    """Where nobody knows who speaks, nothing is guessed."""
    assert voices_of(transcript(utterance("もしもし", 0.0), utterance("はい", 2.0, speaker="op"))) == ()


def masked(remains: Remains = Remains.NOTHING):
    """Audio and text of the call, its voice undecided or with something left of it."""
    call = recording(10.0)
    first = make_plan(third_voices(PASSED_ON, call), PASSED_ON, CallCase(""), MaskPolicy())
    (voice,) = first.items
    at = PASSED_ON.text.index("だいきです")
    name = item(5.0, 5.6, item_id="m0009", chars=(at, at + 3))
    voice = item(
        voice.time.start,
        voice.time.end,
        item_id=voice.item_id,
        chars=(voice.chars.start, voice.chars.end),
        entity_type=THIRD_VOICE,
        remains=remains,
    )
    whole = plan(voice, name)
    return call, whole, mask_audio(call.samples, RATE, whole), mask_text(PASSED_ON, whole)


def test_undecided_it_is_masked_and_flagged_in_plan_sound_and_text():
    """Fail closed, whatever a case says; a name that is said in it does not show that there is one."""
    made = make_plan(voices_of(PASSED_ON), PASSED_ON, CallCase("", actions=()), MaskPolicy())
    assert [(each.needs_review, each.ground) for each in made.masked] == [(True, 1)]
    call, whole, sound, text = masked()
    start, end = to_samples(whole.items[0].time, RATE, call.length)
    assert not np.array_equal(sound[:, start:end], call.samples[:, start:end])
    assert np.array_equal(sound[:, end:], call.samples[:, end:])
    assert as_text(text).splitlines()[1:3] == [
        "[00:03] 第三の話者: [第三者の声]",
        "[00:05] 第三の話者: [第三者の声]",
    ]
    assert "PERSON" not in str(as_json(text))


def test_text_only_leaves_the_words_under_the_usual_masks():
    """The sound is masked as before; the words are read, but for the name that has its own mask."""
    _, _, sound, text = masked(Remains.TEXT)
    assert np.array_equal(sound, masked()[2])
    assert as_text(text).splitlines()[1:3] == [
        "[00:03] 第三の話者: はいかわりました",
        "[00:05] 第三の話者: [氏名]です",
    ]


def test_heard_in_person_leaves_nothing_in_what_goes_out():
    """Sound and words of the copy are as if it were masked."""
    assert masked(Remains.IN_PERSON)[3] == masked()[3]
    assert np.array_equal(masked(Remains.IN_PERSON)[2], masked()[2])


def test_a_voice_takes_no_time_from_other_questions_and_hides_none():
    """A candidate within it is still asked about: somebody may give the voice."""
    voice = voices_of(PASSED_ON)
    candidate = item(5.0, 5.6, item_id="m0001", chars=(20, 23), needs_review=True, score=0.3)
    made = make_plan(voice, PASSED_ON, CallCase(""), MaskPolicy(review_questions=60))
    alone = within_review_time(
        replace(made, items=(replace(candidate, action=MaskAction.KEEP, party=Party.UNKNOWN, ground=0),)),
        PASSED_ON,
    )
    together = within_review_time(replace(made, items=(*made.items, *alone.items)), PASSED_ON)
    assert len(alone.items) == 1
    assert set(together.items) == {*made.items, *alone.items}
