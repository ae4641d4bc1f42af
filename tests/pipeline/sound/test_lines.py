from __future__ import annotations

import numpy as np
import pytest

from pipeline.sound.lines import SoundLines
from pipeline.sound.morae import fold_kana, morae
from pipeline.sound.search import find_sound

LINES = tuple(
    morae(fold_kana(kana))
    for kana in ("ソレハサカモトデス", "", "サガモトサンガ", "サカ", "モトト", "ヤマダ")
)


@pytest.mark.parametrize("needle", ["サカモト", "ヤマダ", "トデ", "ナガサワ"])
def test_lines_searched_at_once_give_what_each_gives_alone(needle: str) -> None:
    """Nothing reaches from one line into the next: サカ and モト make no サカモト."""
    sound = morae(needle)
    alone = [(number, match) for number, line in enumerate(LINES) for match in find_sound(sound, line, 0.3)]
    found = list(SoundLines(LINES).find(sound, 0.3))
    assert found == alone
    assert [match.price for _, match in found] == pytest.approx([match.price for _, match in alone])


def test_what_is_not_worth_a_look_hides_nothing() -> None:
    """A cheaper stretch that overlaps a worthy one is not chosen before it."""
    (line,) = lines = (morae("サカモトサカモト"),)
    first, second = (match for _, match in SoundLines(lines).find(morae("サカモト"), 0.0))
    assert (first.end, second.end) == (4, len(line))

    def late(starts: np.ndarray, ends: np.ndarray, prices: np.ndarray) -> np.ndarray:
        assert (prices >= -1e-6).all()
        assert (starts < ends).all()
        return np.asarray(starts >= 2)

    matches = [match for _, match in SoundLines(lines).find(morae("サカモト"), 0.3, late)]
    assert matches == [second]


def test_no_lines() -> None:
    """A channel on which nothing is said."""
    assert list(SoundLines(()).find(morae("サカモト"), 1.0)) == []
