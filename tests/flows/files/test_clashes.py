"""No recording, case or transcript is ever written over or removed, by whatever name it goes."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows import loaded_models, outputs
from flows.cli import main as cli
from flows.files.clashes import clashes, repeats
from flows.outputs import file_sha256
from tests.builders import case_file, voice_file, words_file
from tests.fakes import FakeModels

CALL = Path("same/call.wav")


@pytest.fixture(autouse=True)
def _fake_models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """The command with fake models, in a folder of its own."""
    monkeypatch.setattr(loaded_models, "Models", lambda *_: FakeModels())
    monkeypatch.setenv("KAIJI_WORK", str(tmp_path / "work"))
    monkeypatch.chdir(tmp_path)
    Path("same").mkdir()
    voice_file(CALL)
    case_file(Path("case.json"))


def run(*args: object) -> Result:
    """A command of kaiji."""
    return CliRunner().invoke(cli.app, list(map(str, args)))


def state() -> dict[str, str]:
    """Every file of the folder and what is in it."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(Path().rglob("*"))
        if path.is_file()
    }


def other(path: str) -> Path:
    """Another call."""
    return voice_file(Path(path), 5.0)


def beside() -> list[object]:
    """A call whose name is that of the other one's product."""
    return [CALL, other("same/call.masked.wav"), "--case", "case.json", "--out", "same"]


def hard_link() -> list[object]:
    """Likewise, and read by another name."""
    os.link(other("elsewhere.wav"), "same/call.masked.wav")
    return [CALL, "elsewhere.wav", "--case", "case.json", "--out", "same"]


def symbolic_link() -> list[object]:
    """The product's name leads to a call."""
    Path("same/call.masked.wav").symlink_to(other("elsewhere.wav").absolute())
    return [CALL, "elsewhere.wav", "--case", "case.json", "--out", "same"]


def link_as_input() -> list[object]:
    """A call read through a link to where the product goes."""
    other("same/call.masked.wav")
    Path("link.wav").symlink_to("same/call.masked.wav")
    return [CALL, "link.wav", "--case", "case.json", "--out", "same"]


def linked_folder() -> list[object]:
    """The output folder by another name."""
    other("same/call.masked.wav")
    Path("out").symlink_to("same")
    return [CALL, "same/call.masked.wav", "--case", "case.json", "--out", "out"]


def the_case() -> list[object]:
    """The case lies where the reason of a failure would."""
    shutil.move("case.json", "same/call.error.json")
    return [CALL, "--case", "same/call.error.json", "--out", "same"]


def lines_of_cases() -> list[object]:
    """A .jsonl of cases under a product's name, through a link."""
    Path("same/call.review.json").write_text('{"call": "call.wav", "case_id": "R-1"}\n', encoding="utf-8")
    Path("cases.jsonl").symlink_to("same/call.review.json")
    return [CALL, "--case", "cases.jsonl", "--out", "same"]


def the_transcript() -> list[object]:
    """The words lie where the masked ones would."""
    words_file(Path("same/call.masked.json"), [(2.0, "隣の長谷川さんです")])
    return [CALL, "--case", "case.json", "--out", "same", "--transcript", "same/call.masked.json"]


def of_an_earlier_run() -> list[object]:
    """Even what a manifest of ours names, where it is given as a call."""
    assert run("mask", CALL, "--case", "case.json", "--out", "same").exit_code == 0
    return [CALL, "same/call.masked.wav", "--case", "case.json", "--out", "same"]


