"""Scripts that are written down instead of spoken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.training.calls.pools import training_pools
from models.training.weighing import unspoken
from models.training.weighing.unspoken import unspoken_calls
from sample_audio.casting import cast
from sample_audio.script import read_scripts

SCRIPT = Path(__file__).parents[4] / "models" / "training" / "scripts" / "m1.script.txt"


@pytest.mark.parametrize("share", [1.0, 0.0], ids=["exact", "garbled"])
def test_every_character_of_what_is_somebodys_is_theirs(
    share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In exact words it is what the script says; in garbled ones about as much."""
    monkeypatch.setattr(unspoken, "EXACT", share)
    pools = training_pools(3)
    for dialogue, call in zip(read_scripts([SCRIPT]), unspoken_calls([SCRIPT], 1, 3), strict=True):
        said = [piece for turn in cast(dialogue, 3, pools).turns for piece in turn.said if piece.slot]
        own = sum(len(piece.text) for piece in said if piece.slot.party == "requester")
        whose = [call.truth.spans[at].party if at >= 0 else "" for at in call.spans.tolist()]
        theirs = whose.count("requester")
        # An echo is written down twice.
        assert theirs == own if share else own / 3 <= theirs <= 3 * own
        assert np.all(call.seconds[call.spans >= 0] > 0)
        assert call.seconds.shape == call.spans.shape == (len(call.transcript.text),)
        assert len(call.truth.spans) == len(said)


def test_each_copy_has_other_people() -> None:
    """The same script twice is two calls."""
    scripts = len(read_scripts([SCRIPT]))
    calls = [*unspoken_calls([SCRIPT], 2, 3)]
    assert len(calls) == 2 * scripts
    assert all(
        one.case.requester != other.case.requester
        for one, other in zip(calls[:scripts], calls[scripts:], strict=True)
    )


def test_every_second_copy_is_crowded() -> None:
    """Its third parties are near to the requester."""
    plain = [*unspoken_calls([SCRIPT], 2, 3)]
    crowded = [*unspoken_calls([SCRIPT], 2, 3, crowded=True)]
    half = len(plain) // 2
    assert [call.truth for call in crowded[:half]] == [call.truth for call in plain[:half]]
    assert [call.truth for call in crowded[half:]] != [call.truth for call in plain[half:]]
