"""A name found once, heard again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.calls.artifacts import Call
from models.language.readings import load_reader
from models.wording.heard_mention import heard_names, mentions
from pipeline.sound.morae import morae
from pipeline.types import CallCase, Transcript
from tests.builders import transcript, utterance
from tests.posteriorgrams import A_MORA, STEP, gram_of, spread


def call_of(*lines: tuple[str, str]) -> Call:
    """Utterances, a minute one after another: what is written and what is heard."""
    clock, starts = 0.0, []
    for _ in lines:
        starts.append(clock)
        clock += 60.0
    call = transcript(*(utterance(written, start) for (written, _), start in zip(lines, starts, strict=True)))
    segments = []
    for segment, (_, kana), start in zip(call.segments, lines, starts, strict=True):
        timed = spread(segment, start, A_MORA * STEP * len(kana))
        segments.append(replace(timed, posteriorgrams=(gram_of(kana, start),)))
    heard: Transcript = replace(call, segments=tuple(segments))
    return Call(heard, CallCase("R-1"), load_reader())


def found(call: Call, surface: str):
    """As a recognizer would have found it."""
    from presidio_analyzer import RecognizerResult

    start = call.text.index(surface)
    return RecognizerResult("PERSON", start, start + len(surface), 0.9)


@pytest.fixture(scope="module")
def call() -> Call:
    """A name written once, and heard three times."""
    return call_of(
        ("隣の渡辺さん", "トナリノワタナベサン"),
        ("私のナビに渡して", "ワタナベニワタシテ"),
        ("荷物が届きました", "ニモツガトドキマシタ"),
        ("渡しなべです", "ワタナベデス"),
    )


def test_a_name_is_known_by_what_was_heard(call: Call) -> None:
    """As the lexicon has it."""
    assert morae("ワタナベ") in heard_names(call, [found(call, "渡辺")])


def test_it_is_found_wherever_it_is_heard(call: Call) -> None:
    """Whatever is written there; nowhere else."""
    said = [
        call.text[chars.start : chars.end] for chars in dict.fromkeys(mentions(call, [morae("ワタナベ")]))
    ]
    assert [bool(set(each) & set("渡辺私のナビ渡しなべ")) for each in said] == [True, True, True]
    assert not any("荷物" in each for each in said)


def test_a_near_name_is_not_found(call: Call) -> None:
    """ワタベ."""
    assert list(mentions(call, [morae("ワタベ")])) == []


def test_without_posteriorgrams_there_are_none() -> None:
    """Words from a file."""
    plain = Call(transcript(utterance("隣の渡辺さん", 0.0)), CallCase("R-1"), load_reader())
    assert heard_names(plain, [found(plain, "渡辺")]) == ()
    assert list(mentions(plain, [morae("ワタナベ")])) == []
