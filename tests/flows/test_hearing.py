"""Tests of flows.hearing: what is heard of a call, and the words that its case makes of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flows.hearing import hear, heard_again, put_words
from flows.workspace import JOB, RECORDING, SECOND_HEARING, TRANSCRIPT, Job, MemoryWorkspace
from pipeline.types import CallCase, CaseName
from tests.builders import recording, utterance
from tests.fakes import FakeModels, FakeRecogniser


def test_the_model_beside_hears_a_call_again():
    """Where another one wrote the words; otherwise that one does, in short windows."""
    alone = FakeRecogniser((utterance("長谷川さん", 1.0),))
    other = FakeRecogniser((utterance("谷川さん", 1.0),), beside=replace(alone, name="beside"))
    heard = [heard_again(recording(), each, "c") for each in (alone, other)]
    assert [(each.model, each.text) for each in heard] == [("fake", ""), ("beside", "長谷川さん")]


def workspace(folder: Path, *staff: CaseName) -> MemoryWorkspace:
    """A decoded call, of a case with this staff."""
    call = MemoryWorkspace(folder)
    call.put(JOB, Job("c", folder / "a.wav", folder, CallCase("R-1", staff=staff)))
    call.put(RECORDING, recording())
    return call


def test_one_hearing_makes_the_words_of_any_case(tmp_path: Path):
    """A name is spelt as each case writes it, and as it sounds where two that sound alike are known."""
    models = FakeModels((utterance("スガマです", 1.0),))
    written = CaseName("須ヶ間", "スガマ"), CaseName("菅間", "スガマ")
    heard = hear(workspace(tmp_path), models)
    words = []
    for staff in ((), written[:1], written[1:], written):
        call = workspace(tmp_path, *staff)
        put_words(call, heard, models)
        words.append(call.get(TRANSCRIPT).text)
        assert call.get(SECOND_HEARING) == heard.second

    assert words == ["スガマです", "須ヶ間です", "菅間です", "スガマです"]
