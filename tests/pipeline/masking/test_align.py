from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.audio.recording import Recording, read_recording, to_samples
from pipeline.errors import CallUnsafeError
from pipeline.hearing.transcribe import HeardSegment, HeardWord
from pipeline.masking.align import align
from pipeline.reasons import Reason
from pipeline.types import CharSpan, EntitySpan, Finding, MaskPolicy, Party, TimeSpan, Transcript
from tests.audio_files import Format, encode
from tests.builders import RATE, transcript, utterance

BARE = MaskPolicy(pad_before=0.0, pad_after=0.0)


def finding(start: int, end: int, morae: int = 0) -> Finding:
    """A third party's, of the characters [start, end)."""
    entity = EntitySpan("PHONE_NUMBER", CharSpan(start, end), 0.9, "test", morae=morae)
    return Finding(entity, Party.THIRD_PARTY, Reason.NOT_GIVEN, False)


def call(seconds: float, *loud: tuple[float, float], channels: int = 1, on: int = 0) -> Recording:
    """Silence with sound in the given stretches of one channel."""
    noise = np.random.default_rng(5)
    samples = noise.normal(0, 15, (channels, round(seconds * RATE)))
    for start, end in loud:
        first, last = round(start * RATE), round(end * RATE)
        samples[on, first:last] += noise.normal(0, 3000, last - first)
    return Recording(samples.astype(np.int16), RATE, "pcm16", "0" * 64)


def times(found: tuple[Finding, ...]) -> list[TimeSpan]:
    """When each sounds."""
    return [each.time for each in found if each.time is not None]


def test_word_times_that_are_off_are_put_right_by_the_sound():
    """Words timed 0.1 s early still give a stretch that holds the sound, and little silence."""
    said = transcript(utterance("さとう", 1.9))
    (time,) = times(align((finding(0, 3),), said, call(4, (2.0, 2.6)), BARE))
    assert 1.85 <= time.start <= 2.0
    assert 2.6 <= time.end <= 2.75


def test_pads_are_added_outside_the_edge_that_was_found():
    """The policy's pads shift the edges by themselves and by nothing else."""
    said, sound = transcript(utterance("さとう", 2.0)), call(4, (2.0, 2.6))
    (bare,) = times(align((finding(0, 3),), said, sound, BARE))
    (padded,) = times(align((finding(0, 3),), said, sound, MaskPolicy(pad_before=0.3, pad_after=0.5)))
    assert padded.start == pytest.approx(bare.start - 0.3)
    assert padded.end == pytest.approx(bare.end + 0.5)


def test_a_word_without_length_gets_the_time_its_morae_take():
    """A name timed as nothing is still as long as it can be said."""
    word = HeardWord("たかはしさぶろう", 2.0, 2.0, 0.9)
    (time,) = times(align((finding(0, 8),), transcript(HeardSegment((word,))), call(4), BARE))
    assert time.duration >= 0.45
    assert time.start < 2.0 < time.end


def test_a_known_reading_says_how_long_it_must_be():
    """A term of which two morae were recognised is masked for as long as its twenty take to say."""
    said, sound = transcript(utterance("とく", 2.0)), call(6, (2.0, 2.4))
    heard, known = (times(align((finding(0, 2, morae),), said, sound, BARE))[0] for morae in (0, 20))
    assert heard.duration < 0.8
    assert known.duration >= 1.19


@pytest.mark.parametrize(("end", "shown"), [(2.6, False), (4.5, True)])
def test_a_stretch_far_longer_than_its_reading_is_shown_to_a_person(end: float, shown: bool):
    """Three morae do not take two seconds and a half: something else lies under that word."""
    said = transcript(HeardSegment((HeardWord("さとう", 2.0, end, 0.9),)))
    sound = call(6, (2.0, end))
    (known,) = align((finding(0, 3, 3),), said, sound, BARE)
    (unknown,) = align((finding(0, 3),), said, sound, BARE)
    assert known.needs_review == shown
    assert not unknown.needs_review


@pytest.mark.parametrize("within", [0.0, 0.01, 0.05])
def test_times_that_their_source_vouches_for_are_kept_to(within: float):
    """In one unbroken sound the edges stay as near the words as these may be off; else they go elsewhere.

    Further out, where something ends; where it begins, a recogniser is .16 s early more often than not.
    """
    said = transcript(utterance("まえさとうあと", 1.0))
    sound = call(4, (1.0, 2.4))
    (unsure,) = times(align((finding(2, 5),), said, sound, BARE))
    (vouched,) = times(align((finding(2, 5),), replace(said, times_within=within), sound, BARE))
    assert unsure.start != pytest.approx(1.4, abs=0.02)
    assert unsure.end > 2.0 + 0.055
    least = max(within, 0.01) + 0.001
    assert abs(vouched.start - 1.4) <= least
    assert abs(vouched.end - 2.0) <= least


