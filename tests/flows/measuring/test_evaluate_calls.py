from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from flows import loaded_models
from flows.cli import main as cli
from pipeline.hearing.transcribe import HeardSegment
from pipeline.types import CallCase, CaseName, EntitySpan, Transcript
from tests.builders import case_file, utterance, voice_file
from tests.fakes import FakeAnalyzer, FakeModels, FakeRecogniser
from tests.posteriorgrams import gram_of

LINE = "隣の長谷川さんです"


@pytest.fixture(autouse=True)
def _fake_models(monkeypatch):
    """The recogniser hears the line, a fifth of a second for each character."""
    monkeypatch.setattr(loaded_models, "Models", lambda *_: FakeModels((utterance(LINE, 1.0),)))


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
    monkeypatch.setattr(loaded_models, "Models", lambda *_: FakeModels((utterance(LINE, 1.0),), words={}))
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
    monkeypatch.setattr(loaded_models, "Models", lambda *_: FakeModels((line,)))
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
    monkeypatch.setattr(loaded_models, "Models", lambda *_: FakeModels((utterance("まったく違う言葉", 5.0),)))
    done = evaluate(tmp_path, "--exact-words")

    assert done.exit_code == 0, done.output
    assert figures(tmp_path)["leak"] == 0


def test_a_call_that_cannot_be_masked_safely_is_counted(tmp_path: Path, monkeypatch):
    """A refused call leaks nothing, and is a figure of its own, not an error."""
    made_call(tmp_path, "a")
    again = (utterance("長谷川", 0.0),)
    monkeypatch.setattr(
        loaded_models, "Models", lambda *_: FakeModels((utterance(LINE, 1.0),), heard_again=again)
    )
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


@dataclass
class Misled(FakeAnalyzer):
    """Does not find the name of anybody who works for the company; remembers the cases."""

    cases: list[CallCase] = field(default_factory=list)

    def analyze(
        self, transcript: Transcript, case: CallCase, again: Transcript | None = None
    ) -> tuple[EntitySpan, ...]:
        """The words that are no colleague's name."""
        self.cases.append(case)
        staff = {name.text for name in case.staff}
        others = {word: kind for word, kind in self.words.items() if word not in staff}
        return FakeAnalyzer(others).analyze(transcript, case, again)


@dataclass
class Counting(FakeRecogniser):
    """Counts what it is given to recognise."""

    asked: int = 0

    def recognise(self, samples: np.ndarray, **changes: object) -> tuple[HeardSegment, ...]:
        """What the test gave."""
        self.asked += 1
        return self.heard

    def recognise_batch(self, windows: Sequence[np.ndarray]) -> tuple[HeardSegment, ...]:
        """Nothing."""
        self.asked += len(windows)
        return super().recognise_batch(windows)


@dataclass
class MisledModels(FakeModels):
    """Whose analyzer a colleague's name misleads."""

    misled: Misled = field(default_factory=lambda: Misled({"長谷川": "PERSON"}))
    counting: Counting = field(default_factory=lambda: Counting((utterance(LINE, 1.0),)))

    @property
    def analyzer(self) -> Misled:  # type: ignore[override]  # a fake's own
        """The misled one."""
        return self.misled

    @property
    def recogniser(self) -> Counting:  # type: ignore[override]  # a fake's own
        """The one that counts."""
        return self.counting


@pytest.fixture
def misled(monkeypatch: pytest.MonkeyPatch) -> MisledModels:
    """The models of the next command."""
    models = MisledModels()
    monkeypatch.setattr(loaded_models, "Models", lambda *_: models)
    return models


def staff_file(folder: Path, *names: str) -> Path:
    """A list of names."""
    path = folder / "staff.json"
    path.write_text(json.dumps(names), encoding="utf-8")
    return path


@pytest.mark.usefixtures("misled")
def test_everything_is_measured_once_more_with_the_companys_list(tmp_path: Path):
    """Both rows are printed; the JSON has a second block of the first's shape, and no name."""
    made_call(tmp_path, "a", voices={"op": "takumi_happy"})
    made_call(tmp_path, "b")
    done = evaluate(tmp_path, "--staff-list", staff_file(tmp_path, "長谷川", "渡辺", "山本"))
    told: Any = figures(tmp_path)
    listed = told["with_staff_list"]

    assert done.exit_code == 0, done.output
    assert (told["leak"], listed["leak"], told["staff_list_people"]) == (0, 1, 3)
    assert set(told) - set(listed) == {"with_staff_list", "staff_list_people"}
    assert [call["call_id"] for call in listed["calls"]] == ["a", "b"]
    assert set(listed["by_voice"]) == {"takumi_happy"}
    assert "3 人 people" in done.stdout
    rows = [
        line.split("│")[1:4] for line in done.stdout.splitlines() if "なし no" in line or "あり yes" in line
    ]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["なし no", "0.0", "0.0"],
        ["あり yes", "100.0", "100.0"],
    ]
    for name in ("長谷川", "渡辺", "山本"):
        assert name not in done.output
        assert name not in (tmp_path / "figures.json").read_text(encoding="utf-8")


def test_the_people_of_the_list_are_colleagues_who_did_not_speak(tmp_path: Path, misled: MisledModels):
    """Each once, behind the case's own staff; who spoke stays as the case tells it."""
    made_call(tmp_path, "a")
    case_file(tmp_path / "a.case.json", staff=[{"text": "山本", "kana": "ヤマモト", "on_call": True}])
    evaluate(tmp_path, "--staff-list", staff_file(tmp_path, "渡辺", "山本", "渡辺"))
    before, after = misled.misled.cases

    assert before.staff == before.on_call == after.on_call == (CaseName("山本", "ヤマモト"),)
    assert after.colleagues == (CaseName("渡辺"),)
    assert replace(after, staff=before.staff) == before


