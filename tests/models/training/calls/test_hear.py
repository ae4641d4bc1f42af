"""Both hearings of a folder of calls, written beside them and read back."""

from __future__ import annotations

import functools
import wave
from pathlib import Path

import numpy as np
import pytest

from models.speech.transcriber import load_transcriber
from models.training.calls import hear
from models.training.calls.hear import OTHERWISE, main, read_heard
from pipeline.audio.recording import read_recording
from pipeline.audio.wav import write_wav

SAMPLE = Path(__file__).parents[4] / "sample_audio" / "hotel-nothird.wav"

loaded = functools.cache(load_transcriber)


@pytest.fixture(autouse=True)
def _loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command loads the model; here all of them have the same."""
    monkeypatch.setattr(hear, "load_transcriber", loaded)


@pytest.mark.parametrize(
    ("options", "suffix"),
    [
        ([], ".heard.json"),
        (["--again"], ".heard2.json"),
        *((["--otherwise", name], f".heard-{name}.json") for name in OTHERWISE),
    ],
)
def test_a_hearing_is_written_beside_its_call_once(tmp_path: Path, options: list[str], suffix: str) -> None:
    """Each hearing has a file of its own, which reads back; one that is there is left alone."""
    call = read_recording(SAMPLE)
    write_wav(tmp_path / "call.wav", np.asarray(call.samples[:, : 4 * call.rate]), call.rate, "pcm16")
    assert main([str(tmp_path), *options]) == 0
    written = tmp_path / f"call{suffix}"
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["call.wav", written.name])
    transcript = read_heard(written)
    assert transcript.call_id == "call"
    assert "".join(transcript.text[s.chars.start : s.chars.end] for s in transcript.segments) == (
        transcript.text.replace("\n", "")
    )
    written.write_text("kept", encoding="utf-8")
    assert main([str(tmp_path), *options]) == 0
    assert written.read_text(encoding="utf-8") == "kept"


def test_several_hearings_in_one_process(tmp_path: Path) -> None:
    """Each has its file; those that are there are left alone."""
    noise = np.random.default_rng(1).normal(0, 3000, 16_000).astype("<i2")
    with wave.open(str(tmp_path / "call.wav"), "wb") as out:
        out.setparams((1, 2, 8_000, 0, "NONE", ""))
        out.writeframes(noise.tobytes())
    (tmp_path / "call.heard.json").write_text("kept", encoding="utf-8")
    assert main([str(tmp_path), "--hearings", "first", "again", "short"]) == 0
    assert {p.name for p in tmp_path.iterdir()} == {
        "call.wav",
        "call.heard.json",
        "call.heard2.json",
        "call.heard-short.json",
    }
    assert (tmp_path / "call.heard.json").read_text(encoding="utf-8") == "kept"
