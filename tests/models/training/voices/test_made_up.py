"""Calls that are made up: who speaks, what is announced, and that chance decides the same again."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from models.training.voices.made_up import MadeUp, Sittings, found_rightly, made_up, read_sittings
from models.voices.roles import load_roles
from pipeline.speaking.hypotheses import THIRD
from pipeline.speaking.sides import CU, OP
from sample_audio.script import parse_scripts

SCRIPT = "# id: a\n" + "op: はい、承知しました。\ncu: {rq.sei}です。荷物が届かないんですが。\n" * 10


def sittings() -> Sittings:
    """Four voices, each of which always points its own way."""
    lengths, ways = np.linspace(0.3, 3.0, 10), np.eye(4, dtype=np.float32)
    return Sittings(
        {str(n): [{line: (lengths, np.tile(way, (10, 1))) for line in (0, 1)}] for n, way in enumerate(ways)}
    )


def made(seed: int, half: int | None) -> MadeUp:
    """A call."""
    (dialogue,) = parse_scripts(SCRIPT)
    return made_up(dialogue, sittings(), load_roles(), random.Random(seed), half)


@pytest.mark.parametrize("seed", range(8))
def test_a_third_person_has_a_voice_of_their_own(seed: int) -> None:
    """And the caller and staff theirs."""
    call = made(seed, 0)
    voices = {who: call.heard.voices[call.speakers == who] for who in (CU, THIRD)}
    assert all(len(each) and (each == each[0]).all() for each in voices.values())
    assert (voices[CU][0] != voices[THIRD][0]).any()
    assert found_rightly(call, call.speakers)
    assert not found_rightly(call, np.where(call.speakers == CU, THIRD, OP))


def test_nobody_takes_the_telephone_where_none_should() -> None:
    """Whoever is put through is staff."""
    calls = [made(seed, None) for seed in range(30)]
    assert all(set(call.speakers.tolist()) == {OP, CU} for call in calls)
    assert any(len(np.unique(call.heard.voices[call.speakers == OP], axis=0)) == 2 for call in calls)


def test_changes_are_announced_in_the_halfs_own_words() -> None:
    """Some are, some are not."""
    told = [(call.heard.arrives | call.heard.leaves).any() for call in (made(seed, 1) for seed in range(30))]
    assert 8 < sum(told) < 28


def test_moods_of_one_mouth_are_one_voice(tmp_path: Path) -> None:
    """Two sittings of takumi's."""
    np.savez(
        tmp_path / "s.npz", voices=["takumi_sad", "takumi_happy", "af_sky"], calls=["a", "b", "c"],
        sittings=[0, 1, 2, 2], lines=[0, 0, 0, 1], seconds=[1.0] * 4, directions=np.eye(4, dtype=np.float32),
    )  # fmt: skip
    read = read_sittings(tmp_path / "s.npz")
    assert {voice: len(own) for voice, own in read.voices.items()} == {"takumi": 2, "af_sky": 1}
    assert sorted(read.voices["af_sky"][0]) == [0, 1]