WAYS = [
    beside,
    hard_link,
    symbolic_link,
    link_as_input,
    linked_folder,
    the_case,
    lines_of_cases,
    the_transcript,
    of_an_earlier_run,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_an_output_that_is_an_input_is_refused(way: Callable[[], list[object]]):
    """Status 2, one line, and not a byte has changed."""
    arguments = way()
    before = state()
    done = run("mask", *arguments)

    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert "入力のファイルと同じです" in done.stderr
    assert state() == before


def test_by_the_flow_too():
    """``kaiji run mask-call`` refuses before it starts anything."""
    arguments = beside()
    before = state()
    done = run("run", "mask-call", *arguments)

    assert done.exit_code == 2
    assert "入力のファイルと同じです" in done.stderr
    assert state() == before


@pytest.mark.parametrize("name", [*outputs.PRODUCTS, outputs.ERROR])
@pytest.mark.parametrize("kind", ["file", "link", "folder", "pipe", "empty", "json"])
def test_what_is_not_ours_is_neither_removed_nor_replaced(name: str, kind: str):
    """A file under a product's name that no manifest of ours names: status 2, one line, all as it was."""
    target = Path("same") / f"call.{name}"
    Path("mine").write_text("mine", encoding="utf-8")
    make: dict[str, Callable[[], object]] = {
        "file": lambda: target.write_text("mine", encoding="utf-8"),
        "link": lambda: target.symlink_to(Path("mine").absolute()),
        "folder": target.mkdir,
        "pipe": lambda: os.mkfifo(target),
        "empty": target.touch,
        "json": lambda: target.write_text('{"outputs": {}, "message": "x"}', encoding="utf-8"),
    }
    make[kind]()
    before = (state(), sorted(Path("same").iterdir()))
    for source in (CALL, Path("missing/call.wav")):
        done = run("mask", source, "--case", "case.json", "--out", "same")

        assert done.exit_code == 2
        assert done.stderr.count("\n") == 1
        assert "kaiji が書いたままのファイルではありません" in done.stderr
        assert (state(), sorted(Path("same").iterdir())) == before


@pytest.mark.parametrize("name", outputs.PRODUCTS)
def test_what_was_changed_since_is_not_ours(name: str):
    """A product that somebody edited stays, and so do the others."""
    assert run("mask", CALL, "--case", "case.json", "--out", "out").exit_code == 0
    Path(f"out/call.{name}").write_text("edited", encoding="utf-8")
    before = state()
    done = run("mask", CALL, "--case", "case.json", "--out", "out")

    assert done.exit_code == 2
    assert state() == before


def test_what_is_ours_goes_when_the_call_fails():
    """An earlier run's products, named by its manifest with their hashes; and an earlier reason."""
    assert run("mask", CALL, "--case", "case.json", "--out", "out").exit_code == 0
    CALL.write_bytes(b"RIFF")
    for _ in range(2):
        assert run("mask", CALL, "--case", "case.json", "--out", "out").exit_code == 2
        assert [path.name for path in Path("out").iterdir()] == ["call.error.json"]
    voice_file(CALL)
    assert run("mask", CALL, "--case", "case.json", "--out", "out").exit_code == 0
    assert len(list(Path("out").iterdir())) == 5


def killed_while_moving(out: Path, stem: str, moved: int) -> None:
    """What a kill leaves when some of a call's files have their names: the others' copies, a journal."""
    named = {f"{stem}.{name}": file_sha256(out / f"{stem}.{name}") for name in outputs.PRODUCTS}
    for name in outputs.PRODUCTS[moved:]:
        part = (out / f"{stem}.{name}").rename(out / f".kaiji-{secrets.token_hex(16)}.part")
        os.utime(part, (0, 0))
    identity = (out.stat().st_dev, out.stat().st_ino)
    journal = {"out": str(out.absolute()), "identity": identity, "named": named}
    left = Path(os.environ["KAIJI_WORK"]) / "mask-killed"
    left.mkdir(mode=0o700)
    (left / ".lock").touch()
    (left / "moving").write_text(json.dumps(journal), encoding="utf-8")


@pytest.mark.parametrize("moved", range(1, len(outputs.PRODUCTS)))
def test_what_a_killed_run_had_half_moved_goes_at_the_next_start(moved: int):
    """Without its manifest nobody could tell whose it is; the journal in our own folder says it."""
    assert run("mask", CALL, "--case", "case.json", "--out", "out").exit_code == 0
    killed_while_moving(Path("out"), "call", moved)
    Path("out/other.review.json").write_text("mine", encoding="utf-8")
    outputs.open_output(Path("out"))

    assert [path.name for path in Path("out").iterdir()] == ["other.review.json"]


def test_a_name_that_is_taken_meanwhile_is_not_replaced(monkeypatch: pytest.MonkeyPatch):
    """Between the look and the publishing somebody lays a file there: it stays, and nothing of ours."""
    publish = outputs.publish

    def late(folder: Path, out: Path, stem: str) -> None:
        (out / f"{stem}.masked.json").write_text("mine", encoding="utf-8")
        publish(folder, out, stem)

    monkeypatch.setattr(outputs, "publish", late)
    done = run("mask", CALL, "--case", "case.json", "--out", "out")

    assert done.exit_code == 2
    assert sorted(path.name for path in Path("out").iterdir()) == ["call.error.json", "call.masked.json"]
    assert Path("out/call.masked.json").read_text(encoding="utf-8") == "mine"


def test_a_file_system_without_links(monkeypatch: pytest.MonkeyPatch):
    """Files get their names by renaming, and still replace nothing."""

    def none(*_: object, **__: object) -> None:
        raise PermissionError(1, "no links")

    monkeypatch.setattr(os, "link", none)
    test_a_name_that_is_taken_meanwhile_is_not_replaced(monkeypatch)
    Path("out/call.masked.json").unlink()
    monkeypatch.undo()


def test_two_names_that_a_folder_takes_for_one():
    """Where capital and small letters are the same, two calls would write over each other."""
    assert not repeats(["Call", "call"], folded=False)
    assert repeats(["Call", "call"], folded=True)
    assert repeats(["call", "call"], folded=False)


def test_two_calls_in_a_folder_that_folds_names(monkeypatch: pytest.MonkeyPatch):
    """Status 2 before any is masked."""
    monkeypatch.setattr(outputs, "open_output", lambda _: True)
    done = run("mask", CALL, other("CALL.wav"), "--case", "case.json", "--out", "out")

    assert done.exit_code == 2
    assert "同じ名前" in done.stderr


def test_a_missing_input_is_known_by_its_place():
    """By its folder and name, so that it is not made and then read."""
    assert list(clashes([Path("same/x")], [Path("same/../same/x")])) == [Path("same/x")]
    assert list(clashes([Path("same/x")], [Path("same/y"), CALL])) == []
    assert list(clashes([Path("nowhere/x")], [Path("nowhere/x")])) == [Path("nowhere/x")]


def truth() -> None:
    """The truth of the call."""
    document = {"call_id": "call", "layout": "mono", "duration": 10.0, "spans": []}
    document["script"] = [{"speaker": "op", "start": 1.0, "end": 3.0, "text": "隣の長谷川さんです"}]
    Path("same/call.truth.json").write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize("target", ["same/call.wav", "same/call.truth.json", "same/call.case.json", "link"])
def test_evaluate_writes_its_figures_over_no_input(target: str):
    """``--json`` at a call, its truth, its case, or a link to one."""
    truth()
    case_file(Path("same/call.case.json"))
    Path("link").symlink_to("same/call.truth.json")
    before = state()
    done = run("evaluate", "same", "--out", "out", "--json", target)

    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert state() == before


@pytest.mark.slow
@pytest.mark.parametrize("name", ["call.png", "index.html", "figures.json"])
def test_evaluate_draws_over_its_own_only(name: str):
    """A second run replaces the first one's; somebody else's picture or page stays."""
    truth()
    Path("out").mkdir()
    arguments = ("evaluate", "same", "--out", "out", "--json", "out/figures.json")
    for _ in range(2):
        run(*arguments)
        assert {"call.png", "index.html", "figures.json"} <= {path.name for path in Path("out").iterdir()}
    Path("out", name).write_text("mine", encoding="utf-8")
    before = state()
    done = run(*arguments)

    assert done.exit_code == 2
    assert state() == before
