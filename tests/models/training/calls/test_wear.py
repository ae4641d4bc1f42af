"""A worn call is the same call, heard worse."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np

from models.training.calls.wear import main
from pipeline.audio.recording import read_recording
from pipeline.measuring.frames import FRAME_SECONDS, AudioPair, frames_of

SAMPLE = Path(__file__).parents[4] / "sample_audio/clinic-kanji.wav"


def worn(tmp_path: Path, seed: int) -> Path:
    """The sample call, sent down other lines."""
    (tmp_path / "calls").mkdir(parents=True, exist_ok=True)
    for path in SAMPLE.parent.glob(f"{SAMPLE.stem}.*"):
        shutil.copyfile(path, tmp_path / "calls" / path.name)
    out = tmp_path / f"worn-{seed}"
    assert main([str(tmp_path / "calls"), "--out", str(out), "--seed", str(seed)]) == 0
    return out / SAMPLE.name


def test_it_is_as_long_and_its_truth_says_the_same(tmp_path: Path) -> None:
    """Nothing moves in time, or what is marked would be marked elsewhere."""
    path = worn(tmp_path, 1)
    before, after = read_recording(SAMPLE), read_recording(path)
    assert after.samples.shape == before.samples.shape
    old, new = (
        json.loads(each.with_suffix(".truth.json").read_text(encoding="utf-8")) for each in (SAMPLE, path)
    )
    times = {"start", "end"}
    for was, span in zip(old["spans"], new["spans"], strict=True):
        assert {k: v for k, v in span.items() if k not in times} == {
            k: v for k, v in was.items() if k not in times
        }
        assert was["start"] <= span["start"] < span["end"] <= was["end"]
    assert {**new, "spans": ()} == {**old, "spans": ()}
    assert path.with_suffix(".case.json").is_file()


def test_a_span_reaches_from_its_first_sound_to_its_last(tmp_path: Path) -> None:
    """What is still before it is worn is nobody's data afterwards, when there is noise in it."""
    path = worn(tmp_path, 1)
    truth = json.loads(path.with_suffix(".truth.json").read_text(encoding="utf-8"))
    samples = read_recording(SAMPLE).samples[:, :]
    speech = frames_of(AudioPair(samples, samples, 8000)).speech
    for span in truth["spans"]:
        frames = speech[int(span["speaker"] == "cu" and truth["layout"] == "stereo")]
        assert frames[round(span["start"] / FRAME_SECONDS)]
        assert frames[round(span["end"] / FRAME_SECONDS) - 1]


def test_the_seed_decides_the_line(tmp_path: Path) -> None:
    """The same seed gives the same sound, others give others; and some channel is worn."""
    one, same, other = (worn(tmp_path / name, seed) for name, seed in (("a", 1), ("b", 1), ("c", 2)))
    assert one.read_bytes() == same.read_bytes()
    assert one.read_bytes() != other.read_bytes()
    sounds = [np.asarray(read_recording(path).samples) for path in (SAMPLE, one, other)]
    assert not all(np.array_equal(sounds[0], each) for each in sounds[1:])
