from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from flows import loaded_models
from flows.cli import main as cli
from flows.listener import UNHEARD_LINE
from flows.version import VERSION
from models.speech.ears import NoEarsReason
from pipeline.audio.wav import write_wav
from tests.builders import RATE, case_file, utterance, voice, voice_file, words_file
from tests.fakes import FakeModels, FakeRecogniser

REAL_MODELS = loaded_models.Models


@pytest.fixture(autouse=True)
def _fake_models(monkeypatch):
    """The command with fake models, where a test does not say otherwise."""
    monkeypatch.setattr(loaded_models, "Models", lambda *_: FakeModels())


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A good case file."""
    return case_file(tmp_path / "case.json")


def mask(tmp_path: Path, *args: object) -> Result:
    """Run ``kaiji mask`` with the output folder ``out``."""
    return CliRunner().invoke(cli.app, ["mask", *map(str, args), "--out", str(tmp_path / "out")])


def left(tmp_path: Path) -> list[str]:
    """Everything in the output folder."""
    return sorted(path.name for path in (tmp_path / "out").iterdir())


def mp3_file(path: Path, seconds: float) -> Path:
    """A call's file as MP3."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mp3", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(voice(seconds), format="s16", layout="mono")
        frame.sample_rate = RATE
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return path


def test_a_good_call_leaves_five_files_and_status_0(tmp_path: Path, case: Path):
    """The command says what it did in one line and nothing on stderr."""
    done = mask(tmp_path, voice_file(tmp_path / "call.wav"), "--case", case)

    assert done.exit_code == 0
    assert done.stderr == ""
    assert done.stdout.startswith("call.wav: 伏せた箇所 1")
    assert done.stdout.count("\n") == 1
    assert len(left(tmp_path)) == 5


def test_the_version_is_told():
    """One line, and no command is needed."""
    done = CliRunner().invoke(cli.app, ["--version"])

    assert (done.exit_code, done.stdout) == (0, f"kaiji {VERSION}\n")


@pytest.mark.parametrize("failing", [False, True])
def test_that_nobody_listens_is_told_once(
    tmp_path: Path, case: Path, monkeypatch: pytest.MonkeyPatch, failing: bool
):
    """A command, not a call: also where calls fail after their words were recognised."""
    again = utterance("長谷川" if failing else "はい", 0.0)
    models = FakeModels(unheard=NoEarsReason.NOT_INSTALLED, heard_again=(again,))
    monkeypatch.setattr(loaded_models, "Models", lambda *_: models)
    calls = [voice_file(tmp_path / "a.wav", 30.0), voice_file(tmp_path / "b.wav", 30.0)]
    done = mask(tmp_path, *calls, "--case", case)

    assert done.exit_code == (3 if failing else 0)
    assert done.stderr.startswith(f"kaiji: {UNHEARD_LINE}\n")
    assert done.stderr.count(UNHEARD_LINE) == 1
    assert done.stderr.count("\n") == (3 if failing else 1)


def missing(path: Path) -> None:
    """No file at all."""


def empty(path: Path) -> None:
    """Zero bytes."""
    path.write_bytes(b"")


def text(path: Path) -> None:
    """A text renamed."""
    path.write_text("これは音声ではありません。\n" * 100, encoding="utf-8")


def cut_mp3(path: Path) -> None:
    """An MP3 whose second half is gone."""
    whole = mp3_file(path.with_suffix(".mp3"), 10.0)
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    whole.unlink()


def silent(path: Path) -> None:
    """Ten seconds of nothing."""
    write_wav(path, np.zeros((1, 10 * RATE), np.int16), RATE, "pcm16")


def short(path: Path) -> None:
    """A tenth of a second."""
    write_wav(path, voice(0.1), RATE, "pcm16")


def folder(path: Path) -> None:
    """A folder in the place of a file."""
    path.mkdir()


