"""What the phonetic networks learn from: kana of turns, and scripts that nobody spoke."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest

from models.language.gazetteer import load_gazetteer
from models.language.readings import load_reader
from models.training.calls.examples import KINDS
from models.training.speech.turn_kana import turns_of
from models.training.tagging.heard_morae import labels
from models.training.tagging.made_morae import made_call
from models.weighing.phonetic_tagger.features import PAUSES, SIZES, SpokenMora, encode
from pipeline.measuring.truth import read_truth
from pipeline.sound.heard_morae import TimedMora
from pipeline.sound.morae import morae
from pipeline.sound.posteriorgram import class_of

TRUTH = {
    "script": [
        {"speaker": "op", "start": 0.0, "end": 2.0, "text": "お名前は。"},
        {"speaker": "cu", "start": 2.0, "end": 5.0, "text": "一色鷹丸です、070です。"},
        {"speaker": "op", "start": 5.0, "end": 6.0, "text": "一色様。"},
    ],
    "spans": [
        {"speaker": "cu", "start": 2.0, "end": 3.0, "surface": "一色鷹丸", "reading": "イッシキタカマル"},
        {"speaker": "cu", "start": 3.5, "end": 4.5, "surface": "070", "reading": "マルナナマル"},
        {"speaker": "op", "start": 5.0, "end": 5.5, "surface": "二色", "reading": "ニシキ"},
    ],
}


def test_a_turns_kana_are_the_truths_where_it_is_data() -> None:
    """The dictionary's elsewhere; a turn in which a span does not stand is left out."""
    first, second = turns_of(TRUTH)
    assert (first.channel, first.kana) == (0, "オナマエワ")
    assert (second.channel, second.kana) == (1, "イッシキタカマルデスマルナナマルデス")


def test_a_made_call_is_labelled_mora_by_mora() -> None:
    """Unharmed, each mora of the name has its kind, and nothing else has; a turn begins after a pause."""
    name = SimpleNamespace(text="渡辺", reading="ワタナベ", slot=SimpleNamespace(kind="NAME"))
    plain = SimpleNamespace(text="隣の", reading="", slot=None)
    rest = SimpleNamespace(text="さんの、荷物です。", reading="", slot=None)
    rng = random.Random(1)
    rng.uniform = lambda *_: 0.0  # type: ignore[method-assign,assignment]
    rows, kinds = made_call([("cu", (plain, name, rest))], load_reader(), rng)
    said = morae("トナリノワタナベサンノニモツデス")
    assert rows[:, 0].tolist() == [class_of(mora) for mora in said]
    assert kinds.tolist() == [0] * 4 + [KINDS.index("NAME")] * 4 + [0] * 8
    assert rows[0, 2] > 0


def test_what_was_heard_is_labelled_by_its_time_and_side() -> None:
    """A mora within a span is of its kind; one beside it, or said by the other side then, is none."""
    truth = read_truth(
        {
            "call": {"layout": "stereo"},
            "layout": "stereo",
            "duration": 6.0,
            "script": TRUTH["script"],
            "spans": [
                {**span, "kind": kind, "party": "third"}
                for span, kind in zip(TRUTH["spans"], ("NAME", "PHONE", "NAME"), strict=True)
            ],
        },
        "c-test",
    )
    times = ((1, 1.9), (1, 1.97), (1, 2.5), (0, 2.5), (1, 2.99), (1, 4.0), (0, 5.2))
    heard = [TimedMora(morae("ア")[0], time, channel, None) for channel, time in times]
    name, number = KINDS.index("NAME"), KINDS.index("PHONE")
    assert labels(heard, truth).tolist() == [0, name, name, 0, 0, number, name]


@pytest.mark.parametrize("pause", [0.0, 0.3, 5.0])
def test_every_column_has_a_value_that_the_network_knows(pause: float) -> None:
    """One row a mora; longer pauses have higher numbers."""
    rows = encode([SpokenMora(mora, "op", pause) for mora in morae("ワタナベレイコ")], load_gazetteer())
    assert rows.shape == (7, len(SIZES))
    assert (rows < SIZES).all()
    assert rows[0, 2] == sum(pause >= bound for bound in PAUSES) - 1
    assert encode([], load_gazetteer()).shape == (0, len(SIZES))
