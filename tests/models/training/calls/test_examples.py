from __future__ import annotations

from typing import Any

import pytest

from models.language.readings import load_reader
from models.training.calls.examples import PARTIES, from_heard
from pipeline.types import Transcript
from tests.builders import transcript, utterance
from tests.models.tagger.scripted import marked

READER = load_reader()


TRUTH: dict[str, Any] = {
    "layout": "stereo",
    "script": [
        {"speaker": "op", "start": 0.0, "end": 1.6, "text": "お名前は。"},
        {"speaker": "cu", "start": 2.0, "end": 4.4, "text": "隣の長谷川さんです"},
    ],
    "spans": [
        {
            "speaker": "cu",
            "start": 2.8,
            "end": 3.6,
            "kind": "NAME",
            "party": "third",
            "surface": "長谷川",
            "reading": "ハセガワ",
        }
    ],
}


def call(second: str, channel: int = 1) -> Transcript:
    """What a recogniser made of the two turns."""
    return transcript(utterance("お名前は", 0.0, 0, "op"), utterance(second, 2.0, channel, "cu"))


@pytest.mark.parametrize(
    ("heard", "name"),
    [("隣の長谷川さんです", "長谷川"), ("隣の橋側さんです", "橋側"), ("隣のはせがわさんです", "はせがわ")],
)
def test_a_name_is_labelled_as_it_was_heard(heard: str, name: str) -> None:
    """Whatever the recogniser wrote where the name was spoken is the name."""
    example = from_heard(call(heard), TRUTH, READER)
    assert marked(example, "NAME") == [name]
    assert PARTIES[int(example.parties[example.kinds > 0][0])] == "third"


def test_the_other_channel_is_not_labelled() -> None:
    """In a two-channel call what the operator says at that moment is not the caller's name."""
    both = {**TRUTH, "script": [{**TRUTH["script"][0], "end": 4.0}, TRUTH["script"][1]]}
    assert marked(from_heard(call("長谷川さん", channel=0), both, READER), "NAME") == []


def test_on_one_channel_the_time_decides() -> None:
    """In a mono call nobody knows who spoke; the name is found by sound and time."""
    mono = transcript(utterance("お名前は", 0.0), utterance("隣の長谷川さんです", 2.0))
    assert marked(from_heard(mono, {**TRUTH, "layout": "mono"}, READER), "NAME") == ["長谷川"]


def test_marks_inside_an_entity_belong_to_it() -> None:
    """A hyphen between two groups of a number has no sound and is part of it; a comma after it is not."""
    span = {**TRUTH["spans"][0], "kind": "PHONE", "surface": "03-21", "reading": "ゼロサンニイチ"}
    script = [TRUTH["script"][0], {**TRUTH["script"][1], "text": "電話03-21です"}]
    example = from_heard(call("電話03-21、です"), {**TRUTH, "script": script, "spans": [span]}, READER)
    assert marked(example, "PHONE") == ["03-21"]


def test_an_echo_is_labelled_as_what_it_repeats() -> None:
    """A name heard on the other side's channel while only its speaker speaks is the name there too."""
    echoed = transcript(
        utterance("お名前は", 0.0, 0, "op"),
        utterance("となりの橋側さん", 2.0, 0, "op"),
        utterance("隣の長谷川さんです", 2.0, 1, "cu"),
    )
    assert marked(from_heard(echoed, TRUTH, READER), "NAME") == ["橋側", "長谷川"]