def test_a_long_word_is_not_cut_short():
    """A whole name as one word, as other recognisers time them, is masked from its beginning to its end."""
    said = transcript(HeardSegment((HeardWord("さとう", 1.0, 2.0, 0.9),)))
    (time,) = times(align((finding(0, 3),), said, call(3, (1.0, 2.0)), BARE))
    assert time.start <= 1.0
    assert time.end >= 2.0


def test_a_short_answer_inside_a_number_does_not_split_it():
    """はい between two groups, with no long pause, lies inside the one stretch."""
    said = transcript(utterance("090", 1.0), utterance("はい", 1.7), utterance("1234", 2.2))
    found = align((finding(0, 11),), said, call(5, (1.0, 1.6), (1.7, 2.1), (2.2, 3.0)), BARE)
    assert len(found) == 1
    assert found[0].time is not None
    assert found[0].time.start <= 1.0
    assert found[0].time.end >= 3.0


def test_a_long_answer_inside_a_number_stays_audible():
    """After a second's pause each group is a finding of its own; what lies between is はい alone."""
    said = transcript(utterance("090", 1.0), utterance("はいはい", 2.2), utterance("1234", 3.6))
    first, second = align((finding(0, 13),), said, call(6, (1.0, 1.6), (2.2, 3.0), (3.6, 4.4)), BARE)
    assert [first.entity.chars, second.entity.chars] == [CharSpan(0, 3), CharSpan(9, 13)]
    assert first.time is not None
    assert second.time is not None
    assert first.time.end < 2.2
    assert second.time.start > 3.0


def test_a_pause_that_holds_sound_under_no_word_is_masked():
    """A group that the recogniser did not hear may lie there: the number stays one stretch."""
    said = transcript(utterance("090", 1.0), utterance("1234", 4.0))
    found = align((finding(0, 8),), said, call(6, (1.0, 1.6), (2.3, 3.1), (4.0, 4.8)), BARE)
    assert len(found) == 1


def test_words_of_the_same_utterance_are_never_taken_apart():
    """A silence inside one utterance is a speaker thinking, and the stretch goes on."""
    words = utterance("090", 1.0).words + utterance("1234", 4.0).words
    found = align((finding(0, 7),), transcript(HeardSegment(words)), call(6, (1.0, 1.6), (4.0, 4.8)), BARE)
    assert len(found) == 1


def test_a_back_channel_on_the_other_side_leaves_it_open():
    """On two channels the side that says はい meanwhile is not silenced."""
    said = transcript(
        utterance("090", 1.0, 0, "op"), utterance("はい", 1.2, 1, "cu"), utterance("1234", 1.8, 0, "op")
    )
    sound = call(4, (1.0, 2.6), channels=2)
    sound.samples[1] = call(4, (1.2, 1.6)).samples[0][::-1]
    (found,) = align((finding(0, 11),), said, sound, BARE)
    assert found.channels == (0,)


@pytest.mark.parametrize("interrupted", [0.9, 1.3, 1.7, 1.9])
@pytest.mark.parametrize("within", [None, 0.01])
def test_two_who_speak_at_once_on_one_channel_are_both_masked_there(interrupted: float, within: float | None):
    """Where another talks into a name or over its ends, it stays masked from its beginning to its end."""
    said = transcript(
        utterance("さとうけんいち", 1.0, 0, "cu"), utterance("そうなんですね", interrupted, 0, "op")
    )
    sound = call(6, (1.0, 2.4), (interrupted, interrupted + 1.4))
    name = said.text.index("さとうけんいち")
    (found,) = align((finding(name, name + 7),), replace(said, times_within=within), sound, MaskPolicy())
    assert found.time is not None
    assert found.time.start <= 1.0
    assert found.time.end >= 2.4
    assert found.time.duration < 2.1


def test_a_back_channel_over_a_number_on_one_channel_leaves_it_one_stretch():
    """はい in the middle of a group, from whom ever, neither splits nor shortens the number."""
    said = transcript(
        utterance("0901234", 1.0, 0, "cu"), utterance("はい", 1.6, 0, "op"), utterance("5678", 2.6, 0, "cu")
    )
    sound = call(5, (1.0, 2.4), (1.6, 2.0), (2.6, 3.4))
    chars = [said.text.index("090"), said.text.index("5678") + 4]
    (found,) = align((finding(*chars),), said, sound, MaskPolicy())
    assert found.time is not None
    assert found.time.start <= 1.0
    assert found.time.end >= 3.4


