"""Posteriorgrams as they are stored."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.sound.morae import LONG, NASAL, STOP, morae
from pipeline.sound.posteriorgram import (
    BLANK,
    CLASSES,
    MIN_LOG_PROBABILITY,
    class_of,
    likeliest,
    packed,
    unpacked,
)


def test_every_mora_of_japanese_is_told_apart() -> None:
    """A voice says no others; each has a number of its own, and none has the blank's."""
    said = morae("アイウエオカキシチツフヘホンッキャシュチョリョジャガギザダバパヴファティディウィーチェ")
    numbers = [class_of(mora) for mora in said]
    assert BLANK not in numbers
    assert all(CLASSES[number - 1] == mora for number, mora in zip(numbers, said, strict=True))
    assert len(set(CLASSES)) == len(CLASSES) < 255
    assert {LONG, STOP, NASAL} <= set(CLASSES)


def test_what_is_packed_is_there_again() -> None:
    """To a fiftieth, and down to the floor; a step takes four characters for each mora that is probable."""
    logs = np.full((3, len(CLASSES) + 1), -30.0, dtype=np.float32)
    logs[0, 5], logs[0, 7], logs[1, 0], logs[2, 156] = -0.01, -4.61, 0.0, MIN_LOG_PROBABILITY + 0.1
    steps = packed(logs)
    again = unpacked(steps)
    assert [len(step) for step in steps] == [8, 4, 4]
    assert again == pytest.approx(np.maximum(logs, MIN_LOG_PROBABILITY), abs=0.02)
    assert unpacked(()).shape == (0, len(CLASSES) + 1)


def test_the_likeliest_path_is_read_in_kana() -> None:
    """A mora that lasts is one, and two with a blank between are two; キャ is written so, and ヤ."""
    path = [0, "キャ", "キャ", 0, "ヤ", 0, "ヤ", "ー", "ン"]
    logs = np.full((len(path), len(CLASSES) + 1), -10.0, dtype=np.float32)
    for step, kana in enumerate(path):
        mora = {"ー": LONG, "ン": NASAL}.get(str(kana)) or (morae(str(kana))[0] if kana else None)
        logs[step, class_of(mora) if mora else BLANK] = -0.1
    heard = likeliest(logs)
    assert "".join(each.kana for each in heard) == "キャヤヤーン"
    assert [each.step for each in heard] == [1, 4, 6, 7, 8]
    assert likeliest(logs[:0]) == ()
