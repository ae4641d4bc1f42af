from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import numpy as np
import pytest

import models.weighing.tagger.tagger as tagger_module
from models.language.readings import Reader, load_reader
from models.weighing.tagger.tagger import KINDS, PARTIES, Marked, Tagger, _stretches, load_tagger
from pipeline.errors import ModelError
from pipeline.types import Party, Transcript
from tests.builders import transcript, utterance


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    """The shipped network."""
    return load_tagger()


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The real one."""
    return load_reader()


def call_of(*lines: str) -> Transcript:
    """A call of ``op: …`` and ``cu: …``."""
    turns = [line.split(": ") for line in lines]
    return transcript(*(utterance(text, 5.0 * i, int(s == "cu"), s) for i, (s, text) in enumerate(turns)))


def marks(tagger: Tagger, reader: Reader, call: Transcript) -> tuple[Marked, ...]:
    """What the network marks."""
    tokens = reader.tokens(call.text)
    return tagger.mark(call, tokens, reader.line(call.text, tokens))


def probabilities(tagger: Tagger, reader: Reader, call: Transcript) -> tuple[np.ndarray, np.ndarray]:
    """What the network says of each character."""
    tokens = reader.tokens(call.text)
    return tagger.probabilities(call, tokens, reader.line(call.text, tokens))


CALLS = (
    (("op: お名前をお願いいたします", "cu: 長谷川隆と申します"), "長谷川隆", "PERSON"),
    (("cu: 隣の長谷川さんの荷物が届きました",), "長谷川", "PERSON"),
    (("op: お電話番号をお願いします", "cu: 080の1234の5678です"), "080の1234の5678", "PHONE_NUMBER"),
    (("op: ご住所をお願いします", "cu: 香川県丸亀市土器町3の21です"), "香川県丸亀市土器町3の21", "ADDRESS"),
)


@pytest.mark.parametrize(("lines", "surface", "kind"), CALLS)
def test_plain_data_is_marked(
    tagger: Tagger, reader: Reader, lines: tuple[str, ...], surface: str, kind: str
) -> None:
    """Rightly spelt data in the commonest of slots is covered whole and named right."""
    call = call_of(*lines)
    start = call.text.index(surface)
    covering = [m for m in marks(tagger, reader, call) if m.chars.start <= start < m.chars.end]
    assert [m.kind for m in covering] == [kind]
    assert covering[0].chars.end >= start + len(surface)


@pytest.mark.parametrize(
    "lines",
    [
        ("op: お電話ありがとうございます", "cu: よろしくお願いします"),
        ("op: 少々お待ちください", "cu: はい、分かりました", "op: お待たせいたしました"),
        ("cu: 明日の午後に届けてもらえますか", "op: かしこまりました"),
    ],
)
def test_small_talk_is_left_alone(tagger: Tagger, reader: Reader, lines: tuple[str, ...]) -> None:
    """Politeness holds nobody's data."""
    assert marks(tagger, reader, call_of(*lines)) == ()


@pytest.mark.parametrize(
    ("lines", "surface", "party"),
    [
        (("op: お電話ありがとうございます、担当の山本が承ります", "cu: お願いします"), "山本", Party.STAFF),
        (("op: お名前をお願いいたします", "cu: 長谷川隆と申します"), "長谷川", Party.REQUESTER),
    ],
)
def test_whose_it_is(
    tagger: Tagger, reader: Reader, lines: tuple[str, ...], surface: str, party: Party
) -> None:
    """Who introduces themselves at work is staff, who answers the question for a name asks."""
    call = call_of(*lines)
    start = call.text.index(surface)
    (mark,) = [m for m in marks(tagger, reader, call) if m.chars.start <= start < m.chars.end]
    assert mark.party is party


def test_marks_are_stretches_of_single_lines(tagger: Tagger, reader: Reader) -> None:
    """In order, disjoint, never over a line end, with probabilities that are such."""
    call = call_of(*(line for lines, _, _ in CALLS for line in lines))
    found = marks(tagger, reader, call)
    assert len(found) >= len(CALLS)
    assert all(a.chars.end <= b.chars.start for a, b in itertools.pairwise(found))
    for mark in found:
        assert "\n" not in call.text[mark.chars.start : mark.chars.end]
        assert mark.kind in KINDS[1:]
        assert mark.party in PARTIES[1:]
        assert 0 < mark.probability <= mark.peak <= 1
        assert 0 < mark.party_probability <= 1 + 1e-6


def test_probabilities_are_such(tagger: Tagger, reader: Reader) -> None:
    """Each character's kinds, and its parties, sum to one."""
    call = call_of(*CALLS[0][0])
    for heads, width in zip(probabilities(tagger, reader, call), (len(KINDS), len(PARTIES)), strict=True):
        assert heads.shape == (len(call.text), width)
        assert heads.sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_a_long_call_is_read_in_pieces_that_make_no_difference(
    tagger: Tagger, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The margin around a piece holds all that the network sees, so its edges change nothing."""
    call = call_of(*(line for lines, _, _ in CALLS * 4 for line in lines))
    whole = probabilities(tagger, reader, call)
    monkeypatch.setattr(tagger_module, "CHUNK_CHARS", 53)
    for head, in_pieces in zip(whole, probabilities(tagger, reader, call), strict=True):
        assert np.abs(head - in_pieces).max() < 1e-4


def test_the_same_call_gives_the_same_marks(tagger: Tagger, reader: Reader) -> None:
    """Nothing in the network is left to chance."""
    call = call_of(*CALLS[1][0])
    assert marks(tagger, reader, call) == marks(load_tagger(), reader, call)


@pytest.mark.parametrize(
    ("text", "some", "expected"),
    [
        ("長谷川です", [0.9, 0.9, 0.9, 0, 0], [(0, 3)]),
        ("長谷川です", [0.3, 0.9, 0.3, 0, 0], [(0, 3)]),
        ("長谷川です", [0.3, 0.3, 0.3, 0, 0], []),
        ("、長谷川、", [0.9] * 5, [(1, 4)]),
        ("森\n林", [0.9] * 3, [(0, 1), (2, 3)]),
        ("、。", [0.9] * 2, []),
        ("森と林", [0.9, 0.1, 0.9], [(0, 1), (2, 3)]),
        ("", [], []),
    ],
)
def test_stretches(text: str, some: list[float], expected: list[tuple[int, int]]) -> None:
    """A stretch reaches .5 somewhere and goes on down to .2; commas at its ends are not in it."""
    assert _stretches(text, np.array(some, dtype=np.float32), 0.5, 0.2) == expected


@pytest.mark.parametrize("name", ["tagger.onnx", "tagger.vocabulary.json"])
@pytest.mark.parametrize("harm", ["changed", "missing"])
def test_other_bytes_are_refused(
    name: str, harm: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network or vocabulary that is not the registered one is never run."""
    folder = Path(tagger_module.__file__).parent
    for file in ("tagger.onnx", "tagger.vocabulary.json"):
        shutil.copy(folder / file, tmp_path)
    if harm == "missing":
        (tmp_path / name).unlink()
    else:
        with (tmp_path / name).open("ab") as file:
            file.write(b" ")
    monkeypatch.setattr(tagger_module, "__file__", str(tmp_path / "tagger.py"))
    with pytest.raises(ModelError, match=name):
        load_tagger()
