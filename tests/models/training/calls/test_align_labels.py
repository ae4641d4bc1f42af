from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.training.calls.align_labels import LabelledMora, carry_over
from pipeline.sound.morae import Mora, morae

kana = st.text("アイカキクコサシスタツナニハマミモヤラリルワガダン", min_size=1, max_size=10)
script = st.lists(st.tuples(kana, st.integers(0, 3)), min_size=1, max_size=4)


def said(*parts: tuple[str, int], start: float = 0.0) -> list[LabelledMora]:
    """A script of ``(reading, label)`` spoken at five morae a second."""
    units = [(unit, label) for reading, label in parts for unit in morae(reading)]
    return [LabelledMora(unit, start + 0.2 * at, label) for at, (unit, label) in enumerate(units)]


def labels(spoken: list[LabelledMora], reading: str, start: float = 0.0) -> list[int]:
    """What carrying over gives for a reading heard at five morae a second."""
    heard: tuple[Mora, ...] = morae(reading)
    return carry_over(spoken, heard, [start + 0.2 * at for at in range(len(heard))]).tolist()


@settings(max_examples=60, deadline=None)
@given(script)
def test_what_was_heard_right_keeps_its_labels(parts: list[tuple[str, int]]) -> None:
    """The same morae at the same times have the same labels."""
    spoken = said(*parts)
    carried = carry_over(spoken, [m.mora for m in spoken], [m.time for m in spoken])
    assert carried.tolist() == [m.label for m in spoken]


@settings(max_examples=60, deadline=None)
@given(script, kana)
def test_labels_come_from_the_script(parts: list[tuple[str, int]], reading: str) -> None:
    """One label for each heard mora, each of them said somewhere or none."""
    carried = labels(said(*parts), reading)
    assert len(carried) == len(morae(reading))
    assert set(carried) <= {0, *(label for _, label in parts)}


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ("トナリノハセガワサン", [0, 0, 0, 0, 1, 1, 1, 1, 0, 0]),
        ("トナリノハセカワサン", [0, 0, 0, 0, 1, 1, 1, 1, 0, 0]),
        ("トナリノハセワサン", [0, 0, 0, 0, 1, 1, 1, 0, 0]),
        ("トナリノハッセガワサン", [0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0]),
        ("トナリノサン", [0, 0, 0, 0, 0, 0]),
    ],
)
def test_a_name_is_labelled_however_it_was_heard(heard: str, expected: list[int]) -> None:
    """A mora misheard, lost or added inside a name does not lose the name."""
    assert labels(said(("トナリノ", 0), ("ハセガワ", 1), ("サン", 0)), heard) == expected


def test_the_same_sound_far_away_is_another_one() -> None:
    """A name that was heard ten seconds later than this one was said is not this one."""
    assert labels(said(("ハセガワ", 1)), "ハセガワ", start=10.0) == [0, 0, 0, 0]


def test_of_two_mentions_the_nearer_one_counts() -> None:
    """Only the second mention was recognised: it has the second's label."""
    spoken = [*said(("ハセガワ", 1)), *said(("ハセガワ", 2), start=8.0)]
    assert labels(spoken, "ハセガワ", start=8.0) == [2, 2, 2, 2]


@pytest.mark.parametrize(("parts", "heard"), [((), "ハセガワ"), ((("ハセガワ", 1),), "")])
def test_nothing_said_or_nothing_heard(parts: tuple[tuple[str, int], ...], heard: str) -> None:
    """No script gives no label; no text has none."""
    carried = carry_over(said(*parts), morae(heard), [0.0] * len(morae(heard)))
    assert carried.dtype == np.int64
    assert carried.tolist() == [0] * len(morae(heard))