def test_what_echoes_on_the_other_channel_is_masked_there():
    """The same sound, later and quieter, on the channel nobody spoke on."""
    sound = call(5, (1.0, 3.0), channels=2)
    sound.samples[1, 320:] += (sound.samples[0, :-320] * 0.1).astype(np.int16)
    (found,) = align((finding(0, 5),), transcript(utterance("さとうさん", 1.0, 0, "op")), sound, BARE)
    assert found.channels == (0, 1)


def test_a_finding_under_no_word_is_refused():
    """What cannot be timed cannot be masked; the message holds no text."""
    with pytest.raises(CallUnsafeError, match="所見 0"):
        align((finding(50, 52),), transcript(utterance("さとう", 1.0)), call(3), BARE)


LOSSY = [
    Format("mp3", "mp3", "libmp3lame", "mp3", rate=8000),
    Format("aac", "mp4", "aac", "m4a", rate=16000),
    Format("opus", "ogg", "libopus", "ogg", rate=48000),
]


@pytest.mark.parametrize("form", LOSSY, ids=lambda form: form.name)
def test_what_a_lossy_call_smears_is_part_of_the_stretch(form: Format, tmp_path: Path):
    """A word's echo and pre-echo in a lossy original lie inside its stretch, to -60 dBFS."""
    samples = np.zeros((1, 3 * form.rate), np.int16)
    noise = np.random.default_rng(5).normal(0, 6000, form.rate)
    samples[0, form.rate : 2 * form.rate] = np.clip(noise, -32768, 32767)
    lossy = read_recording(encode(tmp_path / f"call.{form.suffix}", samples, form))
    said = transcript(HeardSegment((HeardWord("さとう", 1.0, lossy.duration - 1.0, 0.9),)))
    (found,) = align((finding(0, 3),), said, lossy, MaskPolicy())
    assert found.time is not None
    start, end = to_samples(found.time, lossy.rate, lossy.length)
    outside = np.concatenate([lossy.samples[0, :start], lossy.samples[0, end:]])
    assert np.abs(lossy.samples).max() > 10000
    assert np.abs(outside).max() < 32768 * 10 ** (-60 / 20)


def spoken(texts: list[str], pauses: list[float]) -> Transcript:
    """Utterances one after another."""
    clock, heard = 0.0, []
    for text, pause in zip(texts, pauses, strict=True):
        clock += pause
        heard.append(utterance(text, clock))
        clock += 0.2 * len(text)
    return transcript(*heard)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_words_whose_times_are_vouched_for_lie_inside_their_stretch(data: st.DataObject):
    """Every word that an entity touches is masked from end to end, whoever speaks around it."""
    texts = data.draw(st.lists(st.text("さか1", min_size=1, max_size=5), min_size=1, max_size=3))
    said = spoken(texts, data.draw(st.lists(st.floats(0, 2), min_size=len(texts), max_size=len(texts))))
    start = data.draw(st.integers(0, len(said.text) - 1).filter(lambda at: said.text[at] != "\n"))
    end = data.draw(st.integers(start + 1, len(said.text)))
    sound = call(14, *((s.time.start, s.time.end) for s in said.segments))
    found = align((finding(start, end),), replace(said, times_within=0.01), sound, MaskPolicy())
    for word in (w for s in said.segments for w in s.words):
        if word.chars.overlaps(CharSpan(start, end)):
            assert any(t.start <= word.time.start and word.time.end <= t.end for t in times(found))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_every_stretch_lies_in_the_recording_and_holds_words_of_its_finding(data: st.DataObject):
    """Whatever the words, every finding is kept, in order, within the call, on its words."""
    texts = data.draw(st.lists(st.text("あか1はい", min_size=1, max_size=5), min_size=1, max_size=4))
    said = spoken(texts, data.draw(st.lists(st.floats(0, 2), min_size=len(texts), max_size=len(texts))))
    start = data.draw(st.integers(0, len(said.text) - 1).filter(lambda at: said.text[at] != "\n"))
    whole = CharSpan(start, data.draw(st.integers(start + 1, len(said.text))))
    sound = call(14, *((s.time.start, s.time.end) for s in said.segments))
    found = align((finding(whole.start, whole.end),), said, sound, MaskPolicy())
    assert found
    for part in found:
        assert part.time is not None
        assert 0 <= part.time.start < part.time.end <= sound.duration
        assert part.entity.chars.overlaps(whole)
        words = [w for s in said.segments for w in s.words if w.chars.overlaps(part.entity.chars)]
        assert any(word.time.overlaps(part.time) for word in words)
    assert list(found) == sorted(found, key=lambda part: part.entity.chars)
