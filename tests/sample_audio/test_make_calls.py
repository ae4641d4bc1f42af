from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import soundfile

from flows.files.case_file import parse_case
from models.training.calls.speak import main as speak
from pipeline.measuring.truth import read_truth
from sample_audio.make_calls import main, make_call
from sample_audio.script import parse_scripts, read_scripts
from sample_audio.voices import VOICES
from tests.sample_audio.test_studio import SCRIPT, ToneVoices

FOLDER = Path(__file__).parents[2] / "sample_audio"
SAMPLES = sorted(path.name.removesuffix(".truth.json") for path in FOLDER.glob("*.truth.json"))


def test_three_files_for_a_call(tmp_path: Path) -> None:
    """A call is a recording, its truth and its case, and they agree."""
    (dialogue,) = parse_scripts(SCRIPT)
    length = make_call(dialogue, 4, tmp_path, ToneVoices())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.case.json", "s.truth.json", "s.wav"]
    truth = json.loads((tmp_path / "s.truth.json").read_text(encoding="utf-8"))
    info = soundfile.info(tmp_path / "s.wav")
    assert truth["duration"] == length == info.frames / info.samplerate
    assert truth["layout"] == ("stereo" if info.channels == 2 else "mono")
    assert [span["kind"] for span in truth["spans"]] == ["NAME", "NAME", "PHONE", "ADDRESS", "NAME"]
    assert len(read_truth(truth).spans) == 5


def test_a_third_person_has_a_voice_and_turns_in_the_truth(tmp_path: Path) -> None:
    """On the caller's channel; what they say of themselves is a third party's."""
    text = "# id: s | third: t1\nop: はい。\ncu: 代わります。\nth: 代わりました、{t1.sei}です。\nop: はい。\n"
    (dialogue,) = parse_scripts(text)
    make_call(dialogue, 1, tmp_path, ToneVoices(), among=VOICES)
    truth = read_truth(json.loads((tmp_path / "s.truth.json").read_text(encoding="utf-8")))
    (turn,), (span,) = truth.third_turns, truth.spans
    assert (span.speaker, span.party, turn.channel(2)) == ("third", "third", 1)
    assert [side for side, _ in truth.voices] == ["op", "cu", "third"]
    assert len({name for _, name in truth.voices}) == 3


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    """A call can be made again, byte by byte."""
    (dialogue,) = parse_scripts(SCRIPT)
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        make_call(dialogue, 9, tmp_path / folder, ToneVoices())
    for name in ("s.wav", "s.truth.json", "s.case.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_broken_script_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A broken script ends the command with status 2 and its file and line."""
    script = tmp_path / "x.script.txt"
    script.write_text("# id: a\nop: {nobody.sei}\n", encoding="utf-8")
    assert main(["--scripts", str(script), "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.startswith("x.script.txt:2: unknown slot")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("ending", [".wav", ".truth.json", ".case.json"])
@pytest.mark.parametrize("kind", ["file", "link", "script"])
def test_a_recording_of_somebody_elses_is_not_written_over(
    tmp_path: Path, ending: str, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file under a call's name that no truth of ours stands beside, a link, or a script that is read."""
    script = FOLDER / "scripts" / "samples.script.txt"
    mine = tmp_path / "mine.script.txt"
    mine.write_bytes(script.read_bytes())
    name = read_scripts([mine])[0].dialogue_id
    target = tmp_path / f"{name}{ending}"
    if kind == "file":
        target.write_bytes(b"mine")
    elif kind == "link":
        target.symlink_to(mine)
    else:
        target.hardlink_to(mine)
    before = target.read_bytes()
    assert main(["--scripts", str(mine), "--out", str(tmp_path), "--limit", "1"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert target.read_bytes() == before


def test_there_are_enough_samples() -> None:
    """Twelve calls and six minutes at least, of both layouts and both laws."""
    infos = [soundfile.info(FOLDER / f"{name}.wav") for name in SAMPLES]
    assert len(infos) >= 12
    assert sum(info.duration for info in infos) >= 360
    assert {info.channels for info in infos} == {1, 2}
    assert {info.subtype for info in infos} == {"ULAW", "ALAW"}


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_is_whole(name: str) -> None:
    """Each sample's truth fits its recording, and its spans are said in its turns."""
    info = soundfile.info(FOLDER / f"{name}.wav")
    truth = json.loads((FOLDER / f"{name}.truth.json").read_text(encoding="utf-8"))
    assert (truth["call_id"], truth["duration"]) == (name, info.frames / 8000)
    for span in truth["spans"]:
        turns = [turn for turn in truth["script"] if turn["speaker"] == span["speaker"]]
        (turn,) = [turn for turn in turns if turn["start"] <= span["start"] < span["end"] <= turn["end"]]
        assert span["surface"] in turn["text"]
        assert span["end"] - span["start"] > 0.1
    case = parse_case(json.loads((FOLDER / f"{name}.case.json").read_text(encoding="utf-8")), name)
    assert len(case.requester.names) == 1


@pytest.mark.slow
def test_processes_find_the_network_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that join its files at once fail: it is there before the first of them starts."""
    network = tmp_path / "network"
    monkeypatch.setenv("KOKORO_JA_CACHE", str(network))
    script = tmp_path / "x.script.txt"
    script.write_text(SCRIPT, encoding="utf-8")

    def pool(_: int) -> None:
        assert [path.suffix for path in network.iterdir()] == [".onnx"]
        raise InterruptedError

    command = ["--scripts", str(script), "--out", str(tmp_path / "out"), "--jobs", "2"]
    monkeypatch.setattr("sample_audio.make_calls.ProcessPoolExecutor", pool)
    with pytest.raises(InterruptedError):
        main(command)
    shutil.rmtree(network)
    monkeypatch.setattr("models.training.calls.speak.ProcessPoolExecutor", pool)
    with pytest.raises(InterruptedError):
        speak([*command, "--voices", "jf_alpha"])
