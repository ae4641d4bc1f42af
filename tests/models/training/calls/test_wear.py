"""A worn call is the same call, heard worse."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np

from models.training.calls.wear import main
from pipeline.audio.recording import read_recording

SAMPLE = Path(__file__).parents[4] / "sample_audio/clinic-kanji.wav"


def worn(tmp_path: Path, seed: int) -> Path:
    """The sample call, sent down other lines."""
    (tmp_path / "calls").mkdir(parents=True, exist_ok=True)
    for path in SAMPLE.parent.glob(f"{SAMPLE.stem}.*"):
        shutil.copyfile(path, tmp_path / "calls" / path.name)
    out = tmp_path / f"worn-{seed}"
    assert main([str(tmp_path / "calls"), "--out", str(out), "--seed", str(seed)]) == 0
    return out / SAMPLE.name


def test_it_is_as_long_and_its_truth_is_the_same(tmp_path: Path) -> None:
    """Nothing moves in time, or what is marked would be marked elsewhere."""
    path = worn(tmp_path, 1)
    before, after = read_recording(SAMPLE), read_recording(path)
    assert after.samples.shape == before.samples.shape
    truth = json.loads(path.with_suffix(".truth.json").read_text(encoding="utf-8"))
    assert truth == json.loads(SAMPLE.with_suffix(".truth.json").read_text(encoding="utf-8"))
    assert path.with_suffix(".case.json").is_file()


def test_the_seed_decides_the_line(tmp_path: Path) -> None:
    """The same seed gives the same sound, others give others; and some channel is worn."""
    one, same, other = (worn(tmp_path / name, seed) for name, seed in (("a", 1), ("b", 1), ("c", 2)))
    assert one.read_bytes() == same.read_bytes()
    assert one.read_bytes() != other.read_bytes()
    sounds = [np.asarray(read_recording(path).samples) for path in (SAMPLE, one, other)]
    assert not all(np.array_equal(sounds[0], each) for each in sounds[1:])