@pytest.mark.parametrize(
    "make", [missing, empty, text, cut_mp3, silent, short, folder], ids=lambda f: f.__name__
)
def test_unreadable_audio_is_one_clear_line(tmp_path: Path, case: Path, make):
    """Status 2, one line that names the file, nothing left but the reason."""
    make(tmp_path / "call.wav")
    done = mask(tmp_path, tmp_path / "call.wav", "--case", case)

    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"kaiji: {tmp_path / 'call.wav'}: 音声を読めません: ")
    assert left(tmp_path) == ["call.error.json"]
    error = json.loads((tmp_path / "out" / "call.error.json").read_text(encoding="utf-8"))
    assert error["code"] == "unreadable_audio"
    assert error["message"] in done.stderr


def test_a_call_in_another_language_is_refused(tmp_path: Path, case: Path, monkeypatch):
    """Names in a language that is not understood would not be found: status 3."""
    models = FakeModels()
    models.__dict__["recogniser"] = FakeRecogniser((utterance("hello", 1.0),), foreign=True)
    monkeypatch.setattr(loaded_models, "Models", lambda *_: models)
    done = mask(tmp_path, voice_file(tmp_path / "call.wav"), "--case", case)

    assert done.exit_code == 3
    assert done.stderr.count("\n") == 1
    assert left(tmp_path) == ["call.error.json"]


def test_a_call_in_which_nothing_is_recognised_is_refused(tmp_path: Path, case: Path, monkeypatch):
    """Sound without words is no proof that nothing was said: status 3."""
    monkeypatch.setattr(loaded_models, "Models", lambda *_: FakeModels(heard=()))
    done = mask(tmp_path, voice_file(tmp_path / "call.wav"), "--case", case)

    assert done.exit_code == 3
    assert left(tmp_path) == ["call.error.json"]


def test_an_unknown_key_of_the_case_is_named(tmp_path: Path):
    """Status 2, and every call's line names the key."""
    case = case_file(tmp_path / "case.json", requestor={"names": []})
    done = mask(tmp_path, voice_file(tmp_path / "a.wav"), voice_file(tmp_path / "b.wav"), "--case", case)

    assert done.exit_code == 2
    assert done.stderr.count("requestor") == done.stderr.count("\n") == 2
    assert left(tmp_path) == ["a.error.json", "b.error.json"]


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path, case: Path):
    """A file stands where the folder should be: status 2, and it is left alone."""
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    done = mask(tmp_path, voice_file(tmp_path / "call.wav"), "--case", case)

    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"


