"""What is heard of a voice identifies a person: a run writes it nowhere, and nothing returns it."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from flows.loaded_models import Models
from flows.settings import Settings
from flows.stages import decode, transcribe
from flows.workspace import JOB, TRANSCRIPT, FolderWorkspace, Job
from models.voices.voice import Voices, load_voices
from pipeline.types import CallCase
from tests.sentinels import everything_under

CALL = Path(__file__).parents[2] / "sample_audio" / "landlord-leak.wav"


class Overheard:
    """Listens as the product does, and remembers for this test what was heard."""

    def __init__(self, voices: Voices) -> None:
        self._voices, self.third = voices, voices.third
        self.heard: list[NDArray[np.float32]] = []

    def voice(self, sound: NDArray[np.float32]) -> NDArray[np.float32]:
        """The real network's."""
        self.heard.append(self._voices.voice(sound))
        return self.heard[-1]

    def staff(self, text: str) -> float:
        """The real weights'."""
        return self._voices.staff(text)


def traces(voices: list[NDArray[np.float32]]) -> list[bytes]:
    """How a direction would look in a file: as numbers of any width, or written out."""
    found: list[bytes] = []
    for voice in voices:
        found += [voice[:4].astype(form).tobytes() for form in ("<f2", "<f4", "<f8")]
        found += [f"{abs(float(value)):.9f}"[:10].encode() for value in voice[:4] if abs(value) > 0.1]
    return found


def test_the_search_finds_a_voice(tmp_path: Path) -> None:
    """In bytes and in JSON."""
    voice = np.linspace(0.2, 0.7, 48, dtype=np.float32)
    (tmp_path / "a").write_bytes(b"x" + voice.tobytes())
    (tmp_path / "b").write_text(str([float(each) for each in voice]))
    for _, raw in everything_under(tmp_path):
        assert any(trace in raw for trace in traces([voice]))


def test_a_run_writes_no_voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that a call's stages leave for each other, on a real recognition of a call on one channel."""
    overheard = Overheard(load_voices())
    models = Models("base", Settings(home=tmp_path / "home"))
    monkeypatch.setitem(vars(models), "voices", overheard)
    folder = tmp_path / "run"
    folder.mkdir()
    call = FolderWorkspace(folder)
    call.put(JOB, Job("c-1", CALL, tmp_path / "out", CallCase("R-1")))
    for stage in (decode, transcribe):
        stage(call, models)

    assert overheard.heard
    assert {segment.speaker for segment in call.get(TRANSCRIPT).segments} >= {"op", "cu"}
    written = b"".join(raw for _, raw in everything_under(tmp_path))
    assert len(written) > 100_000
    assert [trace for trace in traces(overheard.heard) if re.search(re.escape(trace), written)] == []


def test_no_field_of_a_transcript_can_hold_a_voice() -> None:
    """Lines and words hold texts, times and chances of what is said."""
    from pipeline import types

    values = (types.Segment, types.Word, types.Transcript)
    fields = {each.name for value in values for each in dataclasses.fields(value)}
    assert not {name for name in fields if "voice" in name or "embed" in name}
