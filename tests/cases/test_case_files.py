from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.types import MaskAction, Trace, Transcript
from tests.builders import CASE, transcript, utterance
from tests.cases.case_files import read_cases, segments_json, transcript_of, write_cases
from tests.posteriorgrams import gram_of

ROW = {"speaker": "cu", "channel": 1, "text": "西村です"}


def heard() -> Transcript:
    """Two utterances; the second was listened to."""
    call = transcript(utterance("はい", 0.5), utterance("にしむら", 2.0, 1, "cu", sure=0.75))
    first, second = call.segments
    words = tuple(replace(word, sounds=(0.5, 0.25, 0.125)) for word in second.words)
    trace = Trace(1.0, 0.08, tuple(n / 255 for n in range(0, 250, 5)))
    sound = replace(second, words=words, traces=(trace,), posteriorgrams=(gram_of("ニシムラ", 1.75),))
    return replace(call, segments=(first, sound))


def stored(tmp_path: Path, **changes: object) -> Path:
    """A file of one case."""
    case = {
        "id": "one",
        "from": {"words": "made by hand"},
        "why": "A test.",
        "case": CASE,
        "segments": [ROW, {**ROW, "text": "はい、西村様"}],
        "expect": [
            {"chars": [0, 2], "text": "西村", "entity": "NAME", "party": "third", "action": "mask"},
            {"text": "様", "entity": "NAME", "party": "third", "action": "keep"},
        ],
        "known_failure": False,
    } | changes
    write_cases(tmp_path / "names.json", [case])
    return tmp_path / "names.json"


def test_what_was_heard_comes_back():
    """Words, times and sound of a window are those of the call, in the window's own time."""
    call = heard()
    back = transcript_of(json.loads(json.dumps(segments_json(call, 1, 2, 1.5))), "c-test")
    assert back.text == "にしむら"
    was, now = call.segments[1], back.segments[0]
    assert (now.speaker, now.channel) == ("cu", 1)
    assert [w.time.start for w in now.words] == pytest.approx([w.time.start - 1.5 for w in was.words])
    assert [(w.probability, w.sounds) for w in now.words] == [(0.75, (0.5, 0.25, 0.125))] * 4
    assert now.posteriorgrams[0].start == pytest.approx(0.25)
    assert now.posteriorgrams[0].chances == was.posteriorgrams[0].chances
    # Of the trace the six steps and a quarter before the window are cut off.
    assert now.traces[0].start == pytest.approx(0.06)
    assert now.traces[0].chances == pytest.approx(was.traces[0].chances[7:])


def test_a_case_needs_no_times(tmp_path):
    """Where a case gives none, words follow each other; a text that stands once needs no characters."""
    (case,) = read_cases([stored(tmp_path)])
    assert case.name == "names/one"
    assert case.transcript.text == "西村です\nはい、西村様"
    assert case.transcript.segments[1].time.start > case.transcript.segments[0].time.end
    assert [case.transcript.text[e.chars.start : e.chars.end] for e in case.expect] == ["西村", "様"]
    assert [e.action for e in case.expect] == [MaskAction.MASK, MaskAction.KEEP]


@pytest.mark.parametrize("wrong", [{"text": "西村"}, {"text": "西村", "chars": [1, 3]}, {"text": "北村"}])
def test_an_expectation_says_which_characters(tmp_path, wrong):
    """A text that stands twice or nowhere, or elsewhere, is refused."""
    expected = {"entity": "NAME", "party": "third", "action": "mask", **wrong}
    with pytest.raises(ValueError, match="names/one"):
        list(read_cases([stored(tmp_path, expect=[expected])]))