def test_a_model_with_a_wrong_byte_is_refused(tmp_path: Path, case: Path, monkeypatch):
    """The registered digest is not that of the installed bytes: status 2, no call is masked."""
    from models.registry import embedded_asr
    from models.speech import transcriber

    base = embedded_asr("base")
    assert base is not None
    spoilt = tuple(dataclasses.replace(file, sha256="0" * 64) for file in base.files)
    monkeypatch.setattr(transcriber, "embedded_asr", lambda *_: dataclasses.replace(base, files=spoilt))
    monkeypatch.setattr(loaded_models, "Models", REAL_MODELS)
    done = mask(tmp_path, voice_file(tmp_path / "call.wav"), "--case", case)

    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert "モデルを使えません" in done.stderr
    assert left(tmp_path) == ["call.error.json"]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["a.wav", "b.wav", "--transcript", "w.json"], "--transcript"),
        (["a.wav", "sub/a.mp3"], "同じ名前"),
        (["a.wav", "--pad", "-1"], "--pad"),
        (["a.wav", "--fill", "noise"], "--fill"),
        ([], "CALL"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(tmp_path: Path, case: Path, args, told):
    """Status 2 before anything is read or written."""
    done = mask(tmp_path, *args, "--case", case)

    assert done.exit_code == 2
    assert told in done.stderr
    assert not (tmp_path / "out").exists()


def test_options_reach_the_plan(tmp_path: Path, case: Path):
    """Pads, fill, given words and the left-out second listening are in the manifest."""
    words = words_file(tmp_path / "w.json", [(2.0, "隣の長谷川さんです")])
    done = mask(
        tmp_path, voice_file(tmp_path / "call.wav"), "--case", case, "--transcript", words,
        "--pad", "0.5", "--fill", "silence", "--no-listen-again",
    )  # fmt: skip
    manifest = json.loads((tmp_path / "out" / "call.manifest.json").read_text(encoding="utf-8"))

    assert done.exit_code == 0
    assert (manifest["policy"]["pad_before"], manifest["policy"]["pad_after"]) == (0.5, 0.5)
    assert manifest["policy"]["fill"] == "silence"
    assert manifest["transcript"]["source"] == "file"
    assert manifest["listened_again"] is False


def test_a_mistake_in_the_companys_file_is_one_line(tmp_path: Path, case: Path, monkeypatch):
    """Status 2 before any call is read: file, line and key; by option, and by the environment."""
    company = tmp_path / "company.yaml"
    company.write_text("recognizers:\n  - name: 山田太郎\n    suported_entity: X\n", encoding="utf-8")
    call = voice_file(tmp_path / "call.wav")
    by_option = mask(tmp_path, call, "--case", case, "--recognizers", company)
    monkeypatch.setenv("KAIJI_RECOGNIZERS", str(company))
    by_setting = mask(tmp_path, call, "--case", case)

    for done in (by_option, by_setting):
        assert done.exit_code == 2
        assert done.stderr.count("\n") == 1
        assert f"{company}: 検出器の設定ファイルに誤りがあります: 3行目 recognizers[0]: " in done.stderr
        assert "山田" not in done.stderr
        assert not (tmp_path / "out").exists()


def test_the_companys_file_reaches_the_models(tmp_path: Path, case: Path, monkeypatch):
    """The option comes before the setting."""
    given = []
    monkeypatch.setattr(loaded_models, "Models", lambda _, settings: given.append(settings) or FakeModels())
    monkeypatch.setenv("KAIJI_RECOGNIZERS", str(tmp_path / "none.yaml"))
    example = Path(__file__).parents[3] / "models" / "company" / "company.example.yaml"
    done = mask(tmp_path, voice_file(tmp_path / "call.wav"), "--case", case, "--recognizers", example)

    assert done.exit_code == 0
    assert given[0].recognizers == example


def test_a_case_for_each_call_from_a_folder_or_lines(tmp_path: Path):
    """--case takes a folder and a .jsonl; a call without a case fails alone."""
    case_file(tmp_path / "a.case.json")
    lines = tmp_path / "cases.jsonl"
    lines.write_text('{"call": "a.wav", "case_id": "R-1"}\n', encoding="utf-8")
    calls = [voice_file(tmp_path / "a.wav"), voice_file(tmp_path / "b.wav")]

    for source in (tmp_path, lines):
        done = mask(tmp_path, *calls, "--case", source)
        assert done.exit_code == 2
        assert done.stderr.startswith(f"kaiji: {tmp_path / 'b.wav'}: 案件ファイルに誤りがあります")
        assert left(tmp_path)[-1] == "b.error.json"
        assert len(left(tmp_path)) == 6


@pytest.mark.parametrize(
    "command", [(), ("case",), ("case", "add"), ("recordings", "scan"), ("run", "nightly")]
)
def test_help_is_quick(command: tuple[str, ...]):
    """``--help`` of whatever command loads no framework: it comes in the time that Python and typer take."""
    code = (
        "import sys; from flows.cli.main import main; sys.argv[1:] = [*sys.argv[1:], '--help']\n"
        "try:\n    main()\nfinally:\n    print(sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stderr.strip("[]\n'").split("', '")}

    assert "--help" in done.stdout
    assert "typer" in loaded
    assert not loaded & {"rich", "pydantic_settings", "numpy", "sqlalchemy", "prefect", "cryptography", "av"}
    # typer itself brings pydantic for a command's own parameters.
    assert command or "pydantic" not in loaded


def test_a_malformed_setting_is_told(monkeypatch, tmp_path: Path):
    """By its name, with status 2; no value, no traceback."""
    monkeypatch.setenv("KAIJI_CPU_THREADS", "many")
    done = mask(tmp_path, voice_file(tmp_path / "a.wav"), "--case", case_file(tmp_path / "case.json"))

    assert done.exit_code == 2
    assert done.stderr == "kaiji: 設定 KAIJI_CPU_THREADS の値の形が正しくありません\n"