def test_the_list_costs_no_second_recognition(tmp_path: Path, misled: MisledModels):
    """As much is recognised with it as without it, for every call."""
    made_call(tmp_path, "a")
    made_call(tmp_path, "b")
    evaluate(tmp_path)
    once = misled.counting.asked
    evaluate(tmp_path, "--staff-list", staff_file(tmp_path, "長谷川"))

    assert once > 0
    assert misled.counting.asked == 2 * once


def test_the_second_block_is_what_the_cases_with_that_staff_give(tmp_path: Path, misled: MisledModels):
    """Nothing of the first run, such as how it spelt a name, is left in the second."""
    misled.counting.heard = (utterance("隣のハセガワさんです", 1.0),)
    listed = {"text": "長谷川", "kana": "ハセガワ"}
    (tmp_path / "staff.json").write_text(json.dumps([listed]), encoding="utf-8")
    made_call(tmp_path, "a")
    evaluate(tmp_path, "--staff-list", tmp_path / "staff.json")
    told: Any = figures(tmp_path)
    case_file(tmp_path / "a.case.json", staff=[{"text": "山本", "kana": "ヤマモト"}, listed])
    evaluate(tmp_path)

    assert figures(tmp_path) == told["with_staff_list"]
    assert told["character_error_rate"] != told["with_staff_list"]["character_error_rate"]


@pytest.mark.usefixtures("misled")
def test_the_copies_with_the_list_lie_beside_the_others(tmp_path: Path):
    """In a folder with pictures and a page that the first leads to; a second run replaces both."""
    made_call(tmp_path, "a")
    for _ in range(2):
        assert evaluate(tmp_path, "--staff-list", staff_file(tmp_path, "長谷川")).exit_code == 0
    out = tmp_path / "out"
    listed = {path.name for path in (out / "with-staff-list").iterdir()}

    assert listed == {path.name for path in out.iterdir() if path.is_file()} >= {"a.png", "index.html"}
    page = (out / "index.html").read_text(encoding="utf-8")
    assert '<a href="with-staff-list/index.html">全体（担当者の一覧 1 人を足して）</a>' in page


def test_a_call_that_is_refused_without_the_list_is_refused_in_both(tmp_path: Path, monkeypatch):
    """It is not tried again, and told of once."""
    made_call(tmp_path, "a")
    again = (utterance("長谷川", 0.0),)
    monkeypatch.setattr(
        loaded_models, "Models", lambda *_: FakeModels((utterance(LINE, 1.0),), heard_again=again)
    )
    done = evaluate(tmp_path, "--staff-list", staff_file(tmp_path, "渡辺"))
    told: Any = figures(tmp_path)

    assert done.exit_code == 0
    assert done.stderr.count("\n") == 1
    assert (told["refused"], told["with_staff_list"]["refused"]) == (1, 1)


@pytest.mark.parametrize("text", ["[]", "[1]", "{", '{"staff": [{"text": "長谷川", "cana": "x"}]}', None])
def test_a_list_that_cannot_be_read_is_one_line(tmp_path: Path, text: str | None):
    """Status 2 before any call is read; nobody on it is named."""
    made_call(tmp_path, "a")
    if text is not None:
        (tmp_path / "staff.json").write_text(text, encoding="utf-8")
    done = evaluate(tmp_path, "--staff-list", tmp_path / "staff.json")

    assert done.exit_code == 2
    assert done.stderr.startswith(f"kaiji: {tmp_path / 'staff.json'}: 担当者の一覧を読めません: ")
    assert done.stderr.count("\n") == 1
    assert "長谷川" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_list_is_never_written_over(tmp_path: Path):
    """Not even where it lies under the name of a file of the second run."""
    made_call(tmp_path, "a")
    (tmp_path / "out" / "with-staff-list").mkdir(parents=True)
    path = tmp_path / "out" / "with-staff-list" / "a.masked.json"
    path.write_text('["長谷川"]', encoding="utf-8")
    done = evaluate(tmp_path, "--staff-list", path)

    assert done.exit_code == 2
    assert "入力のファイルと同じです" in done.stderr
    assert path.read_text(encoding="utf-8") == '["長谷川"]'


def test_what_is_found_and_kept_as_the_requesters_is_told(tmp_path: Path, monkeypatch):
    """A third party of the requester's name: a leak that was given away, in all and by kind."""
    line = "鈴木花子です"
    monkeypatch.setattr(
        loaded_models, "Models", lambda *_: FakeModels((utterance(line, 1.0),), words={"鈴木花子": "PERSON"})
    )
    span = {
        "start": 1.0,
        "end": 1.8,
        "speaker": "op",
        "kind": "NAME",
        "party": "third",
        "surface": "鈴木花子",
    }
    script = [{"speaker": "op", "start": 1.0, "end": 2.2, "text": line}]
    made_call(tmp_path, "a", spans=[span], script=script)
    done = evaluate(tmp_path)
    told: Any = figures(tmp_path)

    assert done.exit_code == 0, done.output
    assert told["given_away"] == told["leak"] == 1
    assert told["given_away_by_kind"] == {"NAME": 1}
    assert told["counts"]["given_unasked"][1] == told["counts"]["given_away"][0] > 0
