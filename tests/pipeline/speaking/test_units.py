"""Lines are cut where another person may begin to speak."""

from __future__ import annotations

from pipeline.hearing.transcribe import HeardSegment, HeardWord
from pipeline.speaking.units import units_of
from tests.builders import transcript


def line(*words: tuple[str, float, float]) -> HeardSegment:
    """Words and when each is said."""
    return HeardSegment(tuple(HeardWord(*word, 0.9) for word in words))


def test_a_pause_ends_a_unit_and_so_does_a_sentence() -> None:
    """A closed consonant is no pause."""
    call = transcript(
        line(
            ("読め", 0.0, 0.3),
            ("ますか。", 0.3, 0.7),
            ("その", 0.7, 0.9),
            ("、メモ", 1.1, 1.5),
            ("って", 1.55, 1.8),
        )
    )
    assert [(unit.segment, unit.text, unit.time.start) for unit in units_of(call)] == [
        (0, "読めますか。", 0.0),
        (0, "その", 0.7),
        (0, "、メモって", 1.1),
    ]


def test_units_hold_every_word_once() -> None:
    """In order, line by line."""
    call = transcript(line(("はい。", 0.0, 0.3), ("ええ", 0.9, 1.2)), line(("どうも", 2.0, 2.6)))
    assert [w for unit in units_of(call) for w in unit.words] == [w for s in call.segments for w in s.words]
    assert [unit.segment for unit in units_of(call)] == [0, 0, 1]
