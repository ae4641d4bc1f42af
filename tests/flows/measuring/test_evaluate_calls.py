from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from flows import stages
from flows.cli import main as cli
from tests.builders import case_file, utterance, voice_file
from tests.fakes import FakeModels
from tests.posteriorgrams import gram_of

LINE = "隣の長谷川さんです"


@pytest.fixture(autouse=True)
def _fake_models(monkeypatch):
    """The recogniser hears the line, a fifth of a second for each character."""
    monkeypatch.setattr(stages, "Models", lambda *_: FakeModels((utterance(LINE, 1.0),)))


def made_call(folder: Path, stem: str, **changes: object) -> Path:
    """A call with its truth: the name from 1.4 to 2.0 s is a third party's."""
    span = {"start": 1.4, "end": 2.0, "speaker": "op", "kind": "NAME", "party": "third", "surface": "長谷川"}
    truth = {
        "call_id": stem,
        "layout": "mono",
        "duration": 10.0,
        "spans": [span],
        "script": [{"speaker": "op", "start": 1.0, "end": 2.8, "text": LINE}],
    } | changes
    (folder / f"{stem}.truth.json").write_text(json.dumps(truth), encoding="utf-8")
    case_file(folder / f"{stem}.case.json")
    return voice_file(folder / f"{stem}.wav")


def evaluate(tmp_path: Path, *args: object) -> Result:
    """Run ``kaiji evaluate`` on ``tmp_path`` with the figures as JSON."""
    out = tmp_path / "out"
    return CliRunner().invoke(
        cli.app,
        [
            "evaluate",
            str(tmp_path),
            "--out",
            str(out),
            "--json",
            str(tmp_path / "figures.json"),
            *map(str, args),
        ],
    )


def figures(tmp_path: Path) -> dict[str, object]:
    """The JSON it wrote."""
    found: dict[str, object] = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    return found


def test_it_masks_measures_and_draws_every_call(tmp_path: Path):
    """Products, a plot for each call, an index, the table and the JSON."""
    made_call(tmp_path, "a")
    made_call(tmp_path, "b")
    done = evaluate(tmp_path)

    assert done.exit_code == 0, done.output
    assert {"a.masked.wav", "a.png", "b.png", "index.html"} <= {
        path.name for path in (tmp_path / "out").iterdir()
    }
    assert figures(tmp_path)["leak"] == 0
    assert len(figures(tmp_path)["calls"]) == 2  # type: ignore[arg-type]


def test_a_leak_is_read_off_the_audio(tmp_path: Path, monkeypatch):
    """Where nothing was found nothing is masked, and the leak is all of it."""
    made_call(tmp_path, "a")
    monkeypatch.setattr(stages, "Models", lambda *_: FakeModels((utterance(LINE, 1.0),), words={}))
    evaluate(tmp_path)

    assert figures(tmp_path)["leak"] == 1


def test_figures_by_voice_and_by_kind_of_name_stand_beside_those_of_the_whole(tmp_path: Path):
    """The voice that the truth names is printed and written; the figures of the whole are the same."""
    made_call(tmp_path, "a")
    before = evaluate(tmp_path)
    plain = figures(tmp_path)
    made_call(tmp_path, "a", voices={"op": "takumi_happy"})
    done = evaluate(tmp_path)
    told = figures(tmp_path)

    assert "takumi_happy" in done.stdout
    assert "姓だけ surname" in done.stdout
    assert "By voice" not in before.stdout
    assert set(told.pop("by_voice")) == {"takumi_happy"}  # type: ignore[call-overload]
    assert plain.pop("by_voice") == {}
    assert set(told["by_name_kind"]) == {"surname"}  # type: ignore[call-overload]
    assert told == plain


def test_what_the_listener_heard_is_compared_with_the_reading_of_the_script(tmp_path: Path, monkeypatch):
    """One mora of the name is heard wrongly; the truth reads it, the reader the rest."""
    line = replace(utterance(LINE, 1.0), posteriorgrams=(gram_of("トナリノハセガマサンデス", 1.0),))
    monkeypatch.setattr(stages, "Models", lambda *_: FakeModels((line,)))
    made_call(tmp_path, "a", voices={"op": "takumi_happy"})
    done = evaluate(tmp_path)
    told: Any = figures(tmp_path)

    assert done.exit_code == 0, done.output
    assert told["counts"]["mora_error_rate"] == [1, 12]
    assert told["by_voice"]["takumi_happy"]["counts"]["mora_error_rate"] == [1, 12]


def test_where_nobody_listened_there_is_no_figure_of_morae(tmp_path: Path):
    """Neither 0 nor 100 %."""
    made_call(tmp_path, "a")
    evaluate(tmp_path)

    assert figures(tmp_path)["mora_error_rate"] is None


def test_exact_words_come_from_the_truth(tmp_path: Path, monkeypatch):
    """With --exact-words the recogniser's errors are out of the picture."""
    made_call(tmp_path, "a")
    monkeypatch.setattr(stages, "Models", lambda *_: FakeModels((utterance("まったく違う言葉", 5.0),)))
    done = evaluate(tmp_path, "--exact-words")

    assert done.exit_code == 0, done.output
    assert figures(tmp_path)["leak"] == 0


def test_a_call_that_cannot_be_masked_safely_is_counted(tmp_path: Path, monkeypatch):
    """A refused call leaks nothing, and is a figure of its own, not an error."""
    made_call(tmp_path, "a")
    again = (utterance("長谷川", 0.0),)
    monkeypatch.setattr(stages, "Models", lambda *_: FakeModels((utterance(LINE, 1.0),), heard_again=again))
    done = evaluate(tmp_path)

    assert done.exit_code == 0
    assert "安全に伏せられませんでした" in done.stderr
    assert not (tmp_path / "out" / "a.masked.wav").exists()


def test_a_malformed_truth_is_one_line(tmp_path: Path):
    """The key is named, the other calls are measured."""
    made_call(tmp_path, "a", spans=[{"start": 1}])
    made_call(tmp_path, "b")
    done = evaluate(tmp_path)

    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert "spans[0]" in done.stderr
    assert len(figures(tmp_path)["calls"]) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("args", [("--json", "none/figures.json"), ()])
def test_nothing_to_measure_or_nowhere_to_write_is_refused(tmp_path: Path, args):
    """Status 2 before any work."""
    if args:
        made_call(tmp_path, "a")
    done = evaluate(tmp_path, *args)

    assert done.exit_code == 2
    assert not (tmp_path / "out").exists()
