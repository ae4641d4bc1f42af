"""Scripts spoken for training."""

from __future__ import annotations

import json
from pathlib import Path

from models.training.calls.speak import main
from tests.sample_audio.test_studio import SCRIPT


def script(folder: Path) -> Path:
    """Two dialogues, the second one shorter."""
    path = folder / "x.script.txt"
    path.write_text(f"{SCRIPT}\n\n# id: short\nop: はい。\ncu: 隣の{{t1.sei}}です。\n", encoding="utf-8")
    return path


def test_the_truth_names_the_voices(tmp_path: Path) -> None:
    """Where they are chosen by name; and what is there is not spoken again."""
    calls = tmp_path / "calls"
    command = [
        "--scripts",
        str(script(tmp_path)),
        "--out",
        str(calls),
        "--voices",
        "mei",
        "takumi",
        "--limit",
        "1",
    ]
    (tmp_path / "hts").mkdir()
    from tests.models.training.calls.test_voices import mei_file

    (tmp_path / "hts/takumi.htsvoice").symlink_to(mei_file())
    command += ["--hts", str(tmp_path / "hts")]
    assert main(command) == 0
    assert sorted(path.name for path in calls.iterdir()) == [
        "short.case.json",
        "short.truth.json",
        "short.wav",
    ]
    truth = json.loads((calls / "short.truth.json").read_text(encoding="utf-8"))
    assert sorted(truth["voices"].values()) == ["mei", "takumi"]
    before = (calls / "short.wav").stat().st_mtime_ns
    assert main(command) == 0
    assert (calls / "short.wav").stat().st_mtime_ns == before


def test_mei_speaks_where_no_voice_is_named(tmp_path: Path) -> None:
    """In five throats, which the truth does not tell apart."""
    calls = tmp_path / "calls"
    assert main(["--scripts", str(script(tmp_path)), "--out", str(calls), "--limit", "1"]) == 0
    assert "voices" not in json.loads((calls / "short.truth.json").read_text(encoding="utf-8"))
