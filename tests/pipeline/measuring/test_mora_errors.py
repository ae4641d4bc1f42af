"""Tests of pipeline.measuring.mora_errors: what was heard against the reading of the script."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.measuring.figures import Share
from pipeline.measuring.mora_errors import mora_errors, said_kana
from pipeline.measuring.truth import CallTruth, TruthSpan, TruthTurn
from pipeline.sound.heard_morae import TimedMora
from pipeline.sound.morae import fold_kana, morae
from pipeline.types import CharSpan, TimeSpan

OP = TruthTurn(TimeSpan(0.0, 2.0), "op", "あの西川様の 荷物が")
CU = TruthTurn(TimeSpan(3.0, 4.0), "cu", "はい")
WORDS = {"西川": "ニシカワ", "西川様": "ニシカワサマ", "様": "ヨウ", "荷物": "ニモツ"}
"""What the reader knows; 様 is サマ only behind a name."""


def read(text: str) -> list[tuple[CharSpan, str]]:
    """Word by word, the longest first; other kana as they are, other kanji not at all."""
    found, at = [], 0
    while at < len(text):
        word = next((w for w in sorted(WORDS, key=len, reverse=True) if text.startswith(w, at)), text[at])
        kana = WORDS.get(word, fold_kana(word))
        found.append((CharSpan(at, at + len(word)), kana))
        at += len(word)
    return found


def truth(*spans: TruthSpan, turns: tuple[TruthTurn, ...] = (OP, CU)) -> CallTruth:
    """A call of two channels."""
    return CallTruth("c", "stereo", 5.0, spans, turns)


def name(surface: str, reading: str) -> TruthSpan:
    """Somebody's name in the operator's turn."""
    return TruthSpan(TimeSpan(0.5, 1.0), "op", "NAME", "third", surface, reading)


def heard(kana: str, start: float, channel: int = 0, step: float = 0.1) -> list[TimedMora]:
    """Morae at equal steps."""
    return [TimedMora(mora, start + step * at, channel, None) for at, mora in enumerate(morae(kana))]


@pytest.mark.parametrize(
    ("span", "kana"),
    [
        (name("西川様", "サイカワサマ"), "アノサイカワサマノニモツガ"),
        (name("西川様", ""), "アノニシカワサマノニモツガ"),
        (name("東山", "ヒガシヤマ"), "アノニシカワサマノニモツガ"),
        (name("西川", "さいかわ"), "アノサイカワヨウノニモツガ"),
        (name("荷", "ニ"), "アノニシカワサマノニガ"),
    ],
)
def test_the_truth_reads_its_own_spans_and_the_reader_the_rest(span: TruthSpan, kana: str) -> None:
    """A word that is partly a span is read without it; a surface that is not there changes nothing."""
    assert said_kana(truth(span), read)[0] == kana


def test_a_word_behind_a_span_is_read_with_the_whole_turn() -> None:
    """The reader never sees a turn that is cut at the name."""
    seen: list[str] = []

    def noted(text: str) -> Sequence[tuple[CharSpan, str]]:
        seen.append(text)
        return [(CharSpan(at, at + 1), "ア") for at in range(len(text))]

    assert said_kana(truth(name("西川", "ニシカワ")), noted) == ("アアニシカワアアアアア", "アア")
    assert seen == ["あの西川様の荷物が", "はい"]


def test_errors_are_told_of_each_turn() -> None:
    """One mora wrong in the first, one left out of the second."""
    said = ("アノニシカワサマ", "ハイ")
    assert mora_errors(truth(), said, heard("アノミシカワサマ", 0.1) + heard("ハ", 3.1, 1), 2) == (
        Share(1, 8),
        Share(1, 2),
    )


@pytest.mark.parametrize("spelling", ["コウコウデス", "コーコーデス", "コオコウデス"])
def test_long_vowels_are_one_sound_however_they_are_written(spelling: str) -> None:
    """The reader writes コウ, the listener hears コー."""
    only = truth(turns=(OP,))
    assert mora_errors(only, [spelling], heard("コーコーデス", 0.1), 2) == (Share(0, 6),)


@pytest.mark.parametrize(
    ("channels", "echo", "errors"),
    [
        (2, heard("アノニ", 0.5, 1), (0, 0)),
        (2, heard("ンン", 2.5, 1), (0, 2)),
        (1, heard("ンン", 2.5, 0), (0, 2)),
    ],
)
def test_the_echo_of_the_other_side_is_no_error(
    channels: int, echo: list[TimedMora], errors: tuple[int, ...]
) -> None:
    """What is heard while nobody talks is one, and so is what is heard too much on one channel."""
    own = heard("アノニシカワ", 0.1) + heard("ハイ", 3.1, min(1, channels - 1))
    found = sorted(own + echo, key=lambda mora: mora.time)
    counted = mora_errors(truth(), ("アノニシカワ", "ハイ"), found, channels)
    assert tuple(share.count for share in counted) == errors


def test_a_call_in_which_nothing_was_heard_is_all_errors() -> None:
    """Silence of the listener is not the same as no listener."""
    assert mora_errors(truth(), ("アノ", "ハイ"), (), 2) == (Share(2, 2), Share(2, 2))


@given(st.text(st.sampled_from("ァアイウエオカキクケコシチツッニハヒャュョヮヴンーヂヲ"), max_size=12))
def test_whatever_kana_is_said_can_be_compared(kana: str) -> None:
    """Said and heard alike there is no error."""
    only = truth(turns=(OP,))
    sounds = heard(kana, 0.1, step=0.01)
    assert mora_errors(only, [kana], sounds, 2) == (Share(0, len(sounds)),)
