"""The contestant that other people measure: kaiji's own recipe, run through the benchmark's clock."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import pipeline.hearing.second_hearing
import pipeline.hearing.transcribe
from flows import loaded_models
from tests.bench import contestants
from tests.builders import case_file, utterance, voice_file
from tests.fakes import FakeModels

SECONDS = 10.0


@pytest.fixture(autouse=True)
def _unpatched_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock replaces functions of the pipeline, which other tests call."""
    for module, name in (
        (pipeline.hearing.transcribe, "transcribe"),
        (pipeline.hearing.second_hearing, "hear_again"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name))


def test_the_recipe_runs_and_each_call_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``contestants kaiji`` masks the call, and its last line tells seconds and CPU, none refused."""
    monkeypatch.setattr(
        loaded_models, "Models", lambda *_: FakeModels((utterance("隣の長谷川さんです", 1.0),))
    )
    audio = voice_file(tmp_path / "a.wav")
    case_file(tmp_path / "a.case.json")
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.setattr("sys.argv", ["contestants", "kaiji", str(audio), "--out", str(out)])

    assert contestants.main() == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])

    assert (out / "a.masked.wav").exists()
    assert told["parts"]["refused"] == 0
    (call,) = told["calls"]
    assert call["seconds"] == pytest.approx(SECONDS)
    assert {"cpu", "wall", "mib"} <= call.keys()
    assert set(contestants.RECOGNITION) <= told["parts"].keys()
