from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from models.training.calls.examples import KINDS, PARTIES
from models.training.tagging.garble import from_script
from models.training.tagging.noise import NoiseRates
from tests.models.tagger.scripted import (
    NAME,
    READER,
    RESPELLER,
    TURNS,
    Piece,
    Slot,
    chance,
    marked,
)


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
    assert "O" in {KINDS[k] for k in set(example.kinds)} <= {"O", "NAME", "PHONE"}


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


def test_lines_are_cut_in_the_middle_of_turns() -> None:
    """Unlike exact words, garbled ones fall into lines at pauses, and on one channel turns run together."""
    turns = (("op", (Piece("恐れ入ります、お名前と、ご住所と、お電話番号をお願いします。"),)), *TURNS)
    lines = Counter(
        from_script(turns, NoiseRates(), RESPELLER, READER, chance(seed)).transcript.text.count("\n") + 1
        for seed in range(40)
    )
    assert min(lines) < len(turns) < max(lines)


def test_an_address_keeps_its_numbers_apart_from_its_places() -> None:
    """Numerals of an address are written in digits, its places misspelt, and all of it is the address."""
    block = Piece("日吉三丁目二十五番", "", Slot("ADDRESS", "third", "addr.full"))
    written = [
        marked(from_script((("cu", (block,)),), NoiseRates(), RESPELLER, READER, chance(s)), "ADDRESS")
        for s in range(60)
    ]
    texts = ["".join(parts) for parts in written]
    assert sum("3丁目25番" in text for text in texts) > 12
    assert sum("日吉" in text for text in texts) < 30


def test_an_echo_repeats_a_name_with_its_label() -> None:
    """On some two-channel calls what one side says is written on the other's channel too, as theirs."""
    turns = tuple(("cu", (NAME, Piece("さんです。"))) for _ in range(6))
    many = [from_script(turns, NoiseRates(), RESPELLER, READER, chance(seed)) for seed in range(60)]
    echoed = [e for e in many if {s.speaker for s in e.transcript.segments} == {"op", "cu"}]
    assert 2 < len(echoed) < 30
    for example in echoed:
        spoken = [s for s in example.transcript.segments if s.speaker == "op"]
        assert any(example.kinds[s.chars.start : s.chars.end].any() for s in spoken)


def test_people_are_often_written_as_they_sound() -> None:
    """Faintly garbled, a good part of the names stands in katakana, each character marked as the name."""
    faint = NoiseRates().scaled(0.01)
    many = [from_script(TURNS, faint, RESPELLER, READER, chance(seed)) for seed in range(60)]
    written = Counter(name for example in many for name in marked(example, "NAME"))
    assert written["ハセガワ"] + written["長谷川"] > 100  # of 120
    assert min(written["ハセガワ"], written["長谷川"]) > 40
