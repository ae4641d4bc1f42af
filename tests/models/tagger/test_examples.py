from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.readings import load_reader
from models.tagger.examples import KINDS, PARTIES, Example, from_heard, from_script
from models.tagger.noise import NoiseRates, Respeller
from pipeline.types import Transcript
from tests.builders import transcript, utterance

READER = load_reader()
RESPELLER = Respeller([("荷物", "ニモツ", 5), ("側", "ガワ", 3), ("橋", "ハシ", 4)])


@dataclass(frozen=True)
class Slot:
    """What a slot says of itself."""

    kind: str
    party: str
    what: str


@dataclass(frozen=True)
class Piece:
    """A piece of a turn as ``sample_audio`` casts it."""

    text: str
    reading: str = ""
    slot: Any = None


NAME = Piece("長谷川", "ハセガワ", Slot("NAME", "third", "surname"))
PHONE = Piece("080-1234-5678", "", Slot("PHONE", "requester", "phone"))
TURNS = (
    ("op", (Piece("お電話ありがとうございます。"),)),
    ("cu", (Piece("隣の"), NAME, Piece("さんの荷物です。"))),
    ("op", (Piece("お電話番号をお願いします。"),)),
    ("cu", (PHONE, Piece("です。"))),
    ("op", (NAME, Piece("様ですね。"))),
)


def chance(seed: int) -> random.Random:
    """The same chance each time."""
    return random.Random(seed)  # noqa: S311 - made examples need repeatable chance, not secrecy


def marked(example: Example, kind: str) -> list[str]:
    """The stretches of one kind as written."""
    text, inside, out = example.transcript.text, example.kinds == KINDS.index(kind), []
    for at in np.flatnonzero(inside):
        if at and inside[at - 1]:
            out[-1] += text[at]
        else:
            out.append(text[at])
    return out


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_exact_words_carry_their_labels(seed: int) -> None:
    """Without noise the text is the script's, and exactly the slots are labelled."""
    example = from_script(TURNS, None, RESPELLER, READER, chance(seed))
    script = "".join(p.text for _, pieces in TURNS for p in pieces)
    assert example.transcript.text.replace("\n", "") == script
    assert marked(example, "NAME") == ["長谷川", "長谷川"]
    assert marked(example, "PHONE") == ["080-1234-5678"]
    assert set(example.parties[example.kinds == KINDS.index("NAME")]) == {PARTIES.index("third")}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.floats(0.2, 2.5))
def test_garbled_scripts_are_labelled_throughout(seed: int, factor: float) -> None:
    """Whatever the noise, there is one label for each character, and none on a line end."""
    example = from_script(TURNS, NoiseRates().scaled(factor), RESPELLER, READER, chance(seed))
    text = example.transcript.text
    assert len(text) == len(example.kinds) == len(example.parties)
    assert all(not example.kinds[at] for at, char in enumerate(text) if char == "\n")
    assert ((example.kinds > 0) == (example.parties > 0)).all()
    assert {KINDS[k] for k in set(example.kinds)} == {"O", "NAME", "PHONE"}


def test_the_same_chance_gives_the_same_example() -> None:
    """Training data can be made again."""
    one, two = (from_script(TURNS, NoiseRates(), RESPELLER, READER, chance(7)) for _ in range(2))
    assert one.transcript == two.transcript
    assert (one.kinds == two.kinds).all()


def test_noise_garbles_names_and_layouts_vary() -> None:
    """Of many castings most spell the name otherwise; some know their speakers and some do not."""
    many = [from_script(TURNS, NoiseRates(), RESPELLER, READER, chance(seed)) for seed in range(40)]
    assert sum("長谷川" not in e.transcript.text for e in many) > 20
    assert {s.speaker for e in many for s in e.transcript.segments} == {None, "op", "cu"}


def test_words_that_vanish_take_their_labels_along() -> None:
    """A turn of which nothing is written leaves no label behind."""
    turns = (("op", (Piece("はい"),)), ("cu", (Piece(" "),)), ("op", (NAME, Piece("様"))))
    example = from_script(turns, None, RESPELLER, READER, chance(3))
    assert len(example.kinds) == len(example.transcript.text)
    assert marked(example, "NAME") == ["長谷川"]


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
    assert marked(from_heard(call("長谷川さん", channel=0), TRUTH, READER), "NAME") == []


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
