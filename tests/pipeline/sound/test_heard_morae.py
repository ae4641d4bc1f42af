"""The morae of a call from its posteriorgrams."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.sound.heard_morae import heard_morae
from pipeline.sound.posteriorgram import HeardMora
from pipeline.types import Segment, Transcript
from tests.builders import transcript, utterance
from tests.posteriorgrams import A_MORA, STEP, gram_of


def kana(call: Transcript) -> str:
    """All of what was heard."""
    return "".join(HeardMora(mora.mora, 0).kana for mora in heard_morae(call))


def with_grams(call: Transcript, *grams: tuple[str, float]) -> Transcript:
    """The call whose utterances sound so."""
    segments: list[Segment] = [
        replace(segment, posteriorgrams=(gram_of(*gram),))
        for segment, gram in zip(call.segments, grams, strict=True)
    ]
    return replace(call, segments=tuple(segments))


def test_they_come_in_order_with_their_times() -> None:
    """In the middle of their step, with the pause before."""
    call = with_grams(transcript(utterance("のはら", 1.0)), ("ノハ  ラ", 1.0))
    first, second, third = heard_morae(call)
    assert [m.time for m in (first, second, third)] == pytest.approx([1.02, 1.18, 1.66])
    assert second.pause == pytest.approx(A_MORA * STEP - 0.14)
    assert third.pause == pytest.approx(3 * A_MORA * STEP - 0.14)


def test_what_two_utterances_both_carry_is_heard_once() -> None:
    """Each has a second around it."""
    call = transcript(utterance("のはら", 0.0), utterance("です", 0.6))
    whole = gram_of("ノハラデス")
    both = replace(call, segments=tuple(replace(s, posteriorgrams=(whole,)) for s in call.segments))
    assert kana(both) == "ノハラデス"


def test_both_sides_take_turns() -> None:
    """Utterance by utterance, in order of time, with who speaks."""
    call = transcript(
        utterance("なまえわ", 0.0, channel=0, speaker="op"),
        utterance("のはら", 2.0, channel=1, speaker="cu"),
        utterance("はい", 4.0, channel=0, speaker="op"),
    )
    heard = with_grams(call, ("ナマエワ", 0.0), ("ノハラ", 2.0), ("ハイ", 4.0))
    assert kana(heard) == "ナマエワノハラハイ"
    assert [mora.speaker for mora in heard_morae(heard)] == ["op"] * 4 + ["cu"] * 3 + ["op"] * 2


def test_without_posteriorgrams_nothing_was_heard() -> None:
    """Of another model, or words from a file."""
    assert heard_morae(transcript(utterance("のはら", 0.0))) == ()
