from __future__ import annotations

import random

import numpy as np
import pytest

from sample_audio.casting import CastCall, cast
from sample_audio.script import parse_scripts
from sample_audio.studio import TELEPHONE_RATE, Performance, cast_voices, perform, third_voice
from sample_audio.voices import RATE, VOICES, Sentence, Voice

SCRIPT = """# id: s
op: 担当の{op.sei}です。お名前をどうぞ。
cu: あの、{t1.full}さんの、電話が{t1.phone.full}です。
op: はい。
cu: 住所は{t1.addr.full}。{t1.mei}さんです。
"""
_CHARACTER = RATE // 10


class ToneVoices:
    """A tenth of a second for each character, silence at both ends; neighbours differ in level."""

    def speak(self, pieces: tuple[str, ...], voice: Voice) -> Sentence:
        """Speak in steps."""
        sound = [np.zeros(RATE // 5, np.float32)]
        bounds = []
        at = len(sound[0])
        for index, piece in enumerate(pieces):
            length = len(piece) * _CHARACTER
            sound.append(np.full(length, 0.2 + 0.1 * (index % 2), np.float32))
            bounds.append((at, at + length))
            at += length
        return Sentence(np.concatenate([*sound, np.zeros(RATE // 5, np.float32)]), tuple(bounds))


def chance(seed: int) -> random.Random:
    """What decides gaps and voices."""
    return random.Random(seed)  # noqa: S311 - no secrets


def performed(seed: int, *, overlap: bool = False) -> tuple[CastCall, Performance]:
    """The script with people, spoken in tones."""
    (dialogue,) = parse_scripts(SCRIPT)
    call = cast(dialogue, seed)
    rng = chance(seed)
    return call, perform(call, ToneVoices(), cast_voices(rng), overlap=overlap, rng=rng)


@pytest.mark.parametrize("seed", range(10))
def test_pieces_lie_where_they_sound(seed: int) -> None:
    """A slot's span holds its own sound and none of its neighbours', to the sample."""
    _, performance = performed(seed)
    step = RATE // TELEPHONE_RATE
    for turn in performance.turns:
        track = performance.tracks[turn.speaker]
        for piece in turn.pieces:
            assert turn.start <= piece.start <= piece.end <= turn.end
            if piece.said.slot is None:
                continue
            assert piece.end - piece.start == pytest.approx(len(piece.said.say) * TELEPHONE_RATE / 10, abs=1)
            inside = track[(piece.start + 60) * step : (piece.end - 60) * step]
            assert np.ptp(inside) < 1e-6


@pytest.mark.parametrize("seed", range(10))
def test_nobody_overlaps_on_one_channel(seed: int) -> None:
    """In one mixture the sides take turns; on two channels nobody speaks over themself."""
    for overlap in (False, True):
        _, performance = performed(seed, overlap=overlap)
        for previous, turn in zip(performance.turns, performance.turns[1:], strict=False):
            if not overlap or previous.speaker == turn.speaker:
                assert previous.end <= turn.start


def test_listening_overlaps_on_two_channels() -> None:
    """A はい of the other side does fall into a turn where there is a channel for it."""
    overlapped = 0
    for seed in range(10):
        _, performance = performed(seed, overlap=True)
        pairs = zip(performance.turns, performance.turns[1:], strict=False)
        overlapped += sum(turn.start < previous.end for previous, turn in pairs)
    assert overlapped > 0


def test_every_turn_is_on_the_tape() -> None:
    """The turns' words are the call's, in order, and both tracks are equally long."""
    call, performance = performed(1)
    assert [turn.text for turn in performance.turns] == [turn.text for turn in call.turns]
    assert len(performance.tracks["op"]) == len(performance.tracks["cu"]) == performance.samples * 3


def test_sides_have_their_own_voices() -> None:
    """Operator and caller are never the same voice, and seeds vary them."""
    casts = [cast_voices(chance(seed)) for seed in range(30)]
    assert all(voices["op"].name != voices["cu"].name for voices in casts)
    assert len({voices["op"].name for voices in casts}) == 5


def test_a_third_person_has_a_voice_of_their_own() -> None:
    """Neither staff's nor the caller's; where no voice is left, nobody's is taken."""
    for seed in range(30):
        voices = cast_voices(chance(seed))
        third = third_voice(chance(seed), VOICES, voices)
        assert third.name not in {voice.name for voice in voices.values()}
    with pytest.raises(ValueError, match="2 voices for three people"):
        third_voice(chance(1), [voice.name for voice in voices.values()], voices)


def test_a_third_person_speaks_on_the_callers_end_of_the_line() -> None:
    """Nothing of it lies on the operator's track."""
    (dialogue,) = parse_scripts("# id: a | third: t1\ncu: 代わります。\nth: 代わりました。\n")
    voices = cast_voices(chance(1))
    voices["third"] = third_voice(chance(1), VOICES, voices)
    performance = perform(cast(dialogue, 1), ToneVoices(), voices, overlap=False, rng=chance(1))
    caller, third = performance.turns
    assert (caller.speaker, third.speaker) == ("cu", "third")
    assert np.abs(performance.tracks["cu"][third.start * 3 : third.end * 3]).mean() > 0.01
    assert not performance.tracks["op"].any()
